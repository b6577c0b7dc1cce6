"""The demo's mailboxes, page by page, as HTTP has them."""

import re
from collections.abc import AsyncIterator
from email import policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import aiosmtplib
import pytest

from handlers.cli.demo.mails import Mail
from handlers.cli.demo.opening import Demo
from handlers.cli.demo.pages import forms
from handlers.cli.demo.pages.routes import STRANGER
from tests.demo.conftest import Newcomer, demo_with, newcomer_to
from tests.people import JO, MINA, PRIYA, SAM

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'"
PLAN = b"%PDF-1.4 a plan"


def newest(demo: Demo, owner: str) -> Mail:
    return demo.mailboxes.of(owner)[0]


async def deliver(demo: Demo, recipient: str, message: EmailMessage) -> Mail:
    """As any program on this machine may."""
    outgoing = demo.rooms.settings.email.outgoing
    await aiosmtplib.send(
        message.as_bytes(policy=policy.SMTP), sender="mallory@evil.example", recipients=[recipient],
        hostname=outgoing.host, port=outgoing.port,
    )  # fmt: skip
    return newest(demo, recipient)


async def test_the_front_leads_to_the_mailboxes(newcomer: Newcomer) -> None:
    answer = await newcomer.get("/")
    assert (answer.status_code, answer.url.path) == (200, "/demo")
    assert "Choose a person, read their mail, answer it." in answer.text


async def test_everybody_is_there_with_what_they_are(newcomer: Newcomer) -> None:
    text = await newcomer.page("/demo/write")
    for said in (
        "Jo Sands, sender at Leys Junior School", "Priya Nair, headteacher of Leys Junior School",
        "Mina Okafor, sender at Leys Junior School and Riverbank Infant School", "Sam Hale, officer: EP, SEN",
        "Dee Lomas, officer: SEN, SP; sender at Hollybank Special School", "Alex Reed, administrator",
        "robin.lake, a stranger, of elsewhere.example",
    ):  # fmt: skip
        assert f">{said}<" in text
    assert text.count("<option") == 25


async def test_places_and_strangers_are_there_once_they_have_mail(newcomer: Newcomer) -> None:
    assert "senteam" not in await newcomer.page("/demo")
    await newcomer.post(f"/demo/write?of={JO}", {"example": "good"})
    await newcomer.post(f"/demo/write?of={STRANGER}", {"example": "good"})
    await newcomer.demo.mailboxes.wait_for("senteam@derbyshire.example", "new-files", since=0)
    text = await newcomer.page("/demo")
    assert re.search(r"Places that are told.*>senteam<.*told of new files for SEN", text, re.DOTALL)
    assert re.search(r"Strangers.*>robin\.lake<.*1 mail<.*a stranger, of elsewhere\.example", text, re.DOTALL)


@pytest.mark.parametrize(
    ("of", "example", "kind"),
    [
        (JO, "good", "receipt"), (JO, "bad", "advice"), (JO, "doubtful", "advice"), (JO, "foreign", "advice"),
        (JO, "program", "advice"), (MINA, "good", "receipt"), (PRIYA, "bad", "advice"), (SAM, "good", "advice"),
        (STRANGER, "good", "not-authorised"),
    ],
)  # fmt: skip
async def test_a_ready_made_file_is_answered_and_the_answer_shown(
    newcomer: Newcomer, of: str, example: str, kind: str
) -> None:
    answer = await newcomer.post(f"/demo/write?of={of}", {"example": example})
    mail = newest(newcomer.demo, of)
    assert mail.kind == kind
    assert answer.url.path == f"/demo/mails/{mail.number}"
    assert mail.subject in answer.text


async def test_a_ready_made_file_may_be_sent_again(newcomer: Newcomer) -> None:
    for _ in range(2):
        await newcomer.post(f"/demo/write?of={JO}", {"example": "good"})
    assert newest(newcomer.demo, JO).kind == "receipt"


