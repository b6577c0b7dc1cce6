"""conversations.info, members, open, history, replies."""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any, TypeVar

from tests.slack.events import message_json
from tests.slack.messages import Conversation, Message
from tests.slack.talking import Talking
from tests.slack.web_api import needs, of_bot, register, truth
from tests.slack.world import Json, Refused

Item = TypeVar("Item")
CHANNEL = {"channel": "channel_not_found"}
READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
END_OF_TIME = "9999999999.999999"
WINDOW = "cursor inclusive include_all_metadata latest limit oldest"


def readable(slack: Talking, channel: str, verb: str) -> Conversation:
    """A conversation whose kind the token's scopes reach.

    Raises:
        Refused: channel_not_found, missing_scope.
    """
    where = slack.world.visible(channel)
    needs(of_bot(slack), f"{where.scope_stem}:{verb}")
    return where


@register.method(
    "conversations.info", *READ, required=CHANNEL, optional="include_locale include_num_members", json=False, get=True
)
def info(slack: Talking, args: Json) -> Json:
    where = readable(slack, args["channel"], "read")
    said = conversation_json(slack, where)
    if truth(args.get("include_num_members")):
        said["num_members"] = len(where.members)
    return {"channel": said}


@register.method("conversations.members", *READ, required=CHANNEL, optional="cursor limit", json=False, get=True)
def members(slack: Talking, args: Json) -> Json:
    where = readable(slack, args["channel"], "read")
    page, cursor = paged(where.members, args, default=100, most=1000)
    return {"members": list(page), "response_metadata": {"next_cursor": cursor}}


@register.method(
    "conversations.open",
    "im:write",
    "channels:manage",
    "groups:write",
    "mpim:write",
    optional="channel users return_im prevent_creation",
)
def open_im(slack: Talking, args: Json) -> Json:
    needs(of_bot(slack), "im:write")
    where = im_to_open(slack, args)
    said = conversation_json(slack, where) if truth(args.get("return_im")) else {"id": where.id}
    return {"channel": said}


def im_to_open(slack: Talking, args: Json) -> Conversation:
    """The direct message that is meant.

    Raises:
        Refused: channel_not_found, users_list_not_supplied, user_not_found, user_disabled, cannot_dm_bot.
    """
    if args.get("channel"):
        where = slack.world.visible(args["channel"])
        if where.kind != "im":
            raise Refused("method_not_supported_for_channel_type")
        return where
    ids = [one for one in str(args.get("users") or "").split(",") if one]
    if not ids:
        raise Refused("users_list_not_supplied")
    if len(ids) > 1:
        needs(of_bot(slack), "mpim:write")
        raise Refused("method_not_supported_for_channel_type")
    user = slack.world.users.get(ids[0])
    if not user or user.is_stranger:
        raise Refused("user_not_found")
    if user.deleted or user.is_bot:
        raise Refused("user_disabled" if user.deleted else "cannot_dm_bot")
    return slack.world.dm(user)


@register.method("conversations.history", *HISTORY, required=CHANNEL, optional=WINDOW, get=True)
def history(slack: Talking, args: Json) -> Json:
    where = joined(slack, args["channel"])
    inside = [one for one in reversed(where.messages) if one.in_history and within(one, args)]
    return window(slack, inside, args, default=100, most=999)


@register.method(
    "conversations.replies",
    *HISTORY,
    required=CHANNEL | {"ts": "thread_not_found"},
    optional=WINDOW,
    json=False,
    get=True,
)
def replies(slack: Talking, args: Json) -> Json:
    where = joined(slack, args["channel"])
    named = where.message(args["ts"])
    if not named:
        raise Refused("thread_not_found")
    parent = named.thread_ts or named.ts
    thread = [one for one in where.thread(parent) if one.ts == parent or within(one, args)]
    return window(slack, thread, args, default=1000, most=1000)


def joined(slack: Talking, channel: str) -> Conversation:
    """A conversation that the bot is in and may read.

    Raises:
        Refused: channel_not_found, missing_scope, not_in_channel.
    """
    where = readable(slack, channel, "history")
    if slack.world.bot.id not in where.members:
        raise Refused("not_in_channel")
    return where


def within(message: Message, args: Json) -> bool:
    """Between `oldest` and `latest`; on them only if `inclusive`.

    Raises:
        Refused: invalid_ts_oldest, invalid_ts_latest.
    """
    for name in ("oldest", "latest"):
        if args.get(name) and not re.fullmatch(r"[0-9]+(\.[0-9]+)?", str(args[name])):
            raise Refused(f"invalid_ts_{name}")
    ts, oldest, latest = moment(message.ts), moment(args.get("oldest")), moment(args.get("latest") or END_OF_TIME)
    if truth(args.get("inclusive")):
        return oldest <= ts <= latest
    return oldest < ts < latest


def moment(ts: Any) -> tuple[int, int]:
    """A ts in an order that floating-point numbers would spoil; none is the beginning of time."""
    seconds, _, rest = str(ts or "0").partition(".")
    return (int(seconds), int(rest[:6].ljust(6, "0")))


def window(slack: Talking, found: list[Message], args: Json, *, default: int, most: int) -> Json:
    """A page of messages."""
    page, cursor = paged(found, args, default=default, most=most)
    with_metadata = truth(args.get("include_all_metadata"))
    said = [with_replies(slack, one, metadata=with_metadata) for one in page]
    answer: Json = {"messages": said, "has_more": bool(cursor), "pin_count": 0}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def with_replies(slack: Talking, message: Message, *, metadata: bool) -> Json:
    """A message as history gives it, with what there is of its thread."""
    said = message_json(slack.world, message, slack.base_url, metadata=metadata)
    others = slack.world.conversations[message.channel].thread(message.ts)[1:]
    if message.thread_ts == message.ts and others:
        said |= {"reply_count": len(others), "latest_reply": others[-1].ts}
        said["reply_users"] = sorted({one.user for one in others})
    return said


def paged(found: Sequence[Item], args: Json, *, default: int, most: int) -> tuple[Sequence[Item], str]:
    """A page, and the cursor of the next ("" on the last).

    Raises:
        Refused: invalid_limit, invalid_cursor.
    """
    try:
        limit = int(args.get("limit") or default)
    except ValueError:
        raise Refused("invalid_limit") from None
    if not 1 <= limit <= most:
        raise Refused("invalid_limit")
    start = 0
    if args.get("cursor"):
        try:
            start = int(base64.b64decode(args["cursor"], validate=True).decode().removeprefix("next_ts:"))
        except (ValueError, binascii.Error):
            raise Refused("invalid_cursor") from None
    end = start + limit
    return found[start:end], base64.b64encode(f"next_ts:{end}".encode()).decode() if end < len(found) else ""


def conversation_json(slack: Talking, where: Conversation) -> Json:
    """A conversation object."""
    said: Json = {
        "id": where.id,
        "created": where.created,
        "is_archived": where.archived,
        "is_im": where.kind == "im",
        "is_mpim": False,
        "is_channel": where.kind == "public",
        "is_group": where.kind == "private",
        "is_private": where.kind != "public",
        "is_org_shared": False,
        "is_shared": where.ext_shared,
        "is_ext_shared": where.ext_shared,
        "is_pending_ext_shared": where.pending_ext_shared,
        "context_team_id": slack.world.team_id,
    }
    if where.kind == "im":
        return said | {"user": where.members[0], "is_user_deleted": slack.world.users[where.members[0]].deleted}
    inside = slack.world.bot.id in where.members
    return said | {"name": where.name, "name_normalized": where.name, "is_general": False, "is_member": inside}
