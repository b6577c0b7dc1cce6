"""What holds for every notice, whatever it tells."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from bot.notices import KINDS, Alert, Finding, Notice, Receipt
from bot.notices.variants import every
from bot.wording import BadTemplate, Heading, Letter, spoken
from tests.wording.speaker import HELP, TEMPLATES, lines, speaker, words

LETTERS = {variant.name: speaker().letter(variant.notice) for variant in every()}
each_notice = pytest.mark.parametrize("name", LETTERS)
each_template = pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.md")), ids=lambda path: path.stem)


def codes(letter: Letter) -> list[str]:
    return [span.text for block in letter.blocks for line in lines(block) for span in line if span.code]


@each_notice
def test_its_example_becomes_a_letter(name: str) -> None:
    letter = LETTERS[name]
    assert 10 < len(letter.subject) < 90
    assert letter.subject.isprintable()
    assert len(letter.blocks) > 2


@each_notice
def test_it_begins_with_its_verdict_and_has_no_other(name: str) -> None:
    levels = [block.level for block in LETTERS[name].blocks if isinstance(block, Heading)]
    assert isinstance(LETTERS[name].blocks[0], Heading), "a template begins with a line `# …` below its subject"
    assert levels[0] == 1
    assert all(1 < level <= before + 1 for before, level in pairwise(levels))


@each_notice
def test_the_help_contact_stands_in_it(name: str) -> None:
    assert "the web team on 01632 960100" in words(LETTERS[name])
    assert "web@council.example" in words(LETTERS[name])


@each_notice
def test_it_keeps_calm_and_shows_no_gap(name: str) -> None:
    said = f"{LETTERS[name].subject}\n{words(LETTERS[name])}"
    assert "!" not in said
    assert not re.search(r"\bNone\b(?! of)|\[\]|\(\)|\{", said)


@each_notice
def test_it_offers_no_command_that_does_not_exist_yet(name: str) -> None:
    assert not {code.split()[0] for code in codes(LETTERS[name])} & {"accept"}


@each_notice
def test_its_sentences_are_short(name: str) -> None:
    for line in (line for block in LETTERS[name].blocks for line in lines(block)):
        for sentence in re.split(r"(?<=[.:?])\s", spoken(line)):
            assert len(sentence.split()) <= 40, sentence


@each_template
def test_a_template_ends_its_last_line(path: Path) -> None:
    assert path.read_text(encoding="utf-8").endswith("\n")


@each_template
def test_no_line_of_a_template_loses_its_end_to_a_tag(path: Path) -> None:
    """A tag eats the line end after it: right where it stands alone, wrong behind words, unless it is an include."""
    for line in path.read_text(encoding="utf-8").splitlines():
        behind_words = re.sub(r"{%.*?%}", "", line).strip() and re.search(r"(?<!\+)%}$", line)
        assert not behind_words or re.search(r"{% include [^%]+ %}$", line), line


def test_every_template_is_a_notice_or_part_of_one() -> None:
    assert {path.stem for path in TEMPLATES.glob("*.md") if not path.stem.startswith("_")} == set(KINDS)


def test_a_help_team_without_a_telephone_is_reached_by_mail() -> None:
    contact = HELP.model_copy(update={"phone": ""})
    said = words(speaker(help_contact=contact).letter(Receipt.example))
    assert "Email the web team at web@council.example." in said
    assert "Call" not in said


def wording_of(folder: Path, text: str) -> Letter:
    (folder / "alert.md").write_text(text, encoding="utf-8")
    notice: Notice = Alert(what="x")
    return speaker(folder).letter(notice)


@pytest.mark.parametrize(
    "unknown", ["{{ nothing }}", "{{ help.fax }}", "{% if nothing %}x{% endif %}", "{{ mentioned[0].age }}"]
)
def test_an_unknown_fact_is_an_error_and_never_a_gap(tmp_path: Path, unknown: str) -> None:
    with pytest.raises(UndefinedError):
        wording_of(tmp_path, f"Subject: x\n\n{unknown}\n")


def test_a_template_must_begin_with_its_subject(tmp_path: Path) -> None:
    with pytest.raises(BadTemplate, match="Subject"):
        wording_of(tmp_path, "Hello\n")


@pytest.mark.parametrize("fault", sorted(path.stem for path in (TEMPLATES / "faults").glob("*.md")))
def test_a_fault_is_one_paragraph_of_whole_sentences(fault: str) -> None:
    said = speaker().fault(Finding(fault=fault, found="7"), "8302000_SENdescription20260901")
    assert said[0].isupper() or said.startswith("7")
    assert said.endswith((".", "?"))
