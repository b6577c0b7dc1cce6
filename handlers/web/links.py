"""One-time links to files: `GET` shows, `POST` acts, and the contents are had within the session that an act has opened."""

from collections.abc import Mapping

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.faults import of
from bot.link_desk import Download, LinkDesk, Pressed, Settled
from bot.notices.pages import LapsedForm, NotNow, Page
from bot.vault import BadMasterKey, Damaged, Destroyed, Unavailable, Vault
from handlers.web.download import download
from handlers.web.routes import VisitRoutes
from handlers.web.visits import Visits, attempted, visit_of

log = structlog.get_logger()

PATH = "get"
VERSION_MAX = 2**31


class LinkRoutes(VisitRoutes):
    """What is served at `/get/<token>`."""

    def __init__(self, desk: LinkDesk, vault: Vault, visits: Visits) -> None:
        super().__init__(desk, visits)
        self._links, self._vault = desk, vault

    def routes(self) -> list[Route]:
        """Where they are."""
        return [*super().routes(), Route(f"{self._visits.route}/file", self.contents, methods=["GET"])]

    async def press(self, request: Request) -> Response:
        """Do what was pressed."""
        visit = visit_of(request)
        if (fields := await self._visits.fields(request, visit)) is None:
            return await self._visits.answer(LapsedForm(), visit)
        renewing = fields.get("act") == "renew"
        doing = self._links.renew(visit) if renewing else self._links.press(visit, _pressed(fields))
        came_of_it = await attempted(doing)
        if isinstance(came_of_it, Page):
            return await self._visits.answer(came_of_it, visit)
        return self._visits.again(visit, done=isinstance(came_of_it, Settled))

    async def contents(self, request: Request) -> Response:
        """The contents, while the session lasts."""
        visit = visit_of(request)
        found = await self._links.contents(visit)
        if not isinstance(found, Download):
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
