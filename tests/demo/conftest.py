"""The demo's office at work on free ports, and a browser's view of it without the browser."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import httpx
import pytest

from bot import data
from bot import settings as configuration
from handlers.cli.demo.opening import Demo, open_demo
from tests.office import free_port, places

PATIENCE_SECONDS = 60
"""A busy machine is no fault of ours."""
TOKEN = re.compile(r'name="token" value="([^"]+)"')


@dataclass
class Newcomer:
    """Somebody who presses what the demo's pages show."""

    demo: Demo
    client: httpx.AsyncClient
    token: str = field(default="")

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Look at a page."""
        return await self.client.get(path, headers=headers)

    async def page(self, path: str) -> str:
        """The text of a page, which there must be."""
        answer = await self.get(path)
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)

    async def post(
        self,
        path: str,
        fields: dict[str, str],
        *,
        files: Sequence[tuple[str, bytes]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a form as a browser does, with what its page gave it."""
        self.token = self.token or TOKEN.findall(await self.page("/demo/write"))[0]
        parts = [("files", (name, contents)) for name, contents in files or [("", b"")]]
        return await self.client.post(path, data={"token": self.token, **fields}, files=parts, headers=headers)

    async def send(self, of: str, files: list[tuple[str, bytes]], **fields: str) -> httpx.Response:
        """Write a mail as somebody."""
        return await self.post(f"/demo/write?of={of}", fields, files=files)


@asynccontextmanager
async def demo_with(directory: Path, *, patience: float) -> AsyncIterator[Demo]:
    """The demo, with nothing played yet, whose pages wait so many seconds for an answer."""
    web = free_port()
    ports = {
        "POSTROOM__EMAIL__SMTP__PORT": str(free_port()),
        "POSTROOM__EMAIL__OUTGOING__PORT": str(free_port()),
        "POSTROOM__WEB__PORT": str(web),
        "POSTROOM__WEB__BASE_URL": f"http://127.0.0.1:{web}",
    }
    settings = configuration.load(data.folder("config") / "demo", {**places(directory), **ports})
    async with open_demo(settings, patience=patience) as opened:
        yield opened


@asynccontextmanager
async def newcomer_to(demo: Demo) -> AsyncIterator[Newcomer]:
    """A newcomer to this demo."""
    async with httpx.AsyncClient(
        base_url=demo.rooms.settings.web.base_url, follow_redirects=True, timeout=PATIENCE_SECONDS
    ) as client:
        yield Newcomer(demo, client)


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    """The demo, whose pages wait for an answer until it has come."""
    async with demo_with(tmp_path, patience=PATIENCE_SECONDS) as opened:
        yield opened


@pytest.fixture
async def newcomer(demo: Demo) -> AsyncIterator[Newcomer]:
    """A newcomer to that demo."""
    async with newcomer_to(demo) as newcomer:
        yield newcomer
