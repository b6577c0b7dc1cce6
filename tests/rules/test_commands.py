"""Commands are read from the first lines as people type them (lessons L46 to L52)."""

from dataclasses import replace

import pytest

from bot.rules.commands import (
    Command,
    Filters,
    Help,
    History,
    Move,
    Named,
    No,
    Pick,
    Recall,
    Receive,
    Reject,
    Status,
    Verify,
    Which,
    Yes,
    read,
    read_line,
)
from tests.rules.asking import (
    EVERYWHERE,
    EYFS,
    NEW,
    NO_WORDS,
    OFFICER,
    OTHER,
    PLAN,
    REFERENCE,
    REPLY,
    RETURN,
    asked,
    titled,
)

STATUS = Status("", Filters())
BY_REFERENCE = Which(references=(REFERENCE,))
SPOKEN = REFERENCE.lower().replace("-", " ")
SYMBOLS = REFERENCE.removeprefix("PR-").replace("-", "")

SCHOOL = [
    ("status", STATUS),
    ("help", Help("")),
    ("?", Help("")),
    ("yes", Yes("")),
    ("yes all", Yes("")),
    ("Yes please send it", Yes("")),
    ("yes, that’s right", Yes("")),
    ("Yes – please", Yes("")),  # lesson L51
    ("no", No("")),
    ("no all", No("", meaning="all")),
    ("no to all", No("", meaning="all")),
    ("No, both", No("", meaning="all")),
    ("destroy", No("", meaning="it")),
    ("Please destroy it.", No("", meaning="it")),
    ("destroy 2", No("", (2,), "it")),
    ("destroy all", No("", meaning="all")),
    ("no 2", No("", (2,))),
    ("no 2 and 3", No("", (2, 3))),
    ("no to 2", No("", (2,))),
    ("2", Pick("", (2,))),
    ("2 4", Pick("", (2, 4))),
    ("2, 4", Pick("", (2, 4))),
    ("2,4", Pick("", (2, 4))),
    ("2 and 4", Pick("", (2, 4))),
    ("2 & 4 & 2", Pick("", (2, 4))),
    ("#2", Pick("", (2,))),
    ("2)", Pick("", (2,))),
    ("number 2 please", Pick("", (2,))),
    ("yes 2", Pick("", (2,))),
    (f"2 {PLAN}", Pick("", (2,), PLAN)),
    (f"2: {PLAN}", Pick("", (2,), PLAN)),
    (PLAN, Named("", PLAN)),
    (f"“{PLAN}”.", Named("", PLAN)),
    ("8302000_SENplan20260901", Named("", "8302000_SENplan20260901")),
    ("recall", Recall("", None)),
    ("recall it please", Recall("", None)),
    ("withdraw this file", Recall("", None)),
    ("recall all", Recall("", None, Which(all=True))),
    ("recall 1 and 3", Recall("", None, Which(numbers=(1, 3)))),
    (f"recall {REFERENCE}", Recall("", None, BY_REFERENCE)),
    (f"recall {SPOKEN}", Recall("", None, BY_REFERENCE)),
    (f"recall {SYMBOLS}", Recall("", None, BY_REFERENCE)),
    (f"recall {REFERENCE}, {OTHER}", Recall("", None, Which(references=(REFERENCE, OTHER)))),
    (f"recall {REFERENCE} and {OTHER}", Recall("", None, Which(references=(REFERENCE, OTHER)))),
    (f"recall file {NO_WORDS}", Recall("", None, Which(references=(NO_WORDS,)))),
    (f"recall {PLAN}", Recall("", PLAN)),
    (f"recall «{PLAN}»", Recall("", PLAN)),
    ("recall eyfs", Recall("", "eyfs")),
    ("history", History("", "")),
    (f"history {REFERENCE}", History("", REFERENCE)),
    (f"history of {SPOKEN}", History("", REFERENCE)),
    (f"history {EYFS}", History("", EYFS)),
]

