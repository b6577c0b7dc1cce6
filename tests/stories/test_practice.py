"""What is sent to the mailbox for trying out is told what would have happened, and nothing of it stays."""

import base64
from email import policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.arrival import MAIL, Arrival
from bot.ledger.tables import InboxItem, OutboxItem, Table
from tests.measuring import held
from tests.office import RETURNS, Answer, Opener, TestOffice, one_line
from tests.people import ALEX, BETH, JO, PLAN, SAM
from tests.proving import facing_the_internet

TRY = "returns-try@derbyshire.example"
BAD = PLAN.replace("_", " ")
NEW = "new.starter@leysjunior.example"
UNPROVEN = {
    "POSTROOM__EMAIL__TRUST__SUBMISSION_NETWORKS": "[]",
    "POSTROOM__EMAIL__TRUST__RELAY_NETWORKS": '["127.0.0.1"]',
    "POSTROOM__EMAIL__TRUST__AUTHSERV_IDS": '["mx.derbyshire.example"]',
}
"""A relay proves who sends, and says so of nobody."""


def rows(post: TestOffice) -> dict[str, list[tuple[Any, ...]]]:
    """All that stands in every table."""
    tables = Table.metadata.sorted_tables
    return post.rooms.ledger.read_now(
        lambda tx: {table.name: sorted(map(tuple, tx.execute(select(table))), key=repr) for table in tables}
    )


