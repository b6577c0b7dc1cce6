"""Draws the picture of the demo's mailbox that README.md shows: `make pictures`."""

import asyncio
import io
import tempfile
from pathlib import Path

from PIL import Image
from rich.console import Console

from handlers.cli.demo.day import day
from handlers.cli.demo.opening import Demo
from handlers.cli.demo.player import Player
from tests.browser import Look, open_browser, open_page
from tests.demo.conftest import demo_with

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "demo-mailbox.png"
COLOURS = 16
"""Enough for letters with soft edges on plain ground, in a sixth of the octets."""


async def picture(demo: Demo) -> bytes:
    """What a newcomer sees who has sent a badly named file, in PNG."""
    async with open_browser() as browser, open_page(browser, Look(1200), height=860) as page:
        await page.goto(demo.rooms.settings.web.base_url)
        async with page.expect_navigation():
            await page.get_by_role("button", name="Send a badly named file").click()
        return await page.screenshot()


async def draw() -> None:
    """Play the day, take the picture, and keep it small."""
    with tempfile.TemporaryDirectory() as directory:
        async with demo_with(Path(directory), patience=60) as demo:
            today = demo.rooms.clock.now().astimezone(demo.rooms.settings.timezone).date()
            await Player(Console(quiet=True), demo.mailboxes, demo.desk).play(day(today))
            taken = await picture(demo)
    PICTURE.parent.mkdir(exist_ok=True)
    Image.open(io.BytesIO(taken)).convert("RGB").quantize(COLOURS).save(PICTURE, optimize=True)


if __name__ == "__main__":
    asyncio.run(draw())
