"""What a tired school secretary must find in each answer."""

from datetime import UTC, date, datetime

import pytest

from bot.notices import (
    CHECKED,
    FILE,
    HELD,
    RECEIVED,
    SENT,
    Advice,
    Candidate,
    Checked,
    Compared,
    Discarded,
    Duplicate,
    Finding,
    Help,
    History,
    Mixed,
    NotAuthorised,
    NothingAttached,
    Offer,
    Outcome,
    Proven,
    Recalled,
    Receipt,
    Received,
    Rejected,
    SharedMailbox,
    Status,
    TooLate,
    Trouble,
    UnknownCommand,
    Verdict,
    Verified,
    Which,
    WrongFile,
)
from bot.notices import Entry as Line
from bot.notices.examples import NOON
from bot.rules.lifecycle import Act
from tests.wording.speaker import MODEL, commands, facts, headings, held, speaker, words

WORDING = speaker()
ONE, TWO, THREE = (Offer(number=number, name=f"8302000_SENplan2026090{number}.docx", sure=True) for number in (1, 2, 3))
OTHER = FILE.model_copy(
    update={"reference": "PR-0000-0000", "name": "8302000_INFOreturn20260901.xlsx", "service": "INFO"}
)
REFUSED = Outcome(verdict="refused", given="tool.exe", findings=(Finding(fault="empty"),), model=MODEL)
REJECTED = FILE.model_copy(
    update={"status": "Rejected", "rejected_by": "Sam Hale", "rejected_at": NOON, "reason": "Wrong child"}
)


def test_a_receipt_says_all_that_matters_of_the_file() -> None:
    letter = WORDING.letter(Receipt.example)
    assert letter.subject == "Sent to SEN: 8302000_SENplan20260901.docx (PR-7K3Q-M2XW)"
    assert f"{FILE.name} has been sent. You do not need to do anything else." in words(letter)
    assert facts(letter) == {
        "Reference": FILE.reference, "Service": "SEN – (EHCP via EHC Hub)", "School": "Leys Junior School (8302000)",
        "Sent": "13:00 on 1 September 2026 by Jo Sands", "Size": "48 KB",
        "Comment": "The autumn plan, as agreed with Sam.",
    }  # fmt: skip


def test_a_receipt_says_what_happens_next_and_how_to_recall() -> None:
    letter = WORDING.letter(Receipt.example)
    assert commands(letter) == ["recall"]
    assert "before an officer receives it" in words(letter)
    assert "for 90 days, until 30 November 2026" in words(letter)


def test_a_receipt_shows_tag_and_former_name_only_where_there_are_any() -> None:
    tagged = FILE.model_copy(update={"tag": "Census", "given": "plan.docx"})
    rows = facts(WORDING.letter(Receipt(outcomes=(SENT.model_copy(update={"file": tagged}),))))
    assert (rows["Tag"], rows["Was named"]) == ("Census", "plan.docx")
    assert not {"Tag", "Was named"} & set(facts(WORDING.letter(Receipt.example)))


def test_a_receipt_for_several_files_recalls_each_by_its_reference() -> None:
    letter = WORDING.letter(Receipt(outcomes=(SENT, SENT.model_copy(update={"file": OTHER}))))
    assert letter.subject == "Sent to SEN and INFO: 2 files (PR-7K3Q-M2XW and 1 more)"
    assert commands(letter) == ["recall PR-7K3Q-M2XW", "recall PR-0000-0000"]


def test_a_receipt_names_an_earlier_file_of_the_same_name() -> None:
    said = words(WORDING.letter(Receipt(outcomes=(SENT.model_copy(update={"earlier": OTHER}),))))
    assert "There is also an earlier file of this name, with other contents: PR-0000-0000" in said


def test_a_receipt_passes_on_advice() -> None:
    said = words(WORDING.letter(Receipt(outcomes=(SENT.model_copy(update={"advice": (Finding(fault="empty"),)}),))))
    assert said.index("Check that this is what you meant:") < said.index("The file is empty")
    assert "You do not need to do anything" not in said


def test_a_receipt_for_an_accepted_name_says_what_still_waits() -> None:
    letter = WORDING.letter(Receipt(outcomes=(SENT,), remaining=(held(OTHER, "b.docx", TWO),)))
    said = words(letter)
    assert letter.subject == f"1 not sent yet, 1 sent to SEN: {FILE.name} (PR-7K3Q-M2XW)"
    assert headings(letter)[0] == "1 not sent yet, 1 sent to SEN"
    assert said.index("Not sent yet: b.docx") < said.index(f"Sent: {FILE.name}")
    assert commands(letter) == ["yes", "no", "recall PR-7K3Q-M2XW"]


