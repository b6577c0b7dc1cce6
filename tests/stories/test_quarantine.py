"""What lies in quarantine: told of every morning, settled by a word, and never lost in silence."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot import quarantine
from bot.arrival import Arrival
from bot.digest import ALIKE_MAX
from bot.ledger import Later, history
from bot.ledger.tables import DestroyOrder, Duty, InboxItem, InboxState, Person
from bot.quarantine import Decider, Wish, daily
from bot.reception import answering
from bot.roster import imports
from bot.roster.imports import Row
from bot.rules.lifecycle import Status
from tests.office import DOCX, Answer, Opener, TestOffice
from tests.people import ALEX, BETH, DEE, JO, MINA, PLAN, SAM
from tests.stories.test_trouble import crash

RELAY = {
    "POSTROOM__EMAIL__TRUST__SUBMISSION_NETWORKS": "[]",
    "POSTROOM__EMAIL__TRUST__RELAY_NETWORKS": '["127.0.0.0/8"]',
    "POSTROOM__EMAIL__TRUST__AUTHSERV_IDS": '["mx.derbyshire.example"]',
}
MACHINE = {"Precedence": "bulk", "X-Mailer": "KONICA MINOLTA bizhub C258"}
SCAN = "8302000_SENplan20260901.pdf"
ROBIN = "robin.vale@derbyshire.example"
ANYBODY = "kim.doe@elsewhere.example"


async def morning(office: TestOffice, day: str = "02 08:30") -> None:
    """All that happens until then, by the authority's clocks."""
    zone = office.rooms.settings.timezone
    wanted = datetime.fromisoformat(f"2026-09-{day}").replace(tzinfo=zone)
    office.clock.advance(seconds=(wanted - office.clock.now()).total_seconds())
    await office.settle()


def one_line(answer: Answer) -> str:
    return " ".join(answer.text.split())


def proven(sender: str) -> dict[str, str]:
    """As our relay writes it."""
    domain = sender.rpartition("@")[2]
    return {"Authentication-Results": f"mx.derbyshire.example; dmarc=pass header.from={domain}"}


async def appoint(post: TestOffice, email: str, name: str, *, role: str = "administrator") -> None:
    """One more administrator; or a sender, for all schools."""
    services = "" if role == "sender" else "*"
    cells = {"email": email, "name": name, "role": role, "schools": "*", "services": services, "other_emails": ""}
    settings, now = post.rooms.settings, post.clock.now()
    await post.rooms.ledger.write(lambda tx: imports.add_person(tx, Row(None, cells), settings, now))


def item(post: TestOffice, number: int = 1) -> InboxItem:
    return next(one for one in post.waiting() if one.id == number)


async def scan(post: TestOffice, *, sender: str = JO, name: str = SCAN, subject: str = "Message from KM_C258") -> int:
    """A photocopier sends a scan in somebody's name; its number in the inbox."""
    await post.email(sender, subject=subject, attach={name: b"%PDF-1.4 a scan"}, headers=MACHINE)
    return post.waiting()[-1].id


async def test_a_photocopiers_scan_is_told_of_next_morning_released_by_a_word_and_sent(post: TestOffice) -> None:
    """Lesson L13."""
    await scan(post)
    assert not post.inbox_of(JO)
    await morning(post)
    told = post.expect(ALEX, "quarantine")
    said = one_line(told)
    assert "A machine sent it in this person’s name (Precedence: bulk)" in said
    assert f"{SCAN} (15 bytes, PDF)" in said
    assert "probably 8302000 Leys Junior School, from a photocopier" in said
    assert "it calls itself «KONICA MINOLTA bizhub C258»" in said
    assert "1 October 2026" in said

    await post.email(ALEX, text="release 1", reply_to=told)
    (file,) = post.files()
    assert (file.status, file.name, file.sender.email) == (Status.SENT, SCAN, JO)
    assert post.expect(JO, "receipt")
    assert f"It is released, as {JO}" in one_line(post.expect(ALEX, "quarantine-settled"))
    began = post.rooms.ledger.read_now(lambda tx: history.first(tx, file).why)
    assert began.startswith("released from quarantine by Alex Reed; ")
    (decided,) = post.rooms.ledger.read_now(lambda tx: quarantine.decisions(tx, 1))
    assert decided.person
    assert (decided.act, decided.person.name, decided.channel, decided.sender) == ("release", "Alex Reed", "email", JO)
    await morning(post, "03 08:30")
    assert len([one for one in post.inbox_of(ALEX) if one.kind == "quarantine"]) == 1


