"""The way in over HTTP: nothing of a call is looked at before its signature (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""

import asyncio
import time

import structlog
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from bot.measures import Measures
from handlers.slack.receive import kind_of

log = structlog.get_logger()

BODY_BYTES_MAX = 1_000_000
"""Octets of one call of Slack's: far more than its largest event."""
BODY_SECONDS = 10
"""How long a call may take to bring its body: Slack itself waits three seconds for an answer."""
MALFORMED = (ValueError, TypeError, AttributeError, KeyError, RecursionError)
"""What Bolt raises where a body is not of the form that Slack's have."""


class Door:
    """Takes calls in for one app."""

    def __init__(self, bolt: AsyncApp, signing_secret: str, measures: Measures | None = None) -> None:
        """Raises ValueError where the secret is empty: anybody could sign with that."""
        self._bolt, self._verifier = bolt, SignatureVerifier(signing_secret)
        self._measures = measures or Measures()

    async def called(self, request: Request) -> Response:
        """One call: 401 where Slack has not signed it within five minutes, 413 where it is too large, 408 where it does not
        come to its end, 400 where it is malformed."""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(request)
        except (TimeoutError, ClientDisconnect):
            return PlainTextResponse("too slow", status_code=408, headers={"Connection": "close"})
        if body is None:
            return PlainTextResponse("too large", status_code=413)
        if not self._is_signed(body, request):
            log.warning("a call that Slack has not signed was refused")
            return PlainTextResponse("not signed", status_code=401)
        try:
            call = AsyncBoltRequest(body=body.decode(), headers=dict(request.headers))
        except MALFORMED as fault:
            log.warning("a malformed call of Slack's was refused", fault=type(fault).__name__)
            return PlainTextResponse("malformed", status_code=400)
        begun = time.monotonic()
        answer = await self._bolt.async_dispatch(call)
        self._measures.acknowledged(kind_of(call.body), time.monotonic() - begun)
        return to_starlette_response(answer)

    def _is_signed(self, body: bytes, request: Request) -> bool:
        try:
            return self._verifier.is_valid_request(body, dict(request.headers))
        except (ValueError, TypeError):  # a time that is no number, a signature that is no ASCII
            return False


async def _body(request: Request) -> bytes | None:
    """The whole body; None where it is too large, whatever length it announced."""
    octets = bytearray()
    async for piece in request.stream():
        octets += piece
        if len(octets) > BODY_BYTES_MAX:
            return None
    return bytes(octets)
