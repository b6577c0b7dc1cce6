"""File names are judged to the letter of docs/rules.md, «The filename convention»: the rows of `names.toml` one by one."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from bot.rules.filename import Convention, Fault, Name, Verdict, judge, model, named
from tests.rules.naming import LEYS, OTHER, ROOT, SERVICES, TODAY, convention

OF_CONTENTS = {"empty", "too-large"}
"""Faults that are not the name's."""


@dataclass(frozen=True)
class Row:
    """One name and what is to be said of it."""

    section: str
    given: str
    faults: tuple[str, ...] = ()
    schools: tuple[str, ...] = (LEYS,)
    reply: str | None = None
    valid: bool = False
    sent: str | None = None
    advice: tuple[str, ...] = ()
    meant: str | None = None
    choices: tuple[str, ...] = ()
    refused: bool = False

    def judged(self) -> Verdict:
        """What the rules say of it."""
        by = convention(*self.schools)
        return judge(self.given, by, TODAY) if self.reply is None else named(self.reply, self.given, by, TODAY)


def rows() -> list[Row]:
    """Every row of `names.toml`."""
    sections = tomllib.loads((Path(__file__).parent / "names.toml").read_text(encoding="utf-8"))
    read = TypeAdapter(Row).validate_python
    return [read({"section": section, **row}) for section, table in sections.items() for row in table["rows"]]


ROWS = rows()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}: {row.reply or row.given}"[:120])
def test_a_name_is_judged_as_its_row_says(row: Row) -> None:
    verdict = row.judged()
    told = tuple(dict.fromkeys(finding.fault.value for finding in verdict.faults))
    assert (verdict.meant, verdict.choices, verdict.refused) == (row.meant, row.choices, row.refused)
    assert told == row.faults
    assert tuple(finding.fault.value for finding in verdict.advice) == row.advice
    sent = row.sent or (row.given.strip() if row.valid else None)
    assert (str(verdict.name) if verdict.name else None) == sent


def test_every_fault_is_told_of_some_name() -> None:
    assert {code for row in ROWS for code in (*row.faults, *row.advice)} == {fault.value for fault in Fault}


def test_every_fault_has_its_sentence_and_every_sentence_its_fault() -> None:
    worded = {path.stem for path in (ROOT / "mail_templates" / "faults").glob("*.md")}
    assert worded == {fault.value for fault in Fault} | OF_CONTENTS


@pytest.mark.parametrize(
    ("given", "fault", "found"),
    [
        ("8302000 SENplan20260901.docx", "separator", "8302000 SENpla"),
        ("8302000SENplan20260901.docx", "separator", "8302000SENpla"),
        ("830 2000_SENplan20260901.docx", "school-form", "830 2000"),
        ("8309999_SENplan20260901.docx", "school-unknown", "8309999"),
        ("830nnnn_SENplan20260901.docx", "school-unknown", "830nnnn"),
        ("copy of 8301102_SENplan20260901.docx", "school-foreign", "8301102"),
        ("8302000_SPSupport20260901.docx", "service-unknown", "SPS"),
        ("8302000_Sen plan20260901.docx", "service-case", "Sen"),
        ("8302000_SENPlan20260901.docx", "description-capitals", "Plan"),
        ("8302000_SEN my plan-20260901.docx", "description-characters", "SEN my plan-"),
        ("8302000_SEN2plan20260901.docx", "description-start", "2plan"),
        ("8302000_SENplan1.9.2026.docx", "date-form", "1.9.2026"),
        ("8302000_SENplan20260231.docx", "date-impossible", "20260231"),
        ("8302000_SENplan202609.docx", "date-short", "202609"),
        ("8302000_2026-09-01_SENplan.docx", "date-place", "2026-09-01"),
        ("8302000_SENplan_20260901_V1.docx", "date-and-version", "20260901_V1"),
        ("8302000_SENplanV1.docx", "version", "V1"),
        ("Copy (2) of 8302000_SENplan20260901 - Copy.docx", "copy-mark", "Copy (2) of, Copy"),
        ("_8302000_SENplan20260901.docx", "stray-separator", "_"),
        ("8302000_SENplan20260901.EXE", "extension-forbidden", "EXE"),
        ("8302000_SENplan20260901.pdf.docx", "extension-twice", "pdf"),
        ("8302000_SENplan\u202e20260901.docx", "unseen-character", "U+202E"),
        ("8302000_SENplén20260901.docx", "unusual-character", "é"),
        (f"8302000_SEN{'a' * 300}20260901.docx", "too-long", "324"),
    ],
)
def test_what_is_at_fault_is_quoted(given: str, fault: str, found: str) -> None:
    quoted = {finding.fault.value: finding.found for finding in judge(given, convention(LEYS), TODAY).faults}
    assert quoted[fault] == found


def test_a_valid_name_is_given_in_its_parts() -> None:
    verdict = judge("8301102_INFOeyfsreturn20170731.PDF", convention(OTHER), TODAY)
    assert verdict.name == Name("8301102", "INFO", "eyfsreturn", "20170731", "PDF")


@pytest.mark.parametrize("code", SERVICES)
def test_every_code_of_the_table_is_known(code: str) -> None:
    verdict = judge(f"8302000_{code}plan20260901.docx", convention(LEYS), TODAY)
    assert verdict.name is not None
    assert verdict.name.service == code


def test_a_name_in_decomposed_letters_is_judged_composed() -> None:
    verdict = judge("8302000_SENplane\u0301.docx", convention(LEYS), TODAY)
    assert verdict.given == "8302000_SENplané.docx"


@pytest.mark.parametrize(("day", "old"), [("20240227", True), ("20240228", False), ("20240229", False)])
def test_two_years_ago_on_the_day_is_not_old(day: str, old: bool) -> None:
    verdict = judge(f"8302000_SENplan{day}.docx", convention(LEYS), date(2026, 2, 28))
    later = judge("8302000_SENplan20240229.docx", convention(LEYS), date(2026, 3, 1))
    assert [finding.fault for finding in verdict.advice] == ([Fault.DATE_OLD] if old else [])
    assert [finding.fault for finding in later.advice] == [Fault.DATE_OLD]


def test_the_longest_name_has_255_characters() -> None:
    longest = f"8302000_SEN{'a' * 231}20260901.docx"
    assert len(longest) == 255
    assert judge(longest, convention(LEYS), TODAY).name is not None
    assert judge(longest.replace("aa", "aaa", 1), convention(LEYS), TODAY).name is None


def test_a_trust_of_many_schools_is_offered_nine_names() -> None:
    schools = tuple(f"83020{number:02d}" for number in range(30))
    verdict = judge("SENplan20260901.docx", convention(*schools), TODAY)
    assert verdict.choices == tuple(f"{school}_SENplan20260901.docx" for school in schools[:9])
    nearest = judge("8302129_SENplan20260901.docx", convention(*schools), TODAY)
    assert nearest.choices[0] == "8302029_SENplan20260901.docx"


def test_the_model_is_a_valid_name_but_for_its_extension() -> None:
    shown = model(convention(LEYS, OTHER), TODAY)
    assert shown == "8302000_SENdescription20260915"
    assert judge(f"{shown}.docx", convention(LEYS), TODAY).name is not None


def test_without_a_school_the_model_has_the_authoritys_digits() -> None:
    assert model(convention(), TODAY) == "830nnnn_SENdescription20260915"


def test_the_model_of_another_authority_names_a_service_of_its_own() -> None:
    other = Convention("831", {"CARE": "Social Care"}, frozenset({"pdf"}), ("8311000",))
    assert model(other, TODAY) == "8311000_CAREdescription20260915"
