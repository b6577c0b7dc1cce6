"""A person of the roster, as whoever decides about them needs them: the row itself, or what was read of it for a message."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.rules.authority import Role


class Duty(Protocol):
    """One role, for one school or one service, or for all."""

    @property
    def role(self) -> Role:
        """What they are to it."""

    @property
    def scope(self) -> str:
        """The number of the school, the code of the service, or `*`."""

    @property
    def establishment(self) -> object:
        """The school that it is for; None where it is for none that is on the roster."""


class Identity(Protocol):
    """One way by which a person is known."""

    @property
    def channel(self) -> str:
        """Where."""

    @property
    def value(self) -> str:
        """As whom."""


class Somebody(Protocol):
    """Whoever may do something or is told something."""

    @property
    def id(self) -> int:
        """Their number."""

    @property
    def name(self) -> str:
        """What they are called."""

    @property
    def email(self) -> str:
        """Where they are told things."""

    @property
    def left_at(self) -> datetime | None:
        """When they left; None: they have not."""

    @property
    def duties(self) -> Sequence[Duty]:
        """All that they are appointed to."""

    @property
    def identities(self) -> Sequence[Identity]:
        """All by which they are known."""


class Establishment(NamedTuple):
    """A school on the roster."""

    number: str
    name: str


class HasDuty(NamedTuple):
    """A `Duty`, as it was read."""

    role: Role
    scope: str
    establishment: Establishment | None


class HasIdentity(NamedTuple):
    """An `Identity`, as it was read."""

    channel: str
    value: str


class Listed(NamedTuple):
    """Somebody who has not left, as the roster had them in this transaction. Nothing of it can be changed: who is to be
    changed is asked for as a row."""

    id: int
    name: str
    email: str
    duties: tuple[HasDuty, ...]
    identities: tuple[HasIdentity, ...]
    left_at: None = None
