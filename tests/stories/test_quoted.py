"""People answer from whatever mail program they have: what they typed is done, and what it quotes is not (lessons L40, L46)."""

from email.message import EmailMessage

import pytest

from bot.rules.lifecycle import Status
from tests.channels.footers import BANNER, DISCLAIMER
from tests.channels.quoting import PAGES, PLAIN, Older, mail
from tests.office import RETURNS, Answer, Opener, TestOffice
from tests.people import JO, PLAN, SAM

PROGRAMS = (
    "gmail", "gmail, below in the frame", "outlook for windows, signed", "outlook, new, signed", "outlook for ios",
    "outlook for android", "apple mail, below", "iphone", "thunderbird, below", "another program",
)  # fmt: skip


def quoted(answer: Answer) -> Older:
    """The answer as a mail program has it, ready to be quoted."""
    inner = answer.html.partition("<body")[2].partition(">")[2].rpartition("</body>")[0]
    return Older(answer.subject, answer.text.strip(), inner)


async def reply(post: TestOffice, to: Answer, page: str, *, attach: str = "") -> list[Answer]:
    """Answer with this page; what comes back."""
    before = len(post.inbox_of(JO))
    message = post.compose(JO, reply_to=to, attach=attach or ())
    body = EmailMessage()
    body.set_content(page, subtype="html", cte="quoted-printable")
    if attach:
        message.set_payload([body, *list(message.iter_attachments())])
    else:
        message.set_content(page, subtype="html", cte="quoted-printable")
    await post.post(message, JO, str(message["To"]))
    return post.inbox_of(JO)[before:]


@pytest.mark.parametrize("program", PROGRAMS)
async def test_a_word_typed_in_any_program_is_done_and_those_quoted_are_not(post: TestOffice, program: str) -> None:
    await post.email(JO, attach=PLAN)
    receipt = post.expect(JO, "receipt")
    assert "`recall`" in receipt.text
    assert await reply(post, receipt, PAGES[program]("Thank you", quoted(receipt))) == []
    (status,) = await reply(post, receipt, PAGES[program]("status", quoted(receipt)))
    assert status.kind == "status"
    (file,) = post.files()
    assert file.status is Status.SENT
    (recalled,) = await reply(post, status, PAGES[program](f"Recall {PLAN}", quoted(status)))
    assert recalled.kind == "recalled"


@pytest.mark.parametrize(
    "program", ["outlook for windows, signed", "outlook, new, signed", "thunderbird, signed", "gmail, signed"]
)
async def test_the_comment_that_officers_read_is_what_was_typed(post: TestOffice, program: str) -> None:
    await post.email(JO, text="status")
    answered = post.expect(JO, "status")
    page = PAGES[program](f"{BANNER}\n\nThe autumn plan – as agreed.\n\n{DISCLAIMER}", quoted(answered))
    await reply(post, answered, page, attach=PLAN)
    (file,) = post.files()
    assert file.comment == "The autumn plan – as agreed."
    post.clock.advance(minutes=20)
    await post.settle()
    told = post.expect(SAM, "new-files").text
    assert "as agreed" in told
    assert "confidential" not in told
    assert "CAUTION" not in told


async def test_a_forwarded_word_is_nobodys(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    receipt = post.expect(JO, "receipt")
    for way, made in PLAIN.items():
        if way.startswith("forward"):
            raw = mail(made("", quoted(receipt)), None)
            head = f"From: {JO}\r\nTo: {RETURNS}\r\nSubject: Fwd: {way}\r\nMessage-ID: <{hash(way)}@x.example>\r\n"
            await post.post(head.encode() + raw, JO)
    (file,) = post.files()
    assert file.status is Status.SENT


async def test_what_a_place_puts_around_letters_is_said_in_its_configuration(post_with: Opener) -> None:
    wordings = {
        "POSTROOM__EMAIL__WARNINGS": '["Handle this letter with care."]',
        "POSTROOM__EMAIL__DISCLAIMERS": '["Leys Valley Trust is a company"]',
    }
    async with post_with(wordings) as post:
        text = "Handle this letter with care.\n\nFor Sam.\n\nLeys Valley Trust is a company limited by guarantee."
        await post.email(JO, attach=PLAN, text=text)
        assert [file.comment for file in post.files()] == ["For Sam."]
        await post.email(JO, text=f"Handle this letter\nwith care.\n\nrecall {PLAN}")
        assert post.expect(JO, "recalled")


@pytest.mark.parametrize("program", ["outlook for windows", "outlook on the web", "outlook for android"])
async def test_whoever_writes_below_what_their_program_does_not_mark_is_told_so(
    post: TestOffice, program: str
) -> None:  # lesson L18
    await post.email(JO, attach=PLAN)
    receipt = post.expect(JO, "receipt")
    page = PAGES[program]("", quoted(receipt)).replace("</body>", "<p>Wrong child! Please destroy it.</p></body>")
    (answer,) = await reply(post, receipt, page)
    assert answer.kind == "unknown-command"
    assert "found nothing new in your reply" in " ".join(answer.text.split())
    assert "Reply `recall` to take it back." in answer.text
    (file,) = post.files()
    assert file.status is Status.SENT


async def test_a_mail_in_which_nothing_is_new_is_answered_only_where_it_answers_what_spoke_of_files(
    post: TestOffice,
) -> None:
    await post.email(JO, text="help")
    helped = post.expect(JO, "help")
    assert await reply(post, helped, PAGES["gmail"]("", quoted(helped))) == []
    await post.email(JO, attach="8302000 SENplan20260901.docx")
    advice = post.expect(JO, "advice")
    assert await reply(post, advice, "<p></p>") == []
    assert await reply(post, advice, f"<p>{advice.html}</p>") == []  # sent back by a machine
    (answer,) = await reply(post, advice, PAGES["gmail"]("", quoted(advice)))
    assert answer.kind == "advice"
