"""What officers see and press in Slack."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.people import NADIA, PLAN, PRIYA, SAM
from tests.slack import Message, View
from tests.slack_office import SlackOffice, open_slack_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    async with open_slack_office(tmp_path) as opened:
        yield opened


def cards(office: SlackOffice) -> list[Message]:
    """The cards in the channel of SEN."""
    return office.answers(office.sen)


def form(office: SlackOffice, name: str) -> View:
    """The form that stands open before this member."""
    opened = office.slack.modal(office.people[name])
    assert opened is not None
    return opened


def told_apart(office: SlackOffice, name: str) -> list[str]:
    """What only this member sees, wherever they pressed."""
    return [message.words for message in office.slack.world.ephemerals[office.people[name].id]]


async def test_a_new_file_is_a_card_in_the_channel_of_its_service(office: SlackOffice) -> None:
    await office.send("jo", PLAN, text="Her address is in it")

    (card,) = cards(office)
    assert all(part in card.words for part in (PLAN, "Leys Junior School", "Jo Sands", "New file for SEN"))
    assert "address" not in card.words  # a comment is for officers alone, and nobody knows who else reads a channel
    assert card.buttons == ["Receive", "Reject…", "Not ours…", "History", "Receive all from this school…"]
    assert not office.slack.complaints


async def test_whoever_receives_gets_the_contents_by_a_link_that_only_they_see(office: SlackOffice) -> None:
    await office.send("jo", PLAN)

    await office.press("sam", cards(office)[0], "Receive")

    (card,) = cards(office)
    assert "Received by Sam Hale" in card.words
    assert "at 09:00 on 1 September 2026" in card.words
    assert "Receive" not in card.buttons
    (told,) = office.slack.world.ephemerals[office.people["sam"].id]
    assert "/get/" in str(told.blocks)
    assert "/get/" not in str([message.blocks for message in cards(office)])
    (receipt, _) = office.answers(office.dm("jo"))
    assert "Received by Sam Hale" in receipt.words
    assert "Recall" not in receipt.buttons


async def test_officers_who_had_it_by_mail_hear_once_what_was_decided(office: SlackOffice) -> None:
    await office.send("jo", PLAN)

    await office.press("sam", cards(office)[0], "Receive")

    assert [answer.kind for answer in office.post.inbox_of(NADIA)] == ["new-files", "decided"]
    assert [answer.kind for answer in office.post.inbox_of(SAM)] == ["new-files"]


async def test_an_officer_who_is_known_in_slack_is_not_mailed_as_well(office: SlackOffice) -> None:
    await office.send("sam", text="help")

    await office.send("jo", PLAN)

    assert not office.post.inbox_of(SAM)
    assert [answer.kind for answer in office.post.inbox_of(NADIA)] == ["new-files"]


async def test_a_rejection_is_written_on_a_form_and_reaches_the_sender_and_the_headteacher(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    await office.press("nadia", cards(office)[0], "Reject…")

    ack = await office.slack.submit(office.people["nadia"], {"written": "Another child's plan"})
    await office.settle()

    assert ack.ok
    (card,) = cards(office)
    assert "Rejected by Nadia Brook" in card.words
    assert "child" not in card.words
    assert card.buttons == ["History"]
    assert "Another child's plan" in office.answers(office.dm("jo"))[-1].words
    assert "Another child's plan" in office.post.expect(PRIYA, "rejected").text


async def test_a_chosen_reason_and_ones_own_words_go_together(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    await office.press("sam", cards(office)[0], "Reject…")

    await office.slack.submit(
        office.people["sam"], {"chosen": "The form is not complete.", "written": "Page 2 is missing"}
    )
    await office.settle()

    assert office.post.files()[0].reason == "The form is not complete. Page 2 is missing"


async def test_a_rejection_without_a_reason_is_asked_for_one(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    await office.press("sam", cards(office)[0], "Reject…")

    await office.slack.submit(office.people["sam"], {})
    await office.settle()

    assert "sender and the headteacher" in str(form(office, "sam").errors)
    assert office.post.files()[0].status == "Sent"


async def test_a_file_of_another_service_is_moved_to_it(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    await office.press("sam", cards(office)[0], "Not ours…")

    await office.slack.submit(office.people["sam"], {"service": "FIN"})
    await office.settle()

    (file,) = office.post.files()
    assert (file.service, file.moved_from) == ("FIN", "SEN")
    (card,) = cards(office)
    assert "Moved to FIN by Sam Hale at 09:00 on 1 September 2026" in card.words
    assert "Now with:   Finance" in card.words
    assert not card.buttons  # SEN's officers see no file of another service, so nothing here would be done
    assert "Moved to FIN by Sam Hale at 09:00 on 1 September 2026" in office.answers(office.dm("jo"))[0].words


async def test_all_that_a_school_sent_is_received_after_a_preview(office: SlackOffice) -> None:
    for number in ("one", "two"):
        await office.send("jo", f"8302000_SEN{number}20260901.docx")
    await office.send("beth", "8309001_SENother20260901.docx")
    await office.press("sam", cards(office)[0], "Receive all from this school…")

    preview = form(office, "sam").words
    await office.slack.submit(office.people["sam"], {})
    await office.settle()

    assert "2 files from Leys Junior School" in preview
    assert "8309001_SENother20260901.docx" not in preview
    assert [file.status for file in office.post.files()] == ["Received", "Received", "Sent"]
    assert len(re.findall("/get/", str(office.slack.world.ephemerals[office.people["sam"].id][-1].blocks))) == 2


async def test_the_preview_lists_the_fifty_that_have_waited_longest_and_none_that_is_decided(
    office: SlackOffice,
) -> None:
    names = [f"8302000_SENplan{number:02}x20260901.docx" for number in range(52)]
    await office.send("jo", *names)
    reference = next(file.reference for file in office.post.files() if file.name == names[0])
    await office.post.email(NADIA, text=f"receive {reference}")

    await office.press("sam", cards(office)[1], "Receive all from this school…")

    preview = form(office, "sam").words
    assert "50 files from Leys Junior School" in preview
    assert [name in preview for name in names] == [False, *[True] * 50, False]


async def test_what_came_after_the_preview_is_not_received_with_the_rest(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    await office.press("sam", cards(office)[0], "Receive all from this school…")
    await office.send("jo", "8302000_SENlate20260901.docx")

    await office.slack.submit(office.people["sam"], {})
    await office.settle()

    assert [file.status for file in office.post.files()] == ["Received", "Sent"]


async def test_whoever_may_not_is_told_privately_and_nothing_is_done(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    office.sen.members.append(office.people["ian"].id)

    await office.press("ian", cards(office)[0], "Receive")
    await office.press("ian", cards(office)[0], "Reject…")

    assert office.post.files()[0].status == "Sent"
    assert len(told_apart(office, "ian")) == 2
    assert all("nothing has been done" in words for words in told_apart(office, "ian"))
    assert len(cards(office)) == 1


async def test_nobody_takes_in_files_of_their_own_school(office: SlackOffice) -> None:
    """Dee is an officer of SEN and sends for Hollybank (lesson L63)."""
    lena = office.slack.world.user("lena", "lena.frost@hollybank.example")
    dm = office.slack.world.dm(lena)
    await office.slack.post(lena, dm, "", files=[office.slack.world.file(lena, "8309003_SENplan20260901.docx", b"PK")])
    await office.settle()

    await office.press("dee", cards(office)[0], "Receive")

    assert office.post.files()[0].status == "Sent"
    assert "nothing has been done" in told_apart(office, "dee")[0]


async def test_officers_told_directly_have_each_a_card_of_their_own(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path, services={"SEN": "direct"}) as office:
        for name in ("sam", "nadia"):
            await office.send(name, text="help")
        await office.send("jo", PLAN, text="As we said")

        (*_, card) = office.answers(office.dm("sam"))
        assert "As we said" in card.words
        await office.press("sam", card, "Receive")

        for name in ("sam", "nadia"):
            assert any("Received by Sam Hale" in message.words for message in office.answers(office.dm(name)))
        assert not office.post.inbox_of(SAM)
        assert not office.post.inbox_of(NADIA)


async def test_a_card_shows_where_its_file_stands_whoever_changed_it_by_mail(office: SlackOffice) -> None:
    await office.send("jo", PLAN)

    await office.post.email("jo.sands@leysjunior.example", text=f"recall {office.post.files()[0].reference}")

    assert "Recalled by Jo Sands" in cards(office)[0].words
    assert cards(office)[0].buttons == ["History"]
