"""What a correction keeps to, whatever is given (docs/rules.md, «A correction is sure»)."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.filename import Convention, Fault, judge
from tests.rules.filename_cases import EVERYBODY, FOREIGN, ONE, OWN, SERVICES, TODAY, UNKNOWN, convention

GOOD = "8302000_SENplan20260901.docx"
PIECES = (
    OWN, FOREIGN, "8309999", "830 2000", "2000", "830nnnn", "_", " ", "-", "–", ".", "\u00a0", "SEN", "sen", "Sen", "SENN",
    "SP", "SPSS", "SPS", "INFO", "admis", "plan", "Plan", "PLAN", "Support", "ks2", "1", "20260901", "01-09-2026", "1.9.2026",
    "2026 09 01", "01092026", "010926", "202309", "20260230", "V1", "V01", "v2", "V100", " - Copy", " (1)", "copy of ",
    "copy (2) of ", "Free School Meals", "1 Sept 2026", ".docx", "é", "\u202e", "２", "&",
)  # fmt: skip
ragged = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join)
endings = st.sampled_from([".docx", ".DOCX", " .docx", "", ".exe"])
anybody = st.sampled_from(EVERYBODY)
abouts = st.from_regex("[a-z]{1,8}", fullmatch=True)
gaps = st.sampled_from([" ", "-", "_", " - ", "  ", "\u00a0"])
recent = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(ragged, endings, anybody)
def test_whatever_is_offered_is_a_good_name_with_the_files_own_extension(
    stem: str, ending: str, by: Convention
) -> None:
    verdict = judge(stem + ending, by, TODAY)
    for offered in (verdict.meant, *verdict.choices):
        if offered is not None:
            assert str(judge(offered, by, TODAY).name) == offered
            assert offered.rpartition(".")[2] == verdict.given.rpartition(".")[2]


@given(ragged, endings, anybody)
def test_a_name_is_good_or_at_fault_and_has_one_sure_correction_or_few_choices(
    stem: str, ending: str, by: Convention
) -> None:
    verdict = judge(stem + ending, by, TODAY)
    assert (verdict.name is None) == bool(verdict.faults)
    assert not (verdict.meant and verdict.choices)
    assert len(set(verdict.choices)) == len(verdict.choices) <= 5
    assert not (verdict.refused and (verdict.meant or verdict.choices))
    assert len(set(verdict.faults)) == len(verdict.faults)


@given(ragged, endings)
def test_no_offer_is_ever_of_a_school_that_is_not_the_senders(stem: str, ending: str) -> None:
    verdict = judge(stem + ending, ONE, TODAY)
    assert all(offered.startswith(f"{OWN}_") for offered in (verdict.meant or GOOD, *verdict.choices))


@given(st.sampled_from(sorted(SERVICES)), abouts, recent, gaps)
def test_separators_are_put_right_surely(code: str, about: str, day: date, gap: str) -> None:
    verdict = judge(gap.join((OWN, code, about, f"{day:%Y%m%d}.pdf")), ONE, TODAY)
    assert verdict.meant == f"{OWN}_{code}{about}{day:%Y%m%d}.pdf"


@given(recent, st.sampled_from("-. _"))
def test_a_full_date_is_turned_round_surely(day: date, gap: str) -> None:
    right = f"8302000_SENplan{day:%Y%m%d}.docx"
    orders = [f"{day:%Y}{gap}{day:%m}{gap}{day:%d}", f"{day:%d}{gap}{day:%m}{gap}{day:%Y}", f"{day:%d%m%Y}"]
    assert [judge(f"8302000_SENplan{one}.docx", ONE, TODAY).meant for one in orders] == [right] * 3


@given(st.dates(date(2013, 1, 1), date(2099, 12, 31)))
def test_a_month_without_a_day_is_never_completed(day: date) -> None:
    for written in (f"{day:%Y%m}", f"{day:%Y-%m}", f"{day:%m%Y}", f"{day:%m-%Y}", f"{day:%Y}"):
        verdict = judge(f"8302000_SENplan{written}.docx", ONE, TODAY)
        assert (verdict.meant, verdict.choices) == (None, ("8302000_SENplanV01.docx",))


@pytest.mark.parametrize(
    ("written", "first"),
    [("31-07-17", "20170731"), ("15-10-26", "20261015"), ("26-08-01", "20260801"), ("010926", "20260901")],
)
def test_of_two_readings_of_a_short_year_the_likelier_comes_first(written: str, first: str) -> None:
    choices = judge(f"8302000_SENplan{written}.docx", ONE, TODAY).choices
    assert choices[0] == f"8302000_SENplan{first}.docx"
    assert len(choices) == 2


@pytest.mark.parametrize("code", sorted(SERVICES))
def test_every_code_is_known_in_any_case_where_a_separator_ends_it(code: str) -> None:
    for written in (code, code.lower(), code.title()):
        assert judge(f"8302000-{written}-plan-20260901.pdf", ONE, TODAY).meant == f"8302000_{code}plan20260901.pdf"


@pytest.mark.parametrize("code", sorted(SERVICES))
def test_a_code_in_small_letters_that_runs_into_the_description_is_never_sure(code: str) -> None:
    verdict = judge(f"8302000_{code.lower()}plan20260901.pdf", ONE, TODAY)
    assert verdict.meant is None
    assert f"8302000_{code}plan20260901.pdf" in verdict.choices


def test_of_steps_that_are_all_sure_the_whole_is_sure() -> None:
    given_name = "Copy of 8302000 - sen - Support PLAN 1.9.2026 - Copy (2) .DOCX"
    assert judge(given_name, ONE, TODAY).meant == "8302000_SENsupportplan20260901.DOCX"


@pytest.mark.parametrize(
    "doubtful", ["8302000 senplan 1.9.2026.docx", "8309999 SEN plan 1.9.2026.docx", "8302000 SEN plan 1.9.26.docx"]
)
def test_one_step_that_is_guessed_makes_the_whole_a_choice(doubtful: str) -> None:
    verdict = judge(doubtful, ONE, TODAY)
    assert verdict.meant is None
    assert verdict.choices[0] == GOOD


def test_a_sender_of_many_schools_is_offered_the_numbers_nearest_to_what_was_written() -> None:
    own = [f"830{number}" for number in range(2000, 2020)]
    choices = judge("8302107_SENplan20260901.docx", convention(*own), TODAY).choices
    assert len(choices) == 5
    assert choices[0].startswith("8302007_")


def test_no_number_is_supplied_where_it_is_not_known_who_sends() -> None:
    verdict = judge("SENplan20260901.docx", UNKNOWN, TODAY)
    assert (verdict.meant, verdict.choices) == (None, ())


def test_the_words_at_fault_are_quoted_as_they_were_written() -> None:
    verdict = judge("8302000 – sen Plan\u00a001.09.2026 (1).docx", ONE, TODAY)
    assert {finding.fault: finding.found for finding in verdict.faults} == {
        Fault.COPY_MARK: "(1)",
        Fault.SEPARATOR: "8302000 – sen",
        Fault.SERVICE_CASE: "sen",
        Fault.DESCRIPTION_GAPS: "sen Plan\u00a001.09.2026",
        Fault.DESCRIPTION_CAPITALS: "Plan",
        Fault.DATE_FORM: "01.09.2026",
    }


@pytest.mark.parametrize(
    "long",
    [
        "a" * 400, "8302000_SEN" + "a" * 400 + "20260901", "-" * 20_000, "1-" * 10_000, "Plan " * 5_000, " (1)" * 5_000,
        "copy of " * 5_000, "V" * 20_000, "( copy" * 5_000, "é" * 20_000, "\u202e" * 20_000,
    ],
    ids=lambda long: long[:8],
)  # fmt: skip
def test_a_name_of_any_length_is_judged_in_no_time(long: str) -> None:
    began = time.process_time()
    judge(f"{long}.docx", ONE, TODAY)
    assert time.process_time() - began < 2
