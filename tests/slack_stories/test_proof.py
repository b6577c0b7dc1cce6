"""Who somebody in Slack is, where each must prove it: by a link that only the reader of their mailbox can press."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect
from sqlalchemy.orm import Session

from bot import proofs, roster
from bot.arrival import Introduction
from bot.proofs import A_DAY_MAX
from bot.roster import imports
from bot.settings import Slack
from handlers.slack.introducing import Workspace, introduction
from tests.browser import PHONE, Look, browser_or_skip, faults, open_page
from tests.office import Answer
from tests.people import ALEX, BETH, JO, JO_ALSO, MOORVIEW_HEAD, PLAN, PRIYA, SAM, TOM
from tests.slack import Conversation, User
from tests.slack_office import SlackOffice, open_slack_office
from tests.visitor import visitor

PROOF = re.compile(r"https?://\S+/prove/[a-z0-9]+")
REVIEW = "8302000_SENreview20260901.docx"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    async with open_slack_office(tmp_path, link="proof") as opened:
        yield opened


async def say(office: SlackOffice, user: User, *files: str, text: str = "", where: Conversation | None = None) -> None:
    """Have any member of the workspace post something, and let the office do all that follows."""
    world = office.slack.world
    made = [world.file(user, file, b"PK " + file.encode()) for file in files]
    said = await office.slack.post(user, where or world.dm(user), text, files=made)
    assert said.ack.ok, said.ack
    await office.settle()


def told(office: SlackOffice, user: User) -> str:
    """The last that this member was told in their own conversation."""
    return office.answers(office.slack.world.dm(user))[-1].words


def asked(office: SlackOffice, mailbox: str) -> list[Answer]:
    """The mails that asked this mailbox whether a Slack account is theirs."""
    return [mail for mail in office.post.inbox_of(mailbox) if mail.kind == "prove-identity"]


def link_in(mail: Answer) -> str:
    (link,) = set(PROOF.findall(mail.text))
    return str(link)


async def press(office: SlackOffice, link: str) -> str:
    """Open the link in a fresh browser and press its button; what the page says then."""
    async with visitor(office.post) as browser:
        await browser.open(link)
        assert browser.buttons == {"link"}, browser.text
        await browser.press("link")
        await office.settle()
        return browser.text


def owner(office: SlackOffice, user: User) -> str:
    """As whom this member is known; empty where as nobody."""
    found = office.post.rooms.ledger.read_now(lambda tx: roster.who(tx, "slack", f"{user.team_id}/{user.id}"))
    return found.email if found else ""


def take_away(office: SlackOffice, user: User) -> None:
    """Take this account away from Jo, as `postroom people unlink` does."""

    def unlink(tx: Session) -> None:
        person = roster.who(tx, "email", JO)
        assert person
        assert roster.unlink(tx, person, "slack", f"{user.team_id}/{user.id}")
        proofs.void(tx, person, office.post.clock.now())

    office.post.rooms.ledger.write_now(unlink)


async def test_a_file_of_somebody_unproven_is_not_kept_and_a_link_goes_to_their_mailbox(office: SlackOffice) -> None:
    await office.send("jo", PLAN)

    (mail,) = asked(office, JO)
    assert re.search(r"Name in Slack:?\s+jo\b", mail.text)
    assert re.search(r"Workspace:?\s+Council\b", mail.text)
    assert link_in(mail)
    assert JO in told(office, office.people["jo"])
    assert "post your file" in told(office, office.people["jo"])
    assert "/prove/" not in str([message.blocks for message in office.answers(office.dm("jo"))])
    assert office.post.files() == []
    assert not office.slack.complaints


async def test_pressing_the_link_makes_the_account_theirs_and_both_sides_hear_of_it(office: SlackOffice) -> None:
    await office.send("jo", PLAN)

    assert "is yours here now" in await press(office, link_in(asked(office, JO)[0]))

    assert "act for Jo Sands" in told(office, office.people["jo"])
    assert "acts in your name" in office.post.expect(JO, "linked").text
    await office.send("jo", PLAN)
    (file,) = office.post.files()
    assert file.sender.email == JO
    assert not office.slack.complaints


async def test_the_link_is_pressed_on_a_telephone_by_keyboard_alone(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    web = office.post.office.web
    assert web
    await web.start()
    try:
        async with browser_or_skip() as browser, open_page(browser, Look(PHONE, "dark")) as page:
            await page.goto(link_in(asked(office, JO)[0]))
            assert await faults(page) == []
            await page.keyboard.press("Tab")
            await expect(page.get_by_role("button", name="Yes, this account is mine")).to_be_focused()
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("heading", level=1)).to_have_text("The Slack account is yours here now")
            await page.reload()
            await expect(page.get_by_role("heading", level=1)).to_have_text("The Slack account is yours here now")
    finally:
        await web.stop()
    assert owner(office, office.people["jo"]) == JO


@pytest.mark.parametrize(
    ("profile", "elsewhere", "claimed", "workspace"),
    [
        ({"email": "Jo.Sands@LeysJunior.example", "display_name": "jo"}, False, JO, "Council"),
        ({"email": JO, "display_name": "", "real_name": "jo"}, True, JO, ""),
        ({"display_name": "jo"}, True, "", ""),
        ({"email": "not an address", "display_name": "jo"}, False, "", "Council"),
    ],
)
def test_nothing_that_slack_says_of_an_address_is_believed(
    profile: dict[str, str], elsewhere: bool, claimed: str, workspace: str
) -> None:
    user = {"team_id": "T2" if elsewhere else "T1", "is_email_confirmed": True, "profile": profile}
    wanted = Slack.model_validate({"link": "proof", "allow_connect": True})

    known = introduction(user, f"{user['team_id']}/U1", Workspace("T1", "Council"), wanted)

    assert known == Introduction(claimed=claimed, name="jo", workspace=workspace)


async def test_in_a_channel_only_whoever_wrote_is_asked_to_prove_who_they_are(office: SlackOffice) -> None:
    await office.send("jo", PLAN, where=office.returns)

    assert office.answers(office.returns) == []
    (whispered,) = office.slack.world.ephemerals[office.people["jo"].id]
    assert "show us that this account is yours" in whispered.words


async def test_what_is_only_overheard_asks_nobody_for_anything(office: SlackOffice) -> None:
    first = await office.send("tom", PLAN, where=office.returns)
    told_before = len(office.post.told())

    await office.send("jo", text="Thanks, Tom", where=office.returns, thread=first.ts)

    assert len(office.post.told()) == told_before
    assert asked(office, JO) == []


async def test_a_button_of_ours_does_nothing_for_somebody_unproven(office: SlackOffice) -> None:
    for name in ("jo", "sam"):
        await office.send(name, text="help")
    await press(office, link_in(asked(office, JO)[0]))
    await office.send("jo", PLAN)
    (card,) = office.answers(office.sen)

    await office.press("nadia", card, "Receive")

    assert office.post.files()[0].status.value == "Sent"
    (whispered,) = office.slack.world.ephemerals[office.people["nadia"].id]
    assert "show us that this account is yours" in whispered.words


async def test_who_claims_somebody_elses_mailbox_gets_nothing_by_it(office: SlackOffice) -> None:
    mallory = office.slack.world.user("Jo Sands", JO)

    await say(office, mallory, PLAN)
    (mail,) = asked(office, JO)
    assert "If you did not just write to us in Slack" in mail.text
    async with visitor(office.post) as robot:
        for method in ("GET", "HEAD", "GET", "OPTIONS"):
            await robot.open(link_in(mail), method)
    await say(office, mallory, REVIEW)

    assert owner(office, mallory) == ""
    assert office.post.files() == []
    assert "linked" not in [notice.kind for notice in office.post.told()]


async def test_a_used_link_brings_nothing_back_once_the_account_is_taken_away(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    jo, link = office.people["jo"], link_in(asked(office, JO)[0])
    async with visitor(office.post) as browser, visitor(office.post) as waiting:
        await waiting.open(link)
        await (await browser.open(link)).press("link")
        take_away(office, jo)
        await waiting.press("link")
        assert (waiting.status, "has been used" in waiting.text) == (410, True)
        assert "has been used" in (await browser.open(f"{link}/done")).text
    assert owner(office, jo) == ""


async def test_no_link_mailed_before_brings_back_an_account_that_was_taken_away(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    office.post.clock.advance(minutes=10)
    await office.send("jo", PLAN)
    used, unused = (link_in(mail) for mail in asked(office, JO))
    await press(office, used)
    take_away(office, office.people["jo"])

    async with visitor(office.post) as browser:
        await browser.open(unused)
        assert (browser.status, browser.buttons) == (410, set())
        assert "too old" in browser.text
    await office.send("jo", PLAN)
    assert owner(office, office.people["jo"]) == ""
    assert len(asked(office, JO)) == 3, "a link that works no more stands in nobody's way"


async def test_whose_account_was_taken_away_by_mistake_proves_it_anew_at_once(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    await press(office, link_in(asked(office, JO)[0]))
    take_away(office, office.people["jo"])

    await office.send("jo", PLAN)
    await press(office, link_in(asked(office, JO)[1]))

    assert owner(office, office.people["jo"]) == JO


@pytest.mark.parametrize("trick", ["no cookie", "no form", "another form", "cross-site"])
async def test_a_press_that_our_page_did_not_bring_about_links_nothing(office: SlackOffice, trick: str) -> None:
    await office.send("jo", PLAN)
    link = link_in(asked(office, JO)[0])
    async with visitor(office.post) as jo, visitor(office.post) as other:
        await other.open(link)
        await jo.open(link)
        fields, headers = {**jo.page.hidden, "act": "link"}, dict[str, str]()
        if trick == "no cookie":
            jo.client.cookies.clear()
        elif trick == "no form":
            fields.pop("form")
        elif trick == "another form":
            fields |= other.page.hidden
        else:
            headers["Sec-Fetch-Site"] = "cross-site"
        await jo.send(fields, headers)
        assert jo.status == 403
    assert owner(office, office.people["jo"]) == ""


async def test_a_stranger_is_told_the_same_as_somebody_on_the_roster(office: SlackOffice) -> None:
    stranger = office.slack.world.user("kim", "kim@leysjunior.example")

    await say(office, stranger, PLAN)
    await office.send("jo", PLAN)

    assert "If that address is on our list" in told(office, stranger)
    same = told(office, office.people["jo"]).replace(JO, "X")
    assert told(office, stranger).replace("kim@leysjunior.example", "X") == same
    assert office.post.inbox_of("kim@leysjunior.example") == []


async def test_one_person_gets_no_more_than_three_links_a_day_whoever_asks(office: SlackOffice) -> None:
    for number in range(A_DAY_MAX + 2):
        user = office.slack.world.user(f"mallory{number}", (JO, JO_ALSO)[number % 2])
        await say(office, user, text="status")
        assert "three links a day" in told(office, user)

    assert len(asked(office, JO) + asked(office, JO_ALSO)) == A_DAY_MAX
    (alarm,) = [mail for mail in office.post.inbox_of(ALEX) if mail.kind == "alert"]
    assert JO in alarm.text
    office.post.clock.advance(days=1)
    await office.send("jo", text="status")
    assert len(asked(office, JO) + asked(office, JO_ALSO)) == A_DAY_MAX + 1


def test_no_name_that_somebody_gave_themselves_is_a_link_in_the_mail_of_another() -> None:
    profile = {"email": JO, "display_name": "https://evil.example/login or www.evil.example"}
    wanted = Slack.model_validate({"link": "proof"})
    known = introduction({"team_id": "T1", "profile": profile}, "T1/U1", Workspace("T1", "Council"), wanted)
    assert known.name == "https evil example login or www evil example"


async def test_one_account_brings_no_more_than_three_links_a_day_whomever_it_names(office: SlackOffice) -> None:
    mallory = office.slack.world.user("mallory", JO)
    claimed = (JO, TOM, PRIYA, BETH, SAM)
    for mallory.email in claimed:
        await say(office, mallory, text="status")
        office.post.clock.advance(minutes=6)

    assert [len(asked(office, mailbox)) for mailbox in claimed] == [1, 1, 1, 0, 0]
    (alarm,) = [mail for mail in office.post.inbox_of(ALEX) if mail.kind == "alert"]
    assert mallory.id in alarm.text


async def test_several_messages_at_once_bring_one_link(office: SlackOffice) -> None:
    for _ in range(4):
        await office.send("jo", PLAN)
    assert len(asked(office, JO)) == 1

    office.post.clock.advance(minutes=10)
    await office.send("jo", PLAN)
    assert len(asked(office, JO)) == 2


async def test_a_mailbox_that_several_people_read_proves_nobody(office: SlackOffice) -> None:
    head = office.slack.world.user("owen", MOORVIEW_HEAD)

    await say(office, head, PLAN)

    assert "several people may read" in told(office, head)
    assert office.post.inbox_of(MOORVIEW_HEAD) == []


async def test_a_link_works_once_and_says_so(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    link = link_in(asked(office, JO)[0])
    await press(office, link)

    async with visitor(office.post) as browser:
        await browser.open(link)
        assert (browser.status, browser.buttons) == (410, set())
        assert "yours here already" in browser.text


async def test_a_link_is_good_for_a_day(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    link = link_in(asked(office, JO)[0])
    async with visitor(office.post) as browser:
        office.post.clock.advance(hours=23.9)
        await browser.open(link)
        assert browser.status == 200
        office.post.clock.advance(hours=0.1)
        await browser.press("link")
        assert browser.status == 410
        assert "too old" in browser.text
    assert owner(office, office.people["jo"]) == ""


async def test_what_is_no_link_of_ours_has_a_page_of_its_own(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    link = link_in(asked(office, JO)[0])
    async with visitor(office.post) as browser:
        for forged in (link[:-1] + ("a" if link[-1] != "a" else "b"), link.replace("/prove/", "/get/")):
            await browser.open(forged)
            assert browser.status == 404
            assert "nothing at this address" in browser.text
            assert JO not in browser.text


async def test_nothing_in_the_database_opens_a_link(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    token = link_in(asked(office, JO)[0]).rpartition("/")[2]
    stored = b"".join(path.read_bytes() for path in office.post.directory.glob("*.db*"))
    assert token[:26].encode() in stored, "or this test looks in the wrong place"
    assert token[26:].encode() not in stored


async def test_a_leavers_link_opens_nothing(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    link = link_in(asked(office, JO)[0])
    async with visitor(office.post) as browser:
        await browser.open(link)
        await office.post.leave(JO)
        await browser.press("link")
        assert browser.status == 404
        assert "not with that email address" in (await browser.open(link)).text
    assert owner(office, office.people["jo"]) == ""


async def test_a_mailbox_that_is_somebody_elses_by_now_proves_nothing(office: SlackOffice) -> None:
    also = office.slack.world.user("jo.also", JO_ALSO)
    await say(office, also, PLAN)
    link = link_in(asked(office, JO_ALSO)[0])
    settings, now = office.post.rooms.settings, office.post.clock.now()

    def hand_over(header: str, *rows: str) -> None:
        for row in rows:
            sheet = imports.read_people(f"{header}\n{row}\n".encode())
            office.post.rooms.ledger.write_now(lambda tx, of=sheet: imports.import_people(tx, of, settings, now))  # type: ignore[misc] # a lambda's default

    hand_over(
        "email,name,role,schools,services,other_emails",
        f"{JO},Jo Sands,sender,8302000,,",
        f"{TOM},Tom Ashe,sender,8302000,,{JO_ALSO}",
    )

    async with visitor(office.post) as browser:
        assert (await browser.open(link)).status == 404
    assert owner(office, also) == ""


async def test_an_account_once_linked_stays_that_persons_whatever_its_profile_says(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    await press(office, link_in(asked(office, JO)[0]))

    for address in (TOM, MOORVIEW_HEAD, "jo@nowhere.example", "no address"):
        office.people["jo"].email = address
        office.post.clock.advance(minutes=6)
        await office.send("jo", text="status")
        assert owner(office, office.people["jo"]) == JO
        assert "No file matches" in told(office, office.people["jo"])
    assert asked(office, TOM) == []


async def test_an_account_that_is_somebodys_is_not_handed_to_another(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    jo = office.people["jo"]
    jo.email = TOM
    office.post.clock.advance(minutes=6)
    await office.send("jo", PLAN)
    await press(office, link_in(asked(office, JO)[0]))

    async with visitor(office.post) as tom:
        await tom.open(link_in(asked(office, TOM)[0]))
        assert (tom.status, tom.buttons) == (410, set())
        assert "belongs to somebody else" in tom.text
    assert owner(office, jo) == JO


async def test_a_leavers_account_is_nobody_elses_until_it_is_taken_away(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    jo = office.people["jo"]
    await press(office, link_in(asked(office, JO)[0]))
    await office.post.leave(JO)
    jo.email = TOM

    office.post.clock.advance(minutes=6)
    await office.send("jo", text="status")

    assert "not on our list" in told(office, jo)
    assert asked(office, TOM) == []


async def test_the_home_of_somebody_unproven_says_what_to_do(office: SlackOffice) -> None:
    assert "show us that this account is yours" in (await office.home("jo")).words

    await office.send("jo", text="help")
    await press(office, link_in(asked(office, JO)[0]))

    assert "Leys Junior School" in (await office.home("jo")).words


async def test_a_second_account_of_one_person_is_theirs_beside_the_first(office: SlackOffice) -> None:
    second = office.slack.world.user("jo.too", JO_ALSO)
    await office.send("jo", text="status")
    await say(office, second, text="status")

    await press(office, link_in(asked(office, JO)[0]))
    await press(office, link_in(asked(office, JO_ALSO)[0]))

    assert [owner(office, user) for user in (office.people["jo"], second)] == [JO, JO]


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_guest_proves_who_they_are_only_where_guests_are_heard(tmp_path: Path, allowed: bool) -> None:
    async with open_slack_office(tmp_path, link="proof", allow_guests=allowed) as office:
        office.people["jo"].is_restricted = True
        office.people["jo"].is_email_confirmed = False

        await office.send("jo", PLAN)

        assert len(asked(office, JO)) == allowed
        if allowed:
            await press(office, link_in(asked(office, JO)[0]))
            assert owner(office, office.people["jo"]) == JO
        else:
            assert "guest of this workspace" in told(office, office.people["jo"])


async def test_where_no_proof_is_wanted_a_confirmed_address_is_enough(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path, link="email") as office:
        await office.send("jo", PLAN)
        assert len(office.post.files()) == 1
        assert asked(office, JO) == []
