"""One-time links: `GET` shows, `POST` acts, and the contents are had within the session that an act has opened."""

import asyncio
from collections.abc import Mapping

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.counter import Counter, Parcel, Pressed, Settled, Visit
from bot.ledger import Later
from bot.notices.pages import LapsedForm, NotNow, Page, StaleLink, UnknownLink
from bot.vault import BadMasterKey, Damaged, Destroyed, Unavailable, Vault
from handlers.web import guard
from handlers.web.download import download
from handlers.web.pages import Pages

log = structlog.get_logger()

COOKIE = "postroom"
DONE = "/done"
"""What follows the address of a link's page in that of the page of what was done by it."""
COOKIE_SECONDS = 12 * 60 * 60
"""How long a page may stay open before what is pressed on it is refused."""
FORM_FIELDS_MAX = 10
FORM_SECONDS = 30
"""How long a form may take to arrive."""
FIELD_OCTETS_MAX = 16_384
VERSION_MAX = 2**31
STATUS: Mapping[type[Page], int] = {UnknownLink: 404, StaleLink: 410, LapsedForm: 403, NotNow: 503}


class LinkRoutes:
    """What is served at `/get/<token>`."""

    def __init__(self, counter: Counter, vault: Vault, pages: Pages, base_url: str) -> None:
        self._counter, self._vault, self._pages, self._base_url = counter, vault, pages, base_url

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/get/{token}", self.show, methods=["GET"]),
            Route("/get/{token}", self.press, methods=["POST"]),
            Route(f"/get/{{token}}{DONE}", self.settled, methods=["GET"]),
            Route("/get/{token}/file", self.contents, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """The page of a link. Changes nothing, whoever follows it (lesson L45)."""
        visit = _visit(request)
        return self._answer(await self._counter.show(visit), self._counter.welcome(visit))

    async def press(self, request: Request) -> Response:
        """Do what was pressed."""
        visit, fields = _visit(request), await _fields(request)
        ours = guard.comes_from_us(request, self._base_url)
        if not ours or not guard.same(fields.get("form", ""), self._counter.form(visit)):
            return self._pages.answer(LapsedForm(), status=STATUS[LapsedForm])
        try:
            renewing = fields.get("act") == "renew"
            came_of_it = await (
                self._counter.renew(visit) if renewing else self._counter.press(visit, _pressed(fields))
            )
        except Later:
            log.warning("what was pressed on a page could not be done now")
            return self._pages.answer(NotNow(), status=STATUS[NotNow])
        if isinstance(came_of_it, Page):
            return self._answer(came_of_it, visit)
        # To a page of its own, so that to load it anew, or to come back to it, does nothing again.
        return RedirectResponse(self._path(visit) + DONE * isinstance(came_of_it, Settled), 303)

    async def settled(self, request: Request) -> Response:
        """The page of what was done. Changes nothing."""
        visit = _visit(request)
        return self._answer(await self._counter.settled(visit), self._counter.welcome(visit))

    async def contents(self, request: Request) -> Response:
        """The contents, while the session lasts."""
        visit = _visit(request)
        found = await self._counter.contents(visit)
        if not isinstance(found, Parcel):
            return RedirectResponse(self._path(visit), 303)
        try:
            return await download(request, self._vault, found)
        except Destroyed:
            return RedirectResponse(self._path(visit), 303)
        except (Damaged, Unavailable, BadMasterKey) as fault:
            log.exception("contents could not be handed out", fault=type(fault).__name__)
            return self._pages.answer(NotNow(), status=STATUS[NotNow])

    def _answer(self, page: Page, visit: Visit) -> Response:
        answer = self._pages.answer(
            page, status=STATUS.get(type(page), 200), form=self._counter.form(visit), here=self._path(visit)
        )
        if visit.browser and not isinstance(page, UnknownLink):
            answer.set_cookie(
                COOKIE, visit.browser, max_age=COOKIE_SECONDS, path=self._path(visit), httponly=True, samesite="lax",
                secure=self._base_url.startswith("https:"),
            )  # fmt: skip
        return answer

    def _path(self, visit: Visit) -> str:
        return f"{self._pages.base}/get/{visit.token}"


def _visit(request: Request) -> Visit:
    """Who comes."""
    return Visit(str(request.path_params["token"]), request.cookies.get(COOKIE))


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form, within limits. Raises HTTPException for what is none, or does not come to its end."""
    try:
        async with (
            asyncio.timeout(FORM_SECONDS),
            request.form(max_files=0, max_fields=FORM_FIELDS_MAX, max_part_size=FIELD_OCTETS_MAX) as form,
        ):
            return {name: _encodable(value) for name, value in form.items() if isinstance(value, str)}
    except (TimeoutError, ClientDisconnect, UnicodeError):
        raise HTTPException(400) from None


def _encodable(text: str) -> str:
    """The text without halves of characters: a form may name an encoding that makes some."""
    return text.encode("utf-8", "replace").decode()


def _pressed(fields: Mapping[str, str]) -> Pressed:
    version = fields.get("version", "")
    sound = version.isascii() and version.isdigit() and int(version[:12]) < VERSION_MAX
    words = " ".join((fields.get("reason", ""), fields.get("words", ""))).split()
    return Pressed(
        wish=fields.get("act", ""),
        version=int(version[:12]) if sound else 0,
        reason=" ".join(words),
        service=fields.get("service", ""),
    )