@pytest.mark.parametrize("kind", [Mixed, Duplicate])
def test_whatever_else_was_settled_what_still_waits_is_counted_first(kind: type[Mixed | Duplicate]) -> None:
    duplicate = Outcome(verdict="duplicate", given=FILE.name, file=FILE)
    outcomes = (duplicate,) if kind is Duplicate else (duplicate, SENT)
    letter = WORDING.letter(kind(outcomes=outcomes, remaining=(held(OTHER, "b.docx", TWO),)))
    assert letter.subject.startswith("1 not sent yet, ")
    assert headings(letter)[0].startswith("1 not sent yet, ")
    assert headings(letter)[1] == "Not sent yet: b.docx"


def test_a_receipt_says_what_the_attached_file_is_for() -> None:
    for notice in (Receipt.example, Mixed.example):
        said = words(WORDING.letter(notice))
        assert "Keep the attached file receipt-PR-7K3Q-M2XW.json. It proves what you sent, and when." in said
    assert "attached file" not in words(WORDING.letter(Advice.example))


ALTERED = Checked(name="copy.json", verdict=Verdict.ALTERED)
FOREIGN = Checked(name="", verdict=Verdict.FOREIGN)


def test_a_checked_receipt_gives_its_verdict_first_and_then_what_became_of_the_file() -> None:
    letter = WORDING.letter(Verified.example)
    assert letter.subject == "Genuine receipt: 8302000_SENplan20260901.docx (PR-7K3Q-M2XW)"
    assert words(letter).startswith(
        "This receipt is genuine\nDerbyshire County Council issued it for this file at 13:00 on 1 September 2026."
    )
    assert facts(letter) == {
        "File": FILE.name, "Reference": FILE.reference, "Status": "Received by Sam Hale at 13:00 on 1 September 2026",
        "Sent to": "SEN – (EHCP via EHC Hub)", "School": "Leys Junior School (8302000)", "Size": "48 KB",
        "SHA-256": FILE.sha256, "Sent": "13:00 on 1 September 2026 by Jo Sands",
    }  # fmt: skip
    assert "Do not rely" not in words(letter)


def test_to_those_who_may_not_see_the_file_a_checked_receipt_tells_no_more_than_it_says_itself() -> None:
    unseen = CHECKED.model_copy(update={"files": (Proven(then=CHECKED.files[0].then),)})
    letter = WORDING.letter(Verified(receipts=(unseen,)))
    assert "Status" not in facts(letter)
    assert "Sam Hale" not in words(letter)
    assert "only to those who may see it" in words(letter)


def test_a_receipt_that_is_not_genuine_is_said_so_first_with_what_to_do() -> None:
    altered, foreign = (WORDING.letter(Verified(receipts=(one,))) for one in (ALTERED, FOREIGN))
    assert altered.subject == "Not a genuine receipt: copy.json"
    assert words(altered).startswith(
        "This is not a genuine receipt\ncopy.json claims to be ours, but we did not sign what it says."
    )
    assert "another authority" not in words(altered)
    assert foreign.subject == "Not a genuine receipt: a file without a name"
    assert words(foreign).startswith("This is not a genuine receipt\nA file without a name was not signed by us.")
    assert "If that is another authority, ask there." in words(foreign)
    for letter in (altered, foreign):
        assert "Ask whoever gave it to you for the email that it came with" in words(letter)
        assert facts(letter) == {}


def test_a_receipt_that_came_twice_is_told_of_twice_and_hides_nothing() -> None:
    letter = WORDING.letter(Verified(receipts=(CHECKED, CHECKED)))
    assert words(letter).count(FILE.sha256) == 2
    assert "only to those who may see it" not in words(letter)
    assert Verified(receipts=(CHECKED, CHECKED)).mentioned() == (CHECKED.files[0].now,)


def test_of_several_receipts_the_genuine_ones_are_counted() -> None:
    for receipts, subject in (
        ((CHECKED, ALTERED, FOREIGN), "1 of 3 receipts is genuine"),
        ((CHECKED, CHECKED), "2 of 2 receipts are genuine"),
        ((ALTERED, FOREIGN), "None of 2 receipts is genuine"),
    ):
        assert WORDING.letter(Verified(receipts=receipts)).subject == subject


