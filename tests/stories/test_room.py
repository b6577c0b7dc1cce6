"""A disk that fills up: new mail waits outside, what was taken in is safe, and it ends by itself."""

from pathlib import Path
from typing import Any

import aiosmtplib
import pytest

from bot import space, telling
from bot.ledger import Later
from tests.office import Opener, TestOffice
from tests.people import ALEX, JO, PLAN

FULL = "The disk is nearly full, and mail has to wait"


class Disk:
    """How much is free on every disk."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.free = 10**10
        self.full: Path | None = None
        """One that has no room, whatever the others have."""
        patch.setattr(space, "free_bytes", self._free)

    def _free(self, path: Path) -> int:
        return 0 if path == self.full else self.free


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


def told(post: TestOffice) -> int:
    return [answer.kind == "alert" and FULL in answer.subject for answer in post.inbox_of(ALEX)].count(True)


async def test_mail_waits_while_the_disk_is_nearly_full_and_comes_in_by_itself_afterwards(
    post: TestOffice, disk: Disk
) -> None:
    await post.email(JO, attach=PLAN)
    disk.free = 0
    for _ in range(3):
        with pytest.raises(aiosmtplib.SMTPSenderRefused) as refused:
            await post.email(JO, attach="8302000_SENother20260901.docx")
        assert (refused.value.code, refused.value.message[:5]) == (452, "4.3.1")
    assert len(post.waiting()) == 1
    disk.free = 10**10
    await post.email(JO, attach="8302000_SENother20260901.docx")
    assert len(post.files()) == 2


async def test_a_mail_that_is_under_way_when_the_disk_fills_up_is_taken_in(post: TestOffice, disk: Disk) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=post.port) as client:
        await client.ehlo()
        await client.mail(JO)
        await client.rcpt("returns@derbyshire.example")
        disk.free = 0
        reply = await client.data(post.compose(JO, attach=PLAN).as_bytes())
    assert reply.code == 250
    await post.settle()
    assert post.expect(JO, "receipt").references


async def test_a_mail_larger_than_what_is_left_is_put_off_and_a_small_one_is_not(post: TestOffice, disk: Disk) -> None:
    disk.free = 1_000
    with pytest.raises(aiosmtplib.SMTPSenderRefused):
        await post.email(JO, attach={PLAN: bytes(2_000)})
    await post.email(JO, text="status")


async def test_no_disk_may_be_full_of_all_on_which_something_lies(post: TestOffice, disk: Disk) -> None:
    settings = post.rooms.settings
    for disk.full in (settings.vault.folder, settings.ledger.file, settings.keys.path):
        with pytest.raises(aiosmtplib.SMTPSenderRefused):
            await post.email(JO, attach=PLAN)
    assert not post.waiting()


async def test_where_the_alert_itself_finds_no_room_it_is_tried_again_after_a_minute(
    post: TestOffice, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.free = 0
    with monkeypatch.context() as brim:
        brim.setattr(telling, "alert_once", fails)
        await post.settle()
    assert told(post) == 0
    post.clock.advance(minutes=1)
    await post.settle()
    assert told(post) == 1


def fails(*_: Any, **__: Any) -> None:
    raise Later("the disk is full to the brim")


async def test_the_administrators_hear_of_it_once_and_once_a_day_while_it_lasts(post: TestOffice, disk: Disk) -> None:
    disk.free = 0
    for _ in range(5):
        await post.settle()
        post.clock.advance(seconds=1)
    assert told(post) == 1
    post.clock.advance(days=1)
    await post.settle()
    assert told(post) == 2


async def test_a_disk_that_hovers_about_the_limit_is_no_flood_of_alerts(post: TestOffice, disk: Disk) -> None:
    for minute in range(30):
        disk.free = 0 if minute % 2 else 10**10
        await post.settle()
        post.clock.advance(minutes=1)
    assert told(post) == 1
    disk.free = 10**10
    await post.settle()
    post.clock.advance(hours=2)
    disk.free = 0
    await post.settle()
    assert told(post) == 2


MAIL_FROM_A_RELAY = {
    "POSTROOM__EMAIL__TRUST__SUBMISSION_NETWORKS": "[]",
    "POSTROOM__EMAIL__TRUST__RELAY_NETWORKS": '["127.0.0.0/8"]',
    "POSTROOM__EMAIL__TRUST__AUTHSERV_IDS": '["mx.derbyshire.example"]',
    "POSTROOM__VAULT__FREE_BYTES_MIN": "1000000000",
}
PROVEN = {"Authentication-Results": "mx.derbyshire.example; dmarc=pass header.from=leysjunior.example"}


async def test_mail_of_nobody_knows_whom_does_not_fill_the_disk_up_for_schools(post_with: Opener, disk: Disk) -> None:
    async with post_with(MAIL_FROM_A_RELAY) as post:
        await post.email("eve@evil.example", text="hello")
        disk.free = 2_900_000_000
        with pytest.raises(aiosmtplib.SMTPDataError) as refused:
            await post.email("eve@evil.example", text="hello")
        assert (refused.value.code, refused.value.message[:5]) == (452, "4.3.1")
        await post.email(JO, attach=PLAN, headers=PROVEN)
        assert post.expect(JO, "receipt")
        post.clock.advance(hours=2)
        await post.settle()
        assert "unproven senders has to wait" in post.expect(ALEX, "alert").subject
