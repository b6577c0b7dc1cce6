"""What officers and administrators must find in each notice."""

import pytest

from bot.notices import FILE, RECEIVED, Alert, Decided, LostRace, Moved, NewFiles
from tests.wording.speaker import commands, facts, headings, speaker, words

WORDING = speaker()
NEW = NewFiles.example
OTHER = FILE.model_copy(update={"reference": "PR-0000-0000", "name": "8302000_SENreview20260901.docx"})


def test_one_new_file_is_decided_on_by_one_word() -> None:
    letter = WORDING.letter(NewFiles.example)
    assert letter.subject == "New for SEN: 8302000_SENplan20260901.docx (PR-7K3Q-M2XW)"
    assert commands(letter) == ["receive", "reject <reason>", "move <code>"]
    assert facts(letter) == {
        "Reference": FILE.reference, "School": "Leys Junior School (8302000)",
        "Service": "SEN – (EHCP via EHC Hub)", "Sent": "13:00 on 1 September 2026 by Jo Sands", "Size": "48 KB",
        "Comment": FILE.comment,
    }  # fmt: skip


def test_of_several_new_files_each_has_a_number_to_be_named_by() -> None:
    letter = WORDING.letter(NEW.model_copy(update={"files": (FILE, OTHER)}))
    assert letter.subject == "New for SEN: 2 files (PR-7K3Q-M2XW and 1 more)"
    assert headings(letter)[1:3] == [f"1: {FILE.name}", f"2: {OTHER.name}"]
    assert commands(letter) == ["receive all", "receive 2"]
    assert "reject 2 <reason>" in words(letter)


def test_a_place_is_told_without_comments_and_without_buttons() -> None:
    letter = WORDING.letter(NEW.model_copy(update={"place": True}))
    assert FILE.comment not in words(letter)
    assert commands(letter) == []
    assert "receive PR-7K3Q-M2XW" in words(letter)


def test_administrators_are_told_why_they_are_told() -> None:
    letter = WORDING.letter(NEW.model_copy(update={"unattended": True}))
    assert "has nobody to take files in" in words(letter)
    assert "receive" in commands(letter)


@pytest.mark.parametrize("act", ["received", "rejected", "moved"])
def test_officers_hear_who_decided_and_the_one_who_did_is_answered(act: str) -> None:
    facts_of = {"files": [RECEIVED], "act": act, "by": "Sam Hale"}
    assert f"Sam Hale has {act} {RECEIVED.name}." in words(WORDING.letter(Decided.model_validate(facts_of)))
    own = words(WORDING.letter(Decided.model_validate(facts_of | {"own": True})))
    assert f"You have {act} {RECEIVED.name}. The school has been told." in own


def test_a_reason_is_said_once() -> None:
    rejected = FILE.model_copy(update={"status": "Rejected", "reason": "Wrong child"})
    said = words(WORDING.letter(Decided(files=(rejected,), act="rejected", by="Sam Hale", why="Wrong child")))
    assert said.count("Wrong child") == 1


def test_the_loser_of_a_race_is_told_who_won_and_when() -> None:
    letter = WORDING.letter(LostRace.example)
    assert letter.subject.startswith("Somebody was first: 8302000_SENplan20260901.docx")
    assert "It was received by Sam Hale at 13:00 on 1 September 2026." in words(letter)
    assert "You can reject it all the same" in words(letter)


def test_the_loser_of_a_race_for_what_can_only_be_done_once_is_too_late() -> None:
    letter = WORDING.letter(LostRace(file=RECEIVED, act="receive"))
    assert letter.subject.startswith("Too late to receive: 8302000_SENplan20260901.docx")
    assert "all the same" not in words(letter)


def test_a_file_whose_contents_are_gone_is_said_to_be_so() -> None:
    gone = RECEIVED.model_copy(update={"contents": "destroyed"})
    assert "Its contents have been destroyed." in words(WORDING.letter(LostRace(file=gone, act="receive")))


def test_a_move_says_from_where_to_where() -> None:
    letter = WORDING.letter(Moved.example)
    assert letter.subject.startswith("Moved to SEN: 8302000_SENplan20260901.docx")
    assert (facts(letter)["Was with"], facts(letter)["Now with"]) == ("INFO", "SEN – (EHCP via EHC Hub) (SEN)")
    assert "The reason given: For SEN" in words(letter)


def test_an_alert_says_what_needs_a_person() -> None:
    letter = WORDING.letter(Alert.example)
    assert letter.subject == "Please look: A message waits in quarantine"
    assert "17: from jo@leys.example: sent by a machine" in words(letter)
