"""Every fault has its sentence: what is wrong, in words for a school's office, with the words at fault in it."""

import re

import pytest

from bot.notices import Finding
from bot.rules.filename import Fault, judge
from tests.rules.filename_cases import ONE, TODAY
from tests.wording.speaker import MODEL, TEMPLATES, speaker

JARGON = re.compile(
    r"\b(invalid|error|illegal|format|string|syntax|parse|regex|character set|unicode|prefix|suffix)\b", re.IGNORECASE
)


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_is_worded_in_plain_words(fault: Fault) -> None:
    said = speaker().fault(Finding(fault=fault.value, found="~found~"), MODEL)
    assert said.endswith(".")
    assert not JARGON.search(said)
    assert len(said) < 220


@pytest.mark.parametrize("fault", Fault)
def test_the_words_at_fault_stand_out(fault: Fault) -> None:
    source = (TEMPLATES / "faults" / f"{fault.value}.md").read_text(encoding="utf-8")
    assert source.count("{{ found") == len(re.findall(r"\*\*\.?\{\{ found[^}]*\}\}\*\*", source))


def test_no_sentence_quotes_words_that_are_not_there() -> None:
    for name in ("Acronyms", "", "8302000_SEN.docx", ".docx", "8302000.docx"):
        for finding in judge(name, ONE, TODAY).faults:
            assert "****" not in speaker().fault(Finding(fault=finding.fault.value, found=finding.found), MODEL)
            source = (TEMPLATES / "faults" / f"{finding.fault.value}.md").read_text(encoding="utf-8")
            assert finding.found or "found" not in source
