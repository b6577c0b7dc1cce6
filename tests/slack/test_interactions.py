"""Buttons, choices, commands, response URLs and the App Home tab, by HTTP."""

from typing import Any

import aiohttp
import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.slack import CannotDo
from tests.slack.bolt_bot import Bot, Place
from tests.slack.world import Json


def plain(text: str) -> Json:
    """A `plain_text` object."""
    return {"type": "plain_text", "text": text}


def button(says: str, action_id: str = "receive", **more: Any) -> Json:
    """A button."""
    return {"type": "button", "text": plain(says), "action_id": action_id, "value": "PR-1"} | more


def actions(*elements: Json) -> list[Json]:
    """Blocks with these elements."""
    return [{"type": "actions", "block_id": "acts", "elements": list(elements)}]


OPTIONS = [{"text": plain(one.title()), "value": one} for one in ("sen", "eyfs")]


async def shown(place: Place, *elements: Json, **more: Any) -> str:
    """The ts of a message with these elements."""
    answer = await place.client.chat_postMessage(
        channel=place.returns.id, text="A file", blocks=actions(*elements), **more
    )
    return str(answer["ts"])


async def test_a_press_says_who_pressed_what_in_which_message(place: Place, bot: Bot) -> None:
    ts = await shown(place, button("Receive"))
    assert (await place.slack.press(place.maria, ts, "Receive")).ok
    press = bot.heard[-1]
    assert press["user"] == {"id": place.maria.id, "username": "maria", "name": "maria", "team_id": "T0SCHOOLS1"}
    assert press["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": place.returns.id,
        "is_ephemeral": False,
    }
    assert (press["channel"]["name"], press["message"]["ts"]) == ("returns", ts)
    [action] = press["actions"]
    assert (action["block_id"], action["action_id"], action["value"]) == ("acts", "receive", "PR-1")


async def test_a_button_that_is_gone_is_pressed_only_on_an_old_photo(place: Place, bot: Bot) -> None:
    ts = await shown(place, button("Receive"))
    old = place.slack.photo(place.returns.messages[-1])
    await place.client.chat_update(
        channel=place.returns.id, ts=ts, text="Done", blocks=actions(button("Again", "again"))
    )
    with pytest.raises(CannotDo):
        await place.slack.press(place.maria, ts, "Receive")
    assert (await place.slack.press(place.maria, old, "receive")).ok
    assert bot.heard[-1]["message"]["blocks"] == old.blocks


async def test_only_those_who_see_a_message_press_in_it(place: Place, bot: Bot) -> None:
    john = place.slack.world.user("john")
    ts = await shown(place, button("Receive"))
    with pytest.raises(CannotDo):
        await place.slack.press(john, ts, "Receive")
    place.returns.members.append(john.id)
    john.deleted = True
    with pytest.raises(CannotDo):
        await place.slack.press(john, ts, "Receive")
    john.deleted = False
    await place.client.chat_postEphemeral(
        channel=place.returns.id, user=place.maria.id, text="Sure?", blocks=actions(button("Yes"))
    )
    [whisper] = place.slack.world.ephemerals[place.maria.id]
    with pytest.raises(CannotDo):
        await place.slack.press(john, whisper, "Yes")
    await place.slack.press(place.maria, whisper, "Yes")
    assert bot.heard[-1]["container"]["is_ephemeral"]
    assert "message" not in bot.heard[-1]


CHOICES: dict[str, tuple[Json, Any, Any]] = {
    "selected_option": ({"type": "static_select", "options": OPTIONS}, "Sen", OPTIONS[0]),
    "selected_options": ({"type": "checkboxes", "options": OPTIONS}, ["sen", "Eyfs"], OPTIONS),
    "selected_date": ({"type": "datepicker"}, "2026-09-01", "2026-09-01"),
}


@pytest.mark.parametrize("held", CHOICES)
async def test_a_choice_comes_with_what_was_chosen_and_stays_in_the_state(place: Place, bot: Bot, held: str) -> None:
    element, choice, wanted = CHOICES[held]
    ts = await shown(place, element | {"action_id": "pick"})
    await place.slack.choose(place.maria, ts, "pick", choice)
    assert bot.heard[-1]["actions"][0][held] == wanted
    assert bot.heard[-1]["state"]["values"]["acts"]["pick"][held] == wanted


async def test_what_is_not_offered_cannot_be_chosen(place: Place, bot: Bot) -> None:
    ts = await shown(place, {"type": "overflow", "action_id": "more", "options": OPTIONS})
    await place.slack.choose(place.maria, ts, "more", "eyfs")
    assert bot.heard[-1]["actions"][0]["selected_option"] == OPTIONS[1]
    with pytest.raises(CannotDo):
        await place.slack.choose(place.maria, ts, "more", "phonics")


async def test_a_command_comes_as_a_form_and_its_answer_is_posted_to_the_person(place: Place, bot: Bot) -> None:
    bot.reply = {"text": "Nothing is waiting."}
    ack = await place.slack.command(place.maria, place.slack.world.dm(place.maria), "/postroom", "status")
    assert ack.ok
    command = bot.heard[-1]
    assert (command["command"], command["text"], command["channel_name"]) == ("/postroom", "status", "directmessage")
    assert [one.text for one in place.slack.world.ephemerals[place.maria.id]] == ["Nothing is waiting."]


