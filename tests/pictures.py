"""The pictures of README.md, taken from Chromium: `make pictures`."""

import asyncio
import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser
from rich.console import Console

from handlers.cli.demo.day import day
from handlers.cli.demo.player import Player
from tests.browser import Look, open_browser, open_page
from tests.demo.conftest import demo_with
from tests.messages.sheets import sheets

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
COLOURS = 24
"""Enough for letters with soft edges on plain ground, in a fifth of the octets."""
OF_SHEETS = {"receipt": "receipt", "officers-page": "page-file"}
"""The picture's name, and the message or page that it shows."""


async def demo_mailbox(browser: Browser, directory: Path) -> bytes:
    """What a newcomer to the demo sees who has sent a badly named file, in PNG."""
    async with demo_with(directory, patience=60) as demo, open_page(browser, Look(1200), height=860) as page:
        today = demo.rooms.clock.now().astimezone(demo.rooms.settings.timezone).date()
        await Player(Console(quiet=True), demo.mailboxes, demo.desk).play(day(today))
        await page.goto(demo.rooms.settings.web.base_url)
        async with page.expect_navigation():
            await page.get_by_role("button", name="Send a badly named file").click()
        return await page.screenshot()


async def of_sheet(browser: Browser, name: str) -> bytes:
    """A message or a page, whole, in PNG."""
    html = next(sheet.html for sheet in sheets() if sheet.name == name)
    async with open_page(browser, Look(640), offline=True) as page:
        await page.set_content(html)
        return await page.screenshot(full_page=True)


async def draw() -> None:
    """Take them all, and keep them small."""
    with tempfile.TemporaryDirectory() as directory:
        async with open_browser() as browser:
            taken = {name: await of_sheet(browser, sheet) for name, sheet in OF_SHEETS.items()}
            taken["demo-mailbox"] = await demo_mailbox(browser, Path(directory))
    FOLDER.mkdir(exist_ok=True)
    for name, picture in taken.items():
        image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS)
        image.save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    asyncio.run(draw())
