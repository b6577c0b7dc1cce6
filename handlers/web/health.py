"""What those who watch over Postroom ask of it: `/healthz`, `/readyz` and `/metrics`.

The first two are for whoever can reach the web; of the second they get yes or no. Which part it is that fails, and the
metrics, are told within `metrics_networks` alone; elsewhere there is no such page.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.settings import Web
from bot.settings.kinds import is_loopback

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
"""By these a proxy shows that it has passed a request on."""
VISITOR = "x-forwarded-for"
"""By this a proxy that is named says whom it passes on."""

Parts = Mapping[str, str]
"""What was looked at, and what is wrong with it; empty where nothing is."""
Look = Callable[[], Awaitable[Parts]]
Age = Callable[[], int | None]
"""Seconds since the newest canary was sent that has come back; None while there is none."""


class HealthRoutes:
    """The three of them, for one office."""

    def __init__(self, web: Web, registry: CollectorRegistry, look: Look, canary_age: Age | None = None) -> None:
        """`canary_age`: where canaries are sent."""
        self._web, self._registry, self._look, self._canary_age = web, registry, look, canary_age

    def routes(self) -> list[BaseRoute]:
        """Where they are."""
        return [
            Route("/healthz", self.alive, methods=["GET"]),
            Route("/readyz", self.ready, methods=["GET"]),
            Route("/metrics", self.metrics, methods=["GET"]),
        ]

    async def alive(self, request: Request) -> Response:
        """The process answers."""
        del request
        return PlainTextResponse("ok\n")

    async def ready(self, request: Request) -> Response:
        """200 where every part works, else 503."""
        parts = await self._look()
        failing = {part: why for part, why in parts.items() if why}
        told: dict[str, object] = {"ready": not failing}
        if is_near(request, self._web):
            told |= {"failing": failing, "parts": sorted(parts)}
            if self._canary_age:
                told["canary_age_seconds"] = self._canary_age()
        return JSONResponse(told, status_code=503 if failing else 200)

    async def metrics(self, request: Request) -> Response:
        """Everything that is counted and read, in the form that is asked for. 404 to everybody else."""
        if not is_near(request, self._web):
            raise HTTPException(404)
        encode, media_type = choose_encoder(request.headers.get("Accept", ""))
        return Response(await asyncio.to_thread(encode, self._registry), media_type=media_type)


def is_near(request: Request, web: Web) -> bool:
    """Whether this visitor may read how everything stands.

    Behind a proxy that is not named, or does not say who its visitor is, everybody seems to come from where it stands:
    then nobody may. Nor may a visitor who seems to be a proxy: the first of several names is the visitor's own to write.
    """
    has_proxy = bool(web.proxy_networks)
    if any(name in request.headers for name in FORWARDED) and not (has_proxy and VISITOR in request.headers):
        return False
    faces_others = not is_loopback(urlsplit(web.base_url).hostname or "")
    if faces_others and not (has_proxy or web.tls_certificate):
        return False
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    visitor = getattr(address, "ipv4_mapped", None) or address
    if VISITOR in request.headers and any(visitor in network for network in web.proxy_networks):
        return False
    return any(visitor in network for network in web.metrics_networks)
