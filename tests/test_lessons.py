"""Every line of docs/mail-and-chat.md about mail has a test that names it, so that none is forgotten."""

import re
from pathlib import Path

HERE = Path(__file__).parent
LINES = re.compile(r"^- L(\d+) ", re.MULTILINE)
NAMED = re.compile(r"\blessons? (L\d+\b(?:(?:, | and )L\d+\b)*)(?! to)", re.IGNORECASE)
"""`# lesson L24` beside a test, or «Lessons L13 and L16» in its docstring. What says «L31 to L44» is about a whole file."""
NUMBER = re.compile(r"L(\d+)")
MAIL_ENDS = 52
"""From the next line on it is about chat and files: those name their tests in the page itself."""


def test_every_line_about_mail_is_named_by_a_test() -> None:
    page = (HERE.parent / "docs" / "mail-and-chat.md").read_text(encoding="utf-8")
    lines = {int(number) for number in LINES.findall(page) if int(number) <= MAIL_ENDS}
    assert lines == set(range(1, MAIL_ENDS + 1))
    assert sorted(lines - _named()) == []


def _named() -> set[int]:
    tests = (path.read_text(encoding="utf-8") for path in HERE.rglob("test_*.py") if path.name != Path(__file__).name)
    return {int(number) for text in tests for named in NAMED.findall(text) for number in NUMBER.findall(named)}