OFFICERS = [
    ("receive", Receive("", Which())),
    ("receive it", Receive("", Which())),
    ("receive all", Receive("", Which(all=True))),
    ("receive all of them please", Receive("", Which(all=True))),
    ("receive 2", Receive("", Which(numbers=(2,)))),
    ("receive 1, 2 and 3", Receive("", Which(numbers=(1, 2, 3)))),
    (f"receive {REFERENCE} {OTHER}", Receive("", Which(references=(REFERENCE, OTHER)))),
    ("reject wrong child's report", Reject("", Which(), "wrong child's report")),
    ("reject wrong child’s report.", Reject("", Which(), "wrong child’s report.")),
    ("Reject: Class 2 is missing", Reject("", Which(), "Class 2 is missing")),
    ("reject it is the wrong child's", Reject("", Which(), "it is the wrong child's")),
    ("reject plan is missing", Reject("", Which(), "plan is missing")),
    ("reject children missing", Reject("", Which(), "children missing")),
    ("reject 2 wrong child", Reject("", Which(numbers=(2,)), "wrong child")),
    ("reject 2 and 4: wrong child", Reject("", Which(numbers=(2, 4)), "wrong child")),
    ("reject 2 - wrong child", Reject("", Which(numbers=(2,)), "wrong child")),
    ("reject all wrong child", Reject("", Which(all=True), "wrong child")),
    (f"reject {REFERENCE} wrong child", Reject("", BY_REFERENCE, "wrong child")),
    (f"reject {SPOKEN} and wrong term", Reject("", BY_REFERENCE, "and wrong term")),
    ("reject", Reject("", Which(), "")),
    ("reject please", Reject("", Which(), "")),
    ("reject 2.", Reject("", Which(numbers=(2,)), "")),
    ("move SEN", Move("", Which(), "SEN")),
    ("move to sen", Move("", Which(), "SEN")),
    ("move it to SEN", Move("", Which(), "SEN")),
    ("move 2 SEN", Move("", Which(numbers=(2,)), "SEN")),
    ("move all to SEN", Move("", Which(all=True), "SEN")),
    (f"move {REFERENCE} to SEN", Move("", BY_REFERENCE, "SEN")),
    ("move", Move("", Which(), "")),
    ("move it please", Move("", Which(), "")),
    ("move 2", Move("", Which(numbers=(2,)), "")),
    ("move XYZ", Move("", Which(), "XYZ")),
    ("move 2 xyz", Move("", Which(numbers=(2,)), "XYZ")),
    ("move SEN it is about a child's plan.", Move("", Which(), "SEN", "it is about a child's plan.")),
    ("Move to SEN, it’s a plan, thanks", Move("", Which(), "SEN", "it’s a plan, thanks")),
    ("move it to sen: a plan", Move("", Which(), "SEN", "a plan")),
    ("move sen - a plan", Move("", Which(), "SEN", "a plan")),
    ("move 2 and 4 SEN because they are plans", Move("", Which(numbers=(2, 4)), "SEN", "because they are plans")),
    (f"move {REFERENCE} to SEN not ours", Move("", BY_REFERENCE, "SEN", "not ours")),
    ("move XYZ: it is theirs", Move("", Which(), "XYZ", "it is theirs")),
    ("move SEN -", Move("", Which(), "SEN")),
]  # fmt: skip


@pytest.mark.parametrize(("said", "command"), SCHOOL)
def test_a_school_asks_in_a_reply(said: str, command: Command) -> None:
    assert asked(said) == (command,)


@pytest.mark.parametrize(("said", "command"), OFFICERS)
def test_an_officer_decides_in_a_reply(said: str, command: Command) -> None:
    assert asked(said, OFFICER) == (command,)


@pytest.mark.parametrize(
    "said",
    [
        "verify", "Verify, please", "verify this receipt", "Please verify the attached receipt.", "verify my receipt",
        "verify attached receipts", "verify these receipts", f"verify {REFERENCE}", f"verify {SPOKEN} and {OTHER}",
    ],
)  # fmt: skip
def test_a_receipt_is_to_be_verified_whatever_comes_with_it(said: str) -> None:
    for context in EVERYWHERE:
        assert asked(said, context) == (Verify(""),)


@pytest.mark.parametrize(
    "said", ["verify this", "please verify it", "verify receipt", "verify attached", "verify them"]
)
def test_a_vague_word_means_a_receipt_only_where_one_came_or_no_file(said: str) -> None:
    assert asked(said, NEW) == asked(said, replace(RETURN, has_receipt=True)) == (Verify(""),)
    assert asked(said, RETURN) == ()


def test_each_command_remembers_its_line_as_it_was_written() -> None:
    said = [command.said for command in asked("  Status \u00a0 rejected\n\nRecall “eyfs”, please.\n")]
    assert said == ["Status rejected", "Recall “eyfs”, please."]


@pytest.mark.parametrize("line", ["yes", "no", "recall", "status", "help", "verify"])
@pytest.mark.parametrize(
    "around",
    [
        "{}", "{}.", "{}!", "{} please", "{}, please.", "please {}", "{} thanks", "{}, thank you very much!", "{} 👍🏽",
        "{}. Thanks, Jo", "{} thanks Jo Sands", "Hi {}", "  {}  ", "\ufeff{}", "{}\u200b", "\u00a0{}\u00a0", "“{}”",
        "`{}`", "*{}*", "\u200e{}\u202c", "{}…", "{}\r", "**{}** please",
    ],
)  # fmt: skip
def test_manners_and_typography_do_not_break_a_command(line: str, around: str) -> None:
    expected = read_line(line, REPLY)
    for case in (str, str.capitalize, str.upper):
        assert read_line(around.format(case(line)), REPLY) == expected  # lesson L51


