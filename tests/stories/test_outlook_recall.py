"""«Recall This Message» of Outlook takes back the files of the mail it names, and of no other (lesson L50)."""

from datetime import timedelta
from email import policy
from email.message import EmailMessage

import aiosmtplib
import pytest

from bot.arrival import MAIL, Arrival
from bot.ledger.tables import File, InboxItem, InboxState
from bot.rules.lifecycle import Status
from tests.office import TestOffice
from tests.people import ALEX, BETH, JO, JO_ALSO, PLAN, PRIYA, SAM, TOM

REVIEW = "8302000_SENplanreview20260901.docx"
HELD = "8302000 SENheld20260901.docx"
SUBJECT = "Autumn plan"
WISH = 'Jo Sands would like to recall the message, "Autumn plan".'
FORMS = (
    ("Recall: Autumn plan", WISH),
    ("Recall: Autumn plan", "Jo Sands would like to recall the message, «Autumn plan».\n\n-- \nLeys Junior School"),
    ("[EXTERNAL] Recall: Autumn  plan", WISH),
    ("Recall: AUTUMN PLAN", WISH),
    ("Rappel : Autumn plan", "Jo Sands souhaite rappeler le message « Autumn plan »."),
    ("Rückruf: Autumn plan", 'Jo Sands möchte die Nachricht "Autumn plan" zurückrufen.'),
    ("Intrekken: Autumn plan", "Jo Sands wil het bericht 'Autumn plan' intrekken."),
    ("Recuperar: Autumn plan", 'Jo Sands desea recuperar el mensaje "Autumn plan".'),
    ("Galw'n ôl: Autumn plan", 'Hoffai Jo Sands alw’r neges "Autumn plan" yn ôl.'),
)


def the_file(post: TestOffice, name: str = PLAN) -> File:
    (file,) = [file for file in post.files() if file.name == name]
    return file


