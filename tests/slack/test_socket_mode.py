"""Socket Mode: tickets, envelopes, acknowledgements, and what is brought again."""

import aiohttp
import pytest

from tests.slack import CannotDo
from tests.slack.bolt_bot import Bot, Place


async def test_an_event_comes_in_an_envelope_and_is_acknowledged(place: Place, plugged: Bot) -> None:
    said = await place.slack.post(place.maria, place.returns, "hello")
    assert said.ack.ok
    assert said.ack.in_time
    assert [event["text"] for event in plugged.of("message")] == ["hello"]
    assert not place.slack.complaints


async def test_what_was_not_acknowledged_comes_again_on_the_next_connection(place: Place, plugged: Bot) -> None:
    place.slack.patience_seconds, plugged.fails = 0.2, True
    said = await place.slack.post(place.maria, place.returns, "hello")
    assert not said.ack.ok
    assert place.slack.owed == [said.ack.delivery]
    place.slack.patience_seconds, plugged.fails = 15, False
    await place.slack.socket.disconnect()
    await place.slack.until(lambda: not place.slack.owed and plugged.heard)
    assert said.ack.delivery.attempts == 2


async def test_a_dropped_connection_is_replaced(place: Place, plugged: Bot) -> None:
    place.slack.socket.drop()
    said = await place.slack.post(place.maria, place.returns, "into the dark")
    assert not said.ack.ok
    await place.slack.until(lambda: place.slack.socket.sockets and plugged.heard)
    assert said.ack.delivery.attempts == 2


async def test_a_ticket_lets_one_connection_in(place: Place) -> None:
    ticket = place.slack.socket.ticket()
    url = f"{place.slack.base_url}/link/?ticket={ticket}"
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            assert (await socket.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_a_late_acknowledgement_takes_the_event_and_a_second_is_complained_of(place: Place) -> None:
    url = f"{place.slack.base_url}/link/?ticket={place.slack.socket.ticket()}"
    place.slack.patience_seconds = 0.05
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        await socket.receive_json()
        said = await place.slack.post(place.maria, place.returns, "hello")
        envelope = await socket.receive_json()
        assert (envelope["type"], envelope["accepts_response_payload"]) == ("events_api", False)
        assert place.slack.owed == [said.ack.delivery]
        for _ in range(2):
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
        await place.slack.until(lambda: place.slack.complaints)
        assert place.slack.owed == []


async def test_a_press_and_a_submission_go_through_the_socket_too(place: Place, plugged: Bot) -> None:
    field = {"type": "input", "block_id": "why", "label": {"type": "plain_text", "text": "Reason"}}
    field["element"] = {"type": "plain_text_input", "action_id": "text"}
    view = {
        "type": "modal",
        "callback_id": "reject",
        "title": {"type": "plain_text", "text": "Reject"},
        "blocks": [field],
    }
    view["submit"] = {"type": "plain_text", "text": "Send"}
    trigger = place.slack.world.trigger(place.maria)
    await place.client.views_open(trigger_id=trigger, view=view)
    with pytest.raises(CannotDo):
        await place.slack.submit(place.maria)
    plugged.reply = {"response_action": "errors", "errors": {"why": "Say more"}}
    await place.slack.submit(place.maria, {"Reason": "no"})
    modal = place.slack.modal(place.maria)
    assert modal
    assert modal.errors == {"why": "Say more"}
    plugged.reply = {}
    assert (await place.slack.submit(place.maria, {"why": "The wrong school"})).ok
    assert place.slack.modal(place.maria) is None
    assert plugged.heard[-1]["view"]["state"]["values"]["why"]["text"]["value"] == "The wrong school"
