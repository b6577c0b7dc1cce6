"""How an administrator's words about messages in quarantine are read, and what is never taken for one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.commands import Command, Release, Settle, Which, read
from tests.rules.asking import NEW, REPLY, asked

ANSWERED = replace(REPLY, quarantine="answered")
PERHAPS = replace(NEW, quarantine="perhaps")
"""An administrator writes out of the blue."""


def settled(text: str) -> tuple[Command, ...]:
    return asked(text, ANSWERED)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("release 2", Settle("", "release", (2,))),
        ("Release 2, 3 and 5 please", Settle("", "release", (2, 3, 5))),
        ("release 2 as jo.sands@leys.example", Settle("", "release", (2,), sender="jo.sands@leys.example")),
        (
            "release 2 as jo@leys.example <mailto:jo@leys.example>",
            Settle("", "release", (2,), sender="jo@leys.example"),
        ),
        ("release #4 as <jo@leys.example>.", Settle("", "release", (4,), sender="<jo@leys.example>")),
        ("release", Settle("", "release")),
        ("release all", Settle("", "release", all=True)),
        ("discard 3", Settle("", "discard", (3,))),
        ("discard 3: it is spam", Settle("", "discard", (3,), reason="it is spam")),
        ("discard 3 because it is spam", Settle("", "discard", (3,), reason="it is spam")),
        ("discard 3 and 4 - test pages", Settle("", "discard", (3, 4), reason="test pages")),
        ("discard all", Settle("", "discard", all=True)),
        ("discard it", Settle("", "discard")),
        ("retry 4", Settle("", "retry", (4,))),
        ("Retry all, thanks", Settle("", "retry", all=True)),
    ],
)
def test_a_line_says_what_is_to_become_of_which_messages(text: str, meant: Settle) -> None:
    (command,) = settled(text)
    assert isinstance(command, Settle)
    bare = replace(command, sender=command.sender.strip("<>"))
    assert bare == replace(meant, sender=meant.sender.strip("<>"))


def test_several_lines_are_as_many_commands() -> None:
    found = settled("release 1\ndiscard 2: spam\n\nretry 3\n\nThanks, Alex")
    assert [one.act for one in found if isinstance(one, Settle)] == ["release", "discard", "retry"]


@pytest.mark.parametrize(
    "text",
    [
        "discard 3 unless Jo calls", "discard 3 only if it is spam", "do not discard 3", "> discard 3", "discarded 3",
        "retry 4 tomorrow", "release 2 as soon as Jo has called", "release 2 as jo sands", "discard three", "discard the third",
        "discard PR-7K3Q-M2XW", "I would discard 3", "discard 3 or 4",
    ],
)  # fmt: skip
def test_prose_settles_nothing(text: str) -> None:
    assert not [one for one in settled(text) if isinstance(one, Settle)]


@pytest.mark.parametrize("text", ["discard 3", "retry 4", "release 2 as jo@leys.example", "discard all"])
def test_these_words_mean_nothing_to_anybody_else(text: str) -> None:
    for context in (NEW, REPLY):
        assert not [one for one in read("", text, context).commands if isinstance(one, Settle)]
        assert read("", text, context).nearest in (None, (text, "release"))


def test_out_of_the_blue_only_what_names_messages_is_about_quarantine() -> None:
    assert asked("discard 3", PERHAPS) == (Settle("", "discard", (3,)),)
    assert asked("discard", PERHAPS) == ()
    assert asked("release 3", PERHAPS) == (Settle("", "release", (3,)),)
    assert asked("release 3", REPLY) == (Release("", Which(numbers=(3,))),)


@given(st.text())
def test_it_never_raises(text: str) -> None:
    for word in ("release ", "discard ", "retry "):
        settled(word + text)
