"""What people find when they open Postroom in Slack. Slack itself refuses a view that is not as it must be."""

from sqlalchemy import select

from bot.ledger.tables import Surface
from bot.redrawing import Redrawer
from bot.roster import imports
from tests.people import JO, PLAN, TOM
from tests.slack import User, View
from tests.slack_office import SlackOffice

HELD = "8302000 SENreview20260901.docx"
REVIEW = "8302000_SENreview20260901.docx"
SEND_REVIEW = f"Send as {REVIEW}"
HOLLYBANK = "8309003_SENplan20260901.docx"


def home_of(office: SlackOffice, name: str) -> View:
    """Their home as it stands now."""
    return office.slack.world.homes[office.people[name].id]


async def opened_by(office: SlackOffice, user: User) -> View:
    """The home of somebody who is no correspondent."""
    assert (await office.slack.open_home(user)).ok
    await office.settle()
    return office.slack.world.homes[user.id]


def homes(office: SlackOffice) -> list[Surface]:
    """The homes on record."""
    wanted = select(Surface).where(Surface.notice_id.is_(None))
    return office.post.rooms.ledger.read_now(lambda tx: list(tx.scalars(wanted)))


async def test_a_school_person_finds_their_held_files_first_and_then_those_of_the_school(office: SlackOffice) -> None:
    await office.send("tom", PLAN)
    await office.send("jo", HELD)

    home = await office.home("jo")

    assert home.words.index(HELD) < home.words.index(PLAN)
    assert home.words.startswith("1 not sent yet")
    assert "Sent:   09:00 on 1 September 2026 by Tom Ashe" in home.words
    assert home.buttons == [SEND_REVIEW, "Don’t send", "Recall", "Download a copy", "History"]
    assert HELD not in (await office.home("tom")).words
    assert not office.slack.complaints


async def test_what_is_held_is_sent_from_the_home_whichever_message_brought_it(office: SlackOffice) -> None:
    await office.send("jo", HELD)
    await office.send("jo", "8302000 SENplan20260901.docx")
    home = await office.home("jo")
    assert home.buttons[:4] == [SEND_REVIEW, "Don’t send", f"Send as {PLAN}", "Don’t send"]

    await office.press("jo", home, SEND_REVIEW)

    assert {file.name: file.status for file in office.post.files()} == {
        REVIEW: "Sent", "8302000 SENplan20260901.docx": "Held",
    }  # fmt: skip
    assert home_of(office, "jo").buttons[:2] == [f"Send as {PLAN}", "Don’t send"]
    assert "Sent to SEN" in office.answers(office.dm("jo"))[-1].words


async def test_of_many_held_files_four_stand_there_and_the_next_follows_when_one_is_settled(
    office: SlackOffice,
) -> None:
    for number in range(1, 6):
        await office.send("jo", f"8302000 SENplan{number}x20260901.docx")
    home = await office.home("jo")
    assert home.words.startswith("5 not sent yet")
    assert home.buttons.count("Don’t send") == 4
    assert "1 more follows when you have answered these." in home.words

    await office.press("jo", home, "Don’t send")

    assert home_of(office, "jo").buttons.count("Don’t send") == 4
    assert "more follow" not in home_of(office, "jo").words


async def test_dont_send_on_the_home_destroys_the_file_beside_which_it_stands(office: SlackOffice) -> None:
    await office.send("jo", HELD)
    await office.send("jo", "8302000 SENplan20260901.docx")
    home = await office.home("jo")

    await office.press("jo", home, "destroy:2")

    assert [file.status for file in office.post.files()] == ["Held", "Discarded"]


