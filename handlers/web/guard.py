"""What holds for every answer of the web: nothing is kept, framed, guessed at or asked of anybody else.

And what must hold of every form that comes back: it came from a page of ours, shown to the same browser.
"""

import hmac
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"  # https://www.w3.org/TR/CSP3/
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
LASTING = "max-age=31536000"
"""A year of https alone (RFC 6797), said over https only."""


class Guarded:
    """An application all of whose answers carry these headers; one that sets a header itself has the last word."""

    def __init__(self, application: ASGIApp, *, https: bool) -> None:
        self._application = application
        self._headers = {**HEADERS, **({"Strict-Transport-Security": LASTING} if https else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._application(scope, receive, send_guarded)


def comes_from_us(request: Request, base_url: str) -> bool:
    """Whether a browser says that this request was made by a page of ours (https://www.w3.org/TR/fetch-metadata/).

    Older browsers name the origin instead, which is `null` for pages that send no referrer, as ours do.
    """
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    ours = "{0.scheme}://{0.netloc}".format(urlsplit(base_url)).lower()
    return request.headers.get("Origin", ours).lower() in (ours, "null")


def same(given: str, expected: str) -> bool:
    """Whether a form brings back what its page gave it."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
