"""A letter as HTML: `mail_templates/layout.html`, its style written into the elements, for many mail programs drop it.

What depends on the screen cannot stand in an element and is kept as it is; widths become attributes too, as Outlook wants.
"""

from pathlib import Path

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.wording import Compiled, Letter
from handlers.mail.render.text import REPLY_ABOVE

_COMPILED = Compiled()


class Page:
    """The one layout of all mail."""

    def __init__(self, templates: Path) -> None:
        """`templates`: the folder that holds `layout.html`."""
        environment = Environment(
            loader=FileSystemLoader(templates), undefined=StrictUndefined, autoescape=True, trim_blocks=True,
            lstrip_blocks=True, bytecode_cache=_COMPILED,
        )  # fmt: skip
        self._layout = environment.get_template("layout.html")
        self._inliner = CSSInliner(load_remote_stylesheets=False, apply_width_attributes=True)

    def html(self, letter: Letter) -> str:
        """The letter as a whole page, which asks nothing of the network. Its text is escaped."""
        return self._inliner.inline(self._layout.render(letter=letter, reply_above=REPLY_ABOVE))
