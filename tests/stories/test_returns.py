"""A school emails its returns and gets its receipt."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import notices, telling
from bot.ledger.tables import File
from bot.notices import FileFacts
from bot.rules.lifecycle import Status
from tests.office import DOCX, TestOffice
from tests.people import BETH, DEE, JO, JO_ALSO, MINA, NADIA, PLAN, SAM, TOM


async def test_a_good_return_is_sent_and_its_receipt_says_all_that_matters(post: TestOffice) -> None:
    await post.email(JO, subject="Autumn plan", text="As agreed with Sam.\n\n-- \nJo Sands\nOffice", attach=PLAN)

    receipt = post.expect(JO, "receipt")
    (file,) = post.files()
    assert file.status is Status.SENT
    assert receipt.subject.startswith("Sent to SEN")
    for said in (
        PLAN, "SEN – (EHCP via EHC Hub)", "Leys Junior School",
        "09:00 on 1 September 2026", "Sent", file.reference, "recall", "01632 960100", "webteam@derbyshire.example",
    ):  # fmt: skip
        assert said in receipt.text.replace("\n", " "), said
    assert file.comment == "As agreed with Sam."
    assert post.contents(file) == DOCX


async def test_the_receipt_is_threaded_automatic_and_can_be_answered(post: TestOffice) -> None:
    sent = await post.email(JO, subject="Autumn plan", attach=PLAN)

    receipt = post.expect(JO, "receipt")
    assert receipt.message["In-Reply-To"] == sent["Message-ID"]
    assert sent["Message-ID"] in str(receipt.message["References"])
    assert receipt.message["Auto-Submitted"] == "auto-replied"
    assert receipt.message["X-Auto-Response-Suppress"] == "All"
    local, _, domain = str(receipt.message["Reply-To"]).partition("@")
    assert local.startswith("returns+")
    assert len(local.removeprefix("returns+")) <= 26
    assert receipt.envelope_from == f"{local}@{domain}"
    assert str(receipt.message["From"]).endswith("<returns@derbyshire.example>")


@pytest.mark.parametrize("name", [PLAN, "our plan.docx"])
async def test_what_is_told_of_a_file_that_has_just_come_is_what_the_record_has(post: TestOffice, name: str) -> None:
    await post.email(JO, attach=name)

    def recorded(tx: Session) -> set[FileFacts]:
        return {telling.facts(file, post.rooms.settings) for file in tx.scalars(select(File)).unique()}

    told = [notices.KINDS[item.kind].model_validate(item.facts).mentioned() for item in post.told()]
    assert len(told) == (5 if name == PLAN else 1)
    assert {file for files in told for file in files} == post.rooms.ledger.read_now(recorded)


async def test_a_receipt_names_each_stored_file_in_a_header(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    (file,) = post.files()
    (header,) = post.expect(JO, "receipt").message.get_all("Postroom-File", [])
    assert str(header) == f'{file.reference}; status=Sent; name="{PLAN}"'


async def test_each_officer_of_the_service_hears_of_it_once(post: TestOffice) -> None:
    await post.email(TOM, attach=["8302000_SENplan20260901.docx", "8302000_SENreview20260901.docx"])
    for officer in (SAM, NADIA, DEE):
        (announcement,) = post.inbox_of(officer)
        assert announcement.kind == "new-files"
        assert len(announcement.references) == 2


async def test_an_officer_with_two_services_gets_one_mail_for_one_message(post: TestOffice) -> None:
    await post.email(JO, attach=["8302000_SENplan20260901.docx", "8302000_SPSSplan20260901.docx"])
    (announcement,) = post.inbox_of(NADIA)
    assert len(announcement.references) == 2


async def test_nobody_is_told_of_a_file_of_their_own_school(post: TestOffice) -> None:
    await post.email("lena.frost@hollybank.example", attach="8309003_SENplan20260901.docx")
    assert post.inbox_of(SAM)
    assert not post.inbox_of(DEE)


async def test_a_service_without_officers_or_place_tells_the_administrators(post: TestOffice) -> None:
    await post.email(JO, attach="8302000_AUDaccounts20260901.pdf")
    assert post.expect("alex.reed@derbyshire.example", "new-files").references


async def test_every_attachment_is_judged_by_itself_and_one_reply_answers_all(post: TestOffice) -> None:
    await post.email(JO, attach={
        PLAN: b"one", "8302000 SENreview20260901.docx": b"two", "8302000_SENempty20260901.docx": b"",
        "8302000_SENtool20260901.exe": b"four", "8309001_SENother20260901.docx": b"five",
    })  # fmt: skip
    (answer,) = post.inbox_of(JO)
    assert answer.kind == "mixed"
    assert sorted(file.status for file in post.files()) == [Status.HELD, Status.SENT]
    for name in ("8302000_SENempty20260901.docx", "8302000_SENtool20260901.exe", "8309001_SENother20260901.docx"):
        assert name in answer.text


async def test_the_name_of_another_school_is_refused_and_nothing_is_stored(post: TestOffice) -> None:
    await post.email(JO, attach="8309001_SENplan20260901.docx")
    answer = post.expect(JO, "advice")
    assert not post.files()
    assert not answer.references
    assert "Moorview" not in answer.text


async def test_who_sends_for_no_school_is_asked_for_no_name_and_nothing_is_stored(post: TestOffice) -> None:
    await post.email(SAM, attach="report.docx")

    answer = post.expect(SAM, "advice")
    assert "on no school’s list" in answer.text
    assert "send the file again" not in answer.text
    assert post.files() == []


async def test_whoever_sends_for_two_schools_sends_for_each(post: TestOffice) -> None:
    await post.email(MINA, attach=["8302000_SENplan20260901.docx", "8309002_SENplan20260901.docx"])
    assert {file.school for file in post.files()} == {"8302000", "8309002"}


async def test_a_person_is_known_by_each_of_their_addresses_and_answered_at_the_one_used(post: TestOffice) -> None:
    await post.email(JO_ALSO, attach=PLAN)
    assert post.expect(JO_ALSO, "receipt")
    assert not post.inbox_of(JO)


async def test_a_tag_is_kept_and_is_no_part_of_the_comment(post: TestOffice) -> None:
    await post.email(JO, text="tag: Census\nThe autumn one.", attach=PLAN)
    (file,) = post.files()
    assert (file.tag, file.comment) == ("Census", "The autumn one.")


async def test_no_tag_is_the_default(post: TestOffice) -> None:
    await post.email(JO, text="The autumn one.", attach=PLAN)
    assert post.files()[0].tag == ""


async def test_a_message_seen_twice_is_processed_once(post: TestOffice) -> None:  # lesson L24
    message = post.compose(JO, attach=PLAN)
    await post.post(message, JO)
    await post.post(message, JO)
    assert len(post.files()) == 1
    assert len(post.inbox_of(JO)) == 1


async def test_the_same_message_id_with_other_contents_is_another_message(post: TestOffice) -> None:  # lesson L24
    first, second = post.compose(JO, attach=PLAN), post.compose(JO, attach="8302000_SENreview20260901.docx")
    second.replace_header("Message-ID", first["Message-ID"])
    await post.post(first, JO)
    await post.post(second, JO)
    assert len(post.files()) == 2


async def test_the_same_file_again_is_said_to_be_here_and_not_stored(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(TOM, attach=PLAN)
    (file,) = post.files()
    assert post.expect(TOM, "duplicate").references == [file.reference]
    assert [mail.kind for mail in post.inbox_of(SAM)] == ["new-files"], "officers hear of it once"
    assert list(post.rooms.vault.object_ids()) == [file.object_id]


async def test_the_same_name_with_other_contents_is_taken_and_the_earlier_one_named(post: TestOffice) -> None:
    await post.email(JO, attach={PLAN: b"first"})
    await post.email(JO, attach={PLAN: b"second"})
    first, second = post.files()
    receipt = post.expect(JO, "receipt")
    assert second.reference in receipt.text
    assert first.reference in receipt.text


async def test_after_a_recall_the_same_file_is_new(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(JO, text="recall", reply_to=post.expect(JO, "receipt"))
    await post.email(JO, attach=PLAN)
    assert [file.status for file in post.files()] == [Status.RECALLED, Status.SENT]


async def test_a_mail_with_nothing_attached_is_told_so_each_time_but_not_without_end(post: TestOffice) -> None:
    for _ in range(5):
        await post.email(BETH, subject="Our return", text="Please find it attached.")
    assert [answer.kind for answer in post.inbox_of(BETH)] == ["nothing-attached"] * 3
    post.clock.advance(days=1, minutes=1)
    await post.email(BETH, subject="Our return", text="Please find it attached, really.")
    assert len(post.inbox_of(BETH)) == 4


async def test_more_files_than_a_mail_may_bring_are_refused_in_one_sentence(post: TestOffice) -> None:
    await post.email(JO, attach=[f"8302000_SENpart{at}x20260901.docx" for at in range(101)])
    (answer,) = post.inbox_of(JO)
    assert answer.kind == "advice"
    assert "100 is the most" in answer.text.replace("\n", " ")
    assert not post.files()
    assert not [path for path in (post.directory / "vault").rglob("f*") if path.is_file()]


async def test_no_clear_content_ever_touches_the_disk(post: TestOffice) -> None:
    secret = b"CANARY-7f3a-" * 8_000
    await post.email(JO, text="CANARY-7f3a-comment-is-in-the-record", attach={PLAN: secret})
    await post.email(JO, attach={"8302000 SENheld20260901.docx": secret + b"2"})
    found = [
        path for path in post.directory.rglob("*")
        if path.is_file() and b"CANARY-7f3a-CANARY-7f3a-" in path.read_bytes()
    ]  # fmt: skip
    assert found == []
