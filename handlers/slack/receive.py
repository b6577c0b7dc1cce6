"""What Slack tells us, as arrivals: messages, mentions, buttons, forms and slash commands. Pure: JSON in, values out.

The shapes are those of https://docs.slack.dev/reference/events and https://docs.slack.dev/reference/interaction-payloads.
"""

from collections.abc import Collection, Mapping
from typing import Any, Literal

from bot.arrival import SLACK, Arrival, Change, Press, Route
from handlers.slack.text import mentions
from handlers.slack.values import Value

BELIEVED = "signed by Slack"
POSTED = {None, "file_share", "thread_broadcast"}
"""Sorts of message that a person posted (event `message`, `subtype`)."""
CHANGED = {"message_changed", "message_deleted"}
"""Sorts of event that say what became of an earlier message."""
TOMBSTONE = "tombstone"
"""The `mode` of a file that was deleted."""
PUBLIC = "channel"
"""The `channel_type` of a conversation that everybody of the workspace may read."""
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
    spoken_to = _is_private(place) or mentions(text, me(body))
    addressed = spoken_to or (bool(files) and place in returns_channels)
    if not addressed and not thread:
        return None
    return Arrival(
        channel=SLACK,
        key=f"{place}/{event['ts']}",  # a mention comes as two events, and some come again under another id (lesson L53)
        sender=_author(event, body),
        believed=BELIEVED,
        addressed=addressed,
        brings=len(files),
        size=len(text),
        route=_route(place, event["ts"], thread or (event["ts"] if files else ""), aside=not files),
    )


def change(body: Payload) -> Arrival | None:
    """What somebody did to a message of theirs that had brought files; None for all else, above all for what Slack does
    to it by itself, such as showing what a link leads to."""
    event = body["event"]
    before = event.get("previous_message") or {}
    user, files = before.get("user"), _there(before)
    if event.get("subtype") not in CHANGED or not files or before.get("bot_id") or not user or user == me(body):
        return None
    what = _done(before, event.get("message") or {})
    if what is None:
        return None
    place, stamp = event["channel"], before["ts"]
    return Arrival(
        channel=SLACK,
        key=f"{what}/{place}/{stamp}",  # however often it is edited, it is told once that this changes nothing
        sender=_author(before, body),
        believed=BELIEVED,
        addressed=False,
        change=Change(what=what, message=f"{place}/{stamp}"),
        route=_route(place, stamp, before.get("thread_ts") or stamp),
    )


def is_public(body: Payload) -> bool:
    """Whether everybody of the workspace may read where files were posted (lesson L62)."""
    event = body["event"]
    files = event.get("files") or ()
    return bool(files) and (event.get("channel_type") == PUBLIC or any(one.get("is_public") for one in files))


def press(body: Payload) -> Arrival | None:
    """A button of ours that was pressed; None for one that is none of ours."""
    button = body["actions"][0]
    value = Value.read(button.get("value"))
    if value is None:
        return None
    return _pressed(body, f"press/{button['action_ts']}/{button['action_id']}", value.press(), where(body))


def action(body: Payload) -> str:
    """The word of the button that was pressed."""
    return str(body["actions"][0]["action_id"]).partition(":")[0]


def form(body: Payload, press: Press, route: Route) -> Arrival:
    """A form that was sent. `route`: of the press that opened it."""
    private = _is_private(route.place)  # who reads there is not taken from the form
    answered = route.model_copy(update={"private": private, "aside": not private})
    return _pressed(body, f"form/{body['view']['id']}", press, answered)


def command(body: Payload) -> Arrival:
    """A slash command, answered in a direct message."""
    return Arrival(
        channel=SLACK,
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
    return _route(place, stamp, container.get("thread_ts") or (stamp if _is_private(place) else ""))


def _route(place: str, stamp: str, thread: str, *, aside: bool = True) -> Route:
    """To this message of a conversation. `aside`: where others read there, the answer is for its author alone."""
    private = _is_private(place)
    return Route(
        message_id=f"{place}/{stamp}", place=place, thread=thread, private=private, aside=aside and not private
    )


def _author(message: Payload, body: Payload) -> str:
    return identity(message.get("user_team") or message.get("team") or body["team_id"], message["user"])


def _there(message: Payload) -> set[str]:
    """The files that a message shows."""
    return {one["id"] for one in message.get("files") or () if one.get("mode") != TOMBSTONE}


def _done(before: Payload, now: Payload) -> Literal["edited", "deleted"] | None:
    """What was done to a message, by what it was before and is now; nothing where it is gone."""
    if not _there(before) <= _there(now):
        return "deleted"
    return "edited" if now.get("edited") and now.get("text") != before.get("text") else None


def _is_private(place: str) -> bool:
    return place.startswith(DIRECT) or not place


def presser(body: Payload) -> str:
    """The identity of whoever pressed."""
    user = body["user"]
    return identity(user.get("team_id") or body["team"]["id"], user["id"])


def _pressed(body: Payload, key: str, press: Press, route: Route) -> Arrival:
    sender = presser(body)
    return Arrival(
        channel=SLACK,
        key=f"{sender}/{key}",
        sender=sender,
        believed=BELIEVED,
        subject=press.said,
        press=press,
        route=route,
    )


def kind_of(body: Mapping[str, Any]) -> str:
    """What Slack brings, in a word, for its metrics."""
    kinds = {"event_callback": "event", "block_actions": "press", "view_submission": "form"}
    return "command" if "command" in body else kinds.get(str(body.get("type")), "other")
