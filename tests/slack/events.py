"""What the Events API says (docs.slack.dev/apis/events-api): the envelope, and the event within."""

import re
from typing import Any

from tests.slack.messages import Conversation, Message
from tests.slack.workspace import Workspace
from tests.slack.world import File, Json, User

TYPES = {"canvas": "quip", "external": "gdrive", "snippet": "text"}
ADDRESS = re.compile(r"(?<![\w@<|/:])([\w.+-]+@[\w-]+(?:\.[\w-]+)+)")
WEB = re.compile(r"(?<![<|])(https?://[^\s<>|]+)")


def as_typed(text: str) -> str:
    """What a person typed, as Slack passes it on: escaped, with addresses made links; `<@U…>` stays a mention."""
    parts = re.split(r"(<[@#!][^>]+>)", text)
    return "".join(part if number % 2 else linked(part) for number, part in enumerate(parts))


def linked(text: str) -> str:
    """Text without mentions."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return ADDRESS.sub(r"<mailto:\1|\1>", WEB.sub(r"<\1>", escaped))


def file_json(world: Workspace, file: File, base_url: str) -> Json:
    """A file as `files.info` gives it."""
    page = f"{base_url}/files/{file.owner}/{file.id}"
    said: Json = {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.name,
        "mimetype": file.mimetype,
        "filetype": TYPES.get(file.kind, file.name.rpartition(".")[2].lower() or "binary"),
        "pretty_type": {"canvas": "Canvas", "snippet": "Plain Text"}.get(file.kind, "File"),
        "user": file.owner,
        "user_team": world.users[file.owner].team_id,
        "editable": file.kind == "snippet",
        "size": file.size,
        "mode": {"canvas": "quip", "snippet": "snippet", "external": "external"}.get(file.kind, "hosted"),
        "is_external": file.kind == "external",
        "external_type": "gdrive" if file.kind == "external" else "",
        "is_public": any(world.conversations[one].kind == "public" for one in file.shared_in),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "permalink": page,
        "channels": [one for one in file.shared_in if world.conversations[one].kind == "public"],
        "groups": [one for one in file.shared_in if world.conversations[one].kind == "private"],
        "ims": [one for one in file.shared_in if world.conversations[one].kind == "im"],
        "has_rich_preview": False,
        "file_access": "visible",
    }
    if file.kind == "external":
        return said | {"external_url": "https://drive.example/d/1", "url_private": "https://drive.example/d/1"}
    private = f"{base_url}/files-pri/{world.team_id}-{file.id}"
    return said | {"url_private": f"{private}/{file.id}", "url_private_download": f"{private}/download/{file.id}"}


def file_in_message(world: Workspace, file: File, base_url: str) -> Json:
    """A file as messages name it. Of one from another team by Slack Connect they say nothing but where to ask."""
    if file.deleted:
        return {"id": file.id, "mode": "tombstone"}
    if file.kind == "connect":
        stub = {"id": file.id, "mode": "file_access", "file_access": "check_file_info"}
        return stub | {"created": 0, "timestamp": 0, "user": ""}
    return file_json(world, file, base_url)


def message_json(world: Workspace, message: Message, base_url: str, *, metadata: bool = False) -> Json:
    """A message as history and events give it."""
    said: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": message.team,
    }
    optional: Json = {
        "subtype": message.subtype,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "thread_ts": message.thread_ts,
        "edited": message.edited,
        "metadata": message.metadata if metadata else None,
        "files": [file_in_message(world, one, base_url) for one in message.files],
    }
    if message.bot_id:
        optional |= {"bot_id": message.bot_id, "app_id": world.app_id, "bot_profile": bot_profile(world)}
    if message.files:
        optional |= {"upload": False, "display_as_bot": False}
    return said | {key: value for key, value in optional.items() if value not in (None, [])}


def bot_profile(world: Workspace) -> Json:
    """Who the app is, in its own messages."""
    return {"id": world.bot_id, "app_id": world.app_id, "name": "Postroom", "deleted": False, "team_id": world.team_id}


def message_event(world: Workspace, where: Conversation, message: Message, base_url: str) -> Json:
    """The `message` event of a new message."""
    said = message_json(world, message, base_url)
    said |= {"channel": where.id, "event_ts": message.ts, "channel_type": where.channel_type}
    if not message.bot_id:
        said["client_msg_id"] = f"00000000-0000-4000-8000-{message.ts.replace('.', '')[-12:]:0>12}"
    parent = where.message(message.thread_ts or "")
    if parent and parent is not message:
        said["parent_user_id"] = parent.user
    author = world.users[message.user]
    if author.team_id != world.team_id:
        said |= {"user_team": author.team_id, "source_team": author.team_id, "user_profile": profile(author)}
    return said


def profile(user: User) -> Json:
    """What events say of somebody of another team."""
    return {
        "name": user.name,
        "real_name": user.real_name,
        "display_name": user.name,
        "team": user.team_id,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
    }


def changed_event(where: Conversation, ts: str, before: Json, after: Json | None) -> Json:
    """`message_changed`, or `message_deleted` where nothing is left."""
    said: Json = {
        "type": "message",
        "subtype": "message_changed" if after else "message_deleted",
        "hidden": True,
        "channel": where.id,
        "channel_type": where.channel_type,
        "ts": ts,
        "event_ts": ts,
        "previous_message": before,
    }
    return said | ({"message": after} if after else {"deleted_ts": before["ts"]})


def envelope(world: Workspace, event: Json, *, ext_shared: bool = False) -> Json:
    """`event_callback`: what is signed and sent."""
    grant: Json = {"enterprise_id": None, "team_id": world.team_id, "user_id": world.bot.id}
    outer: dict[str, Any] = {
        "token": "verification-token",
        "team_id": world.team_id,
        "context_team_id": world.team_id,
        "context_enterprise_id": None,
        "api_app_id": world.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": world.mint("Ev"),
        "event_time": int(world.seconds),
        "authorizations": [grant | {"is_bot": True, "is_enterprise_install": False}],
        "is_ext_shared_channel": ext_shared,
        "event_context": world.mint("4-"),
    }
    return outer
