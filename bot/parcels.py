"""A notice made ready to be handed over: worded, addressed, with what is enclosed.

Nothing here knows the record, so that it can be done in a process that has none (`handlers/aside`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot import receipts
from bot.arrival import Route
from bot.notices import KINDS, FileFacts, Notice
from bot.settings import Authority
from bot.vault import Signer
from bot.wording import Letter, Wording


class Undeliverable(Exception):
    """The channel refused for good: trying again would change nothing. Says why, for the administrator."""


@dataclass(frozen=True)
class Enclosure:
    """A file that goes with a notice."""

    name: str
    """Letters, digits, dashes and dots: it needs no quoting anywhere."""
    media_type: str
    contents: bytes = field(repr=False)


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
    enclosures: tuple[Enclosure, ...] = ()
    repeated: bool = False
    """An earlier delivery was begun, and it is not known whether it arrived."""


@dataclass(frozen=True)
class Posted:
    """A notice as the record has it: all that a parcel is made of."""

    id: str
    kind: str
    token: str
    recipient: str
    facts: dict[str, Any]
    route: dict[str, Any]
    created_at: datetime


Enclose = Callable[[Parcel], tuple[Enclosure, ...]]
"""What goes with a notice: the same at every try."""


def parcel_of(posted: Posted, wording: Wording, tell: Callable[[Notice], Notice] = lambda told: told) -> Parcel:
    """A notice worded as it is told, or as `tell` tells it; where others can read it, without anybody's own words."""
    notice, route = tell(KINDS[posted.kind].model_validate(posted.facts)), Route.model_validate(posted.route)
    if route.others_read or notice.to_a_place:
        notice = notice.retold(FileFacts.elsewhere)
    return Parcel(
        id=posted.id, token=posted.token, recipient=posted.recipient, notice=notice, letter=wording.letter(notice),
        route=route, created_at=posted.created_at,
    )  # fmt: skip


def enclosed(parcel: Parcel, authority: Authority, signer: Signer) -> tuple[Enclosure, ...]:
    """The signed receipt, where the notice says that something was sent."""
    receipt = receipts.issue(parcel.notice, parcel.id, parcel.created_at, authority, signer)
    return (Enclosure(receipt.name, receipts.MEDIA_TYPE, receipt.octets),) if receipt else ()
