"""Addresses are compared in one form, and some mailboxes are nobody's own (lesson L12; docs/rules.md, «Duties»)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.address import is_personal, is_shared, normal

JO = "jo.sands@leysjunior.example"
SHARED = ("head", "headteacher", "info", "office", "enquiries", "admin")
PERSONAL = ("gmail.com", "hotmail.*", "live.*")


@pytest.mark.parametrize(
    "text",
    [
        JO, "Jo.Sands@LeysJunior.Example", f"<{JO}>", f"'{JO}'", f'"{JO}"', f"  {JO}\t", f"{JO}.", f"‘{JO}’", f"<'{JO}'>",
        f"\u00a0<{JO}.> ", f"\" '{JO}' \"",
    ],
)  # fmt: skip
def test_what_is_written_around_an_address_does_not_matter(text: str) -> None:
    assert normal(text) == JO  # lesson L12


def test_plus_tags_stay_distinct() -> None:
    assert normal("Jo+Census@leys.example") == "jo+census@leys.example"


def test_an_apostrophe_of_a_name_is_kept() -> None:
    assert normal("'Pat.O'Brien@leys.example'") == "pat.o'brien@leys.example"


@pytest.mark.parametrize(
    ("text", "compared"),
    [
        ("jo@Bücher.example", "jo@xn--bcher-kva.example"),
        ("jo@xn--bcher-kva.example", "jo@xn--bcher-kva.example"),
        ("jo@bu\u0308cher.example", "jo@xn--bcher-kva.example"),
        ("Zoë@leys.example", "zoë@leys.example"),
        ("zoe\u0308@leys.example", "zoë@leys.example"),
    ],
)
def test_addresses_of_other_scripts_have_one_form(text: str, compared: str) -> None:
    assert normal(text) == compared


@pytest.mark.parametrize(
    "text",
    ["\u017fam.hale@derbyshire.example", "stra\u00dfe@derbyshire.example"],
)
def test_nobody_becomes_somebody_else_by_folding(text: str) -> None:
    found = normal(text)
    assert found is not None
    assert not found.isascii()


@pytest.mark.parametrize(
    "domain",
    [
        "\uff44erbyshire.example",
        "derby\u017fhire.example",
        "stra\u00dfe.example",
        "derbyshire\u3002example",
        "xn--\u00fc.example",
    ],
)
def test_a_domain_that_would_turn_into_another_is_refused(domain: str) -> None:
    assert normal(f"sam@{domain}") is None


@pytest.mark.parametrize(
    "text",
    [
        "", "jo", "@leys.example", "jo@", "jo@@leys.example", "jo@leys.example@evil.example", "jo@leys",
        "jo@leys..example", "jo@.example", "jo@-leys.example", "jo@leys-.example", "jo@le_ys.example", "jo@[192.0.2.1]",
        "jo@192.0.2.1", ".jo@leys.example", "jo.@leys.example", "j..o@leys.example", "jo sands@leys.example",
        '"jo sands"@leys.example', "jo,tom@leys.example", "jo@leys.example, tom@leys.example", "Jo <jo@leys.example>",
        "jo@leys.example\nBcc: x@evil.example", "jo\r@leys.example", "jo@leys.example\x00", "jo\x00@leys.example",
        "jo\u200b@leys.example", "jo\u202e@leys.example", "jo\ud800@leys.example", "jo@leys\ud800.example",
        f"{'j' * 65}@leys.example", f"jo@{'l' * 64}.example", f"jo@{'leys.' * 60}example", f"jo@{'x' * 100_000}.example",
        "<jo@leys.example", "jo@leys.example>", "jo(x)@leys.example", "jo;tom@leys.example",
        "'jo@leys.example", "jo@leys.example'", "mi\u212ae@leys.example", "mike@\u212aent.example",
    ],
)  # fmt: skip
def test_what_is_not_exactly_one_plausible_address_is_none(text: str) -> None:
    assert normal(text) is None


@given(st.text() | st.from_regex(r"[<'\" ]?[\w.+']{1,8}@[\w.-]{1,12}[.>'\" ]?"))
def test_any_text_has_a_form_that_stands_for_itself_or_none(text: str) -> None:
    found = normal(text)
    assert found is None or (normal(found) == found and found.count("@") == 1)


@given(st.emails())
def test_an_ordinary_address_is_never_refused_for_its_case(address: str) -> None:
    assert normal(address.upper()) == normal(address.lower())


@pytest.mark.parametrize("name", [*SHARED, "Head", "office+census"])
def test_a_mailbox_that_several_people_read_is_known_by_its_name(name: str) -> None:
    assert is_shared(f"{name}@leys.example", SHARED)


@pytest.mark.parametrize("name", ["head.jo", "jo", "headmaster", "jo+head", "officer", ""])
def test_a_mailbox_of_one_s_own_is_not_shared(name: str) -> None:
    assert not is_shared(f"{name}@head.example", SHARED)


@pytest.mark.parametrize(
    "domain", ["gmail.com", "GMAIL.com", "mail.gmail.com", "hotmail.com", "hotmail.co.uk", "x.hotmail.fr", "live.com"]
)
def test_private_mail_is_known_by_its_domain(domain: str) -> None:
    assert is_personal(f"jo@{domain}", PERSONAL)


@pytest.mark.parametrize(
    "domain",
    ["notgmail.com", "gmail.com.evil.example", "leys.example", "live.leys.sch.uk", "hotmail.leys.example", "com"],
)
def test_other_mail_is_not_private(domain: str) -> None:
    assert not is_personal(f"jo@{domain}", PERSONAL)


@given(st.text(), st.lists(st.text(max_size=5)))
def test_no_text_is_too_odd_to_ask_about(text: str, lists: list[str]) -> None:
    assert is_shared(text, lists) in (True, False)
    assert is_personal(text, lists) in (True, False)


LOCALS = st.lists(st.text("aZ09!#$%&*+/=?^_`{|}~-", min_size=1, max_size=33), min_size=1, max_size=3).map(".".join)
HOSTS = st.lists(st.text("aZ09-", min_size=1, max_size=64), min_size=1, max_size=4).map(".".join)


@given(LOCALS, HOSTS)
def test_an_address_as_most_are_is_read_as_one_in_brackets_is(local: str, host: str) -> None:
    assert normal(f"{local}@{host}") == normal(f"<{local}@{host}>")
