"""Opening, updating and publishing views."""

from typing import Any

import pytest

from tests.slack.bolt_bot import Place
from tests.slack.calling import refusal

TEXT = {"type": "plain_text", "text": "Why?"}
MODAL = {"type": "modal", "title": TEXT, "blocks": []}


async def test_a_trigger_opens_one_view_within_three_seconds(place: Place) -> None:
    world, start = place.slack.world, place.client.views_open
    moment = world.now()
    world.now = lambda: moment
    trigger = world.trigger(place.maria)
    assert await refusal(start(trigger_id="12.34.nonsense", view=MODAL)) == "invalid_trigger_id"
    await start(trigger_id=trigger, view=MODAL)
    assert await refusal(start(trigger_id=trigger, view=MODAL)) == "exchanged_trigger_id"
    late = world.trigger(place.maria)
    later = moment.fromtimestamp(moment.timestamp() + 3.01, moment.tzinfo)
    world.now = lambda: later
    assert await refusal(start(trigger_id=late, view=MODAL)) == "expired_trigger_id"


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": TEXT | {"text": "x" * 25}},
        {"title": {"type": "mrkdwn", "text": "x"}},
        {"private_metadata": "x" * 3001},
        {"callback_id": "x" * 256},
        {"blocks": [{"type": "divider"}] * 101},
        {"blocks": [{"type": "input", "label": TEXT, "element": {"type": "plain_text_input"}}]},
        {"blocks": [{"type": "markdown", "text": "messages only"}]},
        {"colour": "red"},
        {"type": "home"},
    ],
)
async def test_a_view_must_be_well_formed(place: Place, wrong: dict[str, Any]) -> None:
    trigger = place.slack.world.trigger(place.maria)
    assert await refusal(place.client.views_open(trigger_id=trigger, view=MODAL | wrong)) == "invalid_arguments"
    await place.client.views_open(trigger_id=trigger, view=MODAL)


async def test_a_view_is_updated_only_while_it_stands_and_as_it_was_seen(place: Place) -> None:
    opened = await place.client.views_open(trigger_id=place.slack.world.trigger(place.maria), view=MODAL)
    view, update = opened["view"], place.client.views_update
    assert await refusal(update(view_id=view["id"], hash="1.old", view=MODAL)) == "hash_conflict"
    await update(view_id=view["id"], hash=view["hash"], view=MODAL | {"blocks": [{"type": "divider"}]})
    assert await refusal(update(view_id=view["id"], hash=view["hash"], view=MODAL)) == "hash_conflict"
    await place.slack.close_modal(place.maria)
    assert await refusal(update(view_id=view["id"], view=MODAL)) == "not_found"


async def test_a_home_tab_is_published_for_a_person(place: Place) -> None:
    home = {"type": "home", "blocks": [{"type": "section", "text": TEXT}]}
    await place.client.views_publish(user_id=place.maria.id, view=home)
    assert place.slack.world.homes[place.maria.id].words == "Why?"
    assert await refusal(place.client.views_publish(user_id=place.maria.id, view=MODAL)) == "invalid_arguments"
    assert await refusal(place.client.views_publish(user_id="U0NOBODY", view=home)) == "invalid_arguments"
