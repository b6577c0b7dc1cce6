"""Signed receipts: one goes with every answer that says that something was sent, and comes back to be checked."""

import hashlib
import json
from typing import Any

import pytest
from sqlalchemy import update

from bot import receipts
from bot.ledger.tables import InboxState, OutboxItem, OutboxState
from bot.notices import Receipt, Verdict
from bot.receipts import issue, judge
from bot.rules.lifecycle import Status
from bot.vault import Signer
from handlers.app import Office
from tests.measuring import no_more_work_than
from tests.office import DOCX, Answer, Opener, TestOffice
from tests.people import BETH, JO, MINA, NADIA, PLAN, RAJ, SAM
from tests.receipts import EARLIER, STRANGER

SECONDS_MAX = 10
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


# --- and back it comes


RECEIPT = "receipt.json"


async def sent(post: TestOffice, attach: dict[str, bytes] | str = PLAN, sender: str = JO) -> bytes:
    """Have a school send files; the receipt it gets."""
    await post.email(sender, attach=attach)
    return receipt_in(post.expect(sender, "receipt"))


async def checked(post: TestOffice, asker: str, octets: bytes, **mail: Any) -> Answer:
    """Have a receipt checked; the one answer."""
    before = len(post.inbox_of(asker))
    await post.email(asker, **{"text": "verify", "attach": {RECEIPT: octets}, **mail})
    (answer,) = post.inbox_of(asker)[before:]
    assert answer.kind == "verified"
    return answer


def squeezed(answer: Answer) -> str:
    """Its words, wherever lines were broken."""
    return " ".join(answer.text.split())


ASKING = [
    {"text": "verify"},
    {"subject": "Verify", "text": ""},
    {"text": "Verify this receipt, please"},
    {"text": "verify this"},
    {"text": ""},
    {"subject": "FW: Sent to SEN", "text": "Is this right?\n\nJo"},
]


@pytest.mark.parametrize("mail", ASKING)
async def test_a_receipt_is_checked_whether_one_asks_or_sends_nothing_else(
    post: TestOffice, mail: dict[str, str]
) -> None:
    octets = await sent(post)
    answer = await checked(post, JO, octets, **mail)
    (file,) = post.files()
    assert answer.subject == f"Genuine receipt: {PLAN} ({file.reference})"
    for said in (
        "Derbyshire County Council (demo) issued it for this file at 09:00 on 1 September 2026.",
        "Status Sent", file.sha256, "Leys Junior School (8302000)", "09:00 on 1 September 2026 by Jo Sands",
    ):  # fmt: skip
        assert said in squeezed(answer)
    assert answer.references == [file.reference]


async def test_who_forwards_our_email_whole_has_its_receipt_checked(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    for text in ("verify", "See below."):
        forwarded = post.compose(SAM, subject="FW: Sent to SEN", text=text)
        forwarded.add_attachment(post.expect(JO, "receipt").message)
        await post.post(forwarded, SAM)
        assert "This receipt is genuine" in post.inbox_of(SAM)[-1].text
    assert len(post.files()) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [("Please send it back at once! It was a slip.", True), ("verify", False), ("verify\n\nThanks", False)],
)
async def test_who_pleads_beside_a_receipt_is_told_that_nobody_has_read_it(
    post: TestOffice, text: str, said: bool
) -> None:
    answer = await checked(post, JO, await sent(post), subject="FW: Sent to SEN", text=text)
    assert ("has not understood what else you wrote" in squeezed(answer)) == said


async def test_it_tells_what_became_of_the_file_since(post: TestOffice) -> None:
    octets = await sent(post)
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    assert "Status Received by Sam Hale at 09:00" in squeezed(await checked(post, JO, octets))
    await post.email(SAM, text=f"move {post.files()[0].reference} SPSS")
    moved = squeezed(await checked(post, JO, octets))
    assert "Now with Sensory and Physical Support Service Sent to SEN" in moved
    await post.email(NADIA, text=f"reject {post.files()[0].reference} it is the wrong child's")
    assert "Reason it is the wrong child's" in squeezed(await checked(post, JO, octets))


async def test_a_receipt_outlives_the_file_it_is_of(post: TestOffice) -> None:
    octets = await sent(post)
    await post.email(JO, text="recall", reply_to=post.expect(JO, "receipt"))
    answer = squeezed(await checked(post, JO, octets))
    assert "This receipt is genuine" in answer
    assert "Status Recalled by Jo Sands" in answer
    assert "Contents destroyed" in answer


