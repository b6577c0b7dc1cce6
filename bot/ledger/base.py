"""What every table is made of: their base, and the closed lists of where things stand."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON
from sqlalchemy.orm import DeclarativeBase

from bot.ledger.kinds import Instant, Purpose, word
from bot.rules.authority import Role
from bot.rules.lifecycle import Act, Status


class Contents(StrEnum):
    """Whether a file's contents can still be had."""

    KEPT = "kept"
    DESTROYED = "destroyed"


class InboxState(StrEnum):
    """Where an arrival stands."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    QUARANTINED = "quarantined"
    DISCARDED = "discarded"


class OutboxState(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Table(DeclarativeBase):
    """The base of all tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Instant,
        dict[str, Any]: JSON,
        list[str]: JSON,
        Role: word(Role),
        Act: word(Act),
        Status: word(Status),
        Contents: word(Contents),
        InboxState: word(InboxState),
        OutboxState: word(OutboxState),
        Purpose: word(Purpose),
    }
