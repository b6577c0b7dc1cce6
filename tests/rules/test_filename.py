"""The filename convention at its door: parts, advice, refusals, replies, the model (docs/rules.md)."""

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.filename import Convention, Fault, Finding, Name, judge, model, model_file, named
from tests.rules.filename_cases import (
    EVERYBODY,
    EXTENSIONS,
    FOREIGN,
    NOBODYS,
    OF_NO_SCHOOL,
    ONE,
    OTHER,
    OWN,
    SERVICES,
    SEVERAL,
    TODAY,
    UNKNOWN,
)

GOOD = "8302000_SENplan20260901.docx"

abouts = st.from_regex("[a-z][a-z0-9]{0,30}", fullmatch=True)
days = st.dates(date(1000, 1, 1)).map(lambda day: f"{day:%Y%m%d}")
versions = st.integers(1, 99).map(lambda number: f"V{number:02}")
extensions = st.sampled_from(sorted(EXTENSIONS)).flatmap(lambda one: st.sampled_from([one, one.upper(), one.title()]))


def faults(name: str, by: Convention = ONE, today: date = TODAY) -> list[Fault]:
    return [finding.fault for finding in judge(name, by, today).faults]


@given(st.sampled_from([OWN, OTHER]), st.sampled_from(sorted(SERVICES)), abouts, days, extensions)
def test_a_good_name_is_read_in_its_parts_and_never_changed(
    school: str, service: str, about: str, when: str, extension: str
) -> None:
    written = f"{school}_{service}{about}{when}.{extension}"
    verdict = judge(written, SEVERAL, TODAY)
    assert verdict.name == Name(school, service, about, when, extension)
    assert (str(verdict.name), verdict.given) == (written, written)
    assert (verdict.faults, verdict.meant, verdict.choices, verdict.refused) == ((), None, (), False)


@given(abouts.filter(lambda about: not about[-1].isdigit()), versions)
def test_a_version_stands_in_place_of_a_date(about: str, version: str) -> None:
    verdict = judge(f"8302000_SEN{about}{version}.pdf", ONE, TODAY)
    assert verdict.name == Name(OWN, "SEN", about, version, "pdf")
    assert verdict.advice == ()


@given(days)
def test_a_description_may_not_end_in_a_date_when_a_version_follows(when: str) -> None:
    assert faults(f"8302000_SENks2results{when}V01.docx") == [Fault.DATE_AND_VERSION]


def test_the_code_ends_where_the_lower_case_begins() -> None:
    name = judge("8302000_SPssupportplan20260901.docx", ONE, TODAY).name
    assert name == Name(OWN, "SP", "ssupportplan", "20260901", "docx")


def test_the_eight_digits_before_the_extension_are_the_date() -> None:
    name = judge("8302000_SENyear720260901.docx", ONE, TODAY).name
    assert name == Name(OWN, "SEN", "year7", "20260901", "docx")


@pytest.mark.parametrize("white", [" ", "\t", "\n", "\u00a0", "\u3000", "\r\n  "])
def test_white_space_round_the_whole_is_no_fault(white: str) -> None:
    verdict = judge(f"{white}{GOOD}{white}", ONE, TODAY)
    assert (verdict.given, str(verdict.name)) == (GOOD, GOOD)


def test_a_name_is_brought_to_nfc() -> None:
    decomposed = unicodedata.normalize("NFD", "8302000_SENcafé20260901.docx")
    verdict = judge(decomposed, ONE, TODAY)
    assert verdict.given == "8302000_SENcafé20260901.docx"
    assert verdict.faults == (Finding(Fault.DESCRIPTION_CHARACTERS, "é"),)