@pytest.mark.parametrize("asker", [BETH, RAJ, MINA])
async def test_only_those_who_may_see_the_file_learn_what_became_of_it(post: TestOffice, asker: str) -> None:
    octets = await sent(post)
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    answer = await checked(post, asker, octets)
    may_see = asker == MINA
    assert "This receipt is genuine" in answer.text
    assert PLAN in answer.text
    assert ("Sam Hale" in answer.text) == may_see
    assert ("Status" in answer.text) == may_see
    assert bool(answer.references) == may_see
    assert ("only to those who may see it" in squeezed(answer)) != may_see


async def test_a_reply_to_the_answer_means_the_file_of_the_receipt(post: TestOffice) -> None:
    answer = await checked(post, JO, await sent(post))
    await post.email(JO, text="history", reply_to=answer)
    assert post.expect(JO, "history").references == answer.references
    await post.email(JO, text="recall", reply_to=answer)
    assert post.files()[0].status is Status.RECALLED


async def test_whatever_a_receipt_is_called_and_however_it_was_saved_it_is_one(post: TestOffice) -> None:
    octets = await sent(post)
    resaved = b"\xef\xbb\xbf" + json.dumps(json.loads(octets), indent=1).replace("\n", "\r\n").encode()
    for name in ("8302000_SENreceipt20260901.docx", "receipt.txt", "", "ATT00001.bin"):
        assert "This receipt is genuine" in (await checked(post, JO, b"", attach={name: resaved})).text
    assert len(post.files()) == 1


# --- forged ones


def changed(octets: bytes, **to: object) -> bytes:
    """The receipt with something else about its first file."""
    document = json.loads(octets)
    document["files"][0] |= to
    return json.dumps(document).encode()


def signed_by(signer: Signer, post: TestOffice, *, claiming: Signer | None = None, sha256: str | None = None) -> bytes:
    """The receipt that was issued, as somebody else would have signed it, who may claim to have the key of another."""
    (item,) = (item for item in post.told() if item.kind == "receipt")
    if sha256:
        item.facts["outcomes"][0]["file"] |= {"sha256": sha256}
    notice = Receipt.model_validate(item.facts)
    made = issue(notice, item.id, item.created_at, post.rooms.settings.authority, signer)
    assert made
    document = json.loads(made.octets)
    document["signature"]["key"] = (claiming or signer).public.id
    return json.dumps(document).encode()


async def test_an_altered_receipt_is_not_genuine_and_what_it_says_is_not_repeated(post: TestOffice) -> None:
    octets = await sent(post)
    lie = "8309001_SENforged20260901.docx"
    answer = await checked(post, JO, changed(octets, name=lie, sha256="ab" * 32))
    assert answer.subject == "Not a genuine receipt: receipt.json"
    assert "receipt.json claims to be ours, but we did not sign what it says." in squeezed(answer)
    for said in (lie, "ab" * 32, PLAN, "Leys", "Jo Sands", "Status", "is genuine"):
        assert said not in answer.text
    assert not answer.references