async def test_a_response_url_serves_five_times_and_for_thirty_minutes(place: Place, bot: Bot) -> None:
    world, moment = place.slack.world, place.slack.world.now()
    await place.slack.command(place.maria, place.returns, "/postroom")
    hook = AsyncWebhookClient(bot.heard[-1]["response_url"])
    statuses = [(await hook.send(text=f"answer {number}")).status_code for number in range(6)]
    assert statuses == [200] * 5 + [404]
    assert len(world.ephemerals[place.maria.id]) == 5
    await place.slack.command(place.maria, place.returns, "/postroom")
    late = AsyncWebhookClient(bot.heard[-1]["response_url"])
    world.now = lambda: moment.fromtimestamp(moment.timestamp() + 1801, moment.tzinfo)
    assert (await late.send(text="late")).body == '{"ok": false, "error": "expired_url"}'


async def test_a_response_url_replaces_and_deletes_the_message_that_was_pressed(place: Place, bot: Bot) -> None:
    await place.slack.press(place.maria, await shown(place, button("Receive")), "Receive")
    hook = AsyncWebhookClient(bot.heard[-1]["response_url"])
    assert (await hook.send(text=" ")).status_code == 400
    await hook.send(text="Received", replace_original=True)
    assert [one.words for one in place.returns.messages] == ["Received"]
    await hook.send(text="For all", response_type="in_channel")
    await hook.send(delete_original=True)
    assert [one.words for one in place.returns.messages] == ["For all"]


async def test_the_answer_of_a_response_url_can_be_lost(place: Place, bot: Bot) -> None:
    await place.slack.command(place.maria, place.returns, "/postroom")
    place.slack.trouble.drop("response")
    with pytest.raises(aiohttp.ClientError):
        await AsyncWebhookClient(bot.heard[-1]["response_url"], retry_handlers=[]).send(text="hello")
    assert len(place.slack.world.ephemerals[place.maria.id]) == 1


async def test_the_home_tab_opens_with_the_view_that_was_published(place: Place, bot: Bot) -> None:
    assert (await place.slack.open_home(place.maria)).ok
    assert "view" not in bot.of("app_home_opened")[0]
    home = {"type": "home", "callback_id": "home", "blocks": actions(button("Show waiting", "waiting"))}
    await place.client.views_publish(user_id=place.maria.id, view=home)
    await place.slack.open_home(place.maria)
    assert bot.of("app_home_opened")[1]["view"]["callback_id"] == "home"
    assert (await place.slack.press(place.maria, place.slack.world.homes[place.maria.id], "Show waiting")).ok
    assert bot.heard[-1]["container"]["type"] == "view"


REASON = {
    "type": "input",
    "block_id": "why",
    "label": plain("Reason"),
    "element": {"type": "plain_text_input", "action_id": "text", "min_length": 3, "max_length": 10},
}
MODAL = {
    "type": "modal",
    "callback_id": "reject",
    "title": plain("Reject"),
    "blocks": [REASON],
    "submit": plain("Send"),
}


async def opened(place: Place, **more: Any) -> None:
    """Maria has the modal before her."""
    await place.client.views_open(trigger_id=place.slack.world.trigger(place.maria), view=MODAL | more)


@pytest.mark.parametrize("text", ["", "ab", "x" * 11])
async def test_the_client_sends_no_form_that_is_not_filled_in_properly(place: Place, bot: Bot, text: str) -> None:
    await opened(place)
    with pytest.raises(CannotDo):
        await place.slack.submit(place.maria, {"Reason": text})
    assert bot.heard == []


async def test_a_submission_is_answered_with_another_view(place: Place, bot: Bot) -> None:
    await opened(place, private_metadata="PR-1")
    bot.reply = {"response_action": "update", "view": MODAL | {"title": plain("Sure?"), "blocks": [REASON]}}
    await place.slack.submit(place.maria, {"why": "wrong"})
    assert bot.heard[-1]["view"]["private_metadata"] == "PR-1"
    modal = place.slack.modal(place.maria)
    assert modal
    assert modal.title == "Sure?"
    bot.reply = {"response_action": "push", "view": MODAL | {"title": plain("Really?")}}
    await place.slack.submit(place.maria)
    assert [one.title for one in place.slack.world.modals[place.maria.id]] == ["Sure?", "Really?"]
    bot.reply = {"response_action": "clear"}
    await place.slack.submit(place.maria, {"why": "wrong"})
    assert place.slack.modal(place.maria) is None


@pytest.mark.parametrize(
    "reply",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "update", "view": MODAL | {"title": plain("x" * 25)}},
        {"response_action": "explode"},
    ],
)
async def test_what_slack_would_not_understand_is_complained_of(place: Place, bot: Bot, reply: Json) -> None:
    await opened(place)
    bot.reply = reply
    await place.slack.submit(place.maria, {"why": "wrong"})
    assert len(place.slack.complaints) == 1
    assert place.slack.modal(place.maria)


async def test_the_app_hears_of_a_closed_modal_only_if_it_asked(place: Place, bot: Bot) -> None:
    await opened(place)
    assert await place.slack.close_modal(place.maria) is None
    await opened(place, notify_on_close=True)
    closed = await place.slack.close_modal(place.maria)
    assert closed
    assert closed.ok
    assert (bot.heard[-1]["type"], bot.heard[-1]["is_cleared"]) == ("view_closed", False)