@pytest.mark.parametrize(
    ("when", "advised"),
    [
        ("20260901", []),
        ("20260902", [Fault.DATE_FUTURE]),
        ("99991231", [Fault.DATE_FUTURE]),
        ("20240901", []),
        ("20240831", [Fault.DATE_OLD]),
        ("10000101", [Fault.DATE_OLD]),
        ("V01", []),
    ],
)
def test_a_date_in_the_future_or_over_two_years_old_is_advised_about_not_refused(
    when: str, advised: list[Fault]
) -> None:
    verdict = judge(f"8302000_SENplan{when}.docx", ONE, TODAY)
    assert verdict.name is not None
    assert [finding.fault for finding in verdict.advice] == advised
    assert all(finding.found == when for finding in verdict.advice)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_two_years_after_its_day_a_date_is_not_old_and_the_day_after_it_is(day: date) -> None:
    turns = date(day.year + 2, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 2)
    last = turns - timedelta(days=1) if (day.month, day.day) == (2, 29) else turns
    name = f"8302000_SENplan{day:%Y%m%d}.docx"
    assert judge(name, ONE, last).advice == ()
    assert [one.fault for one in judge(name, ONE, last + timedelta(days=1)).advice] == [Fault.DATE_OLD]


@pytest.mark.parametrize("name", [f"{FOREIGN}_SENplan20260901.docx", f"{FOREIGN} sen plan.docx", "plan.exe", ""])
def test_what_another_name_would_not_mend_is_refused_without_a_correction(name: str) -> None:
    verdict = judge(name, ONE, TODAY)
    assert verdict.refused
    assert (verdict.name, verdict.meant, verdict.choices) == (None, None, ())


def test_all_schools_that_the_sender_acts_for_are_their_own() -> None:
    assert judge(f"{OTHER}_SENplan20260901.docx", SEVERAL, TODAY).name
    assert judge(f"{OTHER}_SENplan20260901.docx", ONE, TODAY).refused


def test_where_the_sender_is_not_known_only_the_authority_is_checked() -> None:
    assert judge(f"{FOREIGN}_SENplan20260901.docx", UNKNOWN, TODAY).name
    assert judge(f"{NOBODYS}_SENplan20260901.docx", UNKNOWN, TODAY).name
    assert faults("9302000_SENplan20260901.docx", UNKNOWN) == [Fault.SCHOOL_AUTHORITY]


def test_who_acts_for_no_school_sends_for_none() -> None:
    assert judge(f"{FOREIGN}_SENplan20260901.docx", OF_NO_SCHOOL, TODAY).refused
    verdict = judge(f"{NOBODYS}_SENplan20260901.docx", OF_NO_SCHOOL, TODAY)
    assert (verdict.name, verdict.meant, verdict.choices) == (None, None, ())


def test_where_no_roster_is_known_another_number_is_nobodys() -> None:
    without = Convention("830", SERVICES, EXTENSIONS, (OWN,))
    verdict = judge(f"{FOREIGN}_SENplan20260901.docx", without, TODAY)
    assert (verdict.refused, verdict.choices) == (False, (GOOD,))


@pytest.mark.parametrize("extension", ["exe", "docm", "docx\u202e", "lnk", "ＤＯＣＸ"])
def test_an_extension_that_is_not_configured_is_refused(extension: str) -> None:
    verdict = judge(f"8302000_SENplan20260901.{extension}", ONE, TODAY)
    assert verdict.refused
    assert verdict.faults[0] == Finding(Fault.EXTENSION_FORBIDDEN, f".{extension}")


def test_an_extension_behind_characters_that_turn_the_text_round_is_still_seen() -> None:
    assert judge("8302000_INFOreturn20260901\u202efdp.exe", ONE, TODAY).refused  # lesson L34


def test_the_convention_is_the_authoritys_own() -> None:
    theirs = Convention("901", {"HOME": "Home tuition"}, frozenset({"odt"}), ("9011234",))
    assert judge("9011234_HOMEplan20260901.odt", theirs, TODAY).name
    assert judge("9011234 home plan 1-9-2026.odt", theirs, TODAY).meant == "9011234_HOMEplan20260901.odt"
    assert judge(GOOD, theirs, TODAY).refused


