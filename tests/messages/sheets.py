"""What there is to read and to look at. To add a source, write a function that gives sheets, and name it in `SOURCES`."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.notices.variants import Variant, every
from bot.wording import Wording
from handlers.mail.reading.markup import lines_of
from handlers.mail.render import text
from handlers.mail.render.page import Page
from tests.pages import SETTINGS, SHOWN, drawn
from tests.wording.speaker import TEMPLATES


@dataclass(frozen=True)
class Sheet:
    """One message or page as its reader has it."""

    name: str
    """What its files are called."""
    title: str
    """Its subject, or the title of the page."""
    who: str
    """Who gets it, and when."""
    html: str
    text: str
    """The same as plain text."""

    @property
    def is_mail(self) -> bool:
        """A message, not a page."""
        return not self.name.startswith("page-")


def mails() -> Iterator[Sheet]:
    """Every notice as a mail, from its example and its variants."""
    wording, page = Wording.of(SETTINGS), Page(TEMPLATES)
    for variant in every():
        letter = wording.letter(variant.notice)
        said = f"Subject: {letter.subject}\n\n{text(letter)}"
        yield Sheet(variant.name, letter.subject, who_gets(variant), page.html(letter), said)


def pages() -> Iterator[Sheet]:
    """Every page of a one-time link."""
    wording = Wording.of(SETTINGS)
    for name, page in SHOWN.items():
        who = " ".join((inspect.getdoc(type(page)) or "").split())
        html = drawn(page)
        yield Sheet(f"page-{name}", wording.letter(page).subject, who, html, _words(html))


SOURCES: tuple[Callable[[], Iterator[Sheet]], ...] = (mails, pages)


def sheets() -> list[Sheet]:
    """All of them."""
    return [sheet for source in SOURCES for sheet in source()]


def who_gets(variant: Variant) -> str:
    """The docstring of its kind on one line, and what is different about it."""
    return " ".join([*(inspect.getdoc(type(variant.notice)) or "").split(), variant.when]).strip()


def _words(html: str) -> str:
    """The words of a page, a line for each of its lines, as somebody hears them who has it read aloud."""
    body = html.partition("<body>")[2]
    lines = (" ".join(line.split()) for line in lines_of(body).splitlines())
    return "\n".join(line for line in lines if line) + "\n"
