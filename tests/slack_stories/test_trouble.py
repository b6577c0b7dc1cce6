"""Where Slack cannot be used, people are told by mail; the administrators hear of it, and nothing is tried for ever."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from bot.ledger.tables import Identity, Person
from handlers.app import Office
from tests.people import ALEX, DEE, JO, MOORVIEW_HEAD, NADIA, PLAN, SAM
from tests.slack import BOT_TOKEN
from tests.slack_office import SlackOffice, open_slack_office

OTHER = "8302000_SENreview20260901.docx"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    """Sam and Nadia are known in Slack, so they have no mail of new files."""
    async with open_slack_office(tmp_path) as opened:
        for name in ("sam", "nadia"):
            await opened.send(name, text="help")
        opened.post.clock.advance(minutes=10)
        yield opened


def kinds(office: SlackOffice, address: str) -> list[str]:
    """What this address was sent by mail."""
    return [answer.kind for answer in office.post.inbox_of(address)]


def archived(office: SlackOffice) -> None:
    office.sen.archived = True


def without_the_bot(office: SlackOffice) -> None:
    office.sen.members.remove(office.slack.world.bot.id)


def public(office: SlackOffice) -> None:
    office.sen.kind = "public"


def shared(office: SlackOffice) -> None:
    office.sen.ext_shared = True


def about_to_be_shared(office: SlackOffice) -> None:
    office.sen.pending_ext_shared = True


def not_allowed(office: SlackOffice) -> None:
    office.slack.trouble.refuse("chat.postMessage", "restricted_action", channel=office.sen.id)


@pytest.mark.parametrize("spoil", [archived, without_the_bot, public, shared, about_to_be_shared, not_allowed])
async def test_where_a_card_cannot_be_posted_its_officers_are_told_by_mail_with_links(
    office: SlackOffice, spoil: Callable[[SlackOffice], None]
) -> None:
    spoil(office)

    await office.send("jo", PLAN)

    assert office.answers(office.sen) == []
    assert len(office.answers(office.dm("jo"))) == 1
    for officer in (SAM, NADIA):
        assert kinds(office, officer) == ["new-files"]
        assert "/get/" in office.post.expect(officer, "new-files").text
    assert kinds(office, DEE) == ["new-files"], "who has it by mail in any case has it once"
    alert = office.post.expect(ALEX, "alert")
    assert "postroom doctor" in alert.text


async def test_a_channel_that_is_made_public_is_told_nothing_more(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    assert len(office.answers(office.sen)) == 1
    office.sen.kind = "public"
    office.post.clock.advance(minutes=6)

    await office.send("jo", OTHER)

    assert len(office.answers(office.sen)) == 1
    assert OTHER in office.post.expect(SAM, "new-files").text
    assert "public" in office.post.expect(ALEX, "alert").text


@pytest.mark.parametrize("state", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_token_that_is_no_good_any_more_leaves_mail_to_everybody(office: SlackOffice, state: str) -> None:
    jo = office.people["jo"]
    await office.slack.post(jo, office.dm("jo"), files=[office.slack.world.file(jo, PLAN, b"PK plan")])
    office.slack.trouble.refuse("chat.postMessage", state, times=99)
    office.slack.trouble.refuse("conversations.open", state, times=99)

    await office.settle()

    receipt = office.post.expect(JO, "receipt")
    assert PLAN in receipt.text
    assert any(name.endswith(".json") for name in receipt.attached), "the receipt that proves it goes with it"
    assert kinds(office, SAM) == kinds(office, NADIA) == ["new-files"]
    assert not [item for item in office.post.told() if item.state in ("waiting", "sending")]


async def test_a_missing_scope_leaves_mail_to_everybody(office: SlackOffice) -> None:
    office.slack.world.tokens[BOT_TOKEN].scopes.discard("chat:write")

    await office.send("jo", PLAN)

    assert kinds(office, JO) == ["receipt"]
    assert kinds(office, SAM) == ["new-files"]


async def test_the_administrators_are_alerted_once_an_hour_at_the_most(office: SlackOffice) -> None:
    archived(office)
    office.slack.trouble.refuse("chat.postMessage", "restricted_action", times=2, channel=office.dm("jo").id)
    for number in range(1, 4):
        await office.send("jo", f"8302000_SENplan{number}x20260901.docx")
        office.post.clock.advance(minutes=15)
    assert kinds(office, ALEX).count("alert") == 1

    office.post.clock.advance(minutes=31)
    await office.send("jo", PLAN)
    assert kinds(office, ALEX).count("alert") == 2


async def test_somebody_whose_account_is_deactivated_is_told_by_mail(office: SlackOffice) -> None:
    await office.send("jo", PLAN, OTHER)
    first, second = office.answers(office.sen)
    await office.press("sam", first, "Receive")
    assert len(office.answers(office.dm("jo"))) == 2
    office.people["jo"].deleted = True
    office.post.clock.advance(minutes=6)

    await office.press("sam", second, "Receive")

    assert len(office.answers(office.dm("jo"))) == 2, "nobody reads this conversation any more"
    assert kinds(office, JO) == ["received"]


def sam_leaves(office: SlackOffice) -> None:
    office.sen.members.remove(office.people["sam"].id)


@pytest.mark.parametrize("spoil", [sam_leaves, archived, without_the_bot])
async def test_who_cannot_be_answered_where_they_pressed_is_answered_in_their_own_conversation(
    office: SlackOffice, spoil: Callable[[SlackOffice], None]
) -> None:
    await office.send("jo", PLAN)
    assert (await office.slack.press(office.people["sam"], office.answers(office.sen)[0], "Receive")).ok
    spoil(office)

    await office.settle()

    assert office.whispers("sam") == []
    assert "/get/" in str(office.answers(office.dm("sam"))[-1].blocks)
    assert kinds(office, SAM) == []


async def test_a_leaver_is_told_nothing_by_mail_and_their_messages_are_not_redrawn(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    await office.post.leave(JO)

    await office.press("sam", office.answers(office.sen)[0], "Receive")

    assert "Sam Hale" not in office.answers(office.dm("jo"))[0].words
    assert kinds(office, JO) == []


async def test_what_still_waits_for_a_leaver_is_not_mailed_to_them_in_its_stead(office: SlackOffice) -> None:
    office.slack.trouble.limit("chat.postMessage", retry_after=60, channel=office.dm("jo").id)
    await office.send("jo", PLAN)
    await office.post.leave(JO)
    office.slack.trouble.refuse("chat.postMessage", "account_inactive", times=9, channel=office.dm("jo").id)
    office.post.clock.advance(minutes=2)

    await office.settle()

    assert office.answers(office.dm("jo")) == []
    assert kinds(office, JO) == []


async def test_a_link_that_slack_does_not_take_goes_to_no_mailbox_that_others_read(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    moved = update(Person).where(Person.email == SAM).values(email=MOORVIEW_HEAD)
    known = delete(Identity).where(Identity.value == SAM)
    office.post.rooms.ledger.write_now(lambda tx: (tx.execute(moved), tx.execute(known)))
    office.slack.trouble.refuse("chat.postEphemeral", "restricted_action", channel=office.sen.id)

    await office.press("sam", office.answers(office.sen)[0], "Receive")

    (told,) = office.post.inbox_of(MOORVIEW_HEAD)
    assert PLAN in told.text
    assert "/get/" not in told.text


async def test_what_slack_has_failed_to_take_for_days_goes_by_mail(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path, environ={"POSTROOM__RETENTION__QUEUE_DAYS": "2"}) as office:
        office.slack.trouble.fail("chat.postMessage", times=99, channel=office.dm("jo").id)
        await office.send("jo", PLAN)
        office.post.clock.advance(days=2)
        await office.settle()
        assert kinds(office, JO) == []

        office.post.clock.advance(days=1)
        await office.settle()

        assert kinds(office, JO) == ["receipt"]


async def test_a_reminder_that_cannot_be_posted_is_a_reminder_by_mail(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path, services={"SEN": "direct"}, remind_hours=8) as office:
        await office.send("sam", text="help")
        await office.send("jo", PLAN)
        office.slack.trouble.refuse("chat.postMessage", "restricted_action", channel=office.dm("sam").id)
        office.post.clock.advance(days=1)

        await office.settle()

        assert kinds(office, SAM) == ["waiting"]


async def test_a_message_deleted_by_hand_is_not_redrawn_for_ever(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    (card,) = office.answers(office.sen)
    office.sen.messages.remove(card)

    await office.post.email(SAM, text=f"receive {office.post.files()[0].reference}")
    tried = len(office.slack.calls_of("chat.update"))
    office.post.clock.advance(days=2)
    await office.settle()

    assert len(office.slack.calls_of("chat.update")) == tried
    assert office.answers(office.sen) == []
    assert "Received by Sam Hale" in office.answers(office.dm("jo"))[0].words


async def test_what_stood_while_the_token_was_no_good_is_redrawn_when_it_is_good_again(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    office.slack.trouble.refuse("chat.update", "token_revoked", times=3)

    await office.post.email(SAM, text=f"receive {office.post.files()[0].reference}")
    assert "Received by" not in office.answers(office.sen)[0].words
    for _ in range(3):
        office.post.clock.advance(hours=1)
        await office.settle()

    assert "Received by Sam Hale" in office.answers(office.sen)[0].words


async def test_what_waits_for_slack_goes_by_mail_where_it_is_taken_out_of_the_configuration(
    office: SlackOffice,
) -> None:
    await _put_off(office)
    mail = Office(office.post.rooms, {"email": office.post.office.channels["email"]})

    await office.post.rooms.ledger.write(mail.strand)
    await mail.settle()

    assert kinds(office, JO) == ["receipt"]
    assert kinds(office, SAM) == kinds(office, NADIA) == ["new-files"]
    assert kinds(office, ALEX) == ["alert"]


async def test_what_waits_for_a_channel_that_no_service_has_any_more_goes_by_mail(office: SlackOffice) -> None:
    await _put_off(office)
    settings = office.post.rooms.settings
    services = tuple(one.model_copy(update={"slack_channel": ""}) for one in settings.services)
    office.post.rooms.settings = settings.model_copy(update={"services": services})
    office.post.clock.advance(minutes=5)

    await office.post.rooms.ledger.write(office.post.office.strand)
    await office.settle()

    assert office.answers(office.sen) == []
    assert kinds(office, SAM) == kinds(office, NADIA) == ["new-files"]
    assert len(office.answers(office.dm("jo"))) == 1


async def _put_off(office: SlackOffice) -> None:
    """A file was sent, and Slack wants to be left alone."""
    for where in (office.sen, office.dm("jo")):
        office.slack.trouble.limit("chat.postMessage", retry_after=60, channel=where.id)
    await office.send("jo", PLAN)
    assert office.answers(office.sen) == office.answers(office.dm("jo")) == []
