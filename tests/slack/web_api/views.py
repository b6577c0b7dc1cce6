"""views.open, views.update, views.publish."""

import copy
from typing import Any

from tests.slack.kit_views import is_too_large, view_faults
from tests.slack.messages import View, elements, state_values
from tests.slack.talking import Talking
from tests.slack.web_api import register
from tests.slack.world import Json, Refused, Trigger

TRIGGER_SECONDS = 3
VIEW = {"view": "invalid_arguments"}


@register.method("views.open", required=VIEW, optional="trigger_id interactivity_pointer")
def open_view(slack: Talking, args: Json) -> Json:
    body = checked_view(slack, args["view"], "modal")
    trigger = spent_trigger(slack, args.get("trigger_id"))
    view = made(slack, body, trigger.user)
    slack.world.modals.setdefault(trigger.user, []).append(view)
    return {"view": view_json(slack, view)}


@register.method("views.update", required=VIEW, optional="view_id external_id hash")
def update_view(slack: Talking, args: Json) -> Json:
    view = slack.world.view(str(args.get("view_id") or args.get("external_id") or ""))
    if not view:
        raise Refused("not_found")
    body = checked_view(slack, args["view"], view.type, but=view)
    if args.get("hash") and args["hash"] != view.hash:
        raise Refused("hash_conflict")
    replaced(slack, view, body)
    return {"view": view_json(slack, view)}


@register.method(
    "views.publish", required=VIEW | {"user_id": "invalid_arguments"}, optional="hash interactivity_pointer"
)
def publish(slack: Talking, args: Json) -> Json:
    user = slack.world.users.get(args["user_id"])
    if not user or user.deleted or user.is_bot:
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] invalid user_id"]})
    home = slack.world.homes.get(user.id)
    body = checked_view(slack, args["view"], "home", but=home)
    if home and args.get("hash") and args["hash"] != home.hash:
        raise Refused("hash_conflict")
    if home:
        replaced(slack, home, body)
    else:
        home = slack.world.homes[user.id] = made(slack, body, user.id)
    return {"view": view_json(slack, home)}


def checked_view(slack: Talking, view: Any, kind: str, *, but: View | None = None) -> Json:
    """A view that Slack takes; `but` is the one it replaces.

    Raises:
        Refused: invalid_arguments with what is wrong, view_too_large, duplicate_external_id.
    """
    wrong = view_faults(view)
    if not wrong and view["type"] != kind:
        wrong = [f"must be of type {kind} [json-pointer:/view/type]"]
    if wrong:
        raise Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] {one}" for one in wrong]})
    if is_too_large(view):
        raise Refused("view_too_large")
    holder = slack.world.view(view["external_id"]) if view.get("external_id") else None
    if holder and holder is not but:
        raise Refused("duplicate_external_id")
    return dict(view)


def spent_trigger(slack: Talking, trigger_id: Any) -> Trigger:
    """The trigger, now used.

    Raises:
        Refused: invalid_trigger_id, exchanged_trigger_id, expired_trigger_id.
    """
    trigger = slack.world.triggers.get(str(trigger_id))
    if not trigger:
        raise Refused("invalid_trigger_id")
    if trigger.used:
        raise Refused("exchanged_trigger_id")
    if slack.world.seconds - trigger.at > TRIGGER_SECONDS:
        raise Refused("expired_trigger_id")
    trigger.used = True
    return trigger


def made(slack: Talking, body: Json, user: str, previous: View | None = None) -> View:
    """A new view."""
    view_id = slack.world.mint("V")
    blocks = slack.with_ids(body["blocks"])
    kind = body["type"]
    root = previous.root if previous else view_id
    return View(
        blocks,
        id=view_id,
        type=kind,
        user=user,
        hash=hash_of(slack),
        body=body,
        root=root,
        previous=previous.id if previous else None,
    )


def hash_of(slack: Talking) -> str:
    """A new state of a view."""
    return f"{int(slack.world.seconds)}.{slack.world.mint('h')}"


def replaced(slack: Talking, view: View, body: Json) -> None:
    """Another view in the same place; what was typed stays where block and action are the same."""
    view.body, view.blocks, view.hash, view.errors = body, slack.with_ids(body["blocks"]), hash_of(slack), {}
    there = {(block["block_id"], one["action_id"]) for block, one in elements(view.blocks)}
    view.entered = {key: value for key, value in view.entered.items() if key in there}


def view_json(slack: Talking, view: View) -> Json:
    """A view as answers and payloads give it."""
    body = view.body
    said: Json = {
        "id": view.id,
        "team_id": slack.world.team_id,
        "type": view.type,
        "blocks": copy.deepcopy(view.blocks),
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": body.get("callback_id", ""),
        "external_id": body.get("external_id", ""),
        "state": {"values": state_values(view.blocks, view.entered)},
        "hash": view.hash,
        "title": body.get("title"),
        "close": body.get("close"),
        "submit": body.get("submit"),
        "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False),
        "root_view_id": view.root,
        "previous_view_id": view.previous,
        "app_id": slack.world.app_id,
        "app_installed_team_id": slack.world.team_id,
        "bot_id": slack.world.bot_id,
    }
    return said
