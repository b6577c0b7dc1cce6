"""The subject of a mail suggests names, all of them good and none of them sure, and of nobody else's words any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.filename import Convention, composed, judge
from tests.rules.filename_cases import EVERYBODY, FOREIGN, ONE, OWN, TODAY, convention

NOW = f"{TODAY:%Y%m%d}"
SAID = (
    ("SEN ehcp review", f"{OWN}_SENehcpreview{NOW}.pdf", f"{OWN}_SENehcpreviewV01.pdf"),
    ("sen Review - autumn", f"{OWN}_SENreviewautumn{NOW}.pdf", f"{OWN}_SENreviewautumnV01.pdf"),
    ("Free School Meals list", f"{OWN}_FSMlist{NOW}.pdf", f"{OWN}_FSMlistV01.pdf"),
    ("SEN review 1.9.2026", f"{OWN}_SENreview20260901.pdf"),
    ("SEN review 202609", f"{OWN}_SENreviewV01.pdf"),
    ("SEN plan.", f"{OWN}_SENplan{NOW}.pdf", f"{OWN}_SENplanV01.pdf"),
    ("SEN plan!", f"{OWN}_SENplan{NOW}.pdf", f"{OWN}_SENplanV01.pdf"),
    ("SEN review V2", f"{OWN}_SENreviewV02.pdf"),
    (f"{OWN}_SENplan20260901", f"{OWN}_SENplan20260901.pdf"),
    ("[EXTERNAL] URGENT: please find attached SEN plan", f"{OWN}_SENplan{NOW}.pdf", f"{OWN}_SENplanV01.pdf"),
)
NOTHING = (
    "", "   ", "SEN", "Hello", "Autumn", "Re: SEN plan", "RE : SEN plan", "FW: SEN plan", "Fwd: SEN plan", "AW: SEN plan",
    "[EXTERNAL] Re: SEN plan", f"{FOREIGN}_SENplan20260901", f"SEN plan {FOREIGN}", "SEN plan " + "very " * 20,
    f"Sent to SEN: {OWN}_SENplan20260901.docx (PR-7K3Q-M2XW)",
)  # fmt: skip
WORDS = (
    "SEN",
    "sen",
    "ehcp",
    "Plan",
    "review",
    "1.9.2026",
    "V2",
    "Re:",
    "FIN",
    OWN,
    FOREIGN,
    "attached",
    "[EXTERNAL]",
    "é",
    ".",
    "-",
    "2026",
)


@pytest.mark.parametrize(("subject", "names"), [(one[0], one[1:]) for one in SAID])
def test_a_subject_suggests_names(subject: str, names: tuple[str, ...]) -> None:
    assert composed(subject, "scan0001.pdf", ONE, TODAY) == names


@pytest.mark.parametrize("subject", NOTHING)
def test_a_subject_that_says_nothing_or_is_not_the_writers_own_suggests_none(subject: str) -> None:
    assert composed(subject, "scan0001.pdf", ONE, TODAY) == ()


def test_a_subject_of_a_hundred_characters_is_a_name_and_a_longer_one_a_sentence() -> None:
    assert composed(f"SEN {'n' * 96}", "scan0001.pdf", ONE, TODAY) != ()
    assert composed(f"SEN {'n' * 97}", "scan0001.pdf", ONE, TODAY) == ()


def test_a_file_that_may_not_be_sent_is_offered_no_name() -> None:
    assert composed("SEN plan", "scan.exe", ONE, TODAY) == composed("SEN plan", "scan", ONE, TODAY) == ()


def test_the_files_own_extension_is_kept_as_it_is_written() -> None:
    assert composed("SEN plan", " scan.PDF ", ONE, TODAY)[0] == f"{OWN}_SENplan{NOW}.PDF"


def test_whoever_acts_for_several_schools_chooses_among_them_and_todays_date_comes_first() -> None:
    names = composed("SEN plan", "scan.pdf", convention(OWN, "8309002"), TODAY)
    assert [name[:7] for name in names] == [OWN, "8309002", OWN, "8309002"]
    assert [NOW in name for name in names] == [True, True, False, False]


def test_several_files_of_one_subject_are_told_apart() -> None:
    first, second = (composed("SEN plan", "scan.pdf", ONE, TODAY, part=part) for part in (0, 1))
    assert (first[0], second[0]) == (f"{OWN}_SENplanparta{NOW}.pdf", f"{OWN}_SENplanpartb{NOW}.pdf")
    assert composed("SEN plan", "scan.pdf", ONE, TODAY, part=25)[0] == f"{OWN}_SENplanpartz{NOW}.pdf"
    assert composed("SEN plan", "scan.pdf", ONE, TODAY, part=26) == ()


@given(
    st.one_of(st.text(max_size=120), st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)),
    st.sampled_from(["scan.pdf", "Document1.docx", "a.exe", "b", ".pdf"]), st.sampled_from(EVERYBODY),
    st.sampled_from([None, 0, 3]),
)  # fmt: skip
def test_whatever_a_subject_says_every_name_is_good_and_there_are_few(
    subject: str, given_name: str, by: Convention, part: int | None
) -> None:
    names = composed(subject, given_name, by, TODAY, part=part)
    assert len(set(names)) == len(names) <= 5
    for name in names:
        verdict = judge(name, by, TODAY)
        assert verdict.name is not None
        assert verdict.name.extension == given_name.rpartition(".")[2]
        assert not by.is_foreign(verdict.name.school)