async def recall(post: TestOffice, sender: str = JO, text: str = WISH, **headers: str) -> str:
    """Recall it as Outlook does; the kind of the newest answer to its sender."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    await post.email(sender, subject=f"Recall: {SUBJECT}", text=text, headers=named)
    told = post.inbox_of(sender)
    return told[-1].kind if told else ""


@pytest.mark.parametrize(("subject", "text"), FORMS)
async def test_it_takes_back_the_files_of_the_mail_it_names(post: TestOffice, subject: str, text: str) -> None:
    await post.email(JO, subject=SUBJECT, attach=PLAN)
    await post.email(JO, subject="Something else", attach=REVIEW)
    await post.email(JO, subject=subject, text=text)
    assert (the_file(post).status, the_file(post, REVIEW).status) == (Status.RECALLED, Status.SENT)
    assert post.inbox_of(JO)[-1].kind == "recalled"


async def test_the_desktops_own_form_and_a_gateways_disclaimer_are_no_returns(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach=PLAN)
    wrapping = {"winmail.dat": b"x\x9f>\x22 IPM.Outlook.Recall", "Disclaimer.txt": b"Confidential"}
    await post.email(JO, subject=f"Recall: {SUBJECT}", text=WISH, attach=wrapping)
    assert [file.status for file in post.files()] == [Status.RECALLED]
    assert [answer.kind for answer in post.inbox_of(JO)] == ["receipt", "recalled"]


@pytest.mark.parametrize("mark", ["Auto_Submitted", "X_Auto_Response_Suppress"])
async def test_it_is_a_persons_wish_even_where_a_server_marks_it(post: TestOffice, mark: str) -> None:
    await post.email(JO, subject=SUBJECT, attach=PLAN)
    assert await recall(post, **{mark: "auto-generated" if mark == "Auto_Submitted" else "All"}) == "recalled"


async def test_where_it_refers_to_a_mail_it_means_that_one(post: TestOffice) -> None:
    first = await post.email(JO, subject=SUBJECT, attach=PLAN)
    await post.email(JO, subject=SUBJECT, attach=REVIEW)
    assert await recall(post, In_Reply_To=str(first["Message-ID"])) == "recalled"
    assert (the_file(post).status, the_file(post, REVIEW).status) == (Status.RECALLED, Status.SENT)


async def test_of_several_mails_it_asks_which_and_does_nothing(post: TestOffice) -> None:
    for name in (PLAN, REVIEW):
        await post.email(JO, subject=SUBJECT, attach=name)
    assert await recall(post) == "which"
    assert {file.status for file in post.files()} == {Status.SENT}
    await post.email(JO, text="1", reply_to=post.expect(JO, "which"))
    assert sorted(file.status for file in post.files()) == [Status.RECALLED, Status.SENT]
    assert await recall(post) == "recalled", "the other one is the only one left"


async def test_a_mail_of_that_subject_without_files_does_not_stand_in_the_way(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach=PLAN)
    await post.email(JO, subject=SUBJECT, text="It is on its way.")
    assert await recall(post) == "recalled"


async def test_of_many_mails_it_takes_back_the_files_of_that_one_alone(post: TestOffice) -> None:
    """Files are found by the number of their mail: that of the first is how that of the tenth begins."""
    await post.email(JO, subject=SUBJECT, attach=PLAN)
    for _ in range(8):
        await post.email(TOM, text="status")
    await post.email(JO, subject="Something else", attach=REVIEW)
    assert [mail.id for mail in post.waiting()][-1] == 10
    assert await recall(post) == "recalled"
    assert (the_file(post).status, the_file(post, REVIEW).status) == (Status.RECALLED, Status.SENT)


async def test_what_it_was_wrapped_in_is_not_kept(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach=PLAN)
    await post.email(JO, subject=f"Recall: {SUBJECT}", text=WISH, attach={"Disclaimer.txt": b"Confidential"})
    assert not list(post.rooms.vault.object_ids())


async def test_what_is_held_is_destroyed(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach=HELD)
    await recall(post)
    assert [file.status for file in post.files()] == [Status.DISCARDED]


async def test_what_an_officer_has_had_is_frozen_and_the_alarm_is_raised(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach=PLAN)
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    assert await recall(post) == "too-late"
    told = " ".join(post.expect(JO, "too-late").text.split())
    assert "received by Sam Hale at 09:00 on 1 September 2026" in told
    assert "until it is released nobody gets the contents" in told
    assert "could not be taken back" in told
    assert "Nothing has been done" not in told
    for reader, words in ((SAM, "Delete it"), (PRIYA, "may be a breach"), (ALEX, "may be a breach")):
        letter = post.expect(reader, "wrong-file")
        assert letter.subject.startswith("Do not open")
        for said in (the_file(post).reference, "Jo Sands wants it back, but somebody has had it already", words):
            assert said in " ".join(letter.text.split()), (reader, said)
    assert the_file(post).status is Status.RECEIVED
    assert the_file(post).frozen_at


async def test_repeated_it_says_that_it_is_done(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach=PLAN)
    await recall(post)
    assert await recall(post) == "too-late"
    assert "Already recalled" in post.inbox_of(JO)[-1].subject


async def test_repeated_where_another_mail_of_that_subject_brought_nothing_it_still_says_so(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach=PLAN)
    await post.email(JO, subject=SUBJECT, text="It is on its way.")
    await recall(post)
    assert await recall(post) == "too-late"


async def test_it_works_from_another_address_of_the_same_person(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach=PLAN)
    assert await recall(post, JO_ALSO) == "recalled"


@pytest.mark.parametrize("other", [TOM, BETH, "nobody@elsewhere.example"])
async def test_nobody_else_can_set_it_off(post: TestOffice, other: str) -> None:
    await post.email(JO, subject=SUBJECT, attach=PLAN)
    await recall(post, other)
    await recall(post, other, Auto_Submitted="auto-generated")
    assert the_file(post).status is Status.SENT
    assert not post.expect(other, "which").references if other != "nobody@elsewhere.example" else True


@pytest.mark.parametrize(
    "text",
    ["Do you recall when it is due?", "> " + WISH, "Our server wrote to us, and what it wrote was long.\n" * 50 + WISH],
)
async def test_the_subject_alone_recalls_nothing(post: TestOffice, text: str) -> None:
    await post.email(JO, subject=SUBJECT, attach=PLAN)
    await recall(post, text=text)
    assert the_file(post).status is Status.SENT


async def test_a_server_may_send_it_with_an_empty_envelope_to_the_address_of_a_receipt(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach=PLAN)
    receipt = post.expect(JO, "receipt")
    await post.email(JO, subject=f"Recall: {SUBJECT}", text=WISH, reply_to=receipt, envelope_from="")
    assert the_file(post).status is Status.RECALLED


async def test_what_somebody_sent_in_their_name_and_waits_keeps_nothing_waiting(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach=PLAN)
    forged = Arrival(channel=MAIL, key="forged", sender=JO, believed="", subject=SUBJECT, size=1, unproven="not proven")
    waits = InboxItem(
        channel=MAIL, key=forged.key, state=InboxState.WAITING, arrived_at=post.clock.now(), sender=JO, subject=SUBJECT,
        next_at=post.clock.now() + timedelta(days=1), arrival=forged.model_dump(mode="json"), object_id="m-forged",
    )  # fmt: skip
    post.rooms.ledger.write_now(lambda tx: tx.add(waits))
    assert await recall(post) == "recalled"


async def test_what_came_long_ago_is_not_meant(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach=PLAN)
    post.clock.advance(days=31)
    assert await recall(post) == "which"
    assert the_file(post).status is Status.SENT


async def test_repeated_after_an_officer_has_had_it_alerts_nobody_twice(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach=PLAN)
    await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
    for _ in range(5):
        assert await recall(post) == "too-late"
    for reader in (SAM, PRIYA, ALEX):
        assert len([answer for answer in post.inbox_of(reader) if answer.kind == "wrong-file"]) == 1


async def together(post: TestOffice, *mails: EmailMessage) -> None:
    """They come one after the other, before any is handled."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=post.port) as client:
        for mail in mails:
            await client.sendmail(JO, [str(mail["To"])], mail.as_bytes(policy=policy.SMTP))
    await post.settle()


async def test_what_came_after_it_under_the_same_subject_is_the_right_file_and_stays(post: TestOffice) -> None:
    await post.email(JO, subject=SUBJECT, attach=PLAN)
    await post.email(JO, text="recall", reply_to=post.expect(JO, "receipt"))
    late = post.compose(JO, subject=f"Recall: {SUBJECT}", text=WISH)
    await together(post, late, post.compose(JO, subject=SUBJECT, attach=REVIEW))
    post.clock.advance(hours=1)
    await post.settle()
    assert (the_file(post).status, the_file(post, REVIEW).status) == (Status.RECALLED, Status.SENT)


async def test_two_that_refer_to_each_other_wait_for_nothing(post: TestOffice) -> None:
    first, second = (post.compose(JO, subject=f"Recall: {SUBJECT}", text=WISH) for _ in range(2))
    first["References"], second["References"] = str(second["Message-ID"]), str(first["Message-ID"])
    await together(post, first, second)
    assert {item.state for item in post.waiting()} == {InboxState.DONE}
    assert post.inbox_of(JO)
