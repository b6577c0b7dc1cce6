"""What Slack tells us, as arrivals: messages, mentions, buttons, forms and slash commands. Pure: JSON in, values out.

The shapes are those of https://docs.slack.dev/reference/events and https://docs.slack.dev/reference/interaction-payloads.
"""

from collections.abc import Collection, Mapping
from typing import Any

from bot.arrival import Arrival, Press, Route
from handlers.slack.text import mentions, plain
from handlers.slack.values import Value

CHANNEL = "slack"
BELIEVED = "signed by Slack"
POSTED = {None, "file_share", "thread_broadcast"}
"""Sorts of message that a person posted (event `message`, `subtype`)."""
DIRECT = "D"
"""How the id of a conversation begins that only its two members read."""

Payload = Mapping[str, Any]


def me(body: Payload) -> str:
    """Our own user id, for which Slack sent the event."""
    return str(next((one["user_id"] for one in body.get("authorizations") or () if one.get("is_bot")), ""))


def identity(team: str, user: str) -> str:
    """How a member of a workspace is known to the roster."""
    return f"{team}/{user}"


def message(body: Payload, returns_channels: Collection[str]) -> Arrival | None:
    """A message that is for us, or in a thread where it may be; None for all others, above all for our own.

    `returns_channels`: ids of the channels in which schools post returns.
    """
    event = body["event"]
    user, text = event.get("user"), event.get("text") or ""
    if event.get("subtype") not in POSTED or event.get("bot_id") or not user or user == me(body):
        return None
    place, thread, files = event["channel"], event.get("thread_ts") or "", event.get("files") or ()
    private = place.startswith(DIRECT)
    spoken_to = private or mentions(text, me(body))
    addressed = spoken_to or (bool(files) and place in returns_channels)
    if not addressed and not thread:
        return None
    team = event.get("user_team") or event.get("team") or body["team_id"]
    return Arrival(
        channel=CHANNEL,
        key=f"{place}/{event['ts']}",  # a mention comes as two events, and some come again under another id (lesson L53)
        sender=identity(team, user),
        believed=BELIEVED,
        addressed=addressed,
        size=len(text),
        route=Route(
            message_id=f"{place}/{event['ts']}",
            place=place,
            thread=thread or (event["ts"] if files else ""),
            private=private,
            aside=not private and not files,
        ),
    )


def words(body: Payload) -> str:
    """What was written with a message."""
    return plain(body["event"].get("text") or "", me(body))


def press(body: Payload) -> Arrival | None:
    """A button of ours that was pressed; None for one that is none of ours."""
    (action,) = body["actions"][:1]
    value = Value.read(action.get("value"))
    return (
        _pressed(body, f"press/{action['action_ts']}/{action['action_id']}", value.press(), where(body))
        if value
        else None
    )


def action(body: Payload) -> str:
    """The word of the button that was pressed."""
    return str(body["actions"][0]["action_id"]).partition(":")[0]


def form(body: Payload, press: Press, place: Route) -> Arrival:
    """A form that was sent. `place`: where the button was pressed that opened it."""
    private = _is_private(place.place)
    answered = place.model_copy(update={"private": private, "aside": not private})
    return _pressed(body, f"form/{body['view']['id']}", press, answered)


def command(body: Payload) -> Arrival:
    """A slash command, answered in a direct message."""
    return Arrival(
        channel=CHANNEL,
        key=f"command/{body['trigger_id']}",
        sender=identity(body["team_id"], body["user_id"]),
        believed=BELIEVED,
        route=Route(private=True),
        size=len(body.get("text") or ""),
    )


def where(body: Payload) -> Route:
    """Where a button was pressed. Whoever pressed it is answered there, for nobody else to read."""
    container = body.get("container") or {}
    place = container.get("channel_id") or ""
    stamp = container.get("message_ts") or ""
    private = _is_private(place)
    return Route(
        message_id=f"{place}/{stamp}", place=place, thread=container.get("thread_ts") or (stamp if private else ""),
        private=private, aside=not private,
    )  # fmt: skip


def _is_private(place: str) -> bool:
    return place.startswith(DIRECT) or not place


def presser(body: Payload) -> str:
    """The identity of whoever pressed."""
    user = body["user"]
    return identity(user.get("team_id") or body["team"]["id"], user["id"])


def _pressed(body: Payload, key: str, press: Press, place: Route) -> Arrival:
    sender = presser(body)
    return Arrival(
        channel=CHANNEL,
        key=f"{sender}/{key}",
        sender=sender,
        believed=BELIEVED,
        subject=press.said,
        press=press,
        route=place,
    )
