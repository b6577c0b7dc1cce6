"""A file posted in Slack goes the way of a file sent by mail."""

import pytest

from bot.rules.lifecycle import Status
from tests.people import PLAN
from tests.slack import Conversation, Message
from tests.slack_office import SlackOffice

REVIEW = "8302000_SENreview20260901.docx"
BAD = "8302000 SENplan20260901.docx"
VAGUE = "8302000_SENplan202609.docx"
"""The only name that can be guessed is not sure."""


def statuses(office: SlackOffice) -> list[Status]:
    return [file.status for file in office.post.files()]


def place(office: SlackOffice, name: str) -> Conversation:
    """One of the places where Jo may post."""
    world = office.slack.world
    if name == "direct message":
        return office.dm("jo")
    if name == "returns channel":
        return office.returns
    return world.channel("year-3", office.people["jo"], office.people["tom"], kind="private")


def said(office: SlackOffice, where: str) -> str:
    """A mention, where nothing is heard without one."""
    return f"{office.slack.world.bot.mention} here is the plan" if where == "private channel" else "here is the plan"


@pytest.mark.parametrize("where", ["direct message", "returns channel", "private channel"])
async def test_a_file_is_sent_and_answered_in_its_thread(office: SlackOffice, where: str) -> None:
    there = place(office, where)
    posted = await office.send("jo", PLAN, where=there, text=said(office, where))
    (file,) = office.post.files()
    assert (file.status, file.name, file.comment) == (Status.SENT, PLAN, "here is the plan")
    assert office.post.contents(file) == b"PK " + PLAN.encode()
    (receipt,) = office.answers(there)
    assert receipt.thread_ts == posted.ts
    assert "Sent to SEN" in receipt.words
    assert receipt.buttons == ["Recall", "History"]
    assert ("here is the plan" in receipt.words) == (where == "direct message")
    assert not office.slack.complaints


async def test_several_files_have_one_answer(office: SlackOffice) -> None:
    posted = await office.send("jo", PLAN, BAD.replace("plan", "review"), "notes.exe", where=office.returns)
    (answer,) = office.answers(office.returns)
    assert answer.thread_ts == posted.ts
    assert all(part in answer.words for part in (PLAN, REVIEW, "notes.exe", "1 of your 3 files"))
    assert "new message" in answer.words
    assert "email" not in answer.words.partition("Need help?")[0]


async def test_the_words_with_a_file_are_its_comment_as_people_read_them(office: SlackOffice) -> None:
    priya, me = office.people["priya"], office.slack.world.bot.mention
    text = f"{me} For {priya.mention} & <!here>, see https://leys.example/a?b=1&c=2 or ask jo.sands@leysjunior.example"
    await office.send("jo", PLAN, text=text, where=office.returns)
    (file,) = office.post.files()
    assert file.comment == "For @Priya & @here, see https://leys.example/a?b=1&c=2 or ask jo.sands@leysjunior.example"


