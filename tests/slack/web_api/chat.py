"""chat.postMessage, chat.update, chat.delete, chat.postEphemeral."""

import json
import re
from typing import Any

from tests.slack.blockkit import CHARACTERS_MAX, faults, weight
from tests.slack.events import message_json
from tests.slack.kit_shapes import length
from tests.slack.messages import Conversation, Message
from tests.slack.talking import Talking
from tests.slack.web_api import needs, of_bot, register, truth
from tests.slack.world import Json, Refused

CHAT = "text blocks attachments as_user link_names parse metadata markdown_text "
POSTED = CHAT + "thread_ts reply_broadcast unfurl_links unfurl_media icon_emoji icon_url mrkdwn username container_id"
TEXT_MAX, UPDATED_TEXT_MAX, MARKDOWN_MAX, METADATA_MAX = 40_000, 4_000, 12_000, 8_000
TS = re.compile(r"[0-9]{10}\.[0-9]{6}")
CHANNEL = {"channel": "channel_not_found"}


@register.method("chat.postMessage", "chat:write", required=CHANNEL, optional=POSTED)
def post_message(slack: Talking, args: Json) -> Json:
    where = channel_to_post_in(slack, args["channel"])
    if args.get("username") or args.get("icon_emoji") or args.get("icon_url"):
        needs(of_bot(slack), "chat:write.customize")
    content = checked_content(slack, args, TEXT_MAX)
    message = said_by_bot(slack, where, content, thread_of(where, args))
    message.broadcast = truth(args.get("reply_broadcast"))
    slack.put(where, message)
    slack.echo(where, message)
    return {"channel": where.id, "ts": message.ts, "message": message_json(slack.world, message, slack.base_url)}


@register.method(
    "chat.postEphemeral",
    "chat:write",
    required=CHANNEL | {"user": "user_not_in_channel"},
    optional=POSTED.replace("metadata", ""),
)
def post_ephemeral(slack: Talking, args: Json) -> Json:
    where = channel_to_post_in(slack, args["channel"])
    user = slack.world.users.get(args["user"])
    if not user or user.id not in where.members or user.deleted:
        raise Refused("user_not_in_channel")
    message = said_by_bot(slack, where, checked_content(slack, args, TEXT_MAX), thread_of(where, args))
    message.ephemeral_for = user.id
    slack.world.ephemerals.setdefault(user.id, []).append(message)
    return {"message_ts": message.ts}


@register.method(
    "chat.update",
    "chat:write",
    required=CHANNEL | {"ts": "message_not_found"},
    optional=CHAT + "reply_broadcast file_ids",
)
def update(slack: Talking, args: Json) -> Json:
    where, message = bots_message(slack, args, "cant_update_message")
    if where.archived:
        raise Refused("is_inactive")
    content = checked_content(slack, args, UPDATED_TEXT_MAX)
    mismatched(message.blocks, content)
    before = message_json(slack.world, message, slack.base_url)
    if "blocks" not in args and message.blocks:
        slack.complaints.append(
            "chat.update gave no blocks for a message that has some: what becomes of them is not documented"
        )
    if content["text"] != message.text:
        message.edited = {"user": slack.world.bot.id, "ts": slack.world.ts()}
    for name in ("text", "blocks", "metadata", "attachments"):
        if name in args:
            setattr(message, name, content[name])
    message.entered = {}
    slack.echo_change(where, before, message)
    said = message_json(slack.world, message, slack.base_url)
    return {"channel": where.id, "ts": message.ts, "text": message.text, "message": said}


@register.method("chat.delete", "chat:write", required=CHANNEL | {"ts": "message_not_found"}, optional="as_user")
def delete(slack: Talking, args: Json) -> Json:
    where, message = bots_message(slack, args, "cant_delete_message")
    before = message_json(slack.world, message, slack.base_url)
    if len(where.thread(message.ts)) > 1:
        message.subtype, message.text, message.blocks = "tombstone", "This message was deleted.", []
        message.bot_id, message.user, message.metadata = None, slack.world.bot.id, None
    else:
        where.messages.remove(message)
    slack.echo_change(where, before, None)
    return {"channel": where.id, "ts": message.ts}


def channel_to_post_in(slack: Talking, channel: str) -> Conversation:
    """Where a message goes: a conversation's id, or a person's for the direct message with them.

    Raises:
        Refused: channel_not_found, is_archived, not_in_channel.
    """
    user = slack.world.users.get(channel)
    if user:
        if user.deleted or user.is_bot or user.is_stranger:
            raise Refused("channel_not_found")
        return slack.world.dm(user)
    where = slack.world.visible(channel)
    if where.archived:
        raise Refused("is_archived")
    if slack.world.bot.id not in where.members and "chat:write.public" not in of_bot(slack).scopes:
        raise Refused("not_in_channel")
    return where


