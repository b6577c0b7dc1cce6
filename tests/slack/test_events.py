"""What people do reaches a Bolt app by HTTP, as Slack's documents say."""

from tests.slack.bolt_bot import Bot, Place


async def test_a_message_with_a_file_comes_as_a_signed_event(place: Place, bot: Bot) -> None:
    file = place.slack.world.file(place.maria, "a.docx", b"contents")
    said = await place.slack.post(place.maria, place.returns, "Here & <now>", files=[file])
    assert said.ack.ok
    [event] = bot.of("message")
    assert (event["subtype"], event["channel_type"], event["text"]) == (
        "file_share",
        "channel",
        "Here &amp; &lt;now&gt;",
    )
    assert event["files"][0]["name"] == "a.docx"


async def test_a_mention_comes_as_two_events(place: Place, bot: Bot) -> None:
    said = await place.slack.post(place.maria, place.returns, f"{place.slack.world.bot.mention} status")
    assert [ack.ok for ack in said.acks] == [True, True]
    assert len(bot.of("message")) == len(bot.of("app_mention")) == 1


async def test_a_press_carries_the_message_and_its_trigger_opens_a_modal(place: Place, bot: Bot) -> None:
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Receive"},
        "action_id": "receive",
        "value": "PR-1",
    }
    posted = await place.client.chat_postMessage(
        channel=place.returns.id, text="New", blocks=[{"type": "actions", "elements": [button]}]
    )
    ack = await place.slack.press(place.maria, posted["ts"], "Receive")
    assert ack.ok
    [press] = [one for one in bot.heard if one["type"] == "block_actions"]
    assert press["actions"][0]["value"] == "PR-1"
    assert press["message"]["ts"] == posted["ts"]
    view = {"type": "modal", "callback_id": "why", "title": {"type": "plain_text", "text": "Why?"}, "blocks": []}
    opened = await place.client.views_open(trigger_id=press["trigger_id"], view=view)
    assert [one.id for one in place.slack.world.modals[place.maria.id]] == [opened["view"]["id"]]