async def test_a_command_beside_files_is_done_too(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    (first,) = office.post.files()
    await office.send("jo", REVIEW, text=f"recall {first.reference}")
    assert statuses(office) == [Status.RECALLED, Status.SENT]


async def test_a_file_posted_elsewhere_without_a_mention_is_none_of_ours(office: SlackOffice) -> None:
    await office.send("jo", PLAN, where=place(office, "private channel"))
    assert not office.post.files()
    assert not office.slack.downloads


@pytest.mark.parametrize("where", ["direct message", "returns channel"])
async def test_recall_written_in_the_thread_takes_back(office: SlackOffice, where: str) -> None:
    there = place(office, where)
    posted = await office.send("jo", PLAN, where=there)
    await office.send("jo", text="recall", where=there, thread=posted.ts)
    assert statuses(office) == [Status.RECALLED]
    receipt = office.answers(there)[0]
    assert "Recalled by Jo Sands" in receipt.words
    assert "Recall" not in receipt.buttons


@pytest.mark.parametrize(
    ("given", "word", "name"),
    [
        (BAD, "yes", PLAN),
        (BAD, "1", PLAN),
        (BAD, REVIEW, REVIEW),
        (VAGUE, "1", "8302000_SENplanV01.docx"),
        (VAGUE, PLAN, PLAN),
        ("Acronyms.doc", "8302000_SENacronymsV01", "8302000_SENacronymsV01.doc"),
    ],
)
@pytest.mark.parametrize("where", ["direct message", "returns channel"])
async def test_a_word_in_the_thread_settles_the_name(
    office: SlackOffice, where: str, given: str, word: str, name: str
) -> None:
    there = place(office, where)
    posted = await office.send("jo", given, where=there)
    await office.send("jo", text=word, where=there, thread=posted.ts)
    (file,) = office.post.files()
    assert (file.status, file.name) == (Status.SENT, name)
    assert not office.slack.complaints


async def test_a_word_still_settles_the_name_below_what_was_asked_in_passing(office: SlackOffice) -> None:
    posted = await office.send("jo", PLAN, VAGUE)
    await office.press("jo", office.answers(office.dm("jo"))[0], "History")
    await office.send("jo", text=REVIEW, thread=posted.ts)
    assert [file.name for file in office.post.files()] == [PLAN, REVIEW]


async def test_the_button_settles_the_name(office: SlackOffice) -> None:
    await office.send("jo", BAD, where=office.returns)
    (advice,) = office.answers(office.returns)
    assert advice.buttons == [f"Send as {PLAN}", "Don’t send"]
    await office.press("jo", advice, f"Send as {PLAN}")
    assert statuses(office) == [Status.SENT]
    assert office.answers(office.returns)[0].buttons == []


@pytest.mark.parametrize(
    "chatter", ["thanks, will look", "yes", "Did you send it?", "no", "recieved it?", "ok 2 of them"]
)
async def test_what_people_say_to_one_another_is_left_alone(office: SlackOffice, chatter: str) -> None:
    posted = await office.send("jo", PLAN, where=office.returns)
    (card,) = office.answers(office.sen)
    before = len(office.post.told())
    await office.send("tom", text=chatter, where=office.returns, thread=posted.ts)
    await office.send("nadia", text=chatter, where=office.sen, thread=card.ts)
    await office.send("nadia", text=chatter, where=office.sen)
    await office.send("tom", text=chatter, where=office.returns)
    assert len(office.post.told()) == before
    assert not office.whispers("tom")
    assert not office.whispers("nadia")


async def test_a_file_shown_to_colleagues_below_a_card_is_none_of_ours(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    (card,) = office.answers(office.sen)
    fetched = len(office.slack.downloads)
    await office.send("sam", REVIEW, where=office.sen, thread=card.ts)
    assert len(office.post.files()) == 1
    assert len(office.slack.downloads) == fetched


async def test_a_corrected_file_below_ones_own_advice_is_taken_in(office: SlackOffice) -> None:
    there = place(office, "private channel")
    posted = await office.send("jo", "Acronyms.doc", where=there, text=said(office, "private channel"))
    await office.send("jo", PLAN, where=there, thread=posted.ts)
    assert Status.SENT in statuses(office)


async def test_a_plea_below_ones_own_receipt_is_answered_for_their_eyes_alone(office: SlackOffice) -> None:
    posted = await office.send("jo", PLAN, where=office.returns)
    await office.send("jo", text="Oh dear, this is the wrong child!", where=office.returns, thread=posted.ts)
    (told,) = office.whispers("jo")
    assert "recall" in told.words.lower()
    assert told.thread_ts == posted.ts
    await office.send("jo", text="Thanks", where=office.returns, thread=posted.ts)
    assert len(office.whispers("jo")) == 1


async def test_a_command_below_a_colleagues_receipt_is_done(office: SlackOffice) -> None:
    posted = await office.send("jo", PLAN, where=office.returns)
    await office.send("tom", text="recall", where=office.returns, thread=posted.ts)
    assert statuses(office) == [Status.RECALLED]
    (told,) = office.whispers("tom")
    assert "Recalled" in told.words


async def pressed(office: SlackOffice, advice: Message, name: str) -> None:
    await office.press(name, advice, "Don’t send" if name == "tom" else f"Send as {PLAN}")


@pytest.mark.parametrize("who", ["tom", "priya", "beth"])
async def test_only_who_sent_it_can_press_the_buttons_of_its_advice(office: SlackOffice, who: str) -> None:
    await office.send("jo", BAD, where=office.returns)
    (advice,) = office.answers(office.returns)
    await pressed(office, advice, who)
    assert statuses(office) == [Status.HELD]
    (told,) = office.whispers(who)
    assert "Only the person who sent this file" in told.words
    assert "No file found" not in told.words
    assert len(office.answers(office.returns)) == 1


@pytest.mark.parametrize("word", ["yes", "1", PLAN, "destroy"])
async def test_nor_can_anybody_else_answer_it_in_words(office: SlackOffice, word: str) -> None:
    posted = await office.send("jo", BAD, where=office.returns)
    await office.send("tom", text=word, where=office.returns, thread=posted.ts)
    assert statuses(office) == [Status.HELD]
    (told,) = office.whispers("tom")
    assert "Only the person who sent this file" in told.words


async def test_the_same_file_shared_twice_is_sent_once(office: SlackOffice) -> None:
    jo = office.people["jo"]
    file = office.slack.world.file(jo, PLAN, b"PK plan")
    for where in (office.dm("jo"), office.returns):
        await office.slack.share(jo, file, where)
        await office.settle()
    assert statuses(office) == [Status.SENT]
    (answer,) = office.answers(office.returns)
    assert "Here already" in answer.words or "already" in answer.words


async def test_a_repeated_event_has_one_effect(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    for delivery in list(office.slack.deliveries):
        await office.slack.retry(delivery, why="http_timeout")
    await office.settle()
    assert len(office.post.files()) == 1
    assert len(office.answers(office.dm("jo"))) == 1


async def test_a_held_file_that_nobody_answered_for_is_said_to_be_discarded_where_it_was_sent(
    office: SlackOffice,
) -> None:
    await office.send("jo", "8302000 SENplan20260901.docx")
    office.post.clock.advance(days=8)
    await office.settle()
    assert office.post.files()[0].status is Status.DISCARDED
    assert "heard nothing within 7 days" in office.answers(office.dm("jo"))[-1].words
