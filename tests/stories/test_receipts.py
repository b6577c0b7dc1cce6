"""Signed receipts: one goes with every answer that says that something was sent, and comes back to be checked."""

import hashlib
import json
from typing import Any

from sqlalchemy import update

from bot.ledger.tables import OutboxItem, OutboxState
from bot.receipts import Verdict, judge
from tests.office import DOCX, Answer, TestOffice
from tests.people import JO, PLAN

HELD = "8302000 SENheld20260901.docx"


def receipt_in(answer: Answer) -> bytes:
    """The one file that came with an answer, which the answer names."""
    ((name, octets),) = answer.attached.items()
    assert name in answer.text
    return octets


def said_in(answer: Answer) -> dict[str, Any]:
    """What the receipt with this answer says."""
    document = json.loads(receipt_in(answer))
    assert isinstance(document, dict)
    return document


# --- with which answers one goes


async def test_a_receipt_proves_the_files_the_hash_the_times_the_school_and_the_authority(post: TestOffice) -> None:
    await post.email(JO, text="As agreed.", attach=PLAN)
    answer, (file,) = post.expect(JO, "receipt"), post.files()
    document = said_in(answer)
    assert list(answer.attached) == [f"receipt-{file.reference}.json"]
    assert document["authority"] == {"name": "Derbyshire County Council (demo)", "number": "830"}
    assert document["issued_at"] == "2026-09-01T08:00:00Z"
    assert str(answer.message["Message-ID"]).startswith(f"<{document['notice']}@")
    assert document["files"] == [{
        "reference": file.reference, "name": PLAN, "school": "8302000", "school_name": "Leys Junior School",
        "service": "SEN", "service_name": "SEN – (EHCP via EHC Hub)", "size": len(DOCX),
        "sha256": hashlib.sha256(DOCX).hexdigest(), "sent_at": "2026-09-01T08:00:00Z", "sent_by": "Jo Sands",
    }]  # fmt: skip
    signer = post.rooms.signer.public
    judged = judge(receipt_in(answer), {signer.id: signer})
    assert judged
    assert judged.verdict is Verdict.GENUINE


async def test_of_a_mixed_message_the_receipt_has_what_was_sent(post: TestOffice) -> None:
    await post.email(JO, attach={PLAN: b"1", HELD: b"2", "8302000_SENreview20260901.docx": b"3", "tool.exe": b"4"})
    document = said_in(post.expect(JO, "mixed"))
    assert [file["name"] for file in document["files"]] == [PLAN, "8302000_SENreview20260901.docx"]


async def test_a_held_file_gets_its_receipt_once_its_name_is_settled(post: TestOffice) -> None:
    await post.email(JO, attach=HELD)
    advice = post.expect(JO, "advice")
    assert not advice.attached
    post.clock.advance(days=1)
    await post.email(JO, text="yes", reply_to=advice)
    (file,) = said_in(post.expect(JO, "receipt"))["files"]
    assert (file["name"], file["given"]) == (HELD.replace(" ", "_"), HELD)
    assert file["sent_at"] == "2026-09-02T08:00:00Z"


async def test_no_other_answer_and_nobody_else_gets_one(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(JO, attach=PLAN)
    await post.email(JO, subject="status")
    await post.email(JO, text="recall", reply_to=post.expect(JO, "receipt"))
    with_one = [(answer.recipient, answer.kind) for answer in post.mailboxes.delivered if answer.attached]
    assert with_one == [(JO, "receipt")]


async def test_a_receipt_that_is_delivered_again_is_the_same_to_the_octet(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    post.clock.advance(days=1)
    again = update(OutboxItem).where(OutboxItem.recipient == JO).values(state=OutboxState.WAITING)
    post.rooms.ledger.write_now(lambda tx: tx.execute(again))
    await post.settle()
    first, second = post.inbox_of(JO)
    assert first.message.as_bytes() == second.message.as_bytes()
