"""Whoever comes with a one-time link: their browser is known again, and what they press came from the page it was shown."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import TypeVar

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from bot.clock import Clock
from bot.ledger import Later
from bot.links import Visit
from bot.notices.pages import LapsedForm, NotNow, Page, StaleLink, StaleProof, UnknownLink
from bot.tokens import LinkKey
from handlers.web import guard
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
STATUS: Mapping[type[Page], int] = {UnknownLink: 404, StaleLink: 410, StaleProof: 410, LapsedForm: 403, NotNow: 503}
FORMLESS = (UnknownLink, LapsedForm, NotNow)
"""Pages on which nothing can be pressed, so that no browser need be known again."""

T = TypeVar("T")


def visit_of(request: Request) -> Visit:
    """Who comes."""
    return Visit(str(request.path_params["token"]), request.cookies.get(COOKIE))


class Visits:
    """Those who come to one kind of one-time link."""

    def __init__(self, pages: Pages, clock: Clock, key: LinkKey, *, base_url: str, under: str) -> None:
        """`under`: the first part of the path of these links."""
        self._pages, self._clock, self._key = pages, clock, key
        self._base_url, self._under = base_url, under
        self.route = f"/{under}/{{token}}"

    async def answer(self, page: Page, visit: Visit) -> Response:
        """The page, for this browser alone to press what is on it."""
        known = visit if visit.browser else Visit(visit.token, self._clock.token())
        answer = await self._pages.answer(
            page, status=STATUS.get(type(page), 200), form=self._form(known), here=self._path(visit)
        )
        if not isinstance(page, FORMLESS):
            answer.set_cookie(
                COOKIE, known.browser or "", max_age=COOKIE_SECONDS, path=self._path(visit), httponly=True, samesite="lax",
                secure=self._base_url.startswith("https:"),
            )  # fmt: skip
        return answer

    def again(self, visit: Visit, *, done: bool = False) -> Response:
        """To the link's page or, `done`, to the page of what was done: to load that anew does nothing again."""
        return RedirectResponse(self._path(visit) + DONE * done, 303)

    async def fields(self, request: Request, visit: Visit) -> Mapping[str, str] | None:
        """What was filled in and pressed; None where that was not on the page which we showed to this browser. Raises
        HTTPException for what is no form, or does not come to its end."""
        fields = await _fields(request)
        ours = guard.comes_from_us(request, self._base_url)
        return fields if ours and guard.same(fields.get("form", ""), self._form(visit)) else None

    def _form(self, visit: Visit) -> str:
        """What a form on this link's page brings back, and no page but that one, in this browser, knows."""
        return self._key.form(visit.token, visit.browser or "")

    def _path(self, visit: Visit) -> str:
        return f"{self._pages.base}/{self._under}/{visit.token}"


async def attempted(doing: Awaitable[T]) -> T | NotNow:
    """What comes of it, or the page that says that it cannot be done now."""
    try:
        return await doing
    except Later:
        log.warning("what was pressed on a page could not be done now")
        return NotNow()


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form, within limits."""
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
