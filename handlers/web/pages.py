"""Draws pages: the words of a page as a letter, and its forms, in one layout without scripts."""

import asyncio
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse

from bot.notices.pages import Page
from bot.settings import Settings
from bot.wording import Letter, Rule, Wording

if TYPE_CHECKING:
    from jinja2 import Template

STYLE = Path(__file__).parent / "static" / "style.css"


class Pages:
    """Speaks for one authority."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._wording = settings, Wording.of(settings)
        self.base = urlsplit(settings.web.base_url).path.rstrip("/")
        """What stands before every path of ours."""

    def html(self, page: Page, *, form: str = "", here: str = "") -> str:
        """The page. `form`: what each of its forms brings back; `here`: its own path."""
        letter = self._wording.letter(page)
        above, below = _around_the_forms(letter)
        return self._layout.render(page=page, title=letter.subject, above=above, below=below, form=form, here=here)

    async def answer(self, page: Page, *, status: int = 200, form: str = "", here: str = "") -> HTMLResponse:
        """The page as an answer; drawn in a thread, for with the first one all is loaded that it takes to draw them."""
        return HTMLResponse(await asyncio.to_thread(self.html, page, form=form, here=here), status)

    @cached_property
    def _layout(self) -> "Template":
        from handlers.web.layout import layout  # noqa: PLC0415 - as `bot.wording.speaker`: only where a page is wanted

        return layout(self._settings, self.base)


def _around_the_forms(letter: Letter) -> tuple[Letter, Letter]:
    """What stands above and below the place of the forms, which is the first rule."""
    at = next((at for at, block in enumerate(letter.blocks) if isinstance(block, Rule)), len(letter.blocks))
    return replace(letter, blocks=letter.blocks[:at]), replace(letter, blocks=letter.blocks[at + 1 :])
