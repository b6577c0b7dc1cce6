"""What people press and choose, in messages, modals and the App Home tab."""

import copy
from typing import Any

from tests.slack.delivery import Ack, Delivery
from tests.slack.events import envelope, message_json
from tests.slack.messages import STATEFUL, Conversation, Message, Surface, View, label, state_values
from tests.slack.responses import new_url
from tests.slack.talking import Talking
from tests.slack.web_api.views import view_json
from tests.slack.world import CannotDo, Json, User

Where = Message | View | str


class Acting(Talking):
    """People with a mouse."""

    async def press(self, user: User, where: Where, what: str) -> Ack:
        """Press a button: by its action id or by what stands on it.

        `where` is a message's ts (as it stands now), a Message (perhaps a `photo` of an old one) or an open View.

        Raises:
            CannotDo: there is no such button, or this person does not see it.
        """
        surface = self.seen_by(user, where)
        block, element = self.found(surface, what, ("button",))
        said = {"text": element["text"]} | {key: element[key] for key in ("value", "style") if key in element}
        return await self.interact(user, surface, block, element, said)

    async def choose(self, user: User, where: Where, what: str, choice: Any) -> Ack:
        """Choose in a select, overflow menu, radio buttons, checkboxes or date picker.

        `what` is an action id or the placeholder; `choice` an option's label or value, a list of them, or a date.
        """
        surface = self.seen_by(user, where)
        block, element = self.found(surface, what, ("overflow", *STATEFUL))
        if element["type"] == "overflow":
            return await self.interact(user, surface, block, element, {"selected_option": an_option(element, choice)})
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise CannotDo("an input tells the app nothing before it is submitted: use submit")
        held = STATEFUL[element["type"]]
        surface.entered[block["block_id"], element["action_id"]] = value = as_held(element, choice)
        return await self.interact(user, surface, block, element, {held: value})

    async def interact(self, user: User, surface: Surface, block: Json, element: Json, said: Json) -> Ack:
        """Bring a `block_actions` payload."""
        action = {key: element[key] for key in ("type", "action_id")} | {"block_id": block["block_id"]}
        payload = self.about_person("block_actions", user) | {
            "actions": [action | said | {"action_ts": self.world.ts()}],
            "trigger_id": self.world.trigger(user),
        }
        return await self.deliver(Delivery("interactive", payload | self.about_place(user, surface)))

    def about_person(self, kind: str, user: User) -> Json:
        """What every interactive payload has."""
        who = {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id}
        return {
            "type": kind,
            "user": who,
            "api_app_id": self.world.app_id,
            "token": "verification-token",
            "team": {"id": self.world.team_id, "domain": self.world.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def about_place(self, user: User, surface: Surface) -> Json:
        """Where a press happened."""
        if isinstance(surface, View):
            return {"container": {"type": "view", "view_id": surface.id}, "view": view_json(self, surface)}
        assert isinstance(surface, Message)
        where = self.world.conversations[surface.channel]
        container: Json = {"type": "message", "message_ts": surface.ts, "channel_id": where.id}
        container["is_ephemeral"] = bool(surface.ephemeral_for)
        if surface.thread_ts:
            container["thread_ts"] = surface.thread_ts
        place: Json = {
            "container": container,
            "channel": {"id": where.id, "name": channel_name(where)},
            "state": {"values": state_values(surface.blocks, surface.entered)},
            "response_url": new_url(self, user, where.id, surface.ts),
        }
        if not surface.ephemeral_for:
            place["message"] = copy.deepcopy(message_json(self.world, surface, self.base_url))
        return place

    def seen_by(self, user: User, where: Where) -> Surface:
        """What is pressed in.

        Raises:
            CannotDo: it is not there, or not for this person's eyes.
        """
        if user.deleted:
            raise CannotDo(f"{user.name} has left the workspace")
        if isinstance(where, str):
            everywhere = [one for place in self.world.conversations.values() for one in place.messages]
            mine = [*everywhere, *self.world.ephemerals.get(user.id, [])]
            found = next((one for one in mine if one.ts == where), None)
            if not found:
                raise CannotDo(f"there is no message {where}")
            where = found
        if isinstance(where, View) and where.user != user.id:
            raise CannotDo("that is another person's view")
        if isinstance(where, Message):
            members = self.world.conversations[where.channel].members
            if where.ephemeral_for not in (None, user.id) or user.id not in members:
                raise CannotDo(f"{user.name} does not see that message")
        return where

    def found(self, surface: Surface, what: str, kinds: tuple[str, ...]) -> tuple[Json, Json]:
        """The element that is meant.

        Raises:
            CannotDo: there is none.
        """
        pair = surface.find(what)
        if not pair or pair[1]["type"] not in kinds:
            raise CannotDo(f"nothing here says {what!r}: {surface.buttons} in {surface.words!r}")
        return pair

    async def command(self, user: User, where: Conversation, command: str, text: str = "") -> Ack:
        """Type a slash command. What the app acknowledges it with is posted as Slack would."""
        self.must_see(user, where)
        payload = {
            "token": "verification-token",
            "team_id": self.world.team_id,
            "team_domain": self.world.domain,
            "channel_id": where.id,
            "channel_name": channel_name(where),
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": self.world.app_id,
            "is_enterprise_install": "false",
            "response_url": new_url(self, user, where.id),
            "trigger_id": self.world.trigger(user),
        }
        ack = await self.deliver(Delivery("command", payload))
        self.answer_command(user, where, ack)
        await self.tell()
        return ack

    def answer_command(self, user: User, where: Conversation, ack: Ack) -> None:
        """Post what a command was acknowledged with."""
        said = ack.body or ({"text": ack.text} if ack.text and ack.ok else {})
        if ack.ok and (said.get("text") or said.get("blocks")):
            message = Message(
                self.with_ids(said.get("blocks") or []),
                ts=self.world.ts(),
                channel=where.id,
                user=self.world.bot.id,
                text=said.get("text", ""),
                team=self.world.team_id,
                bot_id=self.world.bot_id,
            )
            if said.get("response_type") == "in_channel":
                self.put(where, message)
            else:
                message.ephemeral_for = user.id
                self.world.ephemerals.setdefault(user.id, []).append(message)

    async def open_home(self, user: User, tab: str = "home") -> Ack:
        """Open the app's Home (or its `messages`) tab."""
        dm = self.world.dm(user)
        event: Json = {"type": "app_home_opened", "user": user.id, "channel": dm.id, "tab": tab}
        event["event_ts"] = self.world.ts()
        home = self.world.homes.get(user.id)
        if home and tab == "home":
            event["view"] = view_json(self, home)
        acks = await self.bring_event(dm, "app_home_opened", event)
        assert acks, "the app is not subscribed to app_home_opened"
        return acks[0]

    async def bring_anything(self, event: Json) -> Ack:
        """Bring an event of the test's own making, in a proper envelope."""
        return await self.deliver(Delivery("event", envelope(self.world, event)))


def channel_name(where: Conversation) -> str:
    """The name that interactive payloads and commands give a conversation."""
    return {"public": where.name, "private": "privategroup", "im": "directmessage"}[where.kind]


def options_of(element: Json) -> list[Json]:
    """All that can be chosen."""
    groups = element.get("option_groups") or [{"options": element.get("options", [])}]
    return [one for group in groups for one in group["options"]]


def an_option(element: Json, choice: Any) -> Json:
    """The option of this label or value.

    Raises:
        CannotDo: it is not offered.
    """
    for one in options_of(element):
        if choice in (one["text"]["text"], one["value"]):
            return one
    raise CannotDo(f"{choice!r} is not offered: {[one['text']['text'] for one in options_of(element)]}")


def as_held(element: Json, choice: Any) -> Any:
    """A choice as the element holds it."""
    held = STATEFUL[element["type"]]
    if held == "selected_option":
        return None if choice is None else an_option(element, choice)
    if held == "selected_options":
        return [an_option(element, one) for one in choice]
    if choice is not None and not isinstance(choice, str):
        raise CannotDo(f"{label(element)!r} takes text, not {choice!r}")
    return choice
