"""«Wrong file!»: from that word on nobody gets the contents, everybody who must know does, and nothing is destroyed."""

import re

import pytest

from bot.ledger import files, history
from bot.ledger.tables import Contents
from bot.rules.lifecycle import Status
from tests.office import DOCX, Answer, Opener, TestOffice, one_line
from tests.people import ALEX, BETH, DEE, JO, LENA, NADIA, PLAN, PRIYA, SAM, TOM
from tests.visitor import links_in, visitor

REVIEW = "8302000_SENreview20260901.docx"
ALARM = "Wrong file!"


async def frozen(post: TestOffice, *, received: bool = False) -> Answer:
    """Jo's plan is sent, received by Sam if so wished, and frozen: what Jo is answered."""
    await post.email(JO, attach=PLAN)
    if received:
        await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    await post.email(JO, text=ALARM, reply_to=post.expect(JO, "receipt"))
    return post.expect(JO, "frozen")


def told(post: TestOffice, kind: str) -> set[str]:
    return {answer.recipient for answer in post.mailboxes.delivered if answer.kind == kind}


ALARMS = (
    "Wrong file!", "wrong child", "WRONG CHILD.", "Sent in error", "please delete this, wrong pupil",
    "Please recall this, wrong child.", "Hi,\n\nSorry - I’ve sent the wrong child's plan", "That is not the right file",
    "Please don’t open it", "Hello\nThis was sent to you by mistake, could you delete it?",
)  # fmt: skip


async def test_the_alarm_in_plain_words_in_reply_to_a_receipt_freezes_its_file_at_once(post: TestOffice) -> None:
    for at, said in enumerate(ALARMS):
        await post.email(JO, attach={f"8302000_SENplanV{at + 10}.docx": said.encode()})
        await post.email(JO, text=said, reply_to=post.expect(JO, "receipt"))
        file = post.files()[-1]
        assert (file.frozen_at, file.status, file.contents) == (post.clock.now(), Status.SENT, Contents.KEPT), said
        answer = post.inbox_of(JO)[-1]
        assert (answer.kind, answer.references) == ("frozen", [file.reference])
        assert "`recall`" in answer.text
        assert "`release`" in answer.text


@pytest.mark.parametrize("said", [
    "Thanks", "This is not the wrong file", "Tell me if it is the wrong file", "Is the plan with you?",
    "Thank you.\n\n-- \nIf you have received this in error, please delete it.",
])  # fmt: skip
async def test_what_raises_no_alarm_freezes_nothing(post: TestOffice, said: str) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(JO, text=said, reply_to=post.expect(JO, "receipt"))
    assert post.files()[0].frozen_at is None


async def test_officers_the_headteacher_and_the_administrators_hear_who_when_and_the_words(post: TestOffice) -> None:
    await frozen(post)
    assert told(post, "wrong-file") == {SAM, NADIA, "dee.lomas@derbyshire.example", PRIYA, ALEX}
    for reader in (SAM, PRIYA, ALEX):
        letter = one_line(post.expect(reader, "wrong-file"))
        for said in ("Jo Sands", ALARM, "09:00 on 1 September 2026", post.files()[0].reference, "frozen"):
            assert said in letter, (reader, said)
    assert BETH not in told(post, "wrong-file")


async def test_who_has_had_it_is_named_and_asked_to_delete_it(post: TestOffice) -> None:
    answer = await frozen(post, received=True)
    assert "Sam Hale had it already" in one_line(answer)
    assert "You have had it" in one_line(post.expect(SAM, "wrong-file"))
    assert "You have had it" not in one_line(post.expect(NADIA, "wrong-file"))
    assert "Sam Hale" in one_line(post.expect(PRIYA, "wrong-file"))
    assert "`recall`" not in answer.text


