"""What a workspace is made of: people, conversations and files."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["public", "private", "im"]
FileKind = Literal["hosted", "snippet", "canvas", "external", "connect"]


class Refused(Exception):
    """An answer `{"ok": false}`: the error's documented name, and what goes with it."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error, self.more = error, more


class CannotDo(AssertionError):
    """What a person cannot do in Slack's own client: there is no such button, the form is not filled in."""


@dataclass
class User:
    """A person or a bot. One of another team has that team's id; `is_stranger` shares no channel with ours."""

    id: str
    name: str
    email: str
    team_id: str
    real_name: str = ""
    is_email_confirmed: bool = True
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    is_bot: bool = False

    @property
    def mention(self) -> str:
        """As it stands in a message's text."""
        return f"<@{self.id}>"


@dataclass
class File:
    """A file that somebody has uploaded, or a link to one (`external`)."""

    id: str
    owner: str
    name: str
    content: bytes
    kind: FileKind
    created: int
    mimetype: str
    size: int
    shared_in: list[str] = field(default_factory=list)
    deleted: bool = False
    break_after: int | None = None
    """Octets after which a download's connection breaks off."""
    trickles: asyncio.Semaphore | None = None
    """A download gives one octet for each release of this."""


@dataclass
class Token:
    """A token that the workspace has issued."""

    value: str
    scopes: set[str]
    state: Literal["live", "token_revoked", "account_inactive", "invalid_auth"] = "live"

    @property
    def is_app(self) -> bool:
        """App-level: good for Socket Mode only."""
        return self.value.startswith("xapp-")


@dataclass
class Trigger:
    """What a press hands out for opening one view within 3 seconds."""

    user: str
    at: float
    used: bool = False


@dataclass
class ResponseUrl:
    """Where the app may answer an interaction 5 times within 30 minutes."""

    user: str
    channel: str
    at: float
    message_ts: str | None
    uses: int = 0
