"""One-time links by which somebody proves who they are in a chat: `GET` shows, and `POST` links the account."""

from starlette.requests import Request
from starlette.responses import Response

from bot.notices.pages import LapsedForm
from bot.proofs import ProofDesk
from handlers.web.routes import VisitRoutes
from handlers.web.visits import Visits, attempted, visit_of

PATH = "prove"


class ProofRoutes(VisitRoutes):
    """What is served at `/prove/<token>`."""

    def __init__(self, desk: ProofDesk, visits: Visits) -> None:
        super().__init__(desk, visits)
        self._proofs = desk

    async def press(self, request: Request) -> Response:
        """Link the account: the page has no other button."""
        visit = visit_of(request)
        if await self._visits.fields(request, visit) is None:
            return await self._visits.answer(LapsedForm(), visit)
        page = await attempted(self._proofs.press(visit))
        return await self._visits.answer(page, visit) if page else self._visits.again(visit, done=True)