@pytest.mark.parametrize(
    ("references", "receipts", "said"),
    [
        ([True], 1, "This receipt is genuine, and your file is the one that was sent"),
        ([False], 1, "This receipt is genuine, but your file is another one"),
        ([True, True], 1, "This receipt is genuine, and your 2 files are those that were sent"),
        ([True, False], 1, "This receipt is genuine, but 1 of your 2 files is another one"),
        ([False, False, True], 2, "2 of 2 receipts are genuine, but 2 of your 3 files are other ones"),
    ],
)
def test_the_verdict_on_a_receipt_is_also_that_on_the_files_beside_it(
    references: list[bool], receipts: int, said: str
) -> None:
    compared = tuple(Compared(name="a.docx", reference=FILE.reference if known else "") for known in references)
    letter = WORDING.letter(Verified(receipts=(CHECKED,) * receipts, compared=compared))
    assert headings(letter)[0] == said
    assert ("another" in letter.subject or "not of" in letter.subject or "other" in letter.subject) != all(references)


def test_files_beside_a_receipt_are_said_to_be_compared_and_not_sent() -> None:
    compared = (Compared(name="a.docx", reference=FILE.reference), Compared(name="b.docx"))
    said = words(WORDING.letter(Verified(receipts=(CHECKED,), compared=compared, left_out=1)))
    assert said.index("Nothing has been sent to a service.") < said.index("a.docx is the file PR-7K3Q-M2XW")
    assert "b.docx is none of the files in the receipt." in said
    assert "1 more file came than we check at once." in said
    unproven = words(WORDING.letter(Verified(receipts=(ALTERED,), compared=compared[1:])))
    assert "b.docx proves nothing, for there is no genuine receipt to compare it with." in unproven


def test_advice_with_a_sure_name_is_sent_by_yes() -> None:
    letter = WORDING.letter(Advice.example)
    assert letter.subject == "Not sent yet: 8302000 SENplan20260901.docx (PR-SA3H-RZC4)"
    assert facts(letter)["1"] == "8302000_SENplan20260901.docx"
    assert commands(letter) == ["yes", "no"]
    assert "Nobody else can see it until you answer. We hold it for 7 days, then destroy it." in words(letter)


def test_advice_names_every_fault() -> None:
    findings = (Finding(fault="empty"), Finding(fault="too-large", found="160000000"), Finding(fault="nameless"))
    said = words(WORDING.letter(Advice(outcomes=(HELD.model_copy(update={"findings": findings, "model": MODEL}),))))
    assert "The file is empty" in said
    assert "The file is 160 MB. The most that you can send is 150 MB. Ask us for a link to upload it." in said
    assert f"Save it under a name such as {MODEL}" in said


def test_a_lone_choice_is_picked_by_its_number_and_never_by_yes() -> None:
    letter = WORDING.letter(Advice(outcomes=(held(FILE, "a.docx", ONE.model_copy(update={"sure": False})),)))
    assert commands(letter) == ["1", "destroy"]
    assert "We are not sure of its name. It may be:" in words(letter)
    assert "?" not in words(letter).partition("Need help?")[0]
    assert "yes" not in words(letter)


def test_of_several_choices_the_number_is_the_reply() -> None:
    choices = [offer.model_copy(update={"sure": False}) for offer in (ONE, TWO)]
    letter = WORDING.letter(Advice(outcomes=(held(FILE, "a.docx", *choices),)))
    assert (facts(letter)["1"], facts(letter)["2"]) == (ONE.name, TWO.name)
    assert "Reply with its number, such as 1, to send it under that name." in words(letter)
    assert "yes" not in words(letter)


def test_where_nothing_can_be_guessed_the_reply_is_a_name_like_the_model() -> None:
    letter = WORDING.letter(Advice(outcomes=(held(FILE, "a.doc", Offer(number=1, name="", sure=False)),)))
    assert f"A good name looks like {MODEL}." in words(letter)
    assert "Reply with the right name to send it." in words(letter)
    assert commands(letter) == ["destroy"]


def test_of_several_nameless_ones_the_number_says_which_is_named() -> None:
    outcomes = (held(FILE, "a.doc", ONE), held(OTHER, "b.doc", Offer(number=2, name="", sure=False)))
    assert f"Reply 2 and the right name, such as 2 {MODEL}." in words(WORDING.letter(Advice(outcomes=outcomes)))