def test_a_telephone_s_signature_does_not_break_a_command() -> None:
    assert asked("Yes\n\nSent from my iPhone") == (Yes(""),)  # lesson L51


def test_the_subject_and_the_first_lines_are_read_and_a_command_given_twice_runs_once() -> None:
    reading = read("Re: Status", "status\nHELP\nhelp please\n\nThe rest.", NEW)
    assert reading.commands == (STATUS, Help(""))  # lesson L48
    assert reading.comment == "The rest."


@pytest.mark.parametrize(
    "subject",
    ["status", "Re: status", "RE: Re: Status", "re[2]: status", "[EXTERNAL] status", "EXTERNAL: Re: [Ext] status"],
)
def test_what_programs_put_before_a_subject_does_not_matter(subject: str) -> None:
    assert titled(subject).commands == (STATUS,)  # lesson L46


@pytest.mark.parametrize(
    "subject", ["Fwd: status", "FW: status", "Re: Fwd: status", "[EXTERNAL] FW: status", "TR: status"]
)
def test_a_forwarded_subject_is_somebody_else_s_words(subject: str) -> None:
    assert titled(subject).commands == ()


@pytest.mark.parametrize("subject", ["yes", "No", "2", PLAN, "Re: reject this or not?"])
def test_a_subject_gives_no_answers(subject: str) -> None:
    assert titled(subject, OFFICER).commands == ()


def test_a_subject_may_say_which_file_is_rejected_and_why() -> None:
    assert titled(f"Reject {REFERENCE} wrong child", OFFICER).commands == (Reject("", BY_REFERENCE, "wrong child"),)


def test_commands_end_at_the_first_line_that_is_none() -> None:
    reading = read("", f"status\n\nI wonder about this.\nrecall {PLAN}", NEW)
    assert reading.commands == (STATUS,)  # lesson L46
    assert reading.comment == f"I wonder about this.\nrecall {PLAN}"


@pytest.mark.parametrize("stop", ["Thanks", "Many thanks, Jo", "Kind regards", "Regards,", "--", "-- \nJo Sands"])
def test_commands_end_at_a_closing_word(stop: str) -> None:
    assert asked(f"status\n{stop}\nhelp", NEW) == (STATUS,)  # lesson L47


@pytest.mark.parametrize(
    "before", ["\n\n", "> status\n> recall all\n", "Hi,\n\n", "Dear returns team\n", "Good morning Sam,\n"]
)
def test_blank_quoted_and_greeting_lines_are_passed_over(before: str) -> None:
    assert asked(f"{before}help\n") == (Help(""),)


@pytest.mark.parametrize("text", [">yes", "> yes\n> 2", "  > recall all"])
def test_a_quoted_line_is_never_a_command(text: str) -> None:
    assert asked(text) == ()  # lesson L46


def test_the_comment_is_what_is_left_of_the_text() -> None:
    reading = read("", "status\ntag: census\n\n  The autumn one,\n\n  at last.\n", RETURN)
    assert reading.comment == "The autumn one,\n\n  at last."
    assert reading.tag == "Census"


@pytest.mark.parametrize(
    "text", ["", "\n", "Thanks!", "Hi Sam,\n\nmany thanks\nKind regards", "yes\nThank you, Jo", "👍"]
)
def test_a_comment_that_only_thanks_is_none(text: str) -> None:
    assert read("", text, REPLY).comment == ""


@pytest.mark.parametrize("line", ["tag: Census", "Tag: census.", "TAG = CENSUS", "tag:\u00a0Census", "Tags: “Census”"])
def test_a_tag_is_a_line_of_its_own_wherever_it_stands(line: str) -> None:
    reading = read("", f"The autumn one.\n{line}\nOn time.", RETURN)
    assert (reading.tag, reading.unknown_tag) == ("Census", "")
    assert reading.comment == "The autumn one.\nOn time."


def test_a_tag_does_not_end_the_commands_and_the_first_one_counts() -> None:
    reading = read("", "tag: KS2 TA\nstatus\ntag: Census", NEW)
    assert (reading.tag, reading.commands, reading.comment) == ("KS2 TA", (STATUS,), "")


def test_an_unknown_tag_is_told_and_stays_in_the_comment() -> None:
    reading = read("", "tag: Censsus", RETURN)
    assert (reading.tag, reading.unknown_tag, reading.comment) == ("", "Censsus", "tag: Censsus")