def bots_message(slack: Talking, args: Json, error: str) -> tuple[Conversation, Message]:
    """The bot's own message.

    Raises:
        Refused: channel_not_found, message_not_found, or this error for somebody else's.
    """
    where = slack.world.visible(args["channel"])
    message = where.message(args["ts"])
    if not message or message.subtype == "tombstone":
        raise Refused("message_not_found")
    if message.bot_id != slack.world.bot_id:
        raise Refused(error)
    return where, message


def thread_of(where: Conversation, args: Json) -> str | None:
    """The message that is replied to.

    Raises:
        Refused: it is not there, or is itself a reply; `thread_not_found` and `cannot_reply_to_message` are the
            nearest that Slack documents.
    """
    thread = args.get("thread_ts")
    if not thread:
        return None
    parent = where.message(thread) if TS.fullmatch(str(thread)) else None
    if not parent:
        raise Refused("thread_not_found")
    if parent.thread_ts not in (None, parent.ts):
        raise Refused("cannot_reply_to_message")
    return str(thread)


def checked_content(slack: Talking, args: Json, text_max: int) -> Json:
    """What a message says.

    Raises:
        Refused: no_text, msg_too_long, invalid_blocks_format, invalid_blocks, msg_blocks_too_long, and those of metadata.
    """
    text, blocks, markdown = args.get("text") or "", args.get("blocks"), args.get("markdown_text")
    if markdown and ("text" in args or blocks):
        raise Refused("markdown_text_conflict")
    if not isinstance(text, str) or not isinstance(markdown or "", str):
        raise Refused("invalid_arguments")
    if not text.strip() and not blocks and not markdown and not args.get("attachments"):
        raise Refused("no_text")
    if length(text) > text_max or length(markdown or "") > MARKDOWN_MAX:
        raise Refused("msg_too_long")
    return {
        "text": text or markdown or "",
        "blocks": checked_blocks(slack, blocks) if blocks is not None else [],
        "metadata": checked_metadata(args.get("metadata")),
        "attachments": checked_attachments(args.get("attachments")),
    }


def checked_attachments(attachments: Any) -> list[Json]:
    """Legacy attachments, of which only the number is looked at."""
    if not isinstance(attachments or [], list):
        raise Refused("invalid_attachments")
    if len(attachments or []) > 100:
        raise Refused("too_many_attachments")
    return attachments or []


def checked_blocks(slack: Talking, blocks: Any) -> list[Json]:
    """Blocks as they will stand, every id filled in."""
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    if wrong := faults(blocks, "message"):
        said = {"messages": [f"[ERROR] {one}" for one in wrong]}
        raise Refused("invalid_blocks", errors=wrong, response_metadata=said)
    if weight(blocks) > CHARACTERS_MAX:
        raise Refused("msg_blocks_too_long")
    return slack.with_ids(blocks)


def checked_metadata(metadata: Any) -> Json | None:
    """`{"event_type": …, "event_payload": {…}}`; empty takes it away.

    Raises:
        Refused: invalid_metadata_format, invalid_metadata_schema, metadata_too_large.
    """
    if metadata in (None, {}):
        return None
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        raise Refused("invalid_metadata_format")
    if not re.fullmatch(r"[A-Za-z0-9_]{1,255}", str(metadata["event_type"])):
        raise Refused("invalid_metadata_schema")
    if not isinstance(metadata["event_payload"], dict) or not all(map(is_sendable, metadata["event_payload"].values())):
        raise Refused("invalid_metadata_schema")
    if len(json.dumps(metadata).encode()) > METADATA_MAX:
        raise Refused("metadata_too_large")
    return metadata


def is_sendable(value: Any) -> bool:
    """Of a type that metadata may hold: text, number, boolean, or an object or list of objects of these."""
    if isinstance(value, list):
        return all(isinstance(one, dict) and is_sendable(one) for one in value)
    if isinstance(value, dict):
        return all(isinstance(one, str | int | float | bool) for one in value.values())
    return isinstance(value, str | int | float | bool)


def mismatched(before: list[Json], content: Json) -> None:
    """Raise block_mismatch where only rich text was and none would be."""
    after = content["blocks"]
    only_rich = before and all(one["type"] == "rich_text" for one in before)
    if only_rich and after and not any(one["type"] == "rich_text" for one in after):
        raise Refused("block_mismatch")


def said_by_bot(slack: Talking, where: Conversation, content: Json, thread: str | None) -> Message:
    """A new message of the bot's."""
    return Message(
        ts=slack.world.ts(),
        channel=where.id,
        user=slack.world.bot.id,
        team=slack.world.team_id,
        bot_id=slack.world.bot_id,
        thread_ts=thread,
        **content,
    )