@pytest.mark.parametrize("had", [0, 1])
async def test_who_has_had_one_of_several_is_told_so_once(post: TestOffice, had: int) -> None:
    await post.email(JO, attach=[PLAN, REVIEW])
    first, second = (file.reference for file in post.files())
    await post.email(SAM, text=f"receive {post.files()[had].reference}")
    await post.email(JO, text=f"wrong file {first} {second}")
    (letter,) = [mail for mail in post.inbox_of(SAM) if mail.kind == "wrong-file"]
    assert sorted(letter.references) == sorted([first, second])
    assert "You have had at least one of them" in one_line(letter)


async def test_who_has_downloaded_what_another_received_has_had_it(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    (link,) = links_in(post.expect(NADIA, "new-files"))
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    async with visitor(post) as nadia:
        await (await nadia.open(link)).press("renew")
        await post.settle()
        (fresh,) = links_in(post.inbox_of(NADIA)[-1])
        await (await nadia.open(fresh)).press("download")
        assert (await nadia.download()).content == DOCX
    await post.email(JO, text=ALARM, reply_to=post.expect(JO, "receipt"))
    assert "You have had it" in one_line(post.expect(NADIA, "wrong-file"))


async def test_a_colleague_who_has_a_copy_is_asked_to_delete_it(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(TOM, text=f"copy {post.files()[0].reference}")
    (link,) = links_in(post.expect(TOM, "copy"))
    async with visitor(post) as tom:
        await (await tom.open(link)).press("copy")
        await tom.download()
    await post.email(JO, text=ALARM, reply_to=post.expect(JO, "receipt"))
    letter = one_line(post.expect(TOM, "wrong-file"))
    assert "You have had it" in letter
    assert "8302000)" not in letter, "they know which school they are of"
    assert "had by Tom Ashe" in one_line(post.expect(PRIYA, "wrong-file"))


async def test_no_more_of_the_words_is_told_than_a_person_says(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(JO, text=f"{ALARM} {'a' * 600}", reply_to=post.expect(JO, "receipt"))
    told_on = one_line(post.expect(SAM, "wrong-file"))
    assert ALARM in told_on
    assert max(map(len, re.findall("a+", told_on.replace(" ", "")))) < 500


async def test_nobody_receives_moves_or_copies_what_is_frozen_and_each_is_told_why(post: TestOffice) -> None:
    await frozen(post)
    reference = post.files()[0].reference
    for officer, said in ((SAM, f"receive {reference}"), (NADIA, f"move {reference} EP")):
        await post.email(officer, text=said)
        answer = post.inbox_of(officer)[-1]
        assert (answer.kind, answer.subject.partition(":")[0]) == ("lost-race", "Frozen by its school")
        assert "Jo Sands froze it at 09:00" in one_line(answer)
    for asker in (JO, TOM, SAM):
        await post.email(asker, text=f"copy {reference}")
        answer = post.inbox_of(asker)[-1]
        assert (answer.kind, "frozen" in one_line(answer).lower()) == ("too-late", True)
        assert "/get/" not in answer.text
    assert post.files()[0].status is Status.SENT


async def test_it_can_still_be_rejected_and_stays_frozen(post: TestOffice) -> None:
    await frozen(post, received=True)
    await post.email(SAM, text=f"reject {post.files()[0].reference} as you asked")
    file = post.files()[0]
    assert (file.status, file.frozen_at is not None) == (Status.REJECTED, True)
    await post.email(TOM, text=f"copy {file.reference}")
    assert post.inbox_of(TOM)[-1].kind == "too-late"


async def test_recall_destroys_it_and_all_who_heard_of_the_freeze_hear_of_that(post: TestOffice) -> None:
    answer = await frozen(post)
    await post.email(JO, text="recall", reply_to=answer)
    file = post.files()[0]
    assert (file.status, file.contents, file.frozen_at) == (Status.RECALLED, Contents.DESTROYED, None)
    assert "taken it back" in one_line(post.expect(SAM, "wrong-file"))
    assert not post.rooms.ledger.read_now(lambda tx: list(history.faults(tx)))


@pytest.mark.parametrize(("lifter", "said"), [
    (JO, "release"), (JO, "fine"), (JO, "It’s fine, thanks"), (TOM, "release {reference}"), (PRIYA, "false alarm"),
    (ALEX, "release"),
])  # fmt: skip
async def test_the_school_or_an_administrator_lifts_it_and_all_goes_on(
    post: TestOffice, lifter: str, said: str
) -> None:
    answer = await frozen(post)
    told_before = post.expect(lifter, "wrong-file") if lifter in (PRIYA, ALEX) else answer
    said = said.format(reference=post.files()[0].reference)
    await post.email(lifter, text=said, reply_to=None if "PR-" in said else told_before)
    assert post.files()[0].frozen_at is None
    assert post.expect(lifter, "released")
    assert "right file" in one_line(post.expect(SAM, "wrong-file"))
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    assert post.files()[0].status is Status.RECEIVED
    acts = post.rooms.ledger.read_now(lambda tx: [one.act.value for one in history.of(tx, post.files()[0])])
    assert acts == ["sent", "frozen", "released", "received"]


async def test_an_officer_lifts_no_freeze_and_raises_none(post: TestOffice) -> None:
    await frozen(post)
    await post.email(SAM, text="release", reply_to=post.expect(SAM, "wrong-file"))
    assert post.inbox_of(SAM)[-1].kind == "not-authorised"
    assert post.files()[0].frozen_at
    await post.email(JO, attach=REVIEW)
    await post.email(NADIA, text="This is the wrong child's file", reply_to=post.expect(NADIA, "new-files"))
    answer = post.inbox_of(NADIA)[-1]
    assert answer.kind == "unknown-command"
    assert "`reject <reason>`" in answer.text
    assert post.files()[1].frozen_at is None


async def test_an_officer_who_is_also_of_a_school_freezes_that_schools_file_alone(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(LENA, attach="8309003_SENplan20260901.docx")
    leys, hollybank = post.files()
    await post.email(DEE, text=f"wrong file {leys.reference} {hollybank.reference}")
    assert [bool(file.frozen_at) for file in post.files()] == [False, True]
    assert leys.reference in post.expect(DEE, "not-authorised").text
    assert post.expect(DEE, "frozen").references == [hollybank.reference]


async def test_who_has_had_it_and_left_is_named_and_not_written_to(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    await post.leave(SAM)
    await post.email(JO, text=ALARM, reply_to=post.expect(JO, "receipt"))
    assert "Sam Hale had it already" in one_line(post.expect(JO, "frozen"))
    assert SAM not in told(post, "wrong-file")


@pytest.mark.parametrize("stranger", [BETH, "nobody@elsewhere.example"])
async def test_nobody_of_another_school_can_freeze_or_learn_of_it(post: TestOffice, stranger: str) -> None:
    await post.email(JO, attach=PLAN)
    reference = post.files()[0].reference
    await post.email(stranger, text=ALARM, reply_to=post.expect(JO, "receipt"))
    await post.email(stranger, text=f"wrong file {reference}")
    assert post.files()[0].frozen_at is None
    assert not told(post, "wrong-file")
    assert all("Leys" not in answer.text for answer in post.inbox_of(stranger))


async def test_a_colleague_may_raise_it_on_a_reply_all(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(PRIYA, text="wrong child!!", reply_to=post.expect(JO, "receipt"))
    assert post.files()[0].frozen_at
    assert post.expect(PRIYA, "frozen").references == [post.files()[0].reference]
    assert PRIYA not in told(post, "wrong-file"), "who raised it has the answer"


async def test_raised_again_it_says_so_and_alerts_nobody_twice(post: TestOffice) -> None:
    answer = await frozen(post)
    before = len(post.inbox_of(SAM))
    await post.email(JO, text="WRONG FILE!!!", reply_to=answer)
    assert "were told before" in one_line(post.expect(JO, "frozen"))
    assert len(post.inbox_of(SAM)) == before


async def test_out_of_the_blue_it_asks_which_and_a_number_freezes_it(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, REVIEW])
    await post.email(JO, subject="Wrong file", text="I sent you the wrong child's plan.")
    which = post.expect(JO, "which")
    assert len(which.references) == 2
    assert not any(file.frozen_at for file in post.files())
    await post.email(JO, text="2", reply_to=which)
    assert [file.reference for file in post.files() if file.frozen_at] == [which.references[1]]


async def test_with_a_reference_it_freezes_that_file_alone(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, REVIEW])
    first, second = (file.reference for file in post.files())
    await post.email(JO, text=f"Wrong file: {second}, please do not open")
    assert [bool(post.file(one).frozen_at) for one in (first, second)] == [False, True]


async def test_a_reply_with_the_right_file_freezes_the_old_one_and_takes_the_new(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    text = "Sorry, wrong file. Here is the right one."
    await post.email(JO, text=text, attach={REVIEW: b"right"}, reply_to=post.expect(JO, "receipt"))
    old, new = post.files()
    assert (bool(old.frozen_at), bool(new.frozen_at), new.status) == (True, False, Status.SENT)


async def test_beside_a_new_file_alone_the_words_are_its_comment(post: TestOffice) -> None:
    await post.email(JO, text="He was put in the wrong school last year.", attach=PLAN)
    assert post.files()[0].frozen_at is None
    assert post.files()[0].comment


async def test_below_a_recall_the_words_only_say_why(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(JO, text="recall\nWrong child, sorry", reply_to=post.expect(JO, "receipt"))
    assert post.files()[0].status is Status.RECALLED
    assert [answer.kind for answer in post.inbox_of(JO)] == ["receipt", "recalled"]


async def test_a_recall_that_comes_too_late_with_such_words_freezes(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    await post.email(JO, text="recall\nWrong child!", reply_to=post.expect(JO, "receipt"))
    assert post.files()[0].frozen_at
    assert post.expect(SAM, "wrong-file")


async def test_the_status_and_the_history_show_it(post: TestOffice) -> None:
    await frozen(post)
    await post.email(JO, text="status")
    assert "frozen by Jo Sands at 09:00 on 1 September 2026" in one_line(post.expect(JO, "status"))
    await post.email(PRIYA, text=f"history {post.files()[0].reference}")
    assert "Frozen as the wrong file by Jo Sands (by email): Wrong file!" in one_line(post.expect(PRIYA, "history"))


async def test_a_running_download_stops_at_the_next_request(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    (link,) = links_in(post.expect(SAM, "new-files"))
    async with visitor(post) as sam:
        await (await sam.open(link)).press("receive")
        first = await sam.download({"Range": "bytes=0-3"})
        await post.settle()
        await post.email(JO, text=ALARM, reply_to=post.expect(JO, "receipt"))
        second = await sam.download({"Range": "bytes=4-"})
        page = await sam.open(link)
    assert (first.status_code, first.content) == (206, DOCX[:4])
    assert second.status_code != 206
    assert DOCX[4:] not in second.content
    assert "is frozen" in page.text
    assert page.buttons == {"reject", "move"} - {"move"}


@pytest.mark.parametrize("press", ["receive", "download", "move"])
async def test_what_a_page_offered_before_is_refused_with_the_reason(post: TestOffice, press: str) -> None:
    await post.email(JO, attach=PLAN)
    (link,) = links_in(post.expect(SAM, "new-files"))
    async with visitor(post) as sam:
        await sam.open(link)
        await post.email(JO, text=ALARM, reply_to=post.expect(JO, "receipt"))
        await sam.press(press, service="EP")
        assert "This file is frozen" in sam.text
        assert "Jo Sands froze it at 09:00" in sam.text
        await post.email(JO, text="release", reply_to=post.expect(JO, "frozen"))
        await (await sam.open(link)).press("receive")
        assert "You have received" in sam.text, "the link was not used up"


async def test_a_schools_copy_link_gives_nothing_while_it_is_frozen(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(TOM, text=f"copy {post.files()[0].reference}")
    (link,) = links_in(post.expect(TOM, "copy"))
    async with visitor(post) as tom:
        await tom.open(link)
        await post.email(JO, text=ALARM, reply_to=post.expect(JO, "receipt"))
        await tom.press("copy")
        assert (await tom.download()).content != DOCX
        assert "frozen" in (await tom.open(link)).text
        assert not tom.buttons


async def test_alarms_without_end_are_not_answered_without_end(post_with: Opener) -> None:
    async with post_with({"POSTROOM__EMAIL__REPLIES_PER_HOUR": "3"}) as post:
        answer = await frozen(post)
        for at in range(5):
            await post.email(JO, text=f"{ALARM} {at}", reply_to=answer)
        assert [answer.kind for answer in post.inbox_of(JO)] == ["receipt", "frozen", "frozen"]


async def test_beside_our_receipt_it_is_about_the_receipts_file(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(JO, attach=REVIEW)
    (name, octets), *_ = post.expect(JO, "receipt").attached.items()
    await post.email(JO, subject="FW: Sent to SEN", text="Please delete it, wrong child", attach={name: octets})
    assert [bool(file.frozen_at) for file in post.files()] == [False, True]


async def flip(post: TestOffice, times: int) -> None:
    """Jo releases their frozen file, and freezes it again, so many times."""
    reference = post.files()[0].reference
    for at in range(times):
        await post.email(JO, text=f"release {reference}")
        await post.email(JO, text=f"wrong file {reference} {at}")


def letters(post: TestOffice, reader: str) -> int:
    return len([answer for answer in post.inbox_of(reader) if answer.kind == "wrong-file"])


async def test_frozen_and_released_without_end_it_drowns_nobody_and_hides_no_other_file(post: TestOffice) -> None:
    await frozen(post)
    await flip(post, 20)
    assert post.files()[0].frozen_at, "the act itself is never refused"
    assert [letters(post, reader) for reader in (SAM, PRIYA, ALEX)] == [6, 6, 6]
    assert "again and again" in post.expect(ALEX, "alert").subject
    await post.email(TOM, attach=REVIEW)
    await post.email(TOM, text=ALARM, reply_to=post.expect(TOM, "receipt"))
    assert post.expect(SAM, "wrong-file").references == [post.files()[1].reference]
    post.clock.advance(hours=2)
    await post.email(JO, text=f"release {post.files()[0].reference}")
    assert "right file" in one_line(post.expect(SAM, "wrong-file"))


async def test_frozen_and_released_without_end_it_is_not_answered_without_end(post_with: Opener) -> None:
    async with post_with({"POSTROOM__EMAIL__REPLIES_PER_HOUR": "3"}) as post:
        await frozen(post)
        await flip(post, 10)
        assert len(post.inbox_of(JO)) == 6


async def test_of_one_that_is_destroyed_already_the_same_is_told_once(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    file = post.files()[0]
    post.rooms.ledger.write_now(lambda tx: files.destroyed(tx, tx.merge(file), now=post.clock.now(), why="expired"))
    for at in range(4):
        await post.email(JO, text=f"wrong file {file.reference} {at}")
    assert [letters(post, reader) for reader in (SAM, PRIYA, ALEX)] == [1, 1, 1]


async def test_the_same_file_sent_again_is_said_to_be_frozen_and_how_to_release_it(post: TestOffice) -> None:
    await frozen(post)
    await post.email(JO, attach=PLAN)
    answer = post.expect(JO, "duplicate")
    assert "You do not need to do anything" not in answer.text
    assert "no officer gets it" in one_line(answer)
    await post.email(JO, text="release", reply_to=answer)
    assert post.files()[0].frozen_at is None
