"""One-time links by which somebody proves who they are in a chat: `GET` shows, and `POST` links the account."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.notices.pages import LapsedForm
from bot.proofs import ProofDesk
from handlers.web.visits import DONE, Visits, attempted, visit_of

PATH = "prove"


class ProofRoutes:
    """What is served at `/prove/<token>`."""

    def __init__(self, desk: ProofDesk, visits: Visits) -> None:
        self._desk, self._visits = desk, visits

    def routes(self) -> list[Route]:
        """Where they are."""
        here = self._visits.route
        return [
            Route(here, self.show, methods=["GET"]),
            Route(here, self.press, methods=["POST"]),
            Route(f"{here}{DONE}", self.settled, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """The page of a link. Changes nothing, whoever follows it (lesson L45)."""
        visit = visit_of(request)
        return await self._visits.answer(await self._desk.show(visit), visit)

    async def press(self, request: Request) -> Response:
        """Link the account: the page has no other button."""
        visit = visit_of(request)
        if await self._visits.fields(request, visit) is None:
            return await self._visits.answer(LapsedForm(), visit)
        page = await attempted(self._desk.press(visit))
        return await self._visits.answer(page, visit) if page else self._visits.again(visit, done=True)

    async def settled(self, request: Request) -> Response:
        """The page of what was done. Changes nothing."""
        visit = visit_of(request)
        return await self._visits.answer(await self._desk.settled(visit), visit)
