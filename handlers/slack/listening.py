"""What Slack brings, stored before it is acknowledged. Only forms and pages are answered at once, for they only read."""

import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.orm import Session

from bot import choosing, forms, roster
from bot.arrival import SLACK, Arrival, Introduce, Press
from bot.clock import Clock
from bot.faults import of
from bot.forms import Asked, Form
from bot.inbox import Inbox
from bot.ledger import Ledger, surfaces
from bot.rules.lifecycle import Act
from bot.settings import Settings
from handlers.slack import menus, modals, receive
from handlers.slack.elements import Json
from handlers.slack.manifest import COMMAND
from handlers.slack.menus import CHOOSING
from handlers.slack.modals import Bearing
from handlers.slack.render import OPEN, PAGE
from handlers.slack.text import sound
from handlers.slack.values import Value

log = structlog.get_logger()

ANSWERED_APART = "I have answered you in our direct messages."
"""What a slash command is acknowledged with, wherever it was typed: nobody else there reads the answer."""
OPENING = re.compile(r"^(reject|move|receive-all)(:\d+)?$")
"""Buttons that open a form."""
TURNING = re.compile(rf"^{PAGE}(:\d+)?$")
LEADING = re.compile(rf"^{OPEN}(:\d+)?$")
ANY = re.compile(r".*")

Body = dict[str, Any]
Turn = Callable[[Body, Value, AsyncRespond], Awaitable[None]]


class Listeners:
    """The listeners of one workspace, the same over HTTP and Socket Mode."""

    def __init__(
        self, settings: Settings, clock: Clock, ledger: Ledger, inbox: Inbox, *, introduce: Introduce, turn: Turn
    ) -> None:
        """`turn`: shows another page of a message."""
        self._settings, self._clock, self._ledger, self._inbox = settings, clock, ledger, inbox
        self._introduce, self._turn = introduce, turn

    def listen(self, bolt: AsyncApp) -> None:
        """Take in what Bolt hears from now on."""
        bolt.event("message")(self._message)
        bolt.event("app_mention")(self._message)
        bolt.event("app_home_opened")(self._home)
        bolt.event(ANY)(_nothing)
        bolt.action(LEADING)(_nothing)
        bolt.action(TURNING)(self._page)
        bolt.action(CHOOSING)(self._choose)
        bolt.action(OPENING)(self._opening)
        bolt.action(ANY)(self._press)
        bolt.view(ANY)(self._form)
        bolt.command(COMMAND)(self._command)

    async def _message(self, body: Body, ack: AsyncAck) -> None:
        returns = self._settings.slack.returns_channels if self._settings.slack else ()
        if arrival := receive.change(body) or receive.message(body, returns):
            new = await self._accept(arrival, body)
            if new and receive.is_public(body):
                log.warning("files were posted where the whole workspace can read them", place=arrival.route.place)
        await ack()

    async def _press(self, body: Body, ack: AsyncAck) -> None:
        if arrival := receive.press(body):
            await self._accept(arrival, body)
        await ack()

    async def _command(self, body: Body, ack: AsyncAck) -> None:
        await self._accept(receive.command(body), body)
        await ack(ANSWERED_APART)

    async def _opening(self, body: Body, ack: AsyncAck, client: AsyncWebClient) -> None:
        """Open the form first, for what lets us lasts three seconds; where it is not for them, the press says why."""
        arrival, value = receive.press(body), Value.read(body["actions"][0].get("value"))
        if arrival is None or value is None:
            await ack()
            return
        view = await self._view(arrival, value, receive.action(body))
        if view is None or not await _opened(client, body["trigger_id"], view):
            await self._accept(arrival, body)
        await ack()

    async def _view(self, arrival: Arrival, value: Value, word: str) -> Json | None:
        known = await self._introduce(arrival)
        if known.refused:
            return None
        asked = Asked(arrival.channel, arrival.sender, known.address, value.say, value.seen)
        bearing = Bearing(value=value, route=arrival.route)
        settings, clock = self._settings, self._clock
        if word == "receive-all":
            form = await self._ledger.read(lambda tx: forms.receiving_all(tx, asked, settings, clock))
            return modals.receiving_all(form, _of_all(bearing, form)) if form else None
        act = Act.REJECTED if word == "reject" else Act.MOVED
        form = await self._ledger.read(lambda tx: forms.deciding(tx, asked, act, settings, clock))
        if form is None:
            return None
        return modals.rejecting(form, settings.reasons, bearing) if word == "reject" else modals.moving(form, bearing)

    async def _form(self, body: Body, ack: AsyncAck) -> None:
        view = body["view"]
        bearing = Bearing.model_validate_json(view["private_metadata"])
        decided = modals.decided(view["callback_id"], view["state"]["values"], bearing, self._settings.reasons)
        if not isinstance(decided, Press):
            await ack(response_action="errors", errors=decided)
            return
        await self._accept(receive.form(body, decided, bearing.route), body)
        await ack()

    async def _page(self, body: Body, ack: AsyncAck, respond: AsyncRespond) -> None:
        """Turn a page; for whoever is not heard by now, such as a guest, what stands before them stays as it is."""
        value = Value.read(body["actions"][0].get("value"))
        if value and not (await self._introduce(Arrival.about(SLACK, receive.presser(body)))).refused:
            await self._turn(body, value, respond)
        await ack()

    async def _home(self, body: Body, ack: AsyncAck) -> None:
        """Somebody opened their home: it is drawn at once, once it is known who they are."""
        if body["event"].get("tab") == "home":
            identity, now = receive.identity(body["team_id"], body["event"]["user"]), self._clock.now()
            await self._ledger.write(lambda tx: _open_home(tx, identity, now), urgent=True)
        await ack()

    async def _choose(self, body: Body, ack: AsyncAck) -> None:
        known = await self._introduce(Arrival.about(SLACK, receive.presser(body)))
        if not known.refused:
            chosen = menus.chosen(body, known.address)
            await self._ledger.write(lambda tx: choosing.choose(tx, chosen, self._settings, self._clock), urgent=True)
        await ack()

    async def _accept(self, arrival: Arrival, body: Body) -> bool:
        """True: new. Durable before it is acknowledged. Raises `Later`, and then it is not: Slack brings it again."""
        raw = self._inbox.begin()
        raw.write(sound(json.dumps(body, ensure_ascii=False)).encode())
        return await self._inbox.accept(arrival, raw)


def _of_all(bearing: Bearing, form: Form) -> Bearing:
    """The form stands for the files that it lists, as they are shown on it."""
    seen = {file.reference: file.version for file in form.files}
    return bearing.model_copy(update={"value": bearing.value.model_copy(update={"seen": seen})})


async def _opened(client: AsyncWebClient, trigger: str, view: Json) -> bool:
    """Whether the form is before them, by this press or by the same one brought before."""
    try:
        await client.views_open(trigger_id=trigger, view=view)
    except SlackApiError as fault:
        log.warning("a form could not be opened", fault=str(fault.response.get("error")))
        return bool(fault.response.get("error") == "exchanged_trigger_id")
    except (aiohttp.ClientError, TimeoutError) as fault:
        log.warning("a form could not be opened", fault=of(fault))
        return False
    return True


def _open_home(tx: Session, identity: str, now: datetime) -> None:
    person = roster.who(tx, SLACK, identity)
    surfaces.open_home(tx, SLACK, identity, person.id if person else None, now)


async def _nothing(ack: AsyncAck) -> None:
    """Acknowledge what asks for nothing."""
    await ack()
