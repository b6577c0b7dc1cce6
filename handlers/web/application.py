"""The one HTTP application, of the routes that it is given."""

from collections.abc import Sequence

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp

from bot.notices.pages import Home, NotNow, UnknownLink
from bot.settings import Settings
from handlers.web.guard import Guarded
from handlers.web.pages import STYLE, Pages

log = structlog.get_logger()


def application(
    settings: Settings, pages: Pages, routes: Sequence[BaseRoute], watching: Sequence[BaseRoute] = ()
) -> ASGIApp:
    """Serves these routes, a front page and the style; whatever goes wrong is answered with a page.

    `watching`: routes that stand at the root, whatever path `base_url` has: who asks for them is near.
    """

    async def home(request: Request) -> Response:
        del request
        return await pages.answer(Home(address=settings.email.address))

    async def style(request: Request) -> Response:
        del request
        return FileResponse(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    async def missing(request: Request, fault: Exception) -> Response:
        del request, fault
        return await pages.answer(UnknownLink(), status=404)

    async def trouble(request: Request, fault: Exception) -> Response:
        log.error("a page failed", method=request.method, fault=type(fault).__name__)
        return await pages.answer(NotNow(), status=500)

    ours = Router([*routes, Route("/", home), Route("/style.css", style)], redirect_slashes=False)
    served = Starlette(
        routes=[*watching, *([Route(pages.base, home)] if pages.base else []), Mount(pages.base, ours)],
        exception_handlers={404: missing, 405: missing, Exception: trouble},
    )
    served.router.redirect_slashes = False  # it would lead to whatever host the request names, with the link's secret
    return Guarded(served, https=settings.web.base_url.startswith("https:"))
