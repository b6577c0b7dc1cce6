"""Whatever letter of ours is quoted, in whatever program: the new text is what was typed, no more and no less."""

from itertools import cycle

import pytest

from tests.channels.opening import text_of
from tests.channels.quoting import NOTICES, PAGES, PLAIN, mail, older

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
