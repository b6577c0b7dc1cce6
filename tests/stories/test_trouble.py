"""Whatever fails, nothing acknowledged is lost, nothing happens twice, and one bad message stops nobody else's."""

import asyncio
import itertools
import os
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import aiosmtplib
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import orm, text, update

from bot import inbox, roster
from bot.arrival import Opened
from bot.inbox import BACK_OFF_MAX, CLAIM_MAX, LEASE, TRIES_MAX, Claimed, InboxWorker
from bot.ledger.tables import InboxItem, InboxState, OutboxItem, OutboxState
from bot.preparing.sealing import Sink
from bot.reception import Reception
from bot.rules.lifecycle import Status
from bot.vault import Unavailable
from handlers.mail.reading.footers import Wordings
from handlers.mail.receive import open_message
from tests.office import RETURNS, Opener, TestOffice
from tests.people import ALEX, BETH, JO, PLAN, TOM

AUDIT = "8302000_AUDaccounts20260901.pdf"
LARGE = b"large" * 100_000


class Died(BaseException):
    """The process is gone: nothing after this instruction happens."""


class Trap:
    """A reader of messages that does something besides where a message holds the word POISON."""

    def __init__(self, spring: Callable[[], None], *, times: int = 10**6, late: bool = False) -> None:
        """`late`: after the attachments were sealed."""
        self.spring, self.times, self.late, self.sprung = spring, times, late, 0

    def __call__(self, raw: Iterator[bytes], sink: Callable[[str], Sink], **here: Wordings) -> Opened:
        octets = b"".join(raw)
        poisoned = b"POISON" in octets and self.sprung < self.times
        if poisoned and not self.late:
            self._spring()
        opened = open_message(iter([octets]), sink, **here)
        if poisoned and self.late:
            self._spring()
        return opened

    def _spring(self) -> None:
        self.sprung += 1
        self.spring()

    def plant(self, monkeypatch: pytest.MonkeyPatch) -> "Trap":
        """The next office reads its mail so."""
        monkeypatch.setattr("handlers.mail.receive.open_message", self)
        return self


def crash() -> None:
    raise RuntimeError("the contents of a child's file")


def die() -> None:
    raise Died


def set_pages_max(post: TestOffice, pages: int) -> None:
    """How far the database may grow: a disk that is full, or has room again."""
    post.rooms.ledger.write_now(lambda tx: tx.execute(text(f"PRAGMA max_page_count={pages}")))