async def test_who_may_send_for_every_school_points_to_none(post: TestOffice) -> None:
    trainer = "robin.vale@elsewhere.example"
    await appoint(post, trainer, "Robin Vale", role="sender")
    await scan(post, sender=trainer, name="scan0001.pdf")
    await morning(post)
    assert "Guess probably from a photocopier" in one_line(post.expect(ALEX, "quarantine"))


async def test_nobody_is_told_while_nothing_lies_there_nor_outside_office_hours_nor_twice_a_day(
    post: TestOffice,
) -> None:
    await morning(post, "02 09:00")
    assert not post.mailboxes.delivered
    await scan(post)
    for moment in ("02 16:59", "02 23:00", "03 08:29"):
        await morning(post, moment)
        assert "quarantine" not in [one.kind for one in post.inbox_of(ALEX)], moment
    await morning(post, "03 08:30")
    await morning(post, "03 12:00")
    for moment in ("05 09:00", "06 09:00"):  # Saturday and Sunday
        await morning(post, moment)
    assert [one.kind for one in post.inbox_of(ALEX)].count("quarantine") == 1
    await morning(post, "07 08:30")
    assert [one.kind for one in post.inbox_of(ALEX)].count("quarantine") == 2


async def test_a_clock_that_is_set_back_keeps_nobody_from_being_told(post: TestOffice) -> None:
    await scan(post)
    await morning(post, "29 09:00")
    await morning(post, "01 09:30")
    assert post.unread()
    await scan(post)
    await morning(post)
    assert "quarantine" in [one.kind for one in post.unread()]


async def test_what_is_unproven_is_released_as_whom_the_administrator_has_made_sure_of(post_with: Opener) -> None:
    async with post_with(RELAY) as post:
        await post.email("jo.sands@gmail.com", subject="plan", attach=PLAN)
        await morning(post)
        told = post.expect(ALEX, "quarantine")
        assert f"release 1 as {JO}" in one_line(told)
        assert "probably 8302000 Leys Junior School" in one_line(told)

        await post.email(ALEX, text="release 1", reply_to=told, headers=proven(ALEX))
        refused = post.expect(ALEX, "quarantine-settled")
        assert "or a private mailbox" in one_line(refused)
        assert item(post).state is InboxState.QUARANTINED
        await post.email(ALEX, text=f"release 1 as {ANYBODY}", reply_to=refused, headers=proven(ALEX))
        assert f"{ANYBODY} is on no school’s list" in one_line(post.expect(ALEX, "quarantine-settled"))
        assert item(post).state is InboxState.QUARANTINED

        await post.email(ALEX, text=f"release 1 as {JO} <mailto:{JO}>", reply_to=refused, headers=proven(ALEX))
        assert [file.sender.email for file in post.files()] == [JO]
        assert post.expect(JO, "receipt")
        assert not post.inbox_of("jo.sands@gmail.com")


async def test_of_two_administrators_one_wins_and_the_other_hears_by_whom_and_when(post: TestOffice) -> None:
    await appoint(post, ROBIN, "Robin Vale")
    await scan(post)
    await morning(post)
    for_alex, for_robin = post.expect(ALEX, "quarantine"), post.expect(ROBIN, "quarantine")
    await post.email(ROBIN, text="discard 1: it is a test page", reply_to=for_robin)
    await post.email(ALEX, text="release 1", reply_to=for_alex)
    assert "It is discarded and destroyed" in one_line(post.expect(ROBIN, "quarantine-settled"))
    lost = one_line(post.expect(ALEX, "quarantine-settled"))
    assert "it was discarded by Robin Vale at 08:30 on 2 September 2026" in lost
    assert "Nothing has been done" in lost
    assert not post.files()


