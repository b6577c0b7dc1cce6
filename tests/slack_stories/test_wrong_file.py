"""«Wrong file!» below an answer in Slack: frozen at once, and every card that speaks of the file says so."""

from bot.rules.lifecycle import Status
from tests.people import ALEX, PLAN, PRIYA, SAM
from tests.slack_office import SlackOffice
from tests.slack_stories.test_sending import statuses


async def test_the_alarm_in_the_thread_freezes_and_the_cards_are_drawn_anew(office: SlackOffice) -> None:
    posted = await office.send("jo", PLAN)
    (receipt,) = office.answers(office.dm("jo"))
    (card,) = office.answers(office.sen)
    assert "Receive" in card.buttons
    await office.send("jo", text="Wrong file!!", thread=posted.ts)
    (file,) = office.post.files()
    assert (file.frozen_at is not None, file.status) == (True, Status.SENT)
    for told in (receipt, card):
        assert "Frozen by Jo Sands" in told.words
    assert not {"Receive", "Download", "Not ours…", "Receive all from this school…"} & set(card.buttons)
    assert {"Recall", "Release"} <= set(receipt.buttons)
    for reader in (SAM, PRIYA, ALEX):
        assert "Wrong file!!" in office.post.expect(reader, "wrong-file").text


async def test_the_button_lifts_it_and_all_is_as_before(office: SlackOffice) -> None:
    posted = await office.send("jo", PLAN)
    (receipt,) = office.answers(office.dm("jo"))
    (card,) = office.answers(office.sen)
    before = (receipt.buttons, card.buttons)
    await office.send("jo", text="wrong child", thread=posted.ts)
    await office.press("jo", receipt, "Release")
    assert office.post.files()[0].frozen_at is None
    assert (receipt.buttons, card.buttons) == before


async def test_recall_is_still_open_and_destroys_it(office: SlackOffice) -> None:
    posted = await office.send("jo", PLAN)
    await office.send("jo", text="wrong child", thread=posted.ts)
    await office.press("jo", office.answers(office.dm("jo"))[-1], "Recall")
    assert statuses(office) == [Status.RECALLED]


async def test_a_card_pressed_before_it_was_drawn_anew_gives_nothing(office: SlackOffice) -> None:
    posted = await office.send("jo", PLAN)
    (card,) = office.answers(office.sen)
    photo = office.slack.photo(card)
    await office.send("jo", text="wrong child", thread=posted.ts)
    await office.press("sam", photo, "Receive")
    assert statuses(office) == [Status.SENT]
