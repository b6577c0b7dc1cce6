"""What is merely a comment is never a command, and any text can be read (lessons L46 and L51)."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notices import KINDS
from bot.rules.commands import (
    Context,
    Filters,
    Freeze,
    Help,
    No,
    Pick,
    Recall,
    Status,
    Verify,
    Which,
    Yes,
    read,
    read_line,
)
from bot.rules.commands.table import BY_NAME
from tests.rules.asking import EVERYWHERE, NEW, OFFICER, PLAN, REFERENCE, REPLY, RETURN, asked, titled
from tests.wording.speaker import speaker

COMMENTS = [
    "Recall that we discussed this last week",
    "recall of staff",
    "Recall the",
    f"Recall what {PLAN} was about",
    "no changes since last week",
    "No. 2 is the one for Class 2",
    "No. 2",
    "no one was away",
    "Yes this is the autumn one",
    "Yes, as agreed on the phone",
    "2 files attached",
    "2 files",
    "3 of 4",
    "2026",
    "Help with this would be welcome",
    "Help yourself",
    "History of the pupil is in part 2",
    "status quo is fine",
    "Status of my three returns is unclear to us",
    "withdraw him from the list",
    "move on",
    "Verify that you have had it",
    "Verify the figures on page 2",
    "Please verify receipt of this plan",
    "verify with Sam",
    "verify 2",
    f"Verify {REFERENCE} with Sam",
    "Move to appendix B for the tables",
    "Receive our thanks for waiting",
    f"We sent {PLAN} last week",
    f"{PLAN} and another one",
    "please",
    "Thank you for your help",
    "PR-firms like cake",
    REFERENCE,
]


def situation(context: Context) -> str:
    """The situation in words that are the same in every process."""
    told = {"replying": context.replying, "officer": context.officer, "files": context.has_files}
    return " ".join(word for word, holds in told.items() if holds) or "plain"


@pytest.mark.parametrize("context", EVERYWHERE, ids=situation)
@pytest.mark.parametrize("comment", COMMENTS)
def test_what_is_merely_a_comment_is_never_a_command(comment: str, context: Context) -> None:
    assert asked(comment, context) == ()
    assert read("", comment, context).comment in (comment, "")


@pytest.mark.parametrize("said", ["yes", "no", "2", "2 and 4", "recall", "recall it", "no 2", PLAN, f"2 {PLAN}"])
def test_beside_new_files_a_bare_answer_is_a_comment(said: str) -> None:
    assert asked(said, RETURN) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_the_subject_of_a_reply_to_our_own_notice_is_no_command(kind: str) -> None:
    subject = speaker().letter(KINDS[kind].example).subject
    for context in EVERYWHERE:
        for reply in (subject, f"Re: {subject}", f"RE: [EXTERNAL] {subject}"):
            assert titled(reply, context).commands == ()
        assert titled(f"Re: {subject}", context).nearest is None


@given(
    st.text(max_size=80),
    st.sampled_from(["the", "our", "attached", "this", "A", "1st", "x"]),
    st.sampled_from(EVERYWHERE),
)
def test_prose_that_begins_with_no_command_word_asks_for_nothing(words: str, first: str, context: Context) -> None:
    line = " ".join(f"{first} {words}".split())
    assert [one for one in asked(line, context) if not isinstance(one, Freeze)] == []  # an alarm is raised by any words


TOKENS = [
    *BY_NAME, "please", "thanks", "Jo", "of", "to", "it", "all", "and", "by", "since", "last", "year", "SEN", "2", "#3",
    "0", "999", REFERENCE, "PR-", PLAN, "plan", ",", ":", "--", ">", "“", "\n", "\n\n", "\u00a0", "tag: Census", "\ud800",
]  # fmt: skip


@given(st.text() | st.lists(st.sampled_from(TOKENS)).map(" ".join), st.text(), st.sampled_from(EVERYWHERE))
def test_any_text_can_be_read(text: str, subject: str, context: Context) -> None:
    reading = read(subject, text, context)
    assert len(set(reading.commands)) == len(reading.commands)
    assert all(command.said and "\n" not in command.said for command in reading.commands)
    assert not (reading.commands and reading.nearest)
    read(text, subject, context)


COMMANDS = {
    "status": Status("", Filters()),
    "status rejected": Status("", Filters(statuses=("Rejected",))),
    "help": Help(""),
    "verify": Verify(""),
    "yes": Yes(""),
    "no 2": No("", (2,)),
    "2 and 4": Pick("", (2, 4)),
    "recall 2": Recall("", None, Which(numbers=(2,))),
    f"recall {REFERENCE}": Recall("", None, Which(references=(REFERENCE,))),
}
SPACES = st.text(st.sampled_from(" \t\u00a0\u2003\u200b\ufeff"), max_size=3)
CASES: list[Callable[[str], str]] = [str.lower, str.upper, str.title, str.swapcase, str.capitalize]


@given(
    st.sampled_from(list(COMMANDS)), st.sampled_from(CASES), SPACES, SPACES, st.sampled_from(["", ".", "!", " please", ", thanks.", "…"])
)  # fmt: skip
def test_case_spaces_and_closing_marks_make_no_difference(
    said: str, case: Callable[[str], str], before: str, between: str, after: str
) -> None:
    typed = f"{before}{case(said).replace(' ', f' {between}')}{after}{before}"
    assert read_line(typed, REPLY) == COMMANDS[said]


@pytest.mark.parametrize(
    "text",
    ["." * 200_000, "yes " * 50_000, "> \n" * 50_000, "reject 2 x\n" * 3_000, "tag:" * 50_000, "status by " + "a " * 1_900, "reject 1 a\nb" + "\nword" * 50_000],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_no_text_takes_long_to_read(text: str) -> None:
    begun = time.process_time()
    read(text, text, OFFICER)
    read(text[:3_999], text[:3_999], NEW)
    assert time.process_time() - begun < 2
