"""Notices posted to Slack, found again if it is not known whether they arrived, and drawn anew."""

from datetime import timedelta
from typing import Any

from slack_sdk.models.metadata import Metadata
from slack_sdk.web.async_client import AsyncWebClient

from bot.notices import DeleteYourCopy, Outcomes
from bot.outbox import Shown
from bot.parcels import Parcel
from handlers.slack.calling import ACCOUNT, NO_FILE, Caller, Refusal
from handlers.slack.places import Places
from handlers.slack.render import Drawn, draw, draw_home

EVENT = "postroom_notice"
"""The type of the metadata by which a message of ours is known again."""
LOOKED_BACK = timedelta(minutes=1)
"""Slack's clock and ours may differ by so much."""
LOOKED_THROUGH_MAX = 200
"""Messages of one answer of Slack's."""
NO_THREAD = "thread_not_found"
"""Whoever is answered has deleted what they had posted: then they are answered in their own conversation with us."""
UNREACHED = frozenset({"user_not_in_channel", "channel_not_found", "not_in_channel", "is_archived", NO_THREAD})
"""Why somebody cannot be answered where they pressed: then they are in their own conversation with us."""
QUIET: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False, "parse": "none", "link_names": False}


class Unusable(Exception):
    """The bot may do nothing at all at present; what it was to do is to be tried again."""


class SlackCourier:
    """The way out (`bot.outbox.Courier`), and how what was posted is changed (`bot.redrawing.Painter`)."""

    def __init__(self, caller: Caller, places: Places) -> None:
        self._caller, self._places = caller, places

    async def deliver(self, parcel: Parcel) -> Shown | None:
        """Post it: to whoever asked where they asked, to a person directly, or to a channel."""
        if isinstance(parcel.notice, DeleteYourCopy) and await self._delete_copies(parcel.notice):
            return None
        if parcel.route.place and is_aside(parcel):
            try:
                await self._whisper(parcel)
            except Refusal as refusal:
                if refusal.word not in UNREACHED:
                    raise
            else:
                return None
        place, thread = await self._where(parcel)
        try:
            return await self._post(parcel, place, thread)
        except Refusal as refusal:
            if not thread or refusal.word != NO_THREAD:
                raise
        return await self._post(parcel, await self._caller.direct(_user(parcel.recipient)), "")

    async def _delete_copies(self, notice: DeleteYourCopy) -> bool:
        """Delete what Slack keeps, as far as it lets an app do that. False: some of it is left to its owner."""
        return all([await self._delete(one.copy_id) for one in notice.copies])

    async def _delete(self, file: str) -> bool:
        """True: it is gone."""
        try:
            await self._caller.call("files.delete", lambda client: client.files_delete(file=file))
        except Refusal as refusal:
            return refusal.word in NO_FILE  # somebody has done so
        return True

    async def redraw(self, place: str, stamp: str, parcel: Parcel) -> None:
        """Make that message show the parcel, or the home of that identity."""
        if stamp:
            await self.show(place, stamp, draw(parcel))
            return
        view, user = draw_home(parcel), _user(place)
        await self._caller.call(place, lambda client: client.views_publish(user_id=user, view=view))

    async def show(self, place: str, stamp: str, drawn: Drawn) -> None:
        """Make that message show this page. Raises `Unusable` where that will do once the bot may do anything again."""

        def call(client: AsyncWebClient) -> Any:
            return client.chat_update(channel=place, ts=stamp, blocks=drawn.blocks, text=drawn.text, parse="none")

        try:
            await self._caller.call(place, call)
        except Refusal as refusal:
            if refusal.word in ACCOUNT:
                raise Unusable(str(refusal)) from refusal
            raise

    async def _whisper(self, parcel: Parcel) -> None:
        """Show it to whoever asked alone, in the place where they asked. It can be repeated, but not changed."""
        drawn, place, user = draw(parcel), parcel.route.place, _user(parcel.recipient)
        thread = parcel.route.thread or None

        def call(client: AsyncWebClient) -> Any:
            return client.chat_postEphemeral(
                channel=place, user=user, thread_ts=thread, blocks=drawn.blocks, text=drawn.text, parse="none"
            )

        await self._caller.call(place, call)

    async def _post(self, parcel: Parcel, place: str, thread: str) -> Shown:
        if parcel.repeated and (found := await self._find(parcel, place, thread)):
            return found
        drawn = draw(parcel)
        metadata = Metadata(event_type=EVENT, event_payload={"id": parcel.id})

        def call(client: AsyncWebClient) -> Any:
            return client.chat_postMessage(
                channel=place,
                thread_ts=thread or None,
                blocks=drawn.blocks,
                text=drawn.text,
                metadata=metadata,
                **QUIET,
            )

        posted = await self._caller.call(place, call)
        return Shown(place, posted["ts"], thread)

    async def _where(self, parcel: Parcel) -> tuple[str, str]:
        route, user = parcel.route, _user(parcel.recipient)
        if route.place and not is_aside(parcel):
            return route.place, route.thread
        if user:
            return await self._caller.direct(user), ""
        await self._places.check(parcel.recipient)
        return parcel.recipient, ""

    async def _find(self, parcel: Parcel, place: str, thread: str) -> Shown | None:
        """The message that an earlier delivery posted, if it did. Other apps can post what looks like it."""
        me = (await self._caller.ourselves())["bot_id"]
        seek: dict[str, Any] = {
            "channel": place, "oldest": f"{(parcel.created_at - LOOKED_BACK).timestamp():.6f}",
            "limit": LOOKED_THROUGH_MAX, "include_all_metadata": True,
        }  # fmt: skip

        def call(client: AsyncWebClient) -> Any:
            return client.conversations_replies(ts=thread, **seek) if thread else client.conversations_history(**seek)

        while True:
            page = await self._caller.call(place, call)
            for message in page["messages"]:
                if message.get("bot_id") == me and _notice_id(message) == parcel.id:
                    return Shown(place, message["ts"], thread)
            seek["cursor"] = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not seek["cursor"]:
                return None


def is_aside(parcel: Parcel) -> bool:
    """Whether whoever asked reads it alone: others are about and it answers no file, or it bears a link of theirs."""
    if getattr(parcel.notice, "links", None):
        return True
    return not parcel.route.private and (parcel.route.aside or not isinstance(parcel.notice, Outcomes))


def _user(recipient: str) -> str:
    """The user of an identity; empty for a channel."""
    return recipient.partition("/")[2]


def _notice_id(message: dict[str, Any]) -> str:
    """Of the notice that it tells; empty where it is none of ours."""
    metadata = message.get("metadata") or {}
    known = metadata.get("event_type") == EVENT
    return str((metadata.get("event_payload") or {}).get("id") or "") if known else ""
