"""Pictures of what is shown in Slack, from a real browser: in light, and in dark beside it."""

from collections.abc import Iterable, Mapping
from io import BytesIO

from PIL import Image
from playwright.async_api import Browser

from tests.browser import Look, open_browser, open_page
from tests.messages.pictures import COLOURS
from tests.slack_pictures import PICTURES, frames
from tests.slack_pictures.markup import Markup

WIDTH = 660
SCALE = 0.8


async def take(pictured: Mapping[str, Iterable[Markup]]) -> None:
    """Make these pictures, and remove all others."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    wanted = {
        PICTURES / f"{name}.png": frames.page(name, list(shown), frames.style()) for name, shown in pictured.items()
    }
    for old in set(PICTURES.iterdir()) - set(wanted):
        old.unlink()
    async with open_browser() as browser:
        for path, html in wanted.items():
            light, dark = await _taken(browser, html, "light"), await _taken(browser, html, "dark")
            whole = Image.new("RGB", (light.width + dark.width, max(light.height, dark.height)))
            whole.paste(light, (0, 0))
            whole.paste(dark, (light.width, 0))
            small = whole.resize((round(whole.width * SCALE), round(whole.height * SCALE)), Image.Resampling.LANCZOS)
            small.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(path, optimize=True)


async def _taken(browser: Browser, html: str, scheme: str) -> Image.Image:
    look = Look(WIDTH, "dark" if scheme == "dark" else "light")
    async with open_page(browser, look, height=300, offline=True) as page:
        await page.set_content(html)
        return Image.open(BytesIO(await page.screenshot(full_page=True))).convert("RGB")