async def test_files_of_ones_own_go_with_their_text_and_are_listed_as_sent(newcomer: Newcomer) -> None:
    files = [("8302000_SENplan20260901.pdf", PLAN), ("8302000_FINbudget20260901.csv", b"a,b\n")]
    await newcomer.send(JO, files, subject="Two", text="Both of them.")
    receipt, sent = newcomer.demo.mailboxes.of(JO)
    assert (receipt.kind, len(receipt.references)) == ("receipt", 2)
    assert (sent.written, sent.subject, sent.text.strip()) == (True, "Two", "Both of them.")
    assert sent.field("From") == f"Jo Sands <{JO}>"
    assert [(file.name, file.contents) for file in sent.attachments] == files
    shown = await newcomer.page(f"/demo/mails/{sent.number}")
    assert f'<a href="/demo/mails/{receipt.number}">' in shown
    assert "8302000_SENplan20260901.pdf, 8302000_FINbudget20260901.csv" in shown


async def test_a_reply_is_written_as_a_mail_program_does(newcomer: Newcomer) -> None:
    await newcomer.post(f"/demo/write?of={JO}", {"example": "bad"})
    advice = newest(newcomer.demo, JO)
    await newcomer.post(f"/demo/mails/{advice.number}", {"say": "yes"})
    receipt, reply, *_ = newcomer.demo.mailboxes.of(JO)
    assert receipt.kind == "receipt"
    assert reply.field("To") == advice.field("Reply-To") != advice.field("From")
    assert reply.subject == f"Re: {advice.subject}"
    assert reply.answered == advice.message_id
    assert reply.thread == [*advice.thread, advice.message_id]
    assert reply.text.startswith("yes\n\nOn ")
    assert "wrote:\n> -- Please reply above this line --\n" in reply.text


async def test_words_of_ones_own_are_sent_where_no_button_is_pressed(newcomer: Newcomer) -> None:
    await newcomer.post(f"/demo/write?of={JO}", {"example": "good"})
    await newcomer.post(f"/demo/mails/{newest(newcomer.demo, JO).number}", {"text": "status rejected"})
    assert newest(newcomer.demo, JO).kind == "status"


async def test_a_mail_that_is_not_answered_says_so(tmp_path: Path) -> None:
    async with demo_with(tmp_path, patience=0.1) as demo, newcomer_to(demo) as newcomer:
        await newcomer.post(f"/demo/write?of={JO}", {"example": "good"})
        receipt = await demo.mailboxes.wait_for(JO, "receipt", since=0)
        assert receipt
        answer = await newcomer.post(f"/demo/mails/{receipt.number}", {"text": "Many thanks!"})
        assert answer.url.path == f"/demo/mails/{newest(demo, JO).number}"
        assert "No answer has come." in answer.text


async def test_a_mail_as_a_mail_program_shows_it_is_shut_away(newcomer: Newcomer) -> None:
    answer = await newcomer.post(f"/demo/write?of={JO}", {"example": "good"})
    path = answer.url.path
    assert (
        f'<iframe title="What the mail says" src="{path}/page" sandbox="allow-popups allow-popups-to-escape-sandbox">'
        in answer.text
    )
    framed = await newcomer.get(f"{path}/page")
    rules = framed.headers["Content-Security-Policy"].split("; ")
    assert rules[:3] == [
        "sandbox allow-popups allow-popups-to-escape-sandbox", "default-src 'none'", "style-src 'unsafe-inline'"
    ]  # fmt: skip
    assert framed.text.startswith('<!doctype html><base target="_blank">')
    assert "overflow-y:scroll" in framed.text
    assert "scroll in it to read all" in answer.text
    assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"


async def test_the_plain_text_is_shown_on_demand(newcomer: Newcomer) -> None:
    answer = await newcomer.post(f"/demo/write?of={JO}", {"example": "good"})
    plain = await newcomer.page(f"{answer.url.path}?as=text")
    assert newest(newcomer.demo, JO).text.strip() in plain
    assert "<iframe" not in plain


async def test_hostile_mail_is_shown_as_words(newcomer: Newcomer) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "mallory@evil.example", JO, HOSTILE
    message["Reply-To"], message["Postroom-Notice"] = "nobody@evil.example", HOSTILE
    message.set_content(f"`recall {HOSTILE}` `yes {HOSTILE}` {HOSTILE}")
    message.add_alternative(f"<p>{HOSTILE}</p>", subtype="html")
    message.add_attachment(HOSTILE.encode(), maintype="text", subtype="html", filename=HOSTILE)
    mail = await deliver(newcomer.demo, JO, message)
    for path in (f"/demo?of={JO}", f"/demo/mails/{mail.number}", f"/demo/mails/{mail.number}?as=text"):
        text = (await newcomer.get(path)).text
        assert "<script" not in text
        assert "<img" not in text
        assert "alert(1)" in text
    file = await newcomer.get(f"/demo/mails/{mail.number}/files/1")
    assert file.headers["Content-Type"] == "application/octet-stream"
    assert file.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert file.content == HOSTILE.encode()