async def test_a_receipt_signed_by_somebody_else_is_not_genuine(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    foreign = await checked(post, JO, signed_by(STRANGER, post))
    assert "receipt.json was not signed by us." in squeezed(foreign)
    claimed = await checked(post, JO, signed_by(STRANGER, post, claiming=post.rooms.signer))
    assert "we did not sign what it says" in squeezed(claimed)
    for answer in (foreign, claimed):
        assert PLAN not in answer.text
        assert "Ask whoever gave it to you" in squeezed(answer)


async def test_of_several_receipts_each_is_judged(post: TestOffice) -> None:
    octets = await sent(post)
    attach = {"good.json": octets, "bad.json": changed(octets, size=1), "b.json": signed_by(STRANGER, post)}
    answer = await checked(post, JO, b"", attach=attach)
    assert answer.subject == "1 of 3 receipts is genuine"
    for said in ("good.json is genuine", "bad.json is not genuine", "b.json is not genuine"):
        assert said in squeezed(answer)


async def test_more_receipts_than_one_answer_tells_of_are_counted(post: TestOffice) -> None:
    octets = await sent(post)
    answer = await checked(post, JO, b"", attach={f"{number}.json": octets for number in range(13)})
    assert answer.subject == "10 of 10 receipts are genuine"
    assert "3 more files came than we check at once." in answer.text
    assert len(post.files()) == 1


async def test_a_receipt_that_an_earlier_master_key_signed_is_genuine_by_the_keys_on_file(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    old = signed_by(EARLIER, post)
    assert "not signed by us" in (await checked(post, JO, old)).text
    receipts.add(post.rooms.settings.directory / receipts.KEY_FILE, EARLIER.public)
    post.office = Office(post.rooms, post.office.channels)
    assert "This receipt is genuine" in (await checked(post, JO, old)).text
    assert "This receipt is genuine" in (await checked(post, JO, receipt_in(post.expect(JO, "receipt")))).text


async def test_of_another_file_that_bears_the_same_reference_nothing_is_told(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    receipts.add(post.rooms.settings.directory / receipts.KEY_FILE, EARLIER.public)
    post.office = Office(post.rooms, post.office.channels)
    octets = signed_by(EARLIER, post, sha256="ab" * 32)
    answer = await checked(post, JO, octets)
    assert "This receipt is genuine" in answer.text
    assert "Status" not in answer.text
    assert not answer.references


# --- beside other files


async def test_other_files_are_only_compared_and_none_is_sent(post: TestOffice) -> None:
    octets = await sent(post)
    attach = {RECEIPT: octets, "my copy.docx": DOCX, "8302000_SENother20260901.docx": DOCX + b"!"}
    answer = await checked(post, JO, b"", attach=attach)
    (file,) = post.files()
    assert "Nothing has been sent to a service." in squeezed(answer)
    assert f"my copy.docx is the file {file.reference}, exactly as it was sent." in squeezed(answer)
    assert "8302000_SENother20260901.docx is none of the files in the receipt." in squeezed(answer)
    assert set(post.rooms.vault.object_ids()) == {file.object_id}


async def test_a_vague_word_is_enough_where_a_receipt_came_too(post: TestOffice) -> None:
    octets = await sent(post)
    await checked(post, JO, b"", text="Please verify this", attach={RECEIPT: octets, "8302000_SENx20260901.docx": DOCX})
    assert len(post.files()) == 1


async def test_more_files_than_one_answer_compares_are_counted(post: TestOffice) -> None:
    octets = await sent(post)
    others = {f"{number}.docx": b"%d" % number for number in range(102)}
    answer = await checked(post, JO, b"", attach={RECEIPT: octets, **others})
    assert answer.text.count("is none of the files") == 100
    assert "2 more files came than we check at once." in answer.text
    assert len(post.files()) == 1
    assert set(post.rooms.vault.object_ids()) == {post.files()[0].object_id}


async def test_a_forged_receipt_proves_no_file(post: TestOffice) -> None:
    octets = await sent(post)
    forged = changed(octets, sha256=hashlib.sha256(b"forged").hexdigest())
    for attach in ({RECEIPT: forged, "forged.docx": b"forged"}, {RECEIPT: forged, "plan.docx": DOCX}):
        answer = squeezed(await checked(post, JO, b"", attach=attach))
        assert "proves nothing, for there is no genuine receipt to compare it with" in answer
        assert "exactly as it was sent" not in answer


async def test_a_return_beside_a_receipt_is_taken_in_and_the_receipt_is_passed_over(post: TestOffice) -> None:
    octets = await sent(post)
    post.unread()
    await post.email(JO, text="The next one.", attach={RECEIPT: octets, "8302000_SENnext20260901.docx": b"next"})
    assert [(answer.recipient, answer.kind) for answer in post.unread() if answer.recipient == JO] == [(JO, "receipt")]
    assert [file.name for file in post.files()] == [PLAN, "8302000_SENnext20260901.docx"]
    assert post.files()[1].comment == "The next one."


async def test_a_receipt_beside_another_command_is_passed_over(post: TestOffice) -> None:
    octets = await sent(post)
    post.unread()
    await post.email(JO, text="status", attach={RECEIPT: octets})
    assert [answer.kind for answer in post.unread()] == ["status"]
    await post.email(JO, text="verify\nstatus", attach={RECEIPT: octets})
    assert sorted(answer.kind for answer in post.unread()) == ["status", "verified"]


async def test_verify_without_a_receipt_says_what_to_attach_and_other_files_are_taken_in(post: TestOffice) -> None:
    await post.email(JO, text="verify", attach=PLAN)
    await post.email(JO, subject="verify")
    told = [answer for answer in post.inbox_of(JO) if answer.kind == "unknown-command"]
    assert (len(told), len(post.inbox_of(JO))) == (2, 3)
    for answer in told:
        assert "Attach the file whose name ends in .json" in squeezed(answer)
    assert post.expect(JO, "receipt")
    assert [file.status for file in post.files()] == [Status.SENT]


async def test_what_is_only_named_like_a_receipt_is_judged_as_any_return(post: TestOffice) -> None:
    octets = await sent(post)
    returns = {
        f"receipt-{post.files()[0].reference}.json": b"{}",
        "8302000_SENjson20260901.docx": b'{"postroom_receipt": 1, ',
        "8302000_SENtwice20260901.docx": octets.replace(b"{", b'{"postroom_receipt": 1, ', 1),
        "8302000_SENdeep20260901.docx": b'{"postroom_receipt": 1, "x":' + b"[" * 500_000,
        "8302000_SENlatin20260901.docx": octets.replace("–".encode(), b"\x96"),
        "8302000_SENlong20260901.docx": octets + b" " * receipts.RECEIPT_BYTES_MAX,
        "8302000_SENcut20260901.docx": octets[:-10],
    }
    await post.email(JO, text="verify", attach=returns)
    assert {answer.kind for answer in post.inbox_of(JO)[1:]} == {"mixed", "unknown-command"}
    taken = {file.name: post.contents(file) for file in post.files()[1:]}
    assert taken == {name: contents for name, contents in returns.items() if name.endswith(".docx")}


async def test_no_mail_keeps_the_office_busy_with_what_looks_like_receipts(post: TestOffice) -> None:
    endless = b'{"postroom_receipt": 1, "x": [' + b"[]," * 340_000 + b"[]]}"
    names = [f"8302000_SENplan{letter}20260901.docx" for letter in "abcdefgh"]
    with no_more_work_than(SECONDS_MAX):
        await post.email(JO, attach={name: b" " * at + endless for at, name in enumerate(names)})
    assert [file.name for file in post.files()] == names[4:], "so many are judged, and the others as any return"


# --- which is never a return


async def test_nothing_of_a_receipt_is_kept(post: TestOffice) -> None:
    octets = await sent(post)
    for text in ("verify", "", "status"):
        await post.email(JO, text=text, attach={"8302000_SENplan20260902.docx": octets})
    (file,) = post.files()
    assert set(post.rooms.vault.object_ids()) == {file.object_id}


async def test_a_bounce_or_a_machine_that_sends_our_receipt_back_is_passed_over(post: TestOffice) -> None:
    octets = await sent(post)
    post.unread()
    await post.email(JO, subject="Undelivered", attach={RECEIPT: octets}, envelope_from="")
    await post.email(JO, attach={RECEIPT: octets}, headers={"Auto-Submitted": "auto-replied"})
    await post.email(JO, subject="Automatic reply: Sent to SEN", attach={RECEIPT: octets})
    assert post.unread() == []
    assert {item.state for item in post.waiting()} == {InboxState.DONE}


async def test_a_stranger_who_has_a_receipt_learns_nothing_by_mail(post: TestOffice) -> None:
    octets = await sent(post)
    await post.email("kim.doe@elsewhere.example", text="verify", attach={RECEIPT: octets})
    (answer,) = post.inbox_of("kim.doe@elsewhere.example")
    assert answer.kind == "not-authorised"
    assert PLAN not in answer.text


async def test_a_flood_of_receipts_ends_in_silence(post_with: Opener) -> None:
    async with post_with({"POSTROOM__EMAIL__REPLIES_PER_HOUR": "3"}) as post:
        octets = await sent(post)
        for _ in range(5):
            await post.email(JO, text="verify", attach={RECEIPT: octets})
        assert [answer.kind for answer in post.inbox_of(JO)] == ["receipt", "verified", "verified"]


async def test_help_knows_verify(post: TestOffice) -> None:
    await post.email(JO, subject="help")
    assert "verify" in post.expect(JO, "help").text