def test_of_several_sure_names_each_has_its_number_and_yes_sends_them_all() -> None:
    letter = WORDING.letter(Advice(outcomes=(held(FILE, "a.docx", ONE), held(OTHER, "b.docx", TWO))))
    assert letter.subject == "Not sent yet: 2 files (PR-7K3Q-M2XW and 1 more)"
    assert commands(letter) == ["1", "2", "yes", "no 1", "no"]
    assert "Reply yes to send the 2 files for which we show one right name." in words(letter)


def test_yes_is_offered_for_the_one_sure_name_among_others() -> None:
    unsure = THREE.model_copy(update={"sure": False})
    letter = WORDING.letter(Advice(outcomes=(held(FILE, "a.docx", ONE), held(OTHER, "b.docx", unsure))))
    assert commands(letter) == ["yes", "3", "no 1", "no"]


def test_of_several_without_a_sure_name_none_is_destroyed_by_a_bare_no() -> None:
    unsure = [offer.model_copy(update={"sure": False}) for offer in (ONE, TWO)]
    letter = WORDING.letter(Advice(outcomes=(held(FILE, "a.docx", unsure[0]), held(OTHER, "b.docx", unsure[1]))))
    assert commands(letter) == ["1", "2", "destroy 1", "destroy all"]


def test_a_refused_file_is_not_held_and_cannot_be_accepted() -> None:
    letter = WORDING.letter(Advice(outcomes=(REFUSED,)))
    assert letter.subject == "Not sent: tool.exe"
    assert "We could not take tool.exe and have not kept it." in words(letter)
    assert "send the file again in a new email" in words(letter)
    assert "hold" not in words(letter)
    assert commands(letter) == []


def test_a_file_without_a_name_is_called_so() -> None:
    letter = WORDING.letter(Advice(outcomes=(REFUSED.model_copy(update={"given": ""}),)))
    assert letter.subject == "Not sent: a file without a name"


def test_mixed_counts_first_and_tells_of_each() -> None:
    letter = WORDING.letter(Mixed(outcomes=(SENT, held(OTHER, "b.docx", ONE), REFUSED)))
    assert letter.subject == "1 of 3 files sent to SEN (PR-7K3Q-M2XW and 1 more)"
    said = words(letter)
    for part in (
        "1 of your 3 files has been sent",
        "Not sent yet: b.docx",
        "Not sent: tool.exe",
        "Sent: 8302000_SENplan",
    ):
        assert part in said
    assert commands(letter) == ["yes", "no", "recall PR-7K3Q-M2XW"]


def test_mixed_without_any_sent_does_not_say_sent() -> None:
    duplicate = Outcome(verdict="duplicate", given=FILE.name, file=FILE)
    waiting = WORDING.letter(Mixed(outcomes=(duplicate, held(OTHER, "b.docx", ONE))))
    assert waiting.subject.startswith("Not sent yet: 1 of 2 files")
    assert WORDING.letter(Mixed(outcomes=(duplicate, REFUSED))).subject.startswith("None of 2 files sent")


def test_a_duplicate_names_the_file_that_is_there() -> None:
    letter = WORDING.letter(Duplicate.example)
    assert letter.subject.startswith("Here already: 8302000_SENplan20260901.docx")
    assert facts(letter)["Reference"] == "PR-7K3Q-M2XW"


def test_discarded_says_that_it_is_gone_for_good_and_what_is_not() -> None:
    letter = WORDING.letter(Discarded.example.model_copy(update={"remaining": (held(OTHER, "b.docx", TWO),)}))
    assert letter.subject == "1 not sent yet, 1 destroyed: 8302000 SENplan20260901.docx (PR-SA3H-RZC4)"
    assert headings(letter)[:2] == ["1 not sent yet, 1 destroyed", "Not sent yet: b.docx"]
    assert "cannot be brought back" in words(letter)
    assert "Not sent yet: b.docx" in words(letter)


def test_no_attachment_is_told_from_pictures_alone() -> None:
    assert "We found no file in your email, so nothing has been sent." in words(
        WORDING.letter(NothingAttached(model=MODEL))
    )
    assert "logo" in words(WORDING.letter(NothingAttached(only_pictures=True, model=MODEL)))
    assert "OneDrive" in words(WORDING.letter(NothingAttached()))  # lesson L42


def test_status_shows_held_files_first_with_their_offers() -> None:
    letter = WORDING.letter(Status.example)
    assert letter.subject == "1 not sent yet, 2 files found: status"
    said = words(letter)
    assert said.index("Not sent yet: 8302000 SENplan20260901.docx") < said.index("Files of your school")
    assert "Received by Sam Hale at 13:00 on 1 September 2026" in said
    assert {"yes", "no"} <= set(commands(letter))


