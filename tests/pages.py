"""Every page as a browser gets it, from the examples, for tests and pictures."""

from bot import data
from bot import settings as configuration
from bot.notices.pages import PAGES, VARIANTS, Page
from handlers.web.pages import STYLE, Pages

SHOWN: dict[str, Page] = {
    **{kind: page.example for kind, page in PAGES.items() if isinstance(page.example, Page)},
    **VARIANTS,
}
"""All that look different, by name."""


SETTINGS = configuration.load(
    data.folder("config") / "demo",
    {
        "POSTROOM__AUTHORITY__NAME": "Derbyshire County Council",
        "POSTROOM__WEB__BASE_URL": "https://postroom.example",
        "POSTROOM__EMAIL__OUTGOING__FROM_NAME": "Derbyshire school returns",
    },
)
"""The authority of all examples."""


def drawn(page: Page) -> str:
    """The page, as whole HTML with its style within."""
    pages = Pages(SETTINGS)
    html = pages.html(page, form="f", here="/get/example")
    style = f"<style>{STYLE.read_text(encoding='utf-8')}</style>"
    return html.replace('<link rel="stylesheet" href="/style.css">', style)
