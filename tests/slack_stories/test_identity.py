"""Who somebody is in Slack: linked once, and never by what they can change at will."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.ledger.tables import Identity, Person
from bot.rules.lifecycle import Status
from tests.people import JO, JO_ALSO, MOORVIEW_HEAD, PLAN, TOM
from tests.slack import User
from tests.slack_office import SlackOffice, open_slack_office

REVIEW = "8302000_SENreview20260901.docx"
UNKNOWN = "nobody.known@leysjunior.example"


def links(office: SlackOffice) -> dict[str, str]:
    """Who is linked to which user."""
    wanted = select(Identity.value, Person.email).join(Person).where(Identity.channel == "slack")
    return office.post.rooms.ledger.read_now(lambda tx: dict(tx.execute(wanted).all()))


def known(office: SlackOffice, user: User) -> str | None:
    return links(office).get(f"{user.team_id}/{user.id}")


async def come(office: SlackOffice, email: str, **traits: bool) -> User:
    """Somebody new posts a file in the returns channel."""
    user = office.slack.world.user("newcomer", email, team_id="", **traits)
    await posted(office, user)
    return user


async def posted(office: SlackOffice, user: User, name: str = PLAN) -> None:
    if user.id not in office.returns.members:
        office.returns.members.append(user.id)
    file = office.slack.world.file(user, name, b"PK" + name.encode())
    await office.slack.post(user, office.returns, files=[file])
    await office.settle()


def whispered(office: SlackOffice, user: User) -> str:
    (told,) = office.slack.world.ephemerals[user.id]
    return told.words


async def test_a_member_is_known_by_their_confirmed_address(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    assert known(office, office.people["jo"]) == JO
    (file,) = office.post.files()
    assert file.sender.email == JO


@pytest.mark.parametrize("email", [JO.upper(), "Jo.Sands@LeysJunior.Example", JO_ALSO])
async def test_however_the_address_is_written(office: SlackOffice, email: str) -> None:
    user = await come(office, email)
    assert known(office, user) == JO
    assert [file.status for file in office.post.files()] == [Status.SENT]


async def test_an_address_that_is_not_confirmed_links_nobody(office: SlackOffice) -> None:
    user = await come(office, JO, is_email_confirmed=False)
    assert not links(office)
    assert not office.post.files()
    assert not office.slack.downloads
    assert "not on our list" in whispered(office, user)


async def test_an_address_that_is_not_on_the_roster_links_nobody(office: SlackOffice) -> None:
    user = await come(office, UNKNOWN)
    assert not links(office)
    assert not office.post.files()
    assert "If you posted a file here, delete it." in whispered(office, user)


@pytest.mark.parametrize(
    ("traits", "told"),
    [
        ({"is_restricted": True}, "You are a guest of this workspace"),
        ({"is_ultra_restricted": True}, "You are a guest of this workspace"),
    ],
)
async def test_a_guest_is_refused_and_told_where_to_go(office: SlackOffice, traits: dict[str, bool], told: str) -> None:
    user = await come(office, JO, **traits)
    assert told in whispered(office, user)
    assert "email it from your own work address" in whispered(office, user)
    assert not office.post.files()
    assert not links(office)


@pytest.mark.parametrize("stranger", [True, False])
async def test_somebody_of_another_workspace_is_refused(office: SlackOffice, *, stranger: bool) -> None:
    user = office.slack.world.user("visitor", JO, team_id="T0ELSEWHERE", is_stranger=stranger)
    await posted(office, user)
    assert "another organisation’s workspace" in whispered(office, user)
    assert not office.post.files()
    assert not links(office)


async def test_a_machine_is_not_answered(office: SlackOffice) -> None:
    user = await come(office, JO, is_bot=True)
    assert not office.post.files()
    assert user.id not in office.slack.world.ephemerals
    assert not office.answers(office.returns)


@pytest.mark.parametrize("allowed", ["allow_guests", "allow_connect"])
async def test_whoever_is_let_in_is_still_not_known_by_an_address_of_theirs(tmp_path: Path, allowed: str) -> None:
    wanted = allowed == "allow_guests"
    async with open_slack_office(tmp_path, allow_guests=wanted, allow_connect=not wanted) as office:
        if allowed == "allow_guests":
            user = await come(office, JO, is_restricted=True)
        else:
            user = office.slack.world.user("visitor", JO, team_id="T0ELSEWHERE")
            await posted(office, user)
        assert not links(office)
        assert not office.post.files()
        assert "not on our list" in whispered(office, user)


@pytest.mark.parametrize("later", [{"minutes": 6}, {"days": -400}], ids=["later", "the clock is put back"])
async def test_a_member_who_becomes_a_guest_is_heard_no_more(office: SlackOffice, later: dict[str, int]) -> None:
    await office.send("jo", PLAN)
    office.people["jo"].is_restricted = True
    office.post.clock.advance(**later)
    await office.send("jo", REVIEW)
    assert len(office.post.files()) == 1
    assert "You are a guest" in office.answers(office.dm("jo"))[-1].words


async def test_unless_guests_are_let_in(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path, allow_guests=True) as office:
        await office.send("jo", PLAN)
        office.people["jo"].is_restricted = True
        office.post.clock.advance(minutes=6)
        await office.send("jo", REVIEW)
        assert len(office.post.files()) == 2


async def test_a_leaver_is_heard_no_more_at_once(office: SlackOffice) -> None:
    await office.send("jo", PLAN, where=office.returns)
    receipt = office.answers(office.returns)[0]
    await office.post.leave(JO)
    await office.send("jo", REVIEW, where=office.returns)
    await office.press("jo", receipt, "Recall")
    (file,) = office.post.files()
    assert file.status is Status.SENT
    assert all("not on our list" in told.words for told in office.whispers("jo"))
    assert len(office.whispers("jo")) == 2


@pytest.mark.parametrize("left", [True, False])
async def test_who_was_linked_once_is_nobody_else_whatever_their_address_becomes(
    office: SlackOffice, *, left: bool
) -> None:
    jo = office.people["jo"]
    await office.send("jo", PLAN)
    if left:
        await office.post.leave(JO)
    jo.email = TOM
    office.post.clock.advance(minutes=6)
    await office.send("jo", REVIEW)
    assert [file.sender.email for file in office.post.files()] == [JO] * (1 if left else 2)
    assert known(office, jo) == JO


async def test_what_a_deactivated_member_pressed_last_is_not_done(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    (receipt,) = office.answers(office.dm("jo"))
    office.post.clock.advance(minutes=6)
    await office.slack.press(office.people["jo"], receipt, "Recall")
    office.people["jo"].deleted = True
    await office.settle()
    assert [file.status for file in office.post.files()] == [Status.SENT]


@pytest.mark.parametrize(
    ("email", "told"),
    [
        (MOORVIEW_HEAD, "a mailbox that several people may read"),
        ("office@leysjunior.example", "a mailbox that several people may read"),
        ("jo.sands@gmail.com", "a private mailbox"),
    ],
)
async def test_an_account_of_a_shared_or_private_mailbox_is_refused(office: SlackOffice, email: str, told: str) -> None:
    user = await come(office, email)
    assert told in whispered(office, user)
    assert not office.post.files()
    assert not links(office)


@pytest.mark.parametrize("trouble", ["429", "500", "missing_scope", "lost"])
async def test_while_slack_does_not_say_who_it_is_everything_waits(office: SlackOffice, trouble: str) -> None:
    troubles = office.slack.trouble
    if trouble == "429":
        troubles.limit("users.info", retry_after=5)
    elif trouble == "500":
        troubles.fail("users.info")
    elif trouble == "lost":
        troubles.drop("users.info", times=2)
    else:
        troubles.refuse("users.info", trouble)
    await office.send("jo", PLAN)
    assert not office.post.files()
    assert not office.answers(office.dm("jo"))
    office.post.clock.advance(minutes=1)
    await office.settle()
    assert [file.status for file in office.post.files()] == [Status.SENT]


async def test_an_officer_is_known_as_one(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    await office.press("sam", office.answers(office.sen)[0], "Receive")
    assert [file.status for file in office.post.files()] == [Status.RECEIVED]
    await office.send("sam", REVIEW)
    assert len(office.post.files()) == 1
    assert "Not sent" in office.answers(office.dm("sam"))[-1].words