def test_status_shows_the_school_to_officers_only() -> None:
    assert "Leys Junior School" not in words(WORDING.letter(Status(asked="status", files=(FILE,))))
    assert "Leys Junior School" in words(WORDING.letter(Status(asked="status", files=(FILE,), officer=True)))


def test_status_says_how_many_more_there_are() -> None:
    letter = WORDING.letter(Status(asked="status", files=(FILE,), more=40))
    assert letter.subject == "41 files found: status"
    assert "40 more files match." in words(letter)


def test_status_that_finds_nothing_says_for_what() -> None:
    letter = WORDING.letter(Status(asked="status rejected", period="1 September 2026 to 31 August 2027"))
    assert letter.subject == "0 files found: status rejected"
    assert "No file matches status rejected from 1 September 2026 to 31 August 2027." in words(letter)


def test_a_day_of_destruction_is_shown_only_when_it_applies() -> None:  # lesson L69
    shown = {status: facts(WORDING.letter(Status(asked="status", files=(file,)))) for status, file in {
        "Sent": FILE, "Received": RECEIVED, "Rejected": REJECTED,
        "destroyed": RECEIVED.model_copy(update={"contents": "destroyed"}),
    }.items()}  # fmt: skip
    assert {status: rows.get("Contents") for status, rows in shown.items()} == {
        "Sent": None, "Received": "kept until 30 November 2026", "Rejected": "kept until 30 November 2026",
        "destroyed": "destroyed",
    }  # fmt: skip


def test_history_has_a_line_for_each_act() -> None:
    entries = (
        Line(at=datetime(2026, 9, 1, 8, 0, tzinfo=UTC), by="Jo Sands", act="sent", channel="email"),
        Line(at=datetime(2026, 9, 2, 8, 5, tzinfo=UTC), by="Sam Hale", act="rejected", why="Wrong child"),
    )
    rows = facts(WORDING.letter(History(file=REJECTED, entries=entries)))
    assert rows["09:00 on 1 September 2026"] == "Sent by Jo Sands (by email)"
    assert rows["09:05 on 2 September 2026"] == "Rejected by Sam Hale: Wrong child"


@pytest.mark.parametrize("act", Act)
def test_every_act_is_told_as_people_say_it(act: Act) -> None:
    entry = Line(at=NOON, by="Jo Sands", act=act.value)
    said = facts(WORDING.letter(History(file=FILE, entries=(entry,))))["13:00 on 1 September 2026"]
    assert said.endswith((" by Jo Sands", " from Jo Sands"))
    assert not said.startswith(("Accepted", "Discarded", "Held", "Checked by", "Warned", "Exported"))


def test_recalled_says_that_nobody_had_it() -> None:
    letter = WORDING.letter(Recalled.example)
    assert letter.subject.startswith("Recalled: 8302000_SENplan20260901.docx")
    assert "No officer has had it." in words(letter)


def test_too_late_says_who_received_it_and_when() -> None:
    letter = WORDING.letter(TooLate.example)
    assert letter.subject.startswith("Too late to recall: 8302000_SENplan20260901.docx")
    assert "It was received by Sam Hale at 13:00 on 1 September 2026." in words(letter)


def test_which_lists_the_candidates_and_how_to_name_one() -> None:
    letter = WORDING.letter(Which.example)
    assert letter.subject.startswith("Which file do you mean?")
    assert "such as recall PR-7K3Q-M2XW" in words(letter)


@pytest.mark.parametrize("asked", ["recall plans", ""])
def test_which_without_candidates_says_that_none_was_found(asked: str) -> None:
    assert WORDING.letter(Which(asked=asked)).subject.startswith("Nothing done: no file found")


@pytest.mark.parametrize(
    ("asked", "example"),
    [
        ("History plan", "history PR-7K3Q-M2XW."),
        ("receive", "receive PR-7K3Q-M2XW."),
        ("reject wrong child", "reject PR-7K3Q-M2XW <reason>."),
        ("move FIN", "move PR-7K3Q-M2XW <code>."),
    ],
)
def test_which_shows_how_the_same_command_names_one_file(asked: str, example: str) -> None:
    candidates = (Candidate(number=1, file=FILE), Candidate(number=2, file=OTHER))
    assert f"such as {example}" in words(WORDING.letter(Which(asked=asked, candidates=candidates)))


