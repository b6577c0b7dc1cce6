"""References are read as people type them, and a slip of the finger names no other file (docs/architecture.md)."""

from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.rules import reference
from bot.rules.reference import ALPHABET, BITS, find, make, read

NUMBERS = st.integers(0, (1 << BITS) - 1)
SHOWN = NUMBERS.map(make)
PLACES = st.integers(0, 7)
SAMPLE = make(0x1234567)


def symbols(shown: str) -> str:
    """The eight characters without prefix and dashes."""
    return shown.replace("-", "")[2:]


@given(NUMBERS)
def test_a_reference_is_shown_in_one_form_and_read_back(number: int) -> None:
    shown = make(number)
    assert (shown[:3], shown[7], len(shown)) == ("PR-", "-", 12)
    assert set(symbols(shown)) <= set(ALPHABET)
    assert read(shown) == shown
    assert int("".join(f"{ALPHABET.index(one):05b}" for one in symbols(shown)[:7]), 2) == number


@pytest.mark.parametrize("number", [-1, 1 << BITS])
def test_a_number_that_does_not_fit_makes_none(number: int) -> None:
    with pytest.raises(ValueError, match="35 bits"):
        make(number)


def test_the_check_is_luhn_modulo_32() -> None:
    # By hand: 0000001 doubles its last 1 to 2, and 2 + 30 is a multiple of 32; Z doubles to 62, which is 1 and 30.
    assert make(1) == "PR-0000-001Y"
    assert make(31) == "PR-0000-00Z1"
    assert make(32) == "PR-0000-010Z"


@given(
    SHOWN,
    st.sampled_from([str.lower, str.upper, str.swapcase]),
    st.sampled_from(["", "-", " ", "\u2011", "–", "\u00a0"]),
)
def test_case_dashes_and_spaces_do_not_matter(shown: str, case: Callable[[str], str], between: str) -> None:
    assert read(f"  {case(shown.replace('-', between))} ") == shown


@given(SHOWN)
def test_look_alikes_are_read_as_the_digits_they_stand_for(shown: str) -> None:
    body = symbols(shown)
    for digit, alike in (("0", "O"), ("0", "o"), ("1", "I"), ("1", "l"), ("1", "L"), ("1", "i")):
        assert read("PR-" + body.replace(digit, alike)) == shown


@given(SHOWN)
def test_the_prefix_may_be_missing_where_no_word_and_no_date_looks_so(shown: str) -> None:
    body = symbols(shown)
    assume(not body.isalpha() and not body.isdigit())
    assert read(body) == read(body.lower()) == read(f"{body[:4]}-{body[4:]}") == shown


@pytest.mark.parametrize("word", ["children", "CALENDAR", "ABCDEFGH", "20260901", "2026-0901", "planning"])
@given(st.data())
def test_a_word_or_a_date_of_eight_characters_is_no_reference(word: str, data: st.DataObject) -> None:
    last = data.draw(st.sampled_from(ALPHABET))
    assume(last.isalpha() == word[0].isalpha())
    assert read(word[:-1] + last) is None


@given(SHOWN, PLACES, st.sampled_from(ALPHABET))
def test_each_single_wrong_character_is_noticed(shown: str, place: int, other: str) -> None:
    body = symbols(shown)
    assume(body[place] != other)
    assert read("PR-" + body[:place] + other + body[place + 1 :]) is None


@given(SHOWN, st.integers(0, 6))
def test_each_swap_of_neighbours_is_noticed_that_the_check_can_see(shown: str, place: int) -> None:
    body = symbols(shown)
    pair = body[place : place + 2]
    assume(pair[0] != pair[1] and set(pair) != {"0", "Z"})
    assert read("PR-" + body[:place] + pair[::-1] + body[place + 2 :]) is None


@given(st.text())
def test_any_text_is_read_or_is_none(text: str) -> None:
    assert read(text) is None or read(text) == make_again(text)
    assert all(read(found) == found for found in find(text))


def make_again(text: str) -> str:
    """What a read text stands for, made anew from its bits."""
    shown = read(text)
    assert shown
    return make(int("".join(f"{ALPHABET.index(one):05b}" for one in symbols(shown)[:7]), 2))


@pytest.mark.parametrize(
    "text", ["", "PR-", "PR-7K3Q", f"{SAMPLE}X", f"X{SAMPLE}", "PR-UUUU-UUUU", f"{SAMPLE} and more", f"RE-{SAMPLE[3:]}"]
)
def test_what_is_not_the_whole_of_a_reference_is_none(text: str) -> None:
    assert read(text) is None


def test_letters_of_other_scripts_stand_for_nothing() -> None:
    shown = next(one for one in map(make, range(10_000)) if "S" in one or "K" in one)
    assert read(shown.replace("S", "\u017f").replace("K", "\u212a")) is None


@given(st.lists(SHOWN, min_size=1, max_size=4, unique=True))
def test_all_references_in_free_text_are_found_in_order_and_once(wanted: list[str]) -> None:
    subject = f"Re: Sent to SEN: plan.docx ({', '.join(wanted)}), again {wanted[0].lower()}."
    assert find(subject) == wanted


@pytest.mark.parametrize(
    "said", [SAMPLE.lower(), SAMPLE.replace("-", ""), SAMPLE.replace("-", "\u2011"), f"{SAMPLE[:7]} {SAMPLE[8:]}"]
)
def test_free_text_may_space_it_where_the_shown_form_has_a_dash(said: str) -> None:
    assert find(f"About {said}: the plan") == [SAMPLE]


@pytest.mark.parametrize(
    "text", [symbols(SAMPLE), f"X{SAMPLE}", f"{SAMPLE}9", "the PR team like cake", SAMPLE[:-1] + "U"]
)
def test_free_text_needs_the_prefix_and_an_end(text: str) -> None:
    assert find(f"see {text} there") == []


def test_the_prefix_is_known_in_either_case() -> None:
    assert reference.has_prefix("pr-7k3q")
    assert not reference.has_prefix("7k3q")
