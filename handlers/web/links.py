"""One-time links to files: `GET` shows, `POST` acts, and the contents are had within the session that an act has opened."""

from collections.abc import Mapping

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.counter import Counter, Parcel, Pressed, Settled
from bot.faults import of
from bot.notices.pages import LapsedForm, NotNow, Page
from bot.vault import BadMasterKey, Damaged, Destroyed, Unavailable, Vault
from handlers.web.download import download
from handlers.web.visits import DONE, Visits, attempted, visit_of

log = structlog.get_logger()

PATH = "get"
VERSION_MAX = 2**31


class LinkRoutes:
    """What is served at `/get/<token>`."""

    def __init__(self, counter: Counter, vault: Vault, visits: Visits) -> None:
        self._counter, self._vault, self._visits = counter, vault, visits

    def routes(self) -> list[Route]:
        """Where they are."""
        here = self._visits.route
        return [
            Route(here, self.show, methods=["GET"]),
            Route(here, self.press, methods=["POST"]),
            Route(f"{here}{DONE}", self.settled, methods=["GET"]),
            Route(f"{here}/file", self.contents, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """The page of a link. Changes nothing, whoever follows it (lesson L45)."""
        visit = visit_of(request)
        return await self._visits.answer(await self._counter.show(visit), visit)

    async def press(self, request: Request) -> Response:
        """Do what was pressed."""
        visit = visit_of(request)
        if (fields := await self._visits.fields(request, visit)) is None:
            return await self._visits.answer(LapsedForm(), visit)
        renewing = fields.get("act") == "renew"
        doing = self._counter.renew(visit) if renewing else self._counter.press(visit, _pressed(fields))
        came_of_it = await attempted(doing)
        if isinstance(came_of_it, Page):
            return await self._visits.answer(came_of_it, visit)
        return self._visits.again(visit, done=isinstance(came_of_it, Settled))

    async def settled(self, request: Request) -> Response:
        """The page of what was done. Changes nothing."""
        visit = visit_of(request)
        return await self._visits.answer(await self._counter.settled(visit), visit)

    async def contents(self, request: Request) -> Response:
        """The contents, while the session lasts."""
        visit = visit_of(request)
        found = await self._counter.contents(visit)
        if not isinstance(found, Parcel):
            return self._visits.again(visit)
        try:
            return await download(request, self._vault, found)
        except Destroyed:
            return self._visits.again(visit)
        except (Damaged, Unavailable, BadMasterKey) as fault:
            log.exception("contents could not be handed out", fault=of(fault))
            return await self._visits.answer(NotNow(), visit)


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