async def test_only_a_proven_administrators_reply_counts(post_with: Opener) -> None:
    async with post_with(RELAY) as post:
        await post.email(JO, subject="plan", attach=PLAN)
        await morning(post)
        told = post.expect(ALEX, "quarantine")
        await post.email(ALEX, text="release 1", reply_to=told)  # forged: our relay has not proven it
        await post.email(SAM, text="release 1", reply_to=told, headers=proven(SAM))
        await post.email(BETH, text="discard all", reply_to=told, headers=proven(BETH))
        await post.email(ANYBODY, text="discard 1", reply_to=told, headers=proven(ANYBODY))
        assert item(post).state is InboxState.QUARANTINED
        assert not post.files()
        assert "quarantine-settled" not in [one.kind for one in post.mailboxes.delivered]
        for other in (SAM, BETH, ANYBODY):
            assert post.expect(other, "not-authorised")
            assert JO not in post.expect(other, "not-authorised").text


async def test_an_administrator_of_one_service_alone_settles_nothing(post: TestOffice) -> None:
    await scan(post)
    await morning(post)
    await post.rooms.ledger.write(
        lambda tx: tx.query(Duty).filter(Duty.person_id == tx.query(Person.id).filter(Person.email == ALEX).scalar()).update({"scope": "SEN"})
    )  # fmt: skip
    await post.email(ALEX, text="discard 1", reply_to=post.expect(ALEX, "quarantine"))
    assert post.expect(ALEX, "not-authorised")
    assert item(post).state is InboxState.QUARANTINED


async def test_a_word_out_of_the_blue_does_nothing_and_asks_which(post: TestOffice) -> None:
    await scan(post)
    for words in ("discard 1", "release 1", "retry 1", "discard all"):
        await post.email(ALEX, text=words)
        asked = post.expect(ALEX, "quarantine")
        assert "Which message do you mean" in asked.text
        assert words in one_line(asked)
    assert item(post).state is InboxState.QUARANTINED
    await post.email(ALEX, text="discard 1", reply_to=post.expect(ALEX, "quarantine"))
    assert item(post).state is InboxState.DISCARDED


async def test_what_arrives_while_the_mail_is_read_takes_nobodys_number(post: TestOffice) -> None:
    first = await scan(post, name="scan0001.pdf")
    await morning(post)
    told = post.expect(ALEX, "quarantine")
    second = await scan(post, name="scan0002.pdf", sender=BETH)
    await post.email(ALEX, text="discard 1", reply_to=told)
    assert [item(post, one).state for one in (first, second)] == [InboxState.DISCARDED, InboxState.QUARANTINED]
    await post.email(ALEX, text="discard 2\ndiscard all", reply_to=told)
    assert item(post, second).state is InboxState.QUARANTINED
    assert "has no such number" in one_line(post.expect(ALEX, "quarantine-settled"))


async def test_every_line_of_a_reply_is_answered_in_one_letter(post: TestOffice) -> None:
    for number in range(4):
        await scan(post, name=f"8302000_SENscan2026090{number + 1}.pdf", subject=f"Scan {number}")
        post.clock.advance(hours=2)
    await morning(post)
    told = post.expect(ALEX, "quarantine")
    newest = [one.id for one in reversed(post.waiting()) if one.state is InboxState.QUARANTINED]
    words = f"release 2 as {BETH}\ndiscard 3: not ours\n\ndiscrad 4\ndiscard 1\nThanks\nAlex"
    await post.email(ALEX, text=words, reply_to=told)
    (answer,) = [one for one in post.inbox_of(ALEX) if one.kind == "quarantine-settled"]
    said = one_line(answer)
    assert f"`release 2 as {BETH}`" in said
    assert "`discard 3: not ours`" in said
    assert "We did not understand this line" in said
    assert [item(post, one).state for one in newest] == [
        InboxState.QUARANTINED, InboxState.DONE, InboxState.DISCARDED, InboxState.QUARANTINED,
    ]  # fmt: skip
    assert "2 messages still lie in quarantine" in said


async def test_a_bare_word_about_several_messages_does_nothing_to_any(post: TestOffice) -> None:
    numbers = [await scan(post), await scan(post, sender=BETH)]
    await morning(post)
    told = post.expect(ALEX, "quarantine")
    for word in ("discard", "retry", "release"):
        await post.email(ALEX, text=word, reply_to=told)
        assert [item(post, one).state for one in numbers] == [InboxState.QUARANTINED] * 2, word


async def test_prose_destroys_nothing(post: TestOffice) -> None:
    await scan(post)
    await morning(post)
    for words in ("discard 1 unless Jo calls", "do not discard 1", "release them all", "release 1 or 2?"):
        await post.email(ALEX, text=words, reply_to=post.expect(ALEX, "quarantine"))
        assert item(post).state is InboxState.QUARANTINED, words