def test_where_no_tags_are_configured_such_a_line_is_a_comment() -> None:
    reading = read("", "tag: Census", replace(RETURN, tags=()))
    assert (reading.tag, reading.unknown_tag, reading.comment) == ("", "", "tag: Census")


def test_a_reason_goes_on_to_the_first_blank_line() -> None:
    reading = read("", "reject 2\nthe report is of\nanother child\n\nSam", OFFICER)
    assert reading.commands == (Reject("", Which(numbers=(2,)), "the report is of another child"),)
    assert reading.commands[0].said == "reject 2"
    assert reading.comment == "Sam"


def test_a_reason_ends_where_another_command_or_a_tag_begins() -> None:
    first, second = asked(f"reject 1 wrong child\nreject 2 wrong\nterm\ntag: Census\nmove {REFERENCE} SEN", OFFICER)[:2]
    assert first == Reject("", Which(numbers=(1,)), "wrong child")
    assert second == Reject("", Which(numbers=(2,)), "wrong term")


def test_a_move_runs_on_only_from_a_reason_on_its_own_line() -> None:
    assert asked("move SEN it is about a plan\nof another year", OFFICER) == (
        Move("", Which(), "SEN", "it is about a plan of another year"),
    )
    assert asked("move SEN\nSam Hale", OFFICER) == (Move("", Which(), "SEN"),)


@pytest.mark.parametrize(
    "said",
    [
        "move SEN unless Jo calls", "move SEN or FIN", "move SEN HR", "move SEN, if you agree", "move SEN? It may be a plan",
        "move sen stuff to the side", "move 2 sen stuff to the side", "move 2 on to the next one", "move ASAP to the right place",
    ],
)  # fmt: skip
def test_a_move_that_leaves_open_where_or_whether_is_none(said: str) -> None:
    assert asked(said, OFFICER) == ()


def test_lines_after_other_commands_are_no_part_of_them() -> None:
    assert read("", "receive 2\nwith many questions", OFFICER).comment == "with many questions"


def test_a_reason_of_any_length_is_read_up_to_a_limit() -> None:
    (command,) = asked("reject 2 wrong\n" + "word\n" * 2_000, OFFICER)
    assert isinstance(command, Reject)
    assert 3_000 < len(command.reason) <= 4_000


@pytest.mark.parametrize(
    "said", ["receive 2", "reject wrong term", "reject 2 wrong term", "move SEN", "receive", "move 2 SEN"]
)
def test_an_officer_s_word_is_a_school_s_prose_unless_it_names_a_reference(said: str) -> None:
    assert asked(said, REPLY) == ()
    assert asked(f"receive {REFERENCE}", REPLY) == (Receive("", BY_REFERENCE),)


@pytest.mark.parametrize("said", ["yes", "no", "recall"])
def test_outside_a_reply_an_answer_is_still_told(said: str) -> None:
    assert len(asked(said, NEW)) == 1
    assert asked(said, RETURN) == ()


def test_outside_a_reply_a_number_and_a_name_are_comments() -> None:
    assert asked("2", NEW) == asked("2 and 4", NEW) == asked(PLAN, NEW) == ()


MISSPELT = [
    ("statsu", "status"), ("Stauts rejected", "status"), ("recal it", "recall"), ("histroy", "history"),
    ("hepl", "help"), ("Recall staff", "recall"), ("recall nothing.docx", "recall"), ("pls statuss", "status"), ("verfiy", "verify"),
    ("verify 2", "verify"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "meant"), MISSPELT)
def test_a_near_miss_is_offered_its_command(said: str, meant: str) -> None:
    for reading in (read("", said, NEW), titled(said), read("", f"Hello,\n{said}\nsomething else", NEW)):
        assert reading.nearest == (said, meant)  # lesson L46
        assert reading.commands == ()


@pytest.mark.parametrize("said", ["recieve", "recive 2 now", "rejetc", "mvoe SEN"])
def test_officers_words_are_offered_to_officers_only(said: str) -> None:
    assert read("", said, OFFICER).nearest is not None
    assert read("", said, REPLY).nearest is None


@pytest.mark.parametrize(
    "text",
    [
        "Thanks", "Hello", "note", "the", "yet", "nose", "received with thanks", "year", "The plan.\nstatsu",
        "statsu of my three files", "yes indeed", "no problem", "", "👍",
    ],
)  # fmt: skip
def test_what_is_near_to_nothing_is_offered_nothing(text: str) -> None:
    assert read("", text, REPLY).nearest is None


def test_no_near_miss_is_offered_beside_a_file_a_command_or_in_old_subjects() -> None:
    assert read("statsu", "statsu", RETURN).nearest is None  # lesson L46
    assert read("help", "statsu", NEW).nearest is None
    assert titled("Re: statsu").nearest is titled("Fwd: statsu").nearest is None