async def test_a_hostile_stranger_is_shown_as_words_and_may_be_looked_at(newcomer: Newcomer) -> None:
    address = '"<b>\'&?#%"@evil.example'
    message = EmailMessage()
    message.set_content("Hello")
    mail = await deliver(newcomer.demo, address, message)
    text = (await newcomer.get("/demo")).text
    assert "<b>" not in text
    assert mail.owner in await newcomer.page(f"/demo?of={quote(mail.owner)}")


async def test_what_postroom_does_not_take_is_told(newcomer: Newcomer) -> None:
    message = EmailMessage()
    message["Subject"], message["Reply-To"] = "Hello", "nobody@evil.example"
    message.set_content("Hello")
    mail = await deliver(newcomer.demo, JO, message)
    answer = await newcomer.post(f"/demo/mails/{mail.number}", {"text": "yes"})
    assert answer.status_code == 502
    assert "Postroom did not take this mail" in answer.text
    assert newcomer.demo.mailboxes.of(JO) == [mail]


@pytest.mark.parametrize("name", [HOSTILE, "8302000_SENplan20260901.pdf\r\nX-Evil: 1", "Übergröße „1“.pdf", "a" * 300])
async def test_files_of_any_name_are_sent_and_shown_as_words(newcomer: Newcomer, name: str) -> None:
    answer = await newcomer.send(JO, [(name, PLAN)])
    assert (answer.status_code, newest(newcomer.demo, JO).kind) == (200, "advice")
    sent = newcomer.demo.mailboxes.of(JO)[1]
    assert "X-Evil" not in sent.message
    shown = await newcomer.get(f"/demo/mails/{sent.number}")
    assert "<script" not in shown.text
    assert len(sent.attachments) == 1


async def test_too_large_an_upload_is_refused_in_words_and_nothing_is_sent(newcomer: Newcomer) -> None:
    answer = await newcomer.send(JO, [("large.pdf", bytes(forms.FORM_OCTETS_MAX))])
    assert answer.status_code == 413
    assert "may have 25 MB" in answer.text
    assert newcomer.demo.mailboxes.of(JO) == []


async def test_an_upload_of_unknown_length_is_bounded_too(newcomer: Newcomer) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="large.pdf"\r\n\r\n'
        for _ in range(26):
            yield bytes(1_000_000)
        yield b"\r\n--x--\r\n"

    answer = await newcomer.client.post(
        f"/demo/write?of={JO}", content=endless(), headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code == 413


async def test_a_large_file_within_the_bounds_is_taken(newcomer: Newcomer) -> None:
    answer = await newcomer.send(JO, [("8302000_SENplan20260901.pdf", bytes(24_000_000))])
    assert newest(newcomer.demo, JO).kind == "receipt"
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/demo?of=nobody@evil.example", "/demo/mails/1", "/demo/mails/0", "/demo/mails/-1", "/demo/mails/" + "9" * 5000,
        "/demo/mails/%C2%B2", "/demo/mails/x/page", "/demo/mails/1/files/1", "/demo/write?of=nobody@evil.example",
    ],
)  # fmt: skip
async def test_what_is_not_there_is_a_sentence(newcomer: Newcomer, path: str) -> None:
    answer = await newcomer.get(path)
    assert answer.status_code == 404
    assert "<h1>Not done</h1>" in answer.text


async def test_a_mail_has_no_files_but_its_own(newcomer: Newcomer) -> None:
    await newcomer.post(f"/demo/write?of={JO}", {"example": "good"})
    sent = newcomer.demo.mailboxes.of(JO)[1]
    assert (await newcomer.get(f"/demo/mails/{sent.number}/files/1")).status_code == 200
    for place in ("0", "2", "x"):
        assert (await newcomer.get(f"/demo/mails/{sent.number}/files/{place}")).status_code == 404
