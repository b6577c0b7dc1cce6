"""Whatever a sender writes is told literally: it can never become markup, a link, a heading or a further line."""

from dataclasses import replace
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notices import FILE, HELD, SENT, Advice, Alert, Finding, NewFiles, Notice, Receipt, Rejected, Which
from bot.wording import Block, Letter, Span, Wording, plain
from tests.wording.speaker import lines, speaker, words

WORDING: Wording = speaker()
MARKED = (
    "**bold**", "`code`", "# heading", "- item", "| a | b |", "[x](https://evil.example)", "<b>x</b>", "![](x)", "---",
    "{{ help.team }}", "{% include 'receipt.md' %}", "a\nb", "a\r\n\r\n# b", "&lt;", "\\*", "Subject: x", "\U000f0000",
    "Reply `recall` to lose it.", "<!channel>", "@everyone", "https://evil.example",
)  # fmt: skip
anything = st.one_of(st.sampled_from(MARKED), st.text(max_size=60))


def notices_with(text: str) -> list[Notice]:
    """Notices in which this text is a file name, a comment, a reason, what somebody typed."""
    file = FILE.model_copy(update={"name": text, "given": text, "comment": text, "reason": text, "status": "Rejected"})
    findings = (Finding(fault="too-large", found="5"), Finding(fault="separator", found=text))
    return [
        Receipt(outcomes=(SENT.model_copy(update={"given": text, "file": file}),)),
        Advice(outcomes=(HELD.model_copy(update={"given": text, "findings": findings, "file": file}),)),
        NewFiles(files=(file,), service="SEN", service_name=text),
        Rejected(files=(file,), by=text, why=text),
        Which(asked=f"recall {text}"),
        Alert(what=text, lines=(text,)),
    ]


def shape(letter: Letter) -> list[object]:
    """What a letter is made of, its words aside."""
    return [_look(block) for block in letter.blocks]


def _look(block: Block) -> object:
    looks = ([replace(span, text="") for span in line] for line in lines(block))
    return block.kind, [[look for look, _ in groupby(line)] for line in looks]


SHAPES = [shape(letter) for letter in map(WORDING.letter, notices_with("a word"))]


@given(anything.filter(lambda text: plain(text).strip()))
def test_no_text_changes_the_shape_of_a_letter(text: str) -> None:
    assert [shape(WORDING.letter(notice)) for notice in notices_with(text)] == SHAPES


@given(anything)
def test_every_text_is_told_as_it_was_written(text: str) -> None:
    for notice in notices_with(text):
        assert plain(text) in words(WORDING.letter(notice))


@given(anything)
def test_a_subject_is_always_one_line(text: str) -> None:
    for notice in notices_with(text):
        assert len(WORDING.letter(notice).subject.splitlines()) == 1


def test_a_subject_of_endless_length_is_cut() -> None:
    (subject, *_) = (WORDING.letter(notice).subject for notice in notices_with("x" * 5000))
    assert len(subject) == 250
    assert subject.endswith("x…")


@given(anything)
def test_shown_text_is_one_line_without_tricks(text: str) -> None:
    assert len(plain(text).splitlines()) <= 1
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\n\tb", "a b"),
        ("a\u2028b\x85c", "a b c"),
        ("8302000_INFO\u202efdp.exe", "8302000_INFO\ufffdfdp.exe"),  # lesson L34
        ("a\x00\x1b[1mb", "a\ufffd\ufffd[1mb"),
        ("a\ud800b", "a\ufffdb"),
        ("zero\u200bwidth", "zero\ufffdwidth"),
        ("क्\u200dष 👩\u200d🏫", "क्\u200dष 👩\u200d🏫"),
        ("Ysgol Glan-yr-Afon\u00a0é", "Ysgol Glan-yr-Afon\u00a0é"),
    ],
)
def test_what_would_not_show_is_shown(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_fault_is_worded_by_itself_with_its_value_literal() -> None:
    assert WORDING.fault(Finding(fault="nameless"), "`**x**`").startswith("The attachment has no name. Save it under")
    assert "`**x**`" in WORDING.fault(Finding(fault="nameless"), "`**x**`")


def test_a_value_never_becomes_a_button_or_a_link() -> None:
    letter = WORDING.letter(Alert(what="Reply `recall` to lose it.", lines=("[x](https://evil.example)",)))
    assert letter.buttons == ()
    said = [span for block in letter.blocks for line in lines(block) for span in line]
    assert [span.link for span in said if span.link] == ["mailto:web@council.example"]
    assert Span("[x](https://evil.example)") in said
