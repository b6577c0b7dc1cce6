"""A file's life, as one table (docs/rules.md, «A file's life»)."""

from enum import StrEnum


class Status(StrEnum):
    """Where a file stands."""

    CHECKING = "Checking"
    HELD = "Held"
    SENT = "Sent"
    RECEIVED = "Received"
    REJECTED = "Rejected"
    RECALLED = "Recalled"
    DISCARDED = "Discarded"
    INFECTED = "Infected"


class Act(StrEnum):
    """What can befall a file: the words of its history."""

    SENT = "sent"
    HELD = "held"
    ACCEPTED = "accepted"
    DISCARDED = "discarded"
    CHECKED = "checked"
    INFECTED = "infected"
    RECEIVED = "received"
    DOWNLOADED = "downloaded"
    REJECTED = "rejected"
    MOVED = "moved"
    RECALLED = "recalled"
    FROZEN = "frozen"
    RELEASED = "released"
    COPIED = "copied"
    EXPORTED = "exported"
    WARNED = "warned"
    DESTROYED = "destroyed"


FREEZABLE = (Status.SENT, Status.RECEIVED, Status.REJECTED)
"""Where somebody else could have the contents, so that a school's «wrong file» must stop it."""

LEADS_TO: dict[tuple[Status, Act], Status] = {
    (Status.CHECKING, Act.CHECKED): Status.SENT,
    (Status.CHECKING, Act.HELD): Status.HELD,
    (Status.CHECKING, Act.INFECTED): Status.INFECTED,
    (Status.CHECKING, Act.DISCARDED): Status.DISCARDED,
    (Status.HELD, Act.ACCEPTED): Status.SENT,
    (Status.HELD, Act.DISCARDED): Status.DISCARDED,
    (Status.SENT, Act.RECEIVED): Status.RECEIVED,
    (Status.SENT, Act.RECALLED): Status.RECALLED,
    (Status.SENT, Act.REJECTED): Status.REJECTED,
    (Status.SENT, Act.MOVED): Status.SENT,
    (Status.RECEIVED, Act.REJECTED): Status.REJECTED,
    (Status.RECEIVED, Act.MOVED): Status.SENT,
    **{(status, act): status for status in FREEZABLE for act in (Act.FROZEN, Act.RELEASED)},
}
"""Every act that changes where a file stands. Nothing leaves Rejected, Recalled, Discarded or Infected."""

BEGINS: dict[Act, Status] = {Act.SENT: Status.SENT, Act.HELD: Status.HELD}
"""How a life begins, where no scanner is configured."""

ASKED_BY: dict[Act, str] = {
    Act.RECALLED: "recall",
    Act.RECEIVED: "receive",
    Act.REJECTED: "reject",
    Act.MOVED: "move",
}
"""The word by which people ask for an act that changes where a sent file stands."""

NEEDS_CONTENTS = frozenset({
    Act.RECEIVED, Act.DOWNLOADED, Act.REJECTED, Act.MOVED, Act.COPIED, Act.EXPORTED, Act.FROZEN,
})  # fmt: skip
"""Acts that are refused once the contents are gone."""

NEEDS_NEVER_RECEIVED = frozenset({Act.RECALLED})
"""Acts that come too late once an officer has had the contents, even where a move made the file Sent again."""

STOPPED_BY_FREEZE = frozenset({
    Act.RECEIVED, Act.DOWNLOADED, Act.MOVED, Act.COPIED, Act.EXPORTED, Act.FROZEN,
})  # fmt: skip
"""Acts by which somebody would have the contents, or more people see the file: not open while it is frozen."""

LEAVES_STANDING = frozenset({Act.FROZEN, Act.RELEASED})
"""Acts after which a file stands where it stood: what was shown of it before is still what it is about."""

DESTROYS = frozenset({Act.INFECTED, Act.DISCARDED, Act.RECALLED})
"""Acts whose file's contents are destroyed at once."""


def after(status: Status, act: Act, *, contents: bool, ever_received: bool, frozen: bool) -> Status | None:
    """Where the act leads from here, or None where it is not open. `contents`: they are still kept."""
    if act in NEEDS_CONTENTS and not contents:
        return None
    if (frozen and act in STOPPED_BY_FREEZE) or (act is Act.RELEASED and not frozen):
        return None
    if act in NEEDS_NEVER_RECEIVED and ever_received:
        return None
    return LEADS_TO.get((status, act))
