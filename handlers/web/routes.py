"""What is served of every kind of one-time link: a page that `GET` shows, a button that is pressed, and a page of what was done."""

from abc import ABC, abstractmethod
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.links import Visit
from bot.notices.pages import Page
from handlers.web.visits import DONE, Visits, visit_of


class Desk(Protocol):
    """What the pages of a link show."""

    async def show(self, visit: Visit) -> Page:
        """The page of a link."""

    async def settled(self, visit: Visit) -> Page:
        """The page of what was done by it."""


class VisitRoutes(ABC):
    """What is served below the address of one kind of link."""

    def __init__(self, desk: Desk, visits: Visits) -> None:
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

    @abstractmethod
    async def press(self, request: Request) -> Response:
        """Do what was pressed."""

    async def settled(self, request: Request) -> Response:
        """The page of what was done. Changes nothing."""
        visit = visit_of(request)
        return await self._visits.answer(await self._desk.settled(visit), visit)
