"""Many mails at once, and a disk that is slow to say that it has what was written."""

import threading
from email import policy

import aiosmtplib
import pytest

from bot.ledger.tables import InboxState
from bot.vault import Sealed, Vault, Writing
from tests.office import RETURNS, TestOffice
from tests.people import BETH, DEE, JO, JO_ALSO, MINA, PLAN

MANY = (JO, JO_ALSO, BETH, DEE, MINA)


async def test_mails_wait_for_the_disk_together(post: TestOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    together, finish = threading.Barrier(len(MANY)), Vault.finish

    def finished(vault: Vault, *writings: Writing) -> list[Sealed]:
        if writings[0].key.object_id.startswith("f"):  # the files of a mail
            together.wait(timeout=20)
        return finish(vault, *writings)

    monkeypatch.setattr(Vault, "finish", finished)
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=post.port) as client:
        for number, sender in enumerate(MANY):
            mail = post.compose(sender, attach={PLAN: b"%d" % number})
            await client.sendmail(sender, [RETURNS], mail.as_bytes(policy=policy.SMTP))
    await post.settle()

    assert not together.broken
    assert {item.state for item in post.waiting()} == {InboxState.DONE}