def on_disk(post: TestOffice) -> dict[Path, int]:
    """Every file of the vault."""
    folder = post.rooms.settings.vault.folder
    return {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def kinds(post: TestOffice, recipient: str) -> list[str]:
    return [answer.kind for answer in post.inbox_of(recipient)]


async def tried(post: TestOffice, sender: str = JO, **mail: Any) -> Answer:
    """The answer to a mail to the mailbox for trying out."""
    await post.email(sender, to=TRY, **mail)
    return post.expect(sender, "tried")


async def test_a_good_file_would_have_been_sent_and_its_receipt_is_shown(post: TestOffice) -> None:
    answer = await tried(post, subject="Autumn plan", attach=PLAN)
    told = one_line(answer)
    assert answer.subject == "Only practice, nothing was sent: Autumn plan"
    assert "This would have been sent to SEN" in told
    assert "Nothing has been sent, kept or done" in told
    for part in (JO, "Jo Sands", "8302000 Leys Junior School", f"{PLAN} has been sent.", RETURNS):
        assert part in told
    assert post.files() == []
    assert kinds(post, JO) == ["tried"]
    assert post.inbox_of(SAM) == [], "no officer hears of it"
    (item,) = post.told()
    assert len(item.facts["said"]) == 1, "what an officer would read is not theirs"
    assert is_gone(post)
    assert answer.references == []


async def test_a_badly_named_file_is_told_all_that_is_wrong_and_its_right_name(post: TestOffice) -> None:
    told = one_line(await tried(post, attach=BAD))
    assert f"The right name is {PLAN}." in told
    assert "What is wrong with the name: " in told
    assert "Reply yes to send it under this name." in told, "the advice is quoted"
    assert post.files() == []


async def test_a_file_that_cannot_be_taken_is_told_why(post: TestOffice) -> None:
    told = one_line(await tried(post, attach=PLAN.replace(".docx", ".exe")))
    assert "This would not have been taken: We cannot take files that end in .exe." in told


async def test_nothing_stays_but_the_inbox_row_and_the_answer(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    before, disk = rows(post), on_disk(post)
    await tried(post, attach={PLAN: b"PK\x03\x04 another", "scan.pdf": b"%PDF-1.7"}, text="status\nrecall it")

    after = rows(post)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {InboxItem.__tablename__, OutboxItem.__tablename__}
    for name in changed:
        assert set(map(repr, before[name])) < set(map(repr, after[name]))
        assert len(after[name]) == len(before[name]) + 1
    (item,) = [one for one in post.waiting() if one.arrival["trial"]]
    assert (item.state, item.why, item.lease) == ("done", "tried out", None)
    assert on_disk(post) == disk


async def test_the_raw_message_lies_sealed_until_it_is_answered(post: TestOffice) -> None:
    """Acknowledged means durable, for practice as well; and destroyed once it is answered."""
    big = PLAN, b"PK\x03\x04" + bytes(600_000)
    message = post.compose(JO, attach=dict([big]), to=TRY)
    before = set(on_disk(post))
    settle, post.office.settle = post.office.settle, _nothing  # type: ignore[method-assign]
    await post.post(message, JO, TRY)
    assert set(on_disk(post)) > before
    post.office.settle = settle  # type: ignore[method-assign]
    await post.settle()
    assert set(on_disk(post)) == before
    assert kinds(post, JO) == ["tried"]


async def _nothing() -> None:
    """In the place of all that is due."""


@pytest.mark.parametrize("words", ["recall", "Wrong file!", "recall PR-", "destroy"])
async def test_what_would_undo_a_real_file_does_nothing_to_it(post: TestOffice, words: str) -> None:
    await post.email(JO, attach=PLAN)
    (before,) = post.files()
    words = words.replace("PR-", before.reference)
    told = await tried(post, text=words, headers={"In-Reply-To": str(post.expect(JO, "receipt").message["Message-ID"])})
    (file,) = post.files()
    assert (file.status, file.version, file.frozen_at) == ("Sent", before.version, None)
    assert kinds(post, JO) == ["receipt", "tried"]
    assert "The answer that you would have had" in told.text


async def test_a_command_is_answered_as_it_would_be(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    told = one_line(await tried(post, text="status"))
    assert PLAN in told
    assert (await tried(post, sender=BETH, text="status")).text.count(PLAN) == 0, "of her own school alone"


async def test_an_officer_practises_receiving_and_receives_nothing(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    (file,) = post.files()
    told = await tried(post, sender=SAM, text=f"receive {file.reference}")
    assert post.files()[0].status == "Sent"
    assert "SEN: SEN" in one_line(told), "who he is to us"
    assert "/get/" not in told.text + told.html, "no link leads anywhere"


async def test_a_reply_to_a_practice_answer_is_practice_as_well(post: TestOffice) -> None:
    advice = await tried(post, attach=BAD)
    assert str(advice.message["Reply-To"]) == TRY
    await post.email(JO, text="yes", reply_to=advice)
    answer = post.inbox_of(JO)[-1]
    assert answer.kind == "tried"
    assert "no file waits for your word" in one_line(answer)
    assert post.files() == []


async def test_yes_to_a_practice_answer_settles_no_real_file_wherever_it_is_sent(post: TestOffice) -> None:
    """A mail program may reply to From."""
    await post.email(JO, attach=BAD)
    practice = await tried(post, attach={BAD: b"another"})
    await post.email(
        JO, text="yes", subject=f"Re: {practice.subject}", headers={"In-Reply-To": str(practice.message["Message-ID"])}
    )
    (file,) = post.files()
    assert file.status == "Held"


@pytest.mark.parametrize("order", [(TRY, RETURNS), (RETURNS, TRY)])
async def test_a_mail_that_names_both_mailboxes_is_for_real_and_once(post: TestOffice, order: tuple[str, str]) -> None:
    message = post.compose(JO, attach=PLAN, to=TRY)
    message["Cc"] = RETURNS
    for recipient in order:  # as two deliveries, each with its own envelope (lesson L25)
        await post.post(message, JO, recipient)
    assert len(post.files()) == 1
    assert kinds(post, JO) == ["receipt"]


async def test_a_copy_for_practice_does_not_take_the_place_of_the_real_mail(post: TestOffice) -> None:
    """In Bcc nobody sees that it goes to both."""
    message = post.compose(JO, attach=PLAN, to=TRY)
    await post.post(message, JO, TRY)
    await post.post(message, JO, RETURNS)
    assert kinds(post, JO) == ["tried", "receipt"]
    assert len(post.files()) == 1


async def test_the_same_practice_mail_is_answered_once(post: TestOffice) -> None:
    message = post.compose(JO, attach=PLAN, to=TRY)
    await post.post(message, JO, TRY)
    await post.post(message, JO, TRY)
    assert kinds(post, JO) == ["tried"]


async def test_whoever_may_send_can_practise_many_times_but_not_for_ever(post: TestOffice) -> None:
    for _ in range(40):
        await post.email(JO, attach=PLAN, to=TRY)
    assert kinds(post, JO) == ["tried"] * 30
    assert kinds(post, ALEX) == ["alert"]
    await post.email(JO, text="status")
    assert kinds(post, JO)[-1] == "status", "practice uses up nobody's real answers"
    post.clock.advance(hours=1, seconds=1)
    await tried(post, attach=PLAN)
    assert kinds(post, JO)[-1] == "tried"


async def test_a_circle_with_a_machine_that_bears_no_mark_ends(post_with: Opener) -> None:
    async with post_with({"POSTROOM__EMAIL__REPLIES_PER_HOUR": "2"}) as post:
        for _ in range(24 * 3):
            await post.email(JO, attach=PLAN, to=TRY)
            post.clock.advance(minutes=19)
        assert kinds(post, JO) == ["tried"] * 8
        assert kinds(post, ALEX) == ["alert"]


async def test_what_is_too_large_to_be_fetched_is_told_the_limit(post: TestOffice) -> None:
    raw = post.office.inbox.begin()
    raw.write(post.compose(JO, to=TRY).as_bytes(policy=policy.SMTP))
    arrival = Arrival(channel=MAIL, key="1", sender=JO, believed="it is said so", trial=True, oversize=900_000_000)
    await post.office.inbox.accept(arrival, raw)
    await post.settle()
    assert "Your email is too large" in one_line(post.expect(JO, "tried"))


# lesson L19
async def test_a_stranger_hears_once_a_day_that_they_are_not_on_the_list(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    told = await tried(post, sender=NEW, attach=PLAN, text="status")
    assert "this address is not on our list" in one_line(told)
    for private in ("Jo Sands", "Leys Junior", "PR-"):
        assert private not in one_line(told)
    await post.email(NEW, attach=PLAN, to=TRY)
    assert kinds(post, NEW) == ["tried"]
    post.clock.advance(days=1, seconds=1)
    await post.email(NEW, attach=PLAN, to=TRY)
    assert kinds(post, NEW) == ["tried", "tried"]


async def test_who_leaves_is_a_stranger_to_practice_as_well(post: TestOffice) -> None:
    await post.leave(JO)
    assert "not on our list" in one_line(await tried(post, attach=PLAN))


# lesson L19
async def test_who_is_not_proven_is_never_answered(tmp_path: Path) -> None:
    async with facing_the_internet(tmp_path, UNPROVEN) as (post, _):
        before = set(on_disk(post))
        await post.email(JO, attach=PLAN, to=TRY)
        assert post.mailboxes.delivered == []
        (item,) = post.waiting()
        assert item.state == "done"
        assert set(on_disk(post)) == before


# lesson L13
async def test_a_machine_is_never_answered(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN, to=TRY, headers={"Auto-Submitted": "auto-generated"})
    assert post.mailboxes.delivered == []
    assert [one.state for one in post.waiting()] == ["done"], "and nothing is kept aside of it"


async def test_what_cannot_be_opened_is_said_and_kept_for_nobody(post: TestOffice) -> None:
    nested = "".join(f'Content-Type: multipart/mixed; boundary="b{at}"\r\n\r\n--b{at}\r\n' for at in range(200))
    head = f"From: {JO}\r\nTo: {TRY}\r\nSubject: Nested\r\nMessage-ID: <nested@x>\r\n"
    await post.post(f"{head}{nested}\r\n".encode(), JO, TRY)
    assert "We could not open your email" in one_line(post.expect(JO, "tried"))
    await post.post(f"Auto-Submitted: auto-generated\r\n{head}{nested}\r\n".encode(), JO, TRY)
    assert kinds(post, JO) == ["tried"], "a machine is not answered"
    assert kinds(post, ALEX) == []
    assert [one.state for one in post.waiting()] == ["done"] * 2
    assert on_disk(post) == {}


# lesson L11
@pytest.mark.parametrize("ours", [TRY, TRY.replace("@", "+x@")])
async def test_our_own_practice_address_is_never_answered(post: TestOffice, ours: str) -> None:
    await post.email(ours, attach=PLAN)
    await post.email(ours, attach=PLAN, to=TRY)
    assert post.mailboxes.delivered == []


async def test_a_fault_of_ours_is_said_and_keeps_nothing(post: TestOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ArithmeticError

    monkeypatch.setattr("bot.reception.practising._files", fail)
    await post.email(JO, attach=PLAN, to=TRY)
    for _ in range(10):
        post.clock.advance(minutes=11)
        await post.settle()
    told = one_line(post.expect(JO, "tried"))
    assert "Something went wrong on our side" in told
    (item,) = post.waiting()
    assert item.state == "done"
    assert "Nothing of it was kept" in one_line(post.expect(ALEX, "alert"))
    assert is_gone(post)


def is_gone(post: TestOffice) -> bool:
    """Whether nothing of what came is left, in the row or the vault."""
    sealed = post.rooms.ledger.read_now(lambda tx: tx.scalars(select(InboxItem.sealed)).all())
    return not any(sealed) and not set(post.rooms.vault.with_keys()) and not on_disk(post)


async def fails_for_good(post: TestOffice, monkeypatch: pytest.MonkeyPatch, **mail: Any) -> None:
    """Two mails that nothing can be found out about."""

    def fail(*_: object) -> None:
        raise ArithmeticError

    monkeypatch.setattr("bot.reception.practising.known", fail)
    for _ in range(2):
        await post.email(JO, attach=PLAN, to=TRY, **mail)
        for _ in range(10):
            post.clock.advance(minutes=11)
            await post.settle()


# lesson L13
async def test_a_fault_of_ours_is_not_told_to_a_machine_and_to_administrators_once(
    post: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fails_for_good(post, monkeypatch, headers={"Auto-Submitted": "auto-generated"})
    assert kinds(post, JO) == []
    assert kinds(post, ALEX) == ["alert"]
    assert is_gone(post)


# lesson L19
async def test_nor_to_who_is_not_proven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with facing_the_internet(tmp_path, UNPROVEN) as (post, _):
        await fails_for_good(post, monkeypatch)
        assert kinds(post, JO) == []
        assert {item.state for item in post.waiting()} == {"done"}


async def test_a_large_file_is_tried_out_in_the_memory_of_a_small_one(post: TestOffice) -> None:
    small, large = [await memory_for(post, octets) for octets in (2_000_000, 20_000_000)]
    assert kinds(post, JO) == ["tried", "tried"]
    assert large < small + 1_000_000


async def memory_for(post: TestOffice, octets: int) -> int:
    """The most that was held while a mail with so large a file was tried out."""
    message = post.compose(JO, attach={PLAN: b"PK\x03\x04"}, to=TRY).as_bytes(policy=policy.SMTP)
    above, file, below = message.rpartition(b"UEsDBA==")
    raw = post.office.inbox.begin()
    for piece in (above, *[base64.b64encode(bytes(57)) + b"\r\n"] * (octets // 57), file, below):
        raw.write(piece)
    arrival = Arrival(channel=MAIL, key=f"{octets}", sender=JO, believed="it is said so", trial=True)
    await post.office.inbox.accept(arrival, raw)
    with held() as memory:
        await post.settle()
    return memory.octets