@pytest.mark.parametrize(
    "reply",
    [
        "8302000_SENacronyms20260901",
        "8302000_SENacronyms20260901.doc",
        "8302000_SENacronyms20260901.DOC",
        "  8302000_SENacronyms20260901. ",
        "«8302000_SENacronyms20260901»",
        "'8302000_SENacronyms20260901.doc'",
    ],
)
def test_a_reply_names_the_file_which_keeps_its_extension(reply: str) -> None:
    verdict = named(reply, "Acronyms.doc", ONE, TODAY)
    assert str(verdict.name) == "8302000_SENacronyms20260901.doc"


def test_a_reply_takes_the_case_of_the_extension_from_the_file() -> None:
    assert str(named(GOOD, "Acronyms.DOCX", ONE, TODAY).name) == "8302000_SENplan20260901.DOCX"


def test_a_reply_cannot_change_the_extension() -> None:
    verdict = named("8302000_SENacronyms20260901.pdf", "Acronyms.doc", ONE, TODAY)
    assert (verdict.name, verdict.meant) == (None, None)
    assert verdict.faults == (Finding(Fault.EXTENSION_OTHER, ".pdf"),)
    assert verdict.choices == ("8302000_SENacronyms20260901.doc",)


def test_a_reply_that_changes_the_extension_of_a_bad_name_is_told_of_both() -> None:
    verdict = named("8302000 SENacronyms20260901.pdf", "Acronyms.doc", ONE, TODAY)
    assert [finding.fault for finding in verdict.faults] == [Fault.EXTENSION_OTHER, Fault.SEPARATOR]
    assert verdict.choices == ("8302000_SENacronyms20260901.doc",)
    assert named("8302000_SPSupport20260901.pdf", "a.doc", ONE, TODAY).choices[0] == "8302000_SPsupport20260901.doc"


def test_a_reply_cannot_give_a_program_another_extension() -> None:
    assert named(GOOD, "setup.exe", ONE, TODAY).name is None
    assert named("8302000_SENplan20260901", "setup.exe", ONE, TODAY).refused


def test_a_reply_gives_a_file_without_an_extension_its_own() -> None:
    assert str(named(GOOD, "8301102_SEN", ONE, TODAY).name) == GOOD  # lesson L34: the mail program cut the name


def test_a_bad_reply_is_judged_like_any_name() -> None:
    verdict = named("8302000 SENplan20260901", "Acronyms.docx", ONE, TODAY)
    assert (verdict.name, verdict.meant) == (None, GOOD)
    assert named(f"{FOREIGN}_SENplan20260901", "Acronyms.docx", ONE, TODAY).refused
    assert named("8302000_SENplan 01.09.2026", "Acronyms.docx", ONE, TODAY).meant == GOOD


def test_the_model_is_a_good_name_of_the_senders_own_school() -> None:
    name = judge(f"{model(ONE, TODAY)}.docx", ONE, TODAY).name
    assert name is not None
    assert (name.school, name.day) == (OWN, TODAY)
    assert judge(f"{model(SEVERAL, TODAY)}.docx", SEVERAL, TODAY).name
    assert model(UNKNOWN, TODAY).startswith("830nnnn_")


@pytest.mark.parametrize(("given", "ending"), [("", ".docx"), ("plan", ".docx"), ("a.exe", ".docx"), ("a.Pdf", ".Pdf")])
def test_the_model_of_a_whole_name_ends_as_the_file_given_where_that_may_be_sent(given: str, ending: str) -> None:
    name = model_file(ONE, TODAY, given)
    assert name == f"{model(ONE, TODAY)}{ending}"
    assert judge(name, ONE, TODAY).name


@pytest.mark.parametrize("by", EVERYBODY)
@given(text=st.text(), reply=st.text())
def test_nothing_that_is_given_raises(by: Convention, text: str, reply: str) -> None:
    for verdict in (judge(text, by, TODAY), named(reply, text, by, TODAY), named(text, f"{reply}.doc", by, TODAY)):
        assert (verdict.name is None) == bool(verdict.faults)
