"""«Wrong file!» is read from plain words in any case and with any marks; what says the opposite is no alarm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.commands import Context, Freeze, Reading, Recall, Reject, Release, Which, read
from bot.rules.commands.alarming import LINE_CHARACTERS_MAX, LINES_MAX, alarm_in, is_alarm
from tests.rules.asking import NEW, OFFICER, REFERENCE, REPLY, RETURN

OWN_NAME = "8302000_SENplan20260901"
ALARMS = (
    "wrong file", "the wrong child", "Wrong pupil's plan attached", "these are the wrong documents", "incorrect attachment",
    "sent in error", "I sent you this one by mistake", "mistakenly uploaded", "it should not have been sent",
    "You shouldn’t have sent that", "we didn't mean to send it", "please delete this", "Delete the file now", "could you delete it",
    "don't open it", "do not open my attachment", "possible data breach", "not the right file", "wrong school",
)  # fmt: skip
HARMLESS = (
    "not the wrong file", "this isn't the wrong child", "that was never the wrong one", "tell me if it is the wrong file", "unless we sent it by mistake", "if anything was sent to you in error",
    "the right file", "wrong", "file", "the wrong end of the stick", "wrongfile", "an error in section 2", "sent on Monday",
    "please open it", "delete", "undelete this", "the file breach", "a wrong turning", "nothing is wrong with the file",
)  # fmt: skip


@pytest.mark.parametrize("said", ALARMS)
def test_an_alarm_is_read_however_it_is_written(said: str) -> None:
    for written in (said, said.upper(), f"{said}!!!", f"  “{said}”. ", f"Sorry - {said}, thanks", f"No, {said}"):
        assert is_alarm(written), written


@pytest.mark.parametrize("said", HARMLESS)
def test_what_raises_no_alarm_is_none(said: str) -> None:
    for written in (said, said.upper(), f"{said}."):
        assert not is_alarm(written), written


def test_a_denial_holds_for_its_own_sentence_alone() -> None:
    assert is_alarm("This is not it. Wrong file!")
    assert not is_alarm("This is not the wrong file. It is the right one.")


SMALL_PRINT = (
    "If you have received this email in error, please delete it.", "It is for the intended recipient only. Please delete it.",
    "This e-mail and any attachments are confidential, delete them.", "Please notify the sender and delete this email.",
)  # fmt: skip


@pytest.mark.parametrize("small_print", SMALL_PRINT)
def test_a_schools_small_print_raises_no_alarm_nor_does_what_stands_below_it(small_print: str) -> None:
    assert alarm_in(enumerate(["All is well", "Jo Sands", small_print, "Please delete this."])) is None
    assert alarm_in(enumerate(["Wrong file", "Jo Sands", small_print])) == (0, "Wrong file")


@pytest.mark.parametrize("said", ["yes", "2", OWN_NAME, "release"])
def test_whoever_says_that_a_file_is_right_raises_none_in_the_same_breath(said: str) -> None:
    assert freezes(f"{said}\nThe last one was the wrong file", REPLY) == []
    assert freezes("no\nIt was the wrong file", REPLY)


def test_only_the_first_lines_are_looked_at_up_to_the_thanks_and_never_what_is_quoted() -> None:
    filler = [f"line {number}" for number in range(LINES_MAX - 1)]
    assert alarm_in(enumerate(["Hi Sam", "", *filler, "Wrong file!"])) == (LINES_MAX + 1, "Wrong file!")
    assert alarm_in(enumerate([*filler, "one more", "wrong file"])) is None
    assert alarm_in(enumerate(["Thanks", "wrong file"])) is None
    assert alarm_in(enumerate(["> wrong file"])) is None
    assert alarm_in(enumerate(["x" * LINE_CHARACTERS_MAX + " wrong file"])) is None


@given(st.lists(st.text(max_size=60), max_size=8))
def test_whatever_is_written_is_read_without_harm_and_a_quoted_line_raises_nothing(lines: list[str]) -> None:
    found = alarm_in(enumerate(lines))
    assert found is None or is_alarm(lines[found[0]])
    assert alarm_in(enumerate([f"> {line.splitlines()[0] if line.splitlines() else ''}" for line in lines])) is None


@given(st.sampled_from(ALARMS), st.text("abcdefg ,-", max_size=30).filter(lambda text: "if" not in text))
def test_what_stands_after_an_alarm_takes_nothing_from_it(said: str, after: str) -> None:
    assert is_alarm(f"{said} {after}")


def freezes(text: str, context: Context, subject: str = "") -> list[Freeze]:
    return [one for one in read(subject, text, context).commands if isinstance(one, Freeze)]


def test_in_a_reply_it_means_the_notices_files_and_else_those_it_names() -> None:
    assert freezes("Wrong file!", REPLY) == [Freeze("", Which())]
    assert freezes(f"Wrong file: {REFERENCE}", NEW) == [Freeze("", Which(references=(REFERENCE,)))]
    assert freezes(f"freeze {REFERENCE}", NEW) == [Freeze("", Which(references=(REFERENCE,)))]
    assert freezes("freeze", REPLY) == freezes("freeze it please", REPLY) == [Freeze("", Which())]


def test_beside_a_new_file_the_words_are_a_comment_unless_a_file_is_named() -> None:
    assert freezes("He went to the wrong school.", RETURN) == []
    assert freezes(f"{REFERENCE} was the wrong file", RETURN)


def test_a_subject_raises_it_but_not_one_that_replies_or_forwards() -> None:
    assert freezes("", NEW, "Wrong file")
    assert not freezes("", REPLY, "Re: Which file do you mean? Nothing done yet: wrong file")
    assert not freezes("", NEW, "FW: wrong file")


def test_an_officers_reason_is_no_alarm() -> None:
    assert read("", "reject wrong child", OFFICER).commands == (Reject("", Which(), "wrong child"),)


def test_a_command_above_it_is_carried_out_first() -> None:
    recall, freeze = read("", "recall\nwrong child", REPLY).commands
    assert isinstance(recall, Recall)
    assert isinstance(freeze, Freeze)


@pytest.mark.parametrize("said", ["fine", "It’s fine.", "All fine, thanks", "false alarm"])
def test_fine_lifts_a_freeze_and_is_manners_where_nothing_is_frozen(said: str) -> None:
    def reading(*, frozen: bool) -> Reading:
        return read("", said, Context(REPLY.today, REPLY.services, REPLY.is_file, True, False, False, frozen=frozen))  # noqa: FBT003

    assert reading(frozen=True).commands == (Release("", Which()),)
    assert reading(frozen=False).commands == ()


def test_release_is_its_own_word_with_or_without_a_file() -> None:
    assert read("", "release", REPLY).commands == (Release("", Which()),)
    assert read("", f"please release {REFERENCE}", NEW).commands == (Release("", Which(references=(REFERENCE,))),)
    assert read("", "release the kraken", REPLY).commands == ()
    assert read("", "release", NEW).commands == ()
