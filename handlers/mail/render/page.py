"""A letter as HTML: `mail_templates/layout.html`, its style written into the elements, for many mail programs drop it.

What depends on the screen cannot stand in an element and is kept as it is; widths become attributes too, as Outlook wants.

Drawing a page from its template and writing its style in costs as much as wording it. So it is done once, to specimens of all that
letters are made of (`Pattern`), and a letter is put together from what these came to: the same page to the octet, in a tenth of
the time (a test compares them).
"""

from pathlib import Path

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.wording import Letter
from bot.wording.compiled import Compiled
from handlers.mail.render.pattern import Pattern
from handlers.mail.render.quoted import quoted
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
        self._pattern = Pattern(self.laid_out)
        self._fixed = [quoted(lines) for lines in self._pattern.fixed]

    def laid_out(self, letter: Letter) -> str:
        """The same as `html`, the long way."""
        return self._inliner.inline(self._layout.render(letter=letter, reply_above=REPLY_ABOVE))

    def html(self, letter: Letter) -> str:
        """The letter as a whole page, which asks nothing of the network. Its text is escaped."""
        begin, between, end = self._pattern.fixed
        return f"{begin}{self._pattern.title(letter)}{between}{self._pattern.body(letter)}{end}"

    def quoted(self, letter: Letter) -> bytes:
        """The same in quoted-printable, line by line: most of it is that already."""
        begin, between, end = self._fixed
        return begin + quoted(self._pattern.title(letter)) + between + quoted(self._pattern.body(letter)) + end