async def test_what_is_discarded_cannot_be_rebuilt_and_its_proven_sender_is_told(post: TestOffice) -> None:
    await scan(post)
    await morning(post)
    raw = item(post).object_id
    assert post.rooms.vault.holds(raw)
    writing = post.rooms.vault.begin("f1-7")  # as a try that failed leaves it
    writing.write(DOCX)
    post.rooms.vault.finish(writing)
    await post.email(ALEX, text="discard 1: it is a test page", reply_to=post.expect(ALEX, "quarantine"))
    assert not post.rooms.vault.holds(raw)
    assert not post.rooms.vault.holds("f1-7")
    assert post.rooms.ledger.read_now(lambda tx: tx.get_one(InboxItem, 1).sealed) is None
    assert "discarded by Alex Reed: it is a test page" in item(post).why
    told = one_line(post.expect(JO, "not-taken"))
    assert "“it is a test page”" in told
    assert "No file in it reached any service" in told
    await morning(post, "03 08:30")
    assert [one.kind for one in post.inbox_of(ALEX)].count("quarantine") == 1


async def test_an_unproven_sender_hears_nothing_whatever_is_decided(post_with: Opener) -> None:  # lesson L19
    async with post_with(RELAY) as post:
        await post.email(JO, subject="plan", attach=PLAN)
        await morning(post)
        await post.email(ALEX, text="discard 1", reply_to=post.expect(ALEX, "quarantine"), headers=proven(ALEX))
        assert item(post).state is InboxState.DISCARDED
        assert not post.inbox_of(JO)


