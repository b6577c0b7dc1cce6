"""Mail in every disguise: what is in it is taken, and what cannot be is answered with what to press (lessons L31 to L44)."""

import base64
from email import policy
from pathlib import Path

import pytest

from bot.rules.lifecycle import Status
from tests.channels.opening import attached, mixed
from tests.channels.packing.smime import Signer
from tests.channels.packing.tnef import outlook, parcel
from tests.office import DOCX, Answer, TestOffice
from tests.people import JO, PLAN, SAM

REVIEW = "8302000_SENreview20260901.docx"
LETTER = "Content-Type: text/plain\n\nAs agreed."
LINK = "https://leys-my.sharepoint.com/:w:/g/personal/jo/EaBc?e=1"


async def posted(post: TestOffice, body: bytes, *, subject: str = "Autumn", reply_to: Answer | None = None) -> None:
    """A mail of Jo's whose head is an ordinary one, and whose Content-Type and body are these."""
    message = post.compose(JO, subject=subject, reply_to=reply_to)
    message.clear_content()
    head = message.as_bytes(policy=policy.SMTP).partition(b"\r\n\r\n")[0]
    await post.post(head + b"\r\nMIME-Version: 1.0\r\n" + body, JO, str(message["To"]))


def packed(contents: bytes, kind: str, name: str) -> str:
    return attached(base64.encodebytes(contents).decode(), kind=kind, name=name)


async def test_the_files_in_outlooks_parcel_are_sent_under_their_own_names(post: TestOffice) -> None:  # lesson L35
    await posted(post, mixed(LETTER, packed(outlook([(PLAN, DOCX)]), "application/ms-tnef", "winmail.dat")))
    (file,) = post.files()
    assert (file.name, file.status, file.comment) == (PLAN, Status.SENT, "As agreed.")
    assert post.contents(file) == DOCX
    assert "winmail" not in post.expect(JO, "receipt").text


async def test_a_parcel_that_is_damaged_is_answered_with_the_setting_to_change(post: TestOffice) -> None:  # lesson L35
    await posted(post, mixed(LETTER, packed(outlook([(PLAN, DOCX)])[:60], "application/ms-tnef", "winmail.dat")))
    said = post.expect(JO, "advice").text
    assert "Format Text" in said
    assert "HTML" in said
    assert post.files() == []


async def test_an_empty_parcel_is_no_matter_where_words_are_enough(post: TestOffice) -> None:  # lesson L35
    empty = packed(parcel(), "application/ms-tnef", "winmail.dat")
    await post.email(JO, attach="8302000 SENplan20260901.docx")
    await posted(post, mixed("Content-Type: text/plain\n\nyes", empty), reply_to=post.expect(JO, "advice"))
    assert post.expect(JO, "receipt").subject.startswith("Sent to SEN")
    await posted(post, mixed("Content-Type: text/plain\n\nHere it is", empty))
    assert "Format Text" in post.expect(JO, "nothing-attached").text


async def test_an_opaquely_signed_mail_is_read_and_an_encrypted_one_is_answered(  # lesson L36
    post: TestOffice, tmp_path: Path
) -> None:
    signer = Signer.made(tmp_path)
    inner = mixed(LETTER, packed(DOCX, "application/octet-stream", PLAN), boundary="i")
    await posted(post, signer.signed(inner, "-nodetach").partition(b"MIME-Version: 1.0\r\n")[2])
    (file,) = post.files()
    assert (file.name, file.comment) == (PLAN, "As agreed.")

    await posted(post, signer.encrypted(inner).partition(b"MIME-Version: 1.0\r\n")[2])
    advice = post.expect(JO, "advice")
    assert advice.subject == "Not sent: your email"
    assert "switch off Encrypt" in advice.text.replace("\n", " ")
    assert "p7m" not in advice.text
    assert len(post.files()) == 1


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("application/x-microsoft-rpmsg-message", "message.rpmsg", "Microsoft 365"),
        ("application/octet-stream", "message_v4.rpmsg", "Microsoft 365"),
        ("application/octet-stream", "Autumn.switch", "Egress"),
        ("text/html", "securedoc_20260901T080000.html", "Cisco"),
        ("text/html", "SecureMessageAtt.html", "Proofpoint"),
        ("application/octet-stream", f"{PLAN}.gpg", "PGP"),
        ("application/vnd.ms-outlook", "FW Plan.msg", "print it to a PDF"),
        ("message/external-body; access-type=local-file", "", "Attach a copy"),
        ("message/partial; id=1; number=1; total=2", "", "several pieces"),
    ],
)
async def test_what_nobody_here_can_open_is_answered_by_its_name(  # lessons L36, L42
    post: TestOffice, kind: str, name: str, said: str
) -> None:
    await posted(post, mixed(LETTER, attached("x", encoding="7bit", kind=kind, name=name)))
    assert said in post.expect(JO, "advice").text.replace("\n", " ")
    assert post.files() == []


