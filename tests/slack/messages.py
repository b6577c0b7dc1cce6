"""Messages and views, and what a person sees of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.slack.world import File, Json, Kind

SPOKEN = (
    "text",
    "title",
    "label",
    "hint",
    "fields",
    "elements",
    "rows",
    "description",
    "options",
    "accessory",
    "element",
)
STATEFUL = {
    "static_select": "selected_option",
    "radio_buttons": "selected_option",
    "multi_static_select": "selected_options",
    "checkboxes": "selected_options",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "users_select": "selected_user",
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
}
"""Elements that remember what was put in, and the name of that in `state.values`."""
INITIAL = {"selected_option": "option", "selected_options": "options", "selected_date": "date"} | {
    "selected_time": "time",
    "selected_user": "user",
    "value": "value",
}


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every interactive element, with its block."""
    for block in blocks:
        inside = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        yield from ((block, one) for one in inside if isinstance(one, dict) and "action_id" in one)


def label(element: Json) -> str:
    """What stands on a button or, for the rest, in it before anything is chosen."""
    return str((element.get("text") or element.get("placeholder") or {}).get("text", ""))


def initial(element: Json) -> Any:
    """What an element holds before anybody touches it."""
    return element.get(f"initial_{INITIAL[STATEFUL[element['type']]]}")


def state_values(blocks: list[Json], entered: dict[tuple[str, str], Any]) -> Json:
    """`state.values`: what every element that can remember holds."""
    values: Json = {}
    for block, element in elements(blocks):
        if element["type"] in STATEFUL:
            held = entered.get((block["block_id"], element["action_id"]), initial(element))
            if held is None and STATEFUL[element["type"]] == "selected_options":
                held = []
            entry = {"type": element["type"], STATEFUL[element["type"]]: held}
            values.setdefault(block["block_id"], {})[element["action_id"]] = entry
    return values


def words(part: Any) -> Iterator[str]:
    """All that can be read in a block, in its order."""
    if isinstance(part, list):
        for one in part:
            yield from words(one)
    elif isinstance(part, dict):
        for key in SPOKEN:
            if isinstance(part.get(key), str):
                yield part[key]
            elif key in part:
                yield from words(part[key])
        if part.get("type") == "link" and "text" not in part:
            yield part["url"]


@dataclass
class Surface:
    """What holds blocks, and remembers what was put in."""

    blocks: list[Json]
    entered: dict[tuple[str, str], Any] = field(default_factory=dict, kw_only=True)

    @property
    def words(self) -> str:
        """All that its blocks say."""
        return " ".join(words(self.blocks))

    @property
    def buttons(self) -> list[str]:
        """What stands on its buttons."""
        return [label(one) for _, one in elements(self.blocks) if one["type"] == "button"]

    def find(self, what: str) -> tuple[Json, Json] | None:
        """The element with this action id, or else the one that says this."""
        found = list(elements(self.blocks))
        by_id = [pair for pair in found if pair[1]["action_id"] == what]
        return next(iter(by_id + [pair for pair in found if label(pair[1]) == what]), None)


@dataclass
class Message(Surface):
    """A message as it stands now. One that `user` alone can see has `ephemeral_for`."""

    ts: str
    channel: str
    user: str
    text: str
    team: str
    bot_id: str | None = None
    files: list[File] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    attachments: list[Json] = field(default_factory=list)
    subtype: str | None = None
    edited: Json | None = None
    broadcast: bool = False
    ephemeral_for: str | None = None

    @property
    def words(self) -> str:
        """All that its blocks say or, without any, its text."""
        return super().words or self.text

    @property
    def in_history(self) -> bool:
        """Stands in the conversation itself, not only in a thread."""
        return self.thread_ts in (None, self.ts) or self.broadcast


@dataclass
class View(Surface):
    """A modal or an App Home tab."""

    id: str
    type: Literal["modal", "home"]
    user: str
    hash: str
    body: Json
    root: str
    previous: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    """What the app found wrong with the last submission, by block id."""

    @property
    def title(self) -> str:
        """What stands at its top."""
        return str(self.body.get("title", {}).get("text", ""))


@dataclass
class Conversation:
    """A channel, or a direct message between a person and the bot."""

    id: str
    name: str
    kind: Kind
    members: list[str]
    created: int
    archived: bool = False
    ext_shared: bool = False
    pending_ext_shared: bool = False
    messages: list[Message] = field(default_factory=list)

    def message(self, ts: str) -> Message | None:
        """That message, unless it is gone."""
        return next((one for one in self.messages if one.ts == ts), None)

    def thread(self, ts: str) -> list[Message]:
        """The message and all replies to it, oldest first."""
        return [one for one in self.messages if ts in (one.ts, one.thread_ts)]

    @property
    def channel_type(self) -> str:
        """The word that message events have for it."""
        return {"public": "channel", "private": "group", "im": "im"}[self.kind]

    @property
    def scope_stem(self) -> str:
        """The word that scopes have for it."""
        return {"public": "channels", "private": "groups", "im": "im"}[self.kind]