async def leave_lying(post: TestOffice, message: EmailMessage) -> None:
    """Send a mail that nobody handles yet."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=post.port) as client:
        await client.sendmail(str(message["From"]), [RETURNS], message.as_bytes(policy=policy.SMTP))


async def later(post: TestOffice, **by: float) -> None:
    post.clock.advance(**by)
    await post.settle()


# --- the disk


async def test_a_full_disk_is_answered_451_and_nothing_is_kept(post: TestOffice) -> None:
    message = post.compose(JO, attach={PLAN: LARGE[:150_000]})
    set_pages_max(post, 1)
    with pytest.raises(aiosmtplib.SMTPDataError) as refusal:
        await post.post(message, JO)
    assert (refusal.value.code, refusal.value.message[:5]) == (451, "4.3.0")
    assert "full" not in refusal.value.message
    assert post.waiting() == []

    set_pages_max(post, 10**9)
    await post.post(message, JO)
    assert [answer.kind for answer in post.inbox_of(JO)] == ["receipt"]


async def test_a_vault_that_cannot_write_is_answered_451_and_nothing_is_kept(
    post: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = post.compose(JO, attach={PLAN: LARGE})
    with monkeypatch.context() as failing:
        failing.setattr(os, "fsync", broken_disk)
        with pytest.raises(aiosmtplib.SMTPDataError) as refusal:
            await post.post(message, JO)
    assert refusal.value.code == 451
    assert "EIO" not in refusal.value.message
    assert post.waiting() == []

    await post.post(message, JO)
    assert [answer.kind for answer in post.inbox_of(JO)] == ["receipt"]


def broken_disk(*_: object) -> None:
    raise OSError(5, "EIO")


async def test_a_disk_that_fails_for_days_delays_a_message_and_never_gives_it_up(
    post: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as failing:
        failing.setattr(os, "fsync", broken_disk)
        await post.email(JO, attach=PLAN)
        for _ in range(3 * TRIES_MAX):
            await later(post, hours=2)
        (item,) = post.waiting()
        assert item.state is InboxState.WAITING
        assert item.next_at - post.clock.now() == BACK_OFF_MAX
        assert not post.told()
    await later(post, minutes=11)
    assert [answer.kind for answer in post.inbox_of(JO)] == ["receipt"]


async def test_trouble_of_the_disk_does_not_count_against_a_message(
    monkeypatch: pytest.MonkeyPatch, post_with: Opener
) -> None:
    faults = iter([*([Unavailable("the disk is full")] * TRIES_MAX), RuntimeError()])

    def fail() -> None:
        if fault := next(faults, None):
            raise fault

    trap = Trap(fail).plant(monkeypatch)
    async with post_with() as post:
        await post.email(JO, text="POISON", attach=PLAN)
        for _ in range(TRIES_MAX + 1):
            await later(post, minutes=11)
        assert trap.sprung == TRIES_MAX + 2
        assert [answer.kind for answer in post.inbox_of(JO)] == ["receipt"]


# --- the smarthost


async def test_a_refusing_smarthost_delays_answers_with_growing_gaps_and_never_loses_them(post: TestOffice) -> None:
    post.mailboxes.refusal = "451 4.3.0 not now"
    await post.email(JO, subject="help")
    gaps: list[timedelta] = []
    for _ in range(10):
        (item,) = post.told()
        assert item.state is OutboxState.WAITING
        gaps.append(item.next_at - post.clock.now())
        post.clock.advance(seconds=gaps[-1].total_seconds() - 1)
        await post.settle()
        assert post.told()[0].tries == len(gaps), "it was tried too early"
        await later(post, seconds=1)
    assert all(1.5 < after / before < 2.5 for before, after in itertools.pairwise(gaps[:8])), gaps
    assert timedelta(hours=1) <= gaps[-1] <= timedelta(hours=1.2)

    post.mailboxes.refusal = None
    await later(post, hours=2)
    assert [answer.kind for answer in post.inbox_of(JO)] == ["help"]
    assert "not now" not in post.told()[0].error


async def test_gaps_differ_so_that_a_thousand_answers_do_not_come_back_as_one(post: TestOffice) -> None:
    post.mailboxes.refusal = "451 4.3.0 not now"
    for sender in (JO, TOM, BETH):
        await post.email(sender, subject="help")
    assert len({item.next_at for item in post.told()}) == 3


async def test_an_answer_whose_acknowledgement_was_lost_is_repeated_under_the_same_message_id(
    post: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    async def keep_and_fail(server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        seen.append(str(BytesParser(policy=policy.default).parsebytes(envelope.content)["Message-ID"]))
        return "451 4.3.0 kept, but you never hear of it" if len(seen) == 1 else "250 2.0.0 kept"

    monkeypatch.setattr(post.mailboxes, "handle_DATA", keep_and_fail)
    await post.email(JO, subject="help")
    await later(post, minutes=1)
    await later(post, days=1)
    assert len(seen) == 2
    assert len(set(seen)) == 1
    assert post.told()[0].state is OutboxState.SENT


async def test_an_unreachable_smarthost_delays_answers_and_mail_is_taken_in_all_the_same(post_with: Opener) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        async with post_with({"POSTROOM__EMAIL__OUTGOING__PORT": str(port)}) as post:
            await post.email(JO, attach=AUDIT)
            assert post.files()[0].status is Status.SENT
            assert {item.state for item in post.told()} == {OutboxState.WAITING}
            nobody.close()
            server = await asyncio.get_running_loop().create_server(
                lambda: SMTP(post.mailboxes, enable_SMTPUTF8=True), "127.0.0.1", port
            )
            await later(post, minutes=1)
            server.close()
            assert [answer.kind for answer in post.inbox_of(JO)] == ["receipt"]


async def test_what_cannot_be_delivered_for_weeks_is_given_up_loudly(post: TestOffice) -> None:
    post.mailboxes.refusal = "451 4.3.0 not now"
    await post.email(JO, subject="help")
    await later(post, days=29)
    assert [item.state for item in post.told()] == [OutboxState.WAITING]
    await later(post, days=2)
    (given_up,) = [item for item in post.told() if item.kind == "help"]
    assert given_up.state is OutboxState.FAILED
    assert "not now" in given_up.error

    post.mailboxes.refusal = None
    await later(post, days=1)
    alert = post.expect(ALEX, "alert").text
    assert "help" in alert
    assert JO in alert
    assert not post.inbox_of(JO)


async def test_a_final_refusal_is_given_up_at_once_and_an_undeliverable_alert_begets_no_other(
    post: TestOffice,
) -> None:
    post.mailboxes.refusal = "550 5.1.1 no such mailbox"
    await post.email(JO, subject="help")
    assert Counter((item.kind, item.state) for item in post.told()) == {
        ("help", OutboxState.FAILED): 1, ("alert", OutboxState.FAILED): 1,
    }  # fmt: skip


# --- messages that make us fail


async def test_a_message_that_keeps_failing_goes_to_quarantine_and_later_ones_go_on(
    monkeypatch: pytest.MonkeyPatch, post_with: Opener
) -> None:
    trap = Trap(crash).plant(monkeypatch)
    async with post_with() as post:
        await post.email(JO, subject="Bad one", text="POISON", attach=AUDIT)
        await post.email(JO, attach=PLAN)
        await post.email(BETH, subject="status")
        assert [answer.kind for answer in post.inbox_of(JO)] == ["receipt"]
        assert post.expect(BETH, "status")
        for _ in range(3 * TRIES_MAX):
            await later(post, minutes=11)
        assert trap.sprung == TRIES_MAX

        first = post.waiting()[0]
        assert (first.state, first.why) == (InboxState.QUARANTINED, "RuntimeError")
        assert [file.name for file in post.files()] == [PLAN]
        trouble = post.expect(JO, "trouble")
        assert "Bad one" in trouble.subject
        assert f"the number {first.id}" in trouble.text.replace("\n", " ")
        assert JO in post.expect(ALEX, "alert").text
        for answer in post.mailboxes.delivered:
            assert "child" not in answer.text
            assert "RuntimeError" not in answer.text or answer.recipient == ALEX
        assert Counter(answer.kind for answer in post.mailboxes.delivered)["trouble"] == 1
        assert b"".join(post.rooms.vault.read(first.object_id, kept(post, first.id)))


def kept(post: TestOffice, item_id: int) -> bytes | None:
    return post.rooms.ledger.read_now(lambda tx: tx.get_one(InboxItem, item_id).sealed)


async def test_a_machines_message_that_keeps_failing_is_not_answered(
    monkeypatch: pytest.MonkeyPatch, post_with: Opener
) -> None:
    Trap(crash).plant(monkeypatch)
    async with post_with() as post:
        await post.email(JO, text="POISON", attach=PLAN, headers={"Auto-Submitted": "auto-generated"})
        for _ in range(TRIES_MAX):
            await later(post, minutes=11)
        assert post.waiting()[0].state is InboxState.QUARANTINED
        assert not post.inbox_of(JO)
        assert post.expect(ALEX, "alert")


async def test_a_hostile_message_lies_in_quarantine_and_stops_nobody(post: TestOffice) -> None:
    nested = "".join(f'Content-Type: multipart/mixed; boundary="b{at}"\r\n\r\n--b{at}\r\n' for at in range(200))
    hostile = f"From: {JO}\r\nTo: {RETURNS}\r\nSubject: Nested\r\nMessage-ID: <nested@x>\r\n{nested}\r\n"
    await post.post(hostile.encode(), JO)
    (item,) = post.waiting()
    assert item.state is InboxState.QUARANTINED
    assert item.why.startswith("unreadable")
    assert post.expect(JO, "trouble")
    assert "unreadable" in post.expect(ALEX, "alert").text
    await post.email(JO, attach=PLAN)
    assert post.expect(JO, "receipt")


# --- two at once, and those who die (lesson L26)


async def test_an_attempt_that_lost_its_lease_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, post_with: Opener
) -> None:
    offices: list[TestOffice] = []

    def take_over() -> None:
        stolen = {"lease": "another worker's", "leased_until": offices[0].clock.now() + LEASE}
        offices[0].rooms.ledger.write_now(lambda tx: tx.execute(update(InboxItem).values(**stolen)))

    Trap(take_over, times=1, late=True).plant(monkeypatch)
    async with post_with() as post:
        offices.append(post)
        await post.email(JO, text="POISON", attach=[PLAN, "8302000 SENheld20260901.docx"])
        assert (post.files(), post.told()) == ([], [])
        assert post.waiting()[0].state is InboxState.WORKING
        await later(post, minutes=9)
        assert post.files() == [], "a lease that holds was not respected"
        await later(post, minutes=2)
        assert len(post.files()) == 2
        assert [answer.kind for answer in post.inbox_of(JO)] == ["mixed"]


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("restarted", [False, True])
async def test_what_a_dead_worker_was_handling_is_processed_exactly_once(
    monkeypatch: pytest.MonkeyPatch, post_with: Opener, *, late: bool, restarted: bool
) -> None:
    Trap(die, times=1, late=late).plant(monkeypatch)
    async with post_with() as post:
        with pytest.raises(Died):
            await post.email(JO, text="POISON", attach={AUDIT: LARGE})
        assert post.waiting()[0].state is InboxState.WORKING
        if restarted:
            await post.rooms.ledger.write(inbox.recover)
            await post.settle()
        else:
            await later(post, minutes=11)
        (file,) = post.files()
        assert post.contents(file) == LARGE
        assert [answer.kind for answer in post.inbox_of(JO)] == ["receipt"]
        assert post.waiting()[0].state is InboxState.DONE


async def test_several_workers_handle_each_message_once_and_each_senders_in_order(post: TestOffice) -> None:
    many = [JO] * (CLAIM_MAX // 2 + 2) + [TOM, BETH] * (CLAIM_MAX // 4)
    for at, sender in enumerate(many):
        await leave_lying(post, post.compose(sender, subject="help", text=f"{at}"))
    rooms, handled = post.rooms, list[tuple[str, int]]()
    reception = Reception(rooms.ledger, rooms.vault, rooms.clock, rooms.settings, {"email": open_message}, keys={})

    async def handle(item: Claimed) -> None:
        handled.append((item.arrival.sender, item.id))
        await asyncio.sleep(0)
        await reception.handle(item)

    workers = [InboxWorker(rooms.ledger, rooms.clock, handle, reception.give_up) for _ in range(4)]
    while any(await asyncio.gather(*(work() for worker in workers for work in (worker.step, worker.finish)))):
        continue
    assert len(handled) == len(set(handled)) == len(many)
    for sender in (JO, TOM, BETH):
        theirs = [item_id for who, item_id in handled if who == sender]
        assert theirs == sorted(theirs)
    assert Counter(item.kind for item in post.told()) == {"help": len(many)}


async def test_a_first_look_that_fails_by_our_own_fault_fails_that_message_alone(
    post: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = roster.who

    def fails(tx: orm.Session, channel: str, value: str) -> object:
        if value == TOM:
            raise ValueError("our own fault")
        return who(tx, channel, value)

    monkeypatch.setattr(roster, "who", fails)
    for sender in (TOM, JO):
        await leave_lying(post, post.compose(sender, subject="help"))
    await post.settle()
    assert [(row.sender, row.state, row.tries) for row in post.waiting()] == [
        (TOM, InboxState.WAITING, 1), (JO, InboxState.DONE, 0),
    ]  # fmt: skip


async def test_who_leaves_after_their_message_was_claimed_is_not_heard(post: TestOffice) -> None:
    """And of one sender only what is handled at once was looked at as it was claimed: the rest waits for its turn."""
    for at in range(2):
        await leave_lying(post, post.compose(JO, subject="help", text=f"{at}"))
    rooms, wanted = post.rooms, list[bool]()
    reception = Reception(rooms.ledger, rooms.vault, rooms.clock, rooms.settings, {"email": open_message}, keys={})

    async def handle(item: Claimed) -> None:
        wanted.append(item.wanted)
        await post.leave(JO)
        await reception.handle(item)

    worker = InboxWorker(rooms.ledger, rooms.clock, handle, reception.give_up, glance=reception.glance)
    while await worker.step() or await worker.finish():
        continue
    assert wanted == [True, False]
    assert {row.why for row in post.waiting()} == {"nobody on the roster"}
    assert {item.kind for item in post.told()} == {"not-authorised"}


async def test_a_notice_that_a_dead_worker_was_delivering_is_delivered_after_its_lease(post: TestOffice) -> None:
    post.mailboxes.refusal = "451 4.3.0 not now"
    await post.email(JO, subject="help")
    leased = {"state": OutboxState.SENDING, "lease": "a dead worker's", "leased_until": post.clock.now() + LEASE}
    post.rooms.ledger.write_now(lambda tx: tx.execute(update(OutboxItem).values(**leased)))
    post.mailboxes.refusal = None
    await later(post, minutes=9)
    assert not post.inbox_of(JO)
    await later(post, minutes=2)
    assert [answer.kind for answer in post.inbox_of(JO)] == ["help"]


async def test_of_our_own_fault_nobody_hears_in_whose_name_a_mail_was_only_written(
    post_with: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lesson L19."""

    def fails(*_: object) -> None:
        raise ValueError("our own fault")

    relay = {
        "POSTROOM__EMAIL__TRUST__SUBMISSION_NETWORKS": "[]",
        "POSTROOM__EMAIL__TRUST__RELAY_NETWORKS": '["127.0.0.0/8"]',
        "POSTROOM__EMAIL__TRUST__AUTHSERV_IDS": '["mx.derbyshire.example"]',
    }
    async with post_with(relay) as post:
        monkeypatch.setattr(Reception, "_look", fails)
        await post.email(JO, subject="status")
        for _ in range(TRIES_MAX):
            post.clock.advance(seconds=BACK_OFF_MAX.total_seconds())
            await post.settle()
        assert [row.state for row in post.waiting()] == [InboxState.QUARANTINED]
        assert {answer.recipient for answer in post.mailboxes.delivered} == {ALEX}