async def test_a_note_in_place_of_a_file_is_answered_with_what_became_of_it(post: TestOffice) -> None:  # lesson L42
    note = attached("x", encoding="7bit", kind="text/plain", name="Malware Alert Text.txt")
    await posted(post, mixed(LETTER, note))
    assert "A security program took a file out" in post.expect(JO, "nothing-attached").text
    await posted(post, mixed(LETTER, packed(DOCX, "application/msword", PLAN), note))
    said = post.expect(JO, "receipt").text.replace("\n", " ")
    assert "Was there more?" in said
    assert "A security program took a file out" in said


async def test_what_cannot_be_opened_does_not_hold_up_what_can(post: TestOffice) -> None:
    await posted(post, mixed(LETTER, attached("x", name="message.rpmsg"), packed(DOCX, "application/msword", PLAN)))
    assert [file.name for file in post.files()] == [PLAN]
    answer = post.expect(JO, "mixed")
    assert "1 of 2 files sent" in answer.subject
    assert post.inbox_of(SAM)


async def test_a_mail_that_was_cut_short_keeps_what_came_whole_and_says_what_did_not(post: TestOffice) -> None:
    whole = mixed(LETTER, packed(DOCX, "application/msword", PLAN), packed(DOCX * 9, "application/msword", REVIEW))
    await posted(post, whole[:-60])
    assert [file.name for file in post.files()] == [PLAN]
    said = post.expect(JO, "mixed").text.replace("\n", " ")
    assert REVIEW in said
    assert "without its end" in said


async def test_a_link_in_place_of_a_file_is_answered_with_how_to_attach(post: TestOffice) -> None:  # lesson L42
    await post.email(JO, subject="Autumn plan", text=f"Here is the plan: {LINK}")
    said = post.expect(JO, "nothing-attached").text.replace("\n", " ")
    assert "OneDrive" in said
    assert "Attach as copy" in said
    assert "leys-my" not in said, "what it leads to is nobody else's business"


async def test_a_link_beside_a_file_is_spoken_of_below_its_receipt(post: TestOffice) -> None:  # lesson L42
    await post.email(JO, text=f"And the other one is at {LINK}", attach=PLAN)
    said = post.expect(JO, "receipt").text.replace("\n", " ")
    assert "Was there more?" in said
    assert "OneDrive" in said


async def test_a_link_in_a_reply_that_says_nothing_else_is_spoken_of(post: TestOffice) -> None:  # lesson L42
    await post.email(JO, attach="8302000 SENplan20260901.docx")
    await post.email(JO, text=f"I have put the right one here: {LINK}", reply_to=post.expect(JO, "advice"))
    again = post.expect(JO, "advice")
    assert "OneDrive" in again.text
    assert "8302000_SENplan20260901.docx" in again.text


async def test_a_plea_above_a_link_is_answered_as_a_plea_and_the_link_besides(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(JO, text=f"Can you undo that one? See {LINK}", reply_to=post.expect(JO, "receipt"))
    answer = post.expect(JO, "unknown-command")
    assert "recall" in answer.text
    assert "OneDrive" in answer.text


async def test_thanks_above_a_link_in_a_signature_is_still_mere_thanks(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(JO, text=f"Thanks\n\n-- \nJo\n{LINK}", reply_to=post.expect(JO, "receipt"))
    assert [answer.kind for answer in post.inbox_of(JO)] == ["receipt"]


async def test_a_message_attached_as_a_file_is_opened_and_its_words_are_not_commands(
    post: TestOffice,
) -> None:  # lesson L37
    await post.email(JO, attach=PLAN)
    older = mixed("Content-Type: text/plain\n\nrecall", packed(DOCX * 2, "application/msword", REVIEW), boundary="i")
    await posted(post, mixed(LETTER, packed(older, "application/octet-stream", "FW.eml")))
    assert [(file.name, file.status) for file in post.files()] == [(PLAN, Status.SENT), (REVIEW, Status.SENT)]


async def test_an_attached_message_without_a_file_says_what_to_attach(post: TestOffice) -> None:
    await posted(
        post,
        mixed("Content-Type: text/plain\n\nPlease see below", "Content-Type: message/rfc822\n\nSubject: x\n\nhello"),
    )
    assert "print it to a PDF" in post.expect(JO, "nothing-attached").text.replace("\n", " ")


async def test_two_files_of_one_name_in_one_mail_are_both_taken_and_the_second_says_so(post: TestOffice) -> None:
    await posted(post, mixed(LETTER, *[packed(DOCX * n, "application/msword", PLAN) for n in (1, 2)]))
    assert [(file.name, file.size) for file in post.files()] == [(PLAN, len(DOCX)), (PLAN, len(DOCX) * 2)]
    assert "There is also an earlier file of this name" in post.expect(JO, "receipt").text.replace("\n", " ")
