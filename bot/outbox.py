"""What is to be told and not yet delivered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.arrival import Route
from bot.notices import Notice
from bot.wording import Letter


class Undeliverable(Exception):
    """The channel refused for good: trying again would change nothing. Says why, for the administrator."""


@dataclass(frozen=True)
class Parcel:
    """A notice on its way: worded, addressed, and named so that a repeat is seen to be one."""

    id: str
    token: str
    recipient: str
    notice: Notice
    letter: Letter
    route: Route
    """What it answers."""
    created_at: datetime


class Courier(Protocol):
    """A channel's way out."""

    async def deliver(self, parcel: Parcel) -> None:
        """Hand it over for good. Raises `Undeliverable` where that is final; any other exception means try later."""
