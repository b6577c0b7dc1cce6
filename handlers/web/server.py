"""Serves one ASGI application on the address that is configured."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from bot.settings import Web
from handlers import ports
from handlers.web.patience import PatientProtocol

CONNECTIONS_MAX = 200
"""Connections at a time; more are answered 503."""
GOODBYE_SECONDS = 5
"""How long a download that is under way may go on once we stop. It can be begun again at the octet it got to."""


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the office."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class WebServer:
    """The pages, at work between `start` and `stop`."""

    def __init__(self, web: Web, application: ASGIApp) -> None:
        self._web, self.application = web, application
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self.port = web.port
        """The port that it listens on, once it does."""

    async def start(self) -> None:
        """Listen. Raises `handlers.ports.CannotListen`."""
        certificate = self._web.tls_certificate
        tls = ports.certified(certificate, self._web.tls_key, "[web]") if certificate else None
        listener = _listener(self._web)
        self.port = listener.getsockname()[1]
        self._server = _Server(_configured(self._web, self.application, tls))
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))

    async def stop(self) -> None:
        """Listen no more, and let what is being answered finish, for a while."""
        if self._server and self._serving:
            self._server.should_exit = True
            await self._serving


def _configured(web: Web, application: ASGIApp, tls: ssl.SSLContext | None) -> uvicorn.Config:
    return uvicorn.Config(
        application, http=PatientProtocol, ws="none", lifespan="off", log_config=None, server_header=False,
        access_log=False,  # a link's address is its secret, and is never logged
        proxy_headers=bool(web.proxy_networks), forwarded_allow_ips=[str(network) for network in web.proxy_networks],
        limit_concurrency=CONNECTIONS_MAX, timeout_graceful_shutdown=GOODBYE_SECONDS,
        ssl_context_factory=(lambda *_: tls) if tls else None,
    )  # fmt: skip


def _listener(web: Web) -> socket.socket:
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    try:
        return socket.create_server((web.host, web.port), family=family, backlog=CONNECTIONS_MAX)
    except OSError as fault:
        raise ports.not_to_be_had(web.host, web.port, "[web]", fault) from fault