async def test_a_file_is_recalled_from_the_home_and_every_home_shows_it(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    for name in ("jo", "priya", "sam"):
        assert PLAN in (await office.home(name)).words

    await office.press("jo", home_of(office, "jo"), "Recall")

    assert office.post.files()[0].status == "Recalled"
    for name in ("jo", "priya", "sam"):
        assert PLAN not in home_of(office, name).words
    assert "Recalled" in office.answers(office.dm("jo"))[-1].words


async def test_a_copy_and_the_history_are_answered_in_the_direct_message(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    home = await office.home("tom")

    await office.press("tom", home, "Download a copy")
    await office.press("tom", home, "History")

    copy, history = office.answers(office.dm("tom"))
    assert "/get/" in str(copy.blocks)
    assert "Sent by Jo Sands (in Slack)" in history.words


async def test_a_button_of_a_home_that_has_changed_since_loses(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    home = await office.home("jo")
    before = home.blocks
    await office.press("sam", office.answers(office.sen)[0], "Receive")
    home.blocks = before

    await office.press("jo", home, "Recall")

    assert office.post.files()[0].status == "Received"
    assert "received by Sam Hale" in office.answers(office.dm("jo"))[-1].words


async def test_an_officer_finds_what_waits_by_service_and_by_age_and_receives_it_there(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    office.post.clock.advance(days=8)
    await office.send("beth", "8309001_SENplan20260901.docx")
    home = await office.home("sam")
    expected = (
        "2 files, the oldest since 09:00 on 1 September 2026; 1 for more than a day, 1 of them for more than a week"
    )
    assert expected in home.words
    assert home.words.index(PLAN) < home.words.index("8309001_SENplan20260901.docx")

    await office.press("sam", home, "Receive")

    assert [file.status for file in office.post.files()] == ["Received", "Sent"]
    assert f"Decided last {PLAN}  from Leys Junior School: Received by Sam Hale" in home_of(office, "sam").words
    assert "/get/" in str(office.answers(office.dm("sam"))[-1].blocks)


async def test_the_forms_open_from_a_home_and_are_answered_in_the_direct_message(office: SlackOffice) -> None:
    await office.send("jo", PLAN, REVIEW)
    home = await office.home("nadia")

    await office.press("nadia", home, "Not ours…")
    await office.slack.submit(office.people["nadia"], {"service": "INFO: EYFS, Phonics"})
    await office.settle()
    await office.press("nadia", home_of(office, "nadia"), "Reject…")
    await office.slack.submit(office.people["nadia"], {"written": "Wrong child"})
    await office.settle()

    assert {(file.service, file.status.value) for file in office.post.files()} == {
        ("INFO", "Sent"),
        ("SEN", "Rejected"),
    }
    assert "Rejected" in office.answers(office.dm("nadia"))[-1].words


async def test_many_waiting_files_come_in_pages(office: SlackOffice) -> None:
    for day in range(1, 9):
        await office.send("jo", f"8302000_SENplan202608{day:02}.docx")
        office.post.clock.advance(minutes=1)
    home = await office.home("sam")
    assert "Page 1 of 2." in home.words
    assert "8302000_SENplan20260808.docx" not in home.words

    await office.press("sam", home, "Newer files ▶")

    assert "8302000_SENplan20260808.docx" in home_of(office, "sam").words
    assert "8302000_SENplan20260801.docx" not in home_of(office, "sam").words


async def test_an_administrator_finds_how_postroom_is_in_figures(office: SlackOffice) -> None:
    await office.send("jo", PLAN, HELD)

    home = await office.home("alex")

    for figure in ("In quarantine:   0", "Arrived, not dealt with:   0", "Held:   1 file", "Sent:   1 file"):
        assert figure in home.words
    assert "Nobody takes in for these services, so you are told of their files: AUD" in home.words
    assert HELD not in home.words


async def test_what_waits_and_what_failed_is_counted_and_since_when(office: SlackOffice) -> None:
    await office.home("alex")
    await office.slack.post(office.people["jo"], office.dm("jo"), "help")
    office.post.clock.advance(hours=1)

    assert (await office.slack.open_home(office.people["alex"])).ok
    redrawer = next(worker for worker in office.post.office.workers if isinstance(worker, Redrawer))
    await redrawer.step()
    await redrawer.finish()

    assert "Arrived, not dealt with:   1, the oldest since 09:00 on 1 September 2026" in home_of(office, "alex").words


async def test_whoever_has_two_roles_finds_both_and_decides_on_no_file_of_their_own_school(office: SlackOffice) -> None:
    await office.post.email("lena.frost@hollybank.example", attach=HOLLYBANK)
    await office.send("jo", PLAN)

    home = await office.home("dee")

    assert "Files of your school" in home.words
    assert home.words.count(HOLLYBANK) == 1
    assert "SEN:   1 file, the oldest" in home.words
    assert home.words.index(HOLLYBANK) < home.words.index("Waiting to be received") < home.words.index(PLAN)
    assert home.buttons.count("Receive") == 1

    await office.press("dee", home, "Receive")

    assert {file.name: file.status for file in office.post.files()} == {HOLLYBANK: "Sent", PLAN: "Received"}


async def test_nobody_finds_a_file_of_another_school_or_service(office: SlackOffice) -> None:
    await office.send("jo", PLAN)

    for name in ("beth", "ian"):
        assert PLAN not in (await office.home(name)).words


async def test_a_stranger_is_told_who_may_use_it_and_whom_to_ask(office: SlackOffice) -> None:
    home = await opened_by(office, office.slack.world.user("zoe", "zoe@elsewhere.example"))

    assert "not on our list" in home.words
    assert "ask your headteacher" in home.words
    assert "01632 960100" in home.words
    assert home.buttons == []


async def test_a_guest_is_told_so_even_with_an_address_that_is_on_the_list(office: SlackOffice) -> None:
    await office.send("jo", PLAN)

    home = await opened_by(office, office.slack.world.user("tom2", "tom.ashe@leysjunior.example", is_restricted=True))

    assert "You are a guest" in home.words
    assert PLAN not in home.words


async def test_a_member_who_becomes_a_guest_loses_their_home(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    await office.home("tom")
    office.people["tom"].is_restricted = True
    office.post.clock.advance(minutes=10)

    await office.send("jo", REVIEW)

    assert "You are a guest" in home_of(office, "tom").words
    assert PLAN not in home_of(office, "tom").words


async def test_whoever_leaves_finds_nothing_at_once_and_their_buttons_do_nothing(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    home = await office.home("jo")
    before = home.blocks

    await office.post.leave(JO)
    await office.settle()

    assert PLAN not in home_of(office, "jo").words
    assert "not on our list" in home_of(office, "jo").words
    home.blocks = before
    await office.press("jo", home, "Recall")
    assert office.post.files()[0].status == "Sent"


async def test_whoever_is_moved_to_another_school_by_a_list_finds_nothing_of_the_first_at_once(
    office: SlackOffice,
) -> None:
    await office.send("jo", PLAN)
    assert PLAN in (await office.home("tom")).words
    rooms, moved = office.post.rooms, f"email,name,role,schools\n{TOM},Tom Ashe,sender,8309003\n"
    sheet, now = imports.read_people(moved.encode()), office.post.clock.now()

    await rooms.ledger.write(lambda tx: imports.import_people(tx, sheet, rooms.settings, now))
    await office.settle()

    assert PLAN not in home_of(office, "tom").words


async def test_opening_it_again_keeps_one_home_and_what_was_chosen(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    home = await office.home("jo")
    await office.choose("jo", home, "choose-status", ["Recalled"])

    await office.home("jo")

    (standing,) = homes(office)
    assert (standing.channel, standing.stamp, standing.drawn) == ("slack", "", standing.wanted)
    assert PLAN not in home_of(office, "jo").words


async def test_only_the_home_tab_is_drawn_when_it_is_opened(office: SlackOffice) -> None:
    assert (await office.slack.open_home(office.people["jo"], tab="messages")).ok
    await office.settle()

    assert office.slack.world.homes == {}


async def test_a_home_that_cannot_be_drawn_now_is_drawn_later(office: SlackOffice) -> None:
    office.slack.trouble.limit("views.publish", times=1, retry_after=30)
    assert (await office.slack.open_home(office.people["jo"])).ok
    await office.settle()
    assert office.slack.world.homes == {}

    office.post.clock.advance(seconds=31)
    await office.settle()

    assert "Files of your school" in home_of(office, "jo").words


async def test_a_name_or_comment_never_becomes_a_mention_or_a_link(office: SlackOffice) -> None:
    await office.send("jo", "<!channel> <https:evil.example|SEN>.docx")

    home = await office.home("jo")

    assert "<!channel>" in home.words
    assert "mrkdwn" not in str(home.blocks)
    assert "'type': 'link', 'url': 'https" not in str(home.blocks)


async def test_the_fullest_home_of_all_is_one_that_slack_takes(office: SlackOffice) -> None:
    for number in range(1, 7):
        await office.send("dee", f"8309003 SPSupport{number}20260901.docx", f"8309003_SENplan{number}20260901.docx")
        await office.send("jo", f"8302000_SENplan{number}20260901.docx", f"8302000_SENreview{number}20260901.docx")
    for _ in range(6):
        await office.press("dee", await office.home("dee"), "Receive")

    home = home_of(office, "dee")

    assert len(home.blocks) <= 100
    assert home.buttons.count("Receive") == 5
    assert "more follow" in home.words
    assert not office.slack.complaints


async def test_what_was_decided_last_stands_in_a_line_each(office: SlackOffice) -> None:
    await office.send("jo", PLAN, REVIEW)
    for card in office.answers(office.sen):
        await office.press("sam", card, "Receive")

    home = await office.home("sam")

    (items,) = [
        part["elements"]
        for block in home.blocks
        for part in block.get("elements", ())
        if part["type"] == "rich_text_list"
    ]
    assert len(items) == 2
