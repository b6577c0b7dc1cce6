"""Whatever letter of ours is quoted, in whatever program: the new text is what was typed, no more and no less."""

import textwrap
from dataclasses import replace
from itertools import cycle

import pytest

from bot.rules.commands import Freeze, Yes, read
from handlers.mail.reading.markup import lines_of
from handlers.mail.reading.text import new_text
from tests.channels.opening import text_of
from tests.channels.quoting import ATTRIBUTIONS, NOTICES, PAGES, PLAIN, lines_marked, mail, older
from tests.rules.asking import EVERYWHERE, REPLY

TYPED = (
    "yes",
    "recall",
    "status",
    "2",
    "Wrong file!",
    "Yes please, send it.\n\nThe first one is for the autumn.",
    "no",
)


@pytest.mark.parametrize("whole", [True, False], ids=["with our line", "without our line"])
@pytest.mark.parametrize("way", PLAIN)
def test_what_is_typed_beside_any_letter_of_ours_is_all_that_is_new(way: str, whole: bool) -> None:  # lessons L40, L46
    for name, typed in zip(NOTICES, cycle(TYPED)):
        assert text_of(mail(PLAIN[way](typed, older(name, whole=whole)), None)) == typed, name


@pytest.mark.parametrize("whole", [True, False], ids=["with our line", "without our line"])
@pytest.mark.parametrize("way", PAGES)
def test_what_is_typed_on_a_page_is_all_that_is_new(way: str, whole: bool) -> None:  # lessons L40, L46
    for name, typed in zip(NOTICES, cycle(TYPED)):
        assert text_of(mail(None, PAGES[way](typed, older(name, whole=whole)))) == typed, name


BOTH = {
    "gmail": "reply above: gmail",
    "gmail, below in the frame": "reply below: gmail",
    "outlook on the web": "outlook: english",
    "outlook for windows, german": "outlook: german",
    "iphone": "iphone",
    "thunderbird, below": "reply below: thunderbird",
    "gmail, forwarded": "forward: gmail in polish",
    "outlook, new, signed": "outlook: english",
}
"""Programs that send a page and plain text that say the same."""


@pytest.mark.parametrize("page", BOTH)
def test_what_is_typed_is_read_once_from_a_mail_that_says_it_in_two_ways(page: str) -> None:
    for name in list(NOTICES)[::5]:
        old = older(name)
        assert text_of(mail(PLAIN[BOTH[page]]("recall", old), PAGES[page]("recall", old))) == "recall", name


@pytest.mark.parametrize("way", [*PLAIN, *PAGES])
def test_where_nothing_is_typed_nothing_is_new_and_nothing_asked(way: str) -> None:
    for name in list(NOTICES)[::5]:
        for whole in (True, False):
            old = older(name, whole=whole)
            said = text_of(mail(PLAIN[way]("", old), None) if way in PLAIN else mail(None, PAGES[way]("", old)))
            assert said == "", name


@pytest.mark.parametrize("name", NOTICES)
def test_a_letter_of_ours_asks_for_nothing_though_nothing_marks_it_as_quoted(name: str) -> None:  # lesson L46
    """But for an alarm, which is heard wherever it is raised; below our line it never is one of ours."""
    whole, cut = older(name), older(name, whole=False)
    for body in (whole.text, cut.text, lines_of(whole.page), lines_of(cut.page)):
        for context in EVERYWHERE:
            anything = replace(context, is_file=lambda _: True)
            assert all(isinstance(command, Freeze) for command in read("", body, anything).commands)
    for body in (whole.text, lines_of(whole.page)):
        assert read("", new_text(f"status\n\n{body}"), REPLY).commands == read("", "status", REPLY).commands


@pytest.mark.parametrize("depth", range(1, 6))
@pytest.mark.parametrize("columns", [72, 76, 78])
def test_lines_that_a_program_breaks_off_a_quotation_ask_for_nothing(depth: int, columns: int) -> None:  # lesson L46
    """«…, then destroy it.» is a sentence of ours; broken in two, its end would be an order."""
    for name in NOTICES:
        quoted = older(name).text
        for _ in range(depth):
            quoted = broken(lines_marked(quoted), columns)
        for typed, asked in (("yes", (Yes(""),)), ("", ())):
            new = new_text(f"{ATTRIBUTIONS['gmail']}\n\n{quoted}\n> \n\n{typed}")
            assert read("", new, replace(REPLY, is_file=lambda _: True)).commands == asked, name
            new = new_text(f"{typed}\n\n{ATTRIBUTIONS['gmail']}\n\n{quoted}\n")
            assert read("", new, replace(REPLY, is_file=lambda _: True)).commands == asked, name


def broken(text: str, columns: int) -> str:
    """As programs do that make long lines shorter and know nothing of quotations."""
    return "\n".join(
        "\n".join(textwrap.wrap(line, columns, break_long_words=False, break_on_hyphens=False))
        for line in text.split("\n")
    )
