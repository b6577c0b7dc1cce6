"""The corpus of the fuzzers, replayed: what once broke something, and what every run begins with."""

from importlib import import_module
from pathlib import Path

import pytest

from fuzz.__main__ import CORPUS
from tests.channels.opening import RECORDED

INPUTS = [path for path in sorted(CORPUS.rglob("*")) if path.is_file()]


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_input_of_the_corpus_breaks_nothing(path: Path) -> None:
    import_module(f"fuzz.checks.{path.parent.name}").check(path.read_bytes())


@pytest.mark.parametrize("path", sorted(RECORDED.glob("*.eml")), ids=lambda path: path.stem)
def test_nor_does_a_recorded_mail_cut_short_anywhere(path: Path) -> None:
    check = import_module("fuzz.checks.message").check
    raw = path.read_bytes()
    for end in range(0, len(raw) + 1, 1 + len(raw) // 25):
        check(raw[:end])


def test_every_check_has_its_corpus_and_its_words() -> None:
    checks = {path.stem for path in (CORPUS.parent / "checks").glob("[a-z]*.py")}
    assert {path.parent.name for path in INPUTS} == checks
    assert {path.stem for path in (CORPUS.parent / "words").iterdir()} == checks
