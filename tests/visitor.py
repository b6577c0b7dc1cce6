"""Somebody with a browser: keeps cookies, follows redirections, and presses the buttons of the page it is shown."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from tests.office import Answer, TestOffice

LINK = re.compile(r"https?://\S+/get/[a-z0-9]+")


def links_in(mail: Answer) -> list[str]:
    """The one-time links of a mail, in their order."""
    return LINK.findall(mail.text)


class _Page(HTMLParser):
    """What a page shows, and what its forms bring back."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words, self.hidden, self.buttons = list[str](), dict[str, str](), list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        if tag == "input" and of.get("type") == "hidden":
            self.hidden[of["name"] or ""] = of["value"] or ""
        if tag == "button":
            self.buttons.append(of["value"] or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@dataclass
class Visitor:
    """A browser at one office's pages."""

    client: httpx.AsyncClient
    url: str = ""
    answer: httpx.Response = field(default_factory=lambda: httpx.Response(200))

    @property
    def page(self) -> _Page:
        return _Page(self.answer.text)

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def text(self) -> str:
        """The words of the page, on one line."""
        return " ".join(" ".join(self.page.words).split())

    @property
    def buttons(self) -> set[str]:
        return set(self.page.buttons)

    async def open(self, url: str, method: str = "GET") -> "Visitor":
        """Follow a link."""
        self.url = url
        self.answer = await self.client.request(method, url)
        return self

    async def press(self, act: str, headers: Mapping[str, str] | None = None, **fields: str) -> "Visitor":
        """Press the button of this act on the page that is shown, having filled in these fields."""
        return await self.send({**self.page.hidden, "act": act, **fields}, headers)

    async def send(self, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> "Visitor":
        """Send these fields, wherever they are from."""
        self.answer = await self.client.post(self.url, data=fields, headers=headers, follow_redirects=True)
        return self

    async def download(self, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Ask for the contents."""
        return await self.client.get(f"{self.url}/file", headers=headers)


@asynccontextmanager
async def visitor(post: TestOffice) -> AsyncIterator[Visitor]:
    """A browser that knows no cookie yet."""
    assert post.office.web
    transport = httpx.ASGITransport(post.office.web.application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=post.rooms.settings.web.base_url) as client:
        yield Visitor(client)