def test_help_knows_the_schools_of_its_reader() -> None:
    said = words(WORDING.letter(Help.example))
    assert "8302000 Leys Junior School" in said
    assert MODEL in said
    assert "receive PR-" not in said
    assert {"yes", "its number", "a name", "no"} <= set(facts(WORDING.letter(Help.example)))


def test_help_knows_the_services_of_an_officer() -> None:
    letter = WORDING.letter(
        Help(services=("SEN: SEN – (EHCP via EHC Hub)",), codes=(("SEN", "SEN – (EHCP via EHC Hub)"),))
    )
    assert "receive PR-" in words(letter)
    assert "Send a file" not in words(letter)


def test_a_misspelt_command_brings_the_nearest() -> None:
    assert "Did you mean status? Then send that." in words(WORDING.letter(UnknownCommand.example))
    assert "Did you mean" not in words(WORDING.letter(UnknownCommand(said="zzz")))


def test_a_command_that_cannot_be_done_says_why() -> None:
    said = words(WORDING.letter(UnknownCommand(said="move XX", because="There is no service with the code XX.")))
    assert "We could not do move XX. There is no service with the code XX." in said


def test_a_stranger_is_told_whom_to_ask_and_nothing_else() -> None:
    letter = WORDING.letter(NotAuthorised.example)
    assert "ask your headteacher" in words(letter)
    assert commands(letter) == []
    assert "PR-" not in f"{letter.subject}{words(letter)}"


def test_somebody_who_may_not_do_this_is_told_what() -> None:
    letter = WORDING.letter(NotAuthorised(act="recall", named="PR-7K3Q-M2XW"))
    assert letter.subject == "Not done: you may not recall PR-7K3Q-M2XW"


def test_who_sent_for_another_is_named() -> None:
    said = words(WORDING.letter(NotAuthorised(on_behalf_of="temp@agency.example")))
    assert "Your email was sent for you by temp@agency.example." in said


def test_a_shared_mailbox_and_a_private_one_are_told_apart() -> None:
    assert "shared mailbox" in WORDING.letter(SharedMailbox(address="office@leys.example")).subject
    assert "private mailbox" in WORDING.letter(SharedMailbox(address="jo@gmail.com", personal=True)).subject


def test_received_says_by_whom() -> None:
    letter = WORDING.letter(Received.example)
    assert letter.subject.startswith("Received by SEN: 8302000_SENplan20260901.docx")
    assert f"Sam Hale has received your file {RECEIVED.name}." in words(letter)


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        ("sender", f"Sam Hale has rejected your file {FILE.name}."),
        ("headteacher", f"Sam Hale has rejected {FILE.name}, a file that your school sent."),
        (
            "administrators",
            f"Sam Hale has rejected {FILE.name}, a file of a school that has no headteacher on record. You are told in the headteacher's place.",
        ),
    ],
)
def test_a_rejection_is_worded_for_its_reader(reader: str, said: str) -> None:
    notice = Rejected.model_validate({"files": [REJECTED], "by": "Sam Hale", "why": "Wrong child", "reader": reader})
    letter = WORDING.letter(notice)
    assert letter.subject.startswith("Rejected by SEN: 8302000_SENplan20260901.docx")
    assert said in words(letter)
    assert "The reason given: Wrong child" in words(letter)
    assert ("send the file again" in words(letter)) == (reader == "sender")


def test_trouble_says_what_was_kept_and_what_was_not() -> None:
    letter = WORDING.letter(Trouble.example)
    assert letter.subject == "Not dealt with yet: Autumn return"
    assert "Your email is kept safe and whole. No file in it has been sent to any service yet." in words(letter)
    assert "the number 17" in words(letter)


def test_the_date_of_a_file_that_is_not_yet_known_leaves_no_gap() -> None:
    unknown = SENT.model_copy(update={"file": FILE.model_copy(update={"kept_until": None})})
    assert "We keep the contents for 90 days. Then" in words(WORDING.letter(Receipt(outcomes=(unknown,))))
    assert FILE.kept_until == date(2026, 11, 30)


@pytest.mark.parametrize("bare", ["wrong file", "wrong files", ""])
def test_the_bare_command_is_not_quoted_beside_what_it_says(bare: str) -> None:
    said = words(WORDING.letter(WrongFile.example.model_copy(update={"words": bare})))
    assert "Jo Sands says that this is the wrong file.\n" in said
    more = words(WORDING.letter(WrongFile.example.model_copy(update={"words": "Wrong file!"})))
    assert "this is the wrong file: “Wrong file!”" in more
