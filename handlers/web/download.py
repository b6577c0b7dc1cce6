"""Hands a file's contents out: opened on the way, in flat memory, and resumable (RFC 9110, section 14)."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.link_desk import Download
from bot.vault import Vault

RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)
"""One range; several in one request are answered with the whole, as RFC 9110 allows."""
HEADERS = {
    "Accept-Ranges": "bytes",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Type": "application/octet-stream",
}


@dataclass(frozen=True)
class Span:
    """Octets from `start` up to, and without, `end`."""

    start: int
    end: int


async def download(request: Request, vault: Vault, wanted: Download) -> Response:
    """The contents, or the part that is asked for. Raises the vault's errors, before anything is sent."""
    span = _wanted(request, wanted)
    headers = {
        **HEADERS,
        "Content-Disposition": disposition(wanted.name),
        "ETag": _etag(wanted),
    }
    if span is None:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{wanted.size}"})
    part = span != Span(0, wanted.size)
    headers["Content-Length"] = str(span.end - span.start)
    if part:
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{wanted.size}"
    if request.method == "HEAD":
        return Response(status_code=206 if part else 200, headers=headers)
    frames = vault.read(wanted.object_id, start=span.start)
    first = await asyncio.to_thread(next, frames)
    return StreamingResponse(_octets(first, frames, span), 206 if part else 200, headers)


def disposition(name: str) -> str:
    """That contents are to be kept under this name, and never shown (RFC 6266)."""
    return f"attachment; filename=\"{_ascii(name)}\"; filename*=UTF-8''{quote(name, safe='')}"


async def _octets(first: bytes, frames: Iterator[bytes], span: Span) -> AsyncIterator[bytes]:
    """No more than the span. What proves damaged on the way breaks the connection, so that nobody takes it for whole."""
    left = span.end - span.start
    frame: bytes | None = first
    while frame is not None and left > 0:
        piece = frame[:left]
        left -= len(piece)
        yield piece
        if left:
            frame = await asyncio.to_thread(next, frames, None)


def _wanted(request: Request, wanted: Download) -> Span | None:
    """What the request asks for; None where there is no such part."""
    whole = Span(0, wanted.size)
    match = RANGE.fullmatch(request.headers.get("Range", "").strip())
    condition = request.headers.get("If-Range")
    if not match or not any(match.groups()) or (condition and condition != _etag(wanted)):
        return whole
    first, last = match.groups()
    if not first:
        return Span(max(0, wanted.size - int(last)), wanted.size) if int(last) else None
    start, end = int(first), min(int(last) + 1 if last else wanted.size, wanted.size)
    if last and int(last) < int(first):
        return whole  # no range at all (RFC 9110, section 14.1.1)
    return Span(start, end) if start < wanted.size else None


def _etag(wanted: Download) -> str:
    return f'"{wanted.sha256}"'


def _ascii(name: str) -> str:
    """The name for programs that do not read `filename*` (RFC 6266, appendix D)."""
    return re.sub(r"[^ !#-\[\]-~]", "_", name)