async def test_what_failed_is_handed_in_again_by_a_word(post_with: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = answering.serve
    monkeypatch.setattr(answering, "serve", lambda *_, **__: crash())
    async with post_with() as post:
        await post.email(JO, subject="plan", attach=PLAN)
        for _ in range(8):
            post.clock.advance(minutes=11)
            await post.settle()
        assert item(post).state is InboxState.QUARANTINED
        monkeypatch.setattr(answering, "serve", whole)
        await morning(post)
        told = post.expect(ALEX, "quarantine")
        assert "Something failed on our side" in one_line(told)
        assert "Reply `retry 1`" in one_line(told)
        await post.email(ALEX, text="retry 1", reply_to=told)
        assert [file.status for file in post.files()] == [Status.SENT]
        assert post.expect(JO, "receipt")


async def test_a_strangers_words_lead_the_administrators_nowhere(post_with: Opener) -> None:
    async with post_with(RELAY) as post:
        await post.email(
            '"**Bold** [click](https://evil.example/a) <!channel>" <kim@elsewhere.example>', envelope_from=ANYBODY,
            subject="See https://evil.example/x and www.evil.example " + "x" * 300, attach={"https://evil.example/y.pdf": DOCX},
        )  # fmt: skip
        await morning(post)
        told = post.expect(ALEX, "quarantine")
        assert "evil.example" not in told.text.replace("y.pdf", "") or "https://evil" not in told.text + told.html
        assert 'href="https://evil' not in told.html
        assert "<strong>Bold" not in told.html
        assert "x" * 200 not in told.text


def flood(post: TestOffice, count: int) -> None:
    """So many unproven messages that lie in quarantine."""
    now = post.clock.now()
    arrival = Arrival(channel="email", key="k", sender="a@b.example", believed="", unproven="no proof", size=100)
    row = {
        "channel": "email", "state": InboxState.QUARANTINED, "arrived_at": now, "next_at": now, "tries": 0, "why": "no proof",
        "sender": arrival.sender, "arrival": arrival.model_dump(mode="json"),
    }  # fmt: skip
    rows = [row | {"key": str(at), "subject": f"number {at}", "object_id": f"raw-{at}"} for at in range(count)]
    post.rooms.ledger.write_now(lambda tx: tx.execute(insert(InboxItem), rows))


async def test_ten_thousand_are_told_of_in_one_bounded_letter(post: TestOffice) -> None:
    flood(post, 10_000)
    await morning(post)
    (told,) = post.inbox_of(ALEX)
    assert told.subject == "In quarantine: 10000 messages wait for your word"
    assert "9950 older messages lie there too" in one_line(told)
    assert "number 9999" in told.text
    assert "number 9949" not in told.text
    assert len(told.message.as_bytes()) < 500_000
    await post.email(ALEX, text="discard all", reply_to=told)
    states = [one.state for one in post.waiting()]
    assert (states.count(InboxState.DISCARDED), states.count(InboxState.QUARANTINED)) == (50, 9_950)


async def test_a_flood_of_hostile_mail_does_not_become_a_flood_of_alerts(post: TestOffice) -> None:
    nested = "".join(f'Content-Type: multipart/mixed; boundary="b{at}"\r\n\r\n--b{at}\r\n' for at in range(200))
    for at in range(14):
        await post.post(f"From: {JO}\r\nSubject: {at}\r\nMessage-ID: <{at}@x>\r\n{nested}\r\n".encode(), JO)
    alerts = [one for one in post.inbox_of(ALEX) if one.kind == "alert"]
    assert len(alerts) == ALIKE_MAX
    assert "daily mail" in one_line(alerts[0])
    post.clock.advance(hours=1)
    await post.settle()
    *_, last = (one for one in post.inbox_of(ALEX) if one.kind == "alert")
    assert last.subject.endswith(f"{14 - ALIKE_MAX} more alerts")
    post.clock.advance(hours=1)
    await post.post(f"From: {JO}\r\nSubject: again\r\nMessage-ID: <again@x>\r\n{nested}\r\n".encode(), JO)
    assert len([one for one in post.inbox_of(ALEX) if one.kind == "alert"]) == ALIKE_MAX + 2


async def test_what_nobody_settles_ends_on_the_day_that_was_told_and_its_proven_sender_hears_of_it(
    post: TestOffice,
) -> None:
    await scan(post)
    raw = item(post).object_id
    await morning(post)
    assert "Kept until 1 October 2026, then destroyed" in one_line(post.expect(ALEX, "quarantine"))
    while post.clock.now() < datetime(2026, 10, 1, 22, 30, tzinfo=UTC):
        post.clock.advance(hours=12)
        await post.settle()
    assert item(post).state is InboxState.DISCARDED or post.clock.now() < datetime(2026, 10, 1, 23, tzinfo=UTC)
    post.clock.advance(hours=12)
    await post.settle()
    assert item(post).state is InboxState.DISCARDED
    assert not post.rooms.vault.holds(raw)
    assert "nobody settled it within 30 days" in item(post).why
    assert "Nobody settled it" in one_line(post.expect(JO, "not-taken"))


async def test_a_word_that_comes_after_the_end_is_told_so(post: TestOffice) -> None:
    await scan(post)
    await morning(post)
    told = post.expect(ALEX, "quarantine")
    for _ in range(62):
        post.clock.advance(hours=12)
        await post.settle()
    await post.email(ALEX, text="release 1", reply_to=told)
    assert "discarded by Postroom" in one_line(post.expect(ALEX, "quarantine-settled"))
    assert not post.files()


async def test_nothing_is_handed_in_again_while_what_an_earlier_try_left_is_still_to_be_destroyed(
    post: TestOffice,
) -> None:
    await scan(post)
    occasion = post.rooms.occasion()
    order = DestroyOrder(object_id="f1-2", why="sent by a machine", ordered_at=occasion.now)

    def too_early(tx: Session) -> None:
        tx.add(order)
        tx.flush()
        quarantine.decide(tx, Wish(1, "release"), Decider("cli"), occasion)

    with pytest.raises(Later):
        post.rooms.ledger.write_now(too_early)
    assert item(post).state is InboxState.QUARANTINED
    result = post.rooms.ledger.write_now(lambda tx: quarantine.decide(tx, Wish(1, "release"), Decider("cli"), occasion))
    assert result.verdict == "done"


async def test_what_somebody_else_posted_in_their_name_is_theirs_once_an_administrator_says_so(
    post: TestOffice,
) -> None:
    posted = MACHINE | {"Sender": "scanner@leysjunior.example"}
    await post.email(JO, attach=PLAN)
    await post.email(JO, text=f"recall {PLAN}", attach={SCAN: b"%PDF-1.4"}, headers=posted)
    await morning(post)
    await post.email(ALEX, text="release 1", reply_to=post.expect(ALEX, "quarantine"))
    assert [(file.sender.email, file.status) for file in post.files()] == [(JO, Status.SENT)] * 2


@pytest.mark.parametrize(("words", "became"), [("release 1", Status.RECALLED), (f"release 1 as {MINA}", Status.SENT)])
async def test_the_words_of_a_released_mail_are_done_for_who_was_proven_and_nobody_else(
    post: TestOffice, words: str, became: Status
) -> None:
    """A machine sent it, by its marks; whose it is was never in doubt."""
    await post.email(JO, attach=PLAN)
    await post.email(JO, text=f"recall {PLAN}", attach={SCAN: b"%PDF-1.4"}, headers=MACHINE)
    await morning(post)
    await post.email(ALEX, text=words, reply_to=post.expect(ALEX, "quarantine"))
    assert [file.status for file in post.files()] == [became, Status.SENT]


async def test_of_many_files_the_first_are_named_and_the_others_counted(post: TestOffice) -> None:
    await post.email(JO, attach=[f"scan000{number}.pdf" for number in range(7)], headers=MACHINE)
    await morning(post)
    said = one_line(post.expect(ALEX, "quarantine"))
    assert "scan0004.pdf (" in said
    assert "scan0005.pdf" not in said
    assert ", and 2 more" in said


async def test_of_many_octets_no_more_are_opened_for_one_letter_than_it_can_wait_for(
    post: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily, "OPENED_BYTES_MAX", 2_000)
    for number in range(4):
        await scan(post, name=f"scan000{number}.pdf")
        post.clock.advance(hours=1)
    await morning(post)
    said = one_line(post.expect(ALEX, "quarantine"))
    assert said.count("it has not been looked into") in {1, 2, 3}
    assert "scan0003.pdf" in said
    assert said.count("`discard ") >= 4


@pytest.mark.parametrize("late", ["discard 1", "retry 1", "release 1"])
async def test_a_word_about_what_was_released_before_changes_nothing(post: TestOffice, late: str) -> None:
    await scan(post)
    await morning(post)
    told = post.expect(ALEX, "quarantine")
    await post.email(ALEX, text="release 1", reply_to=told)
    await post.email(ALEX, text=late, reply_to=told)
    assert "it was released by Alex Reed" in one_line(post.expect(ALEX, "quarantine-settled"))
    assert (item(post).state, len(post.files())) == (InboxState.DONE, 1)


@pytest.mark.parametrize("said", ["recall {}", "recall 8302000_SENplan20260901.docx", "recall {}\nrecall {}"])
async def test_a_forgers_words_do_nothing_when_their_mail_is_released_for_its_files(
    post_with: Opener, said: str
) -> None:
    async with post_with(RELAY) as post:
        await post.email(JO, attach=PLAN, headers=proven(JO))
        reference = post.files()[0].reference
        await post.email(JO, text=said.format(reference, reference), attach={SCAN: b"%PDF-1.4 a scan"})
        await morning(post)
        told = post.expect(ALEX, "quarantine")
        await post.email(ALEX, text="release 1", reply_to=told, headers=proven(ALEX))
        assert [file.status for file in post.files()] == [Status.SENT, Status.SENT]
        assert [one.kind for one in post.inbox_of(JO)].count("unknown-command") == 1
        assert "No check could prove that you sent this message" in one_line(post.expect(JO, "unknown-command"))


async def test_nobodys_other_offices_act_for_a_mail_that_was_released_as_theirs(post_with: Opener) -> None:
    """Dee is an officer, and sends for a school."""
    async with post_with(RELAY) as post:
        await post.email(JO, attach=PLAN, headers=proven(JO))
        reference = post.files()[0].reference
        await post.email(DEE, text=f"receive {reference}\nreject {reference} wrong child")
        await morning(post)
        told = post.expect(ALEX, "quarantine")
        await post.email(ALEX, text="release 1", reply_to=told, headers=proven(ALEX))
        assert [file.status for file in post.files()] == [Status.SENT]
        assert "Nothing has been done" in one_line(post.expect(DEE, "unknown-command"))


async def test_an_alarm_in_a_released_mail_is_heard(post_with: Opener) -> None:
    """It keeps contents from everybody, and destroys nothing."""
    async with post_with(RELAY) as post:
        await post.email(JO, attach=PLAN, headers=proven(JO))
        await post.email(JO, text=f"freeze {post.files()[0].reference}")
        await morning(post)
        told = post.expect(ALEX, "quarantine")
        await post.email(ALEX, text="release 1", reply_to=told, headers=proven(ALEX))
        assert post.files()[0].frozen_at
