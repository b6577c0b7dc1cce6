"""Who may do what, as one table (docs/rules.md, «Actors»). The one door to it is `roster.may`."""

from dataclasses import dataclass
from enum import StrEnum

from bot.rules.lifecycle import Act, Status


class Role(StrEnum):
    """What a person is to a school or to a service."""

    SENDER = "sender"
    HEADTEACHER = "headteacher"
    OFFICER = "officer"
    ADMINISTRATOR = "administrator"


class Sight(StrEnum):
    """What one may do to a file without changing it."""

    SEE = "see"


class Keeping(StrEnum):
    """What keeps the office in order and is done to no file."""

    QUARANTINE = "quarantine"
    """To settle what lies in quarantine."""
    ERASURE = "erasure"
    """To have contents destroyed before their time."""


ALL = "*"
"""The scope that stands for every school or every service."""

OF_A_SCHOOL: frozenset[Role] = frozenset({Role.SENDER, Role.HEADTEACHER})
OF_A_SERVICE: frozenset[Role] = frozenset({Role.OFFICER, Role.ADMINISTRATOR})

SCHOOL_ACTS = frozenset[Act | Sight]({Sight.SEE, Act.SENT, Act.RECALLED, Act.COPIED, Act.FROZEN, Act.RELEASED})
SERVICE_ACTS = frozenset[Act | Sight]({Sight.SEE, Act.RECEIVED, Act.DOWNLOADED, Act.REJECTED, Act.MOVED, Act.EXPORTED})

MAY: dict[Role, frozenset[Act | Sight]] = {
    Role.SENDER: SCHOOL_ACTS,
    Role.HEADTEACHER: SCHOOL_ACTS,
    Role.OFFICER: SERVICE_ACTS,
    Role.ADMINISTRATOR: SERVICE_ACTS | {Act.RECALLED, Act.COPIED, Act.DESTROYED, Act.FROZEN, Act.RELEASED},
}

MAY_KEEP: dict[Role, frozenset[Keeping]] = {Role.ADMINISTRATOR: frozenset({Keeping.QUARANTINE, Keeping.ERASURE})}
"""Where the appointment is for everything."""

OWN_ONLY = frozenset({Status.HELD, Status.CHECKING})
"""Until its name is settled, nobody but its sender sees a file: a misnamed file is a breach risk."""

NOT_FOR_OWN_SCHOOL = frozenset[Act | Sight]({Act.RECEIVED, Act.DOWNLOADED, Act.REJECTED, Act.MOVED, Act.EXPORTED})
"""Nobody takes in, turns down or moves a file of a school on whose list they are (lesson L63)."""


@dataclass(frozen=True)
class Appointment:
    """One role of one person, for one school or service or for all of them."""

    role: Role
    scope: str


@dataclass(frozen=True)
class Matter:
    """What an act would touch."""

    status: Status
    own: bool
    """The person asking is the one who sent it."""
    school: str | None
    service: str | None


def may(appointments: frozenset[Appointment], act: Act | Sight, matter: Matter) -> bool:
    """Whether somebody with these appointments may do this."""
    if matter.status in OWN_ONLY:
        return matter.own and act in {Sight.SEE, Act.ACCEPTED, Act.DISCARDED}
    if act in NOT_FOR_OWN_SCHOOL and on_the_list(appointments, matter.school):
        return False
    return any(act in MAY[held.role] and concerns(held, matter) for held in appointments)


def may_keep(appointments: frozenset[Appointment], what: Keeping) -> bool:
    """Whether somebody with these appointments may keep this part of the office in order."""
    return any(held.scope == ALL and what in MAY_KEEP.get(held.role, frozenset()) for held in appointments)


def covers(held: frozenset[Appointment], wanted: frozenset[Appointment]) -> bool:
    """Whether whoever holds the first may do all that whoever holds the second may."""
    return all(any(MAY[one.role] <= MAY[by.role] and by.scope in (one.scope, ALL) for by in held) for one in wanted)


def on_the_list(appointments: frozenset[Appointment], school: str | None) -> bool:
    """Whether they are on the authorised list of this school."""
    return any(held.role in OF_A_SCHOOL and held.scope in (school, ALL) for held in appointments)


def concerns(held: Appointment, matter: Matter) -> bool:
    """Whether an appointment reaches as far as this file."""
    reach = matter.school if held.role in OF_A_SCHOOL else matter.service
    return held.scope in (reach, ALL)
