"""Pictures of sheets from a real browser: one for each, a desktop and a telephone in light and dark side by side."""

from collections.abc import AsyncIterator, Iterable, Sequence
from io import BytesIO

from PIL import Image
from playwright.async_api import Browser

from tests.browser import LOOKS, Look, open_browser, open_page
from tests.messages import FOLDER, PICTURES
from tests.messages.sheets import Sheet
from tests.messages.writing import picture

GAP = 16
"""Pixels round each screen."""
TABLE = (150, 156, 160)
"""The colour of what the screens lie on: neither is white or black."""
SCALE = 0.75
COLOURS = 28
"""With the scale: enough to read every word and see every line, in a file of less than 100 KB for most."""


async def take(sheets: Sequence[Sheet]) -> None:
    """Make the picture of each sheet, and remove those of none."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    wanted = {FOLDER / picture(sheet.name): sheet for sheet in sheets}
    for old in set(PICTURES.iterdir()) - set(wanted):
        old.unlink()
    async with open_browser() as browser:
        screens = [[screen async for screen in _screens(browser, look, wanted.values())] for look in LOOKS]
    for path, *of_one in zip(wanted, *screens, strict=True):
        _side_by_side(of_one).save(path, optimize=True)


async def _screens(browser: Browser, look: Look, sheets: Iterable[Sheet]) -> AsyncIterator[Image.Image]:
    """Each sheet, one after the other, on one screen."""
    async with open_page(browser, look, height=400, offline=True) as page:
        for sheet in sheets:
            await page.set_content(sheet.html)
            yield Image.open(BytesIO(await page.screenshot(full_page=True))).convert("RGB")


def _side_by_side(screens: Sequence[Image.Image]) -> Image.Image:
    width = sum(screen.width + GAP for screen in screens) + GAP
    height = max(screen.height for screen in screens) + 2 * GAP
    whole = Image.new("RGB", (width, height), TABLE)
    at = GAP
    for screen in screens:
        whole.paste(screen, (at, GAP))
        at += screen.width + GAP
    small = whole.resize((round(width * SCALE), round(height * SCALE)), Image.Resampling.LANCZOS)
    return small.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
