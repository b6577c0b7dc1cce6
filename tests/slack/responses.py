"""Messages by `response_url`: 5 within 30 minutes (docs.slack.dev/interactivity/handling-user-interaction)."""

from typing import Any

from aiohttp import web

from tests.slack.messages import Message
from tests.slack.talking import Talking
from tests.slack.web_api import truth
from tests.slack.web_api.chat import TEXT_MAX, checked_content, said_by_bot
from tests.slack.world import Json, Refused, ResponseUrl, User

USES_MAX, MINUTES = 5, 30
KNOWN = {"text", "blocks", "attachments", "response_type", "replace_original", "delete_original", "thread_ts"} | {
    "mrkdwn",
    "unfurl_links",
    "unfurl_media",
    "metadata",
}


def new_url(slack: Talking, user: User, channel: str, message_ts: str | None = None) -> str:
    """A response URL for one interaction."""
    key = slack.world.mint("R")
    slack.world.response_urls[key] = ResponseUrl(user.id, channel, slack.world.seconds, message_ts)
    return f"{slack.base_url}/response/{key}"


def respond(slack: Talking, key: str, body: Any) -> web.Response:
    """Take a response, or say what is wrong with it."""
    url = slack.world.response_urls.get(key)
    if not url:
        return web.Response(status=404, text="no_service")
    if url.uses >= USES_MAX or slack.world.seconds - url.at > MINUTES * 60:
        error = "used_url" if url.uses >= USES_MAX else "expired_url"
        return web.json_response({"ok": False, "error": error}, status=404)
    try:
        carry_out(slack, url, body)
    except Refused as refused:
        return web.json_response({"ok": False, "error": refused.error} | refused.more, status=400)
    url.uses += 1
    return web.Response(text="ok")


def carry_out(slack: Talking, url: ResponseUrl, body: Any) -> None:
    """Post, replace or delete.

    Raises:
        Refused: as chat.postMessage.
    """
    if not isinstance(body, dict) or set(body) - KNOWN:
        raise Refused("invalid_payload")
    original = original_of(slack, url)
    if truth(body.get("delete_original")):
        return take_away(slack, original)
    content = checked_content(slack, body, TEXT_MAX)
    if truth(body.get("replace_original")) and original:
        original.text, original.blocks, original.entered = content["text"], content["blocks"], {}
        return None
    return add(slack, url, body, content)


def add(slack: Talking, url: ResponseUrl, body: Json, content: Json) -> None:
    """A new message: for the person alone unless `in_channel`."""
    where = slack.world.conversations[url.channel]
    message = said_by_bot(slack, where, content, body.get("thread_ts"))
    if body.get("response_type") == "in_channel":
        slack.put(where, message)
        slack.echo(where, message)
    else:
        message.ephemeral_for = url.user
        slack.world.ephemerals.setdefault(url.user, []).append(message)


def original_of(slack: Talking, url: ResponseUrl) -> Message | None:
    """The message whose button was pressed."""
    seen = [*slack.world.conversations[url.channel].messages, *slack.world.ephemerals.get(url.user, [])]
    return next((one for one in seen if one.ts == url.message_ts), None)


def take_away(slack: Talking, original: Message | None) -> None:
    """Delete the original."""
    if original is None:
        raise Refused("message_not_found")
    place = slack.world.ephemerals.get(original.ephemeral_for or "", [])
    (place if original in place else slack.world.conversations[original.channel].messages).remove(original)
