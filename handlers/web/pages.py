"""Draws pages: the words of a page as a letter, and its forms, in one layout without scripts."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from bot import data
from bot.notices.pages import Page
from bot.settings import Settings
from bot.wording import Compiled, Letter, Rule, Wording

HERE = Path(__file__).parent
STYLE = HERE / "static" / "style.css"
_COMPILED = Compiled()


class Pages:
    """Speaks for one authority."""

    def __init__(self, settings: Settings) -> None:
        self._wording = Wording.of(settings)
        environment = Environment(
            loader=FileSystemLoader([HERE / "templates", data.folder("mail_templates")]), undefined=StrictUndefined,
            autoescape=True, trim_blocks=True, lstrip_blocks=True, bytecode_cache=_COMPILED,
        )  # fmt: skip
        self.base = urlsplit(settings.web.base_url).path.rstrip("/")
        """What stands before every path of ours."""
        environment.globals |= {
            "authority": settings.authority.name,
            "reasons": [reason.text for reason in settings.reasons],
            "style": f"{self.base}/style.css",
        }
        self._layout = environment.get_template("page.html")

    def html(self, page: Page, *, form: str = "", here: str = "") -> str:
        """The page. `form`: what each of its forms brings back; `here`: its own path."""
        letter = self._wording.letter(page)
        above, below = _around_the_forms(letter)
        return self._layout.render(page=page, title=letter.subject, above=above, below=below, form=form, here=here)

    def answer(self, page: Page, *, status: int = 200, form: str = "", here: str = "") -> HTMLResponse:
        """The page as an answer."""
        return HTMLResponse(self.html(page, form=form, here=here), status)


def _around_the_forms(letter: Letter) -> tuple[Letter, Letter]:
    """What stands above and below the place of the forms, which is the first rule."""
    at = next((at for at, block in enumerate(letter.blocks) if isinstance(block, Rule)), len(letter.blocks))
    return replace(letter, blocks=letter.blocks[:at]), replace(letter, blocks=letter.blocks[at + 1 :])
