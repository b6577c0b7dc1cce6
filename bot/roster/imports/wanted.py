"""What the rows of a file say of each person, and everything that is wrong with what they say."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from bot import roster
from bot.arrival import MAIL
from bot.ledger.tables import Person
from bot.roster.imports.faults import Fault
from bot.roster.imports.sheet import Row
from bot.rules import address
from bot.rules.authority import ALL, Role
from bot.settings import Settings

SEPARATOR = ";"
SCOPES_PARTED_BY = re.compile(r"[;,\s]+")
"""A number or a code has neither commas nor blanks in it."""
ADDRESSES_PARTED_BY = re.compile(r"[;,]|\s+(?=[^\s<>]+@)")
NAMED = re.compile(r"[^<>]*<([^<>\s]+)>")
"""How mail programs copy an address: `Jo Sands <jo.sands@school.example>`."""
LA_SLASH_NUMBER = re.compile(r"([0-9]{3})[/-]([0-9]{4})")
ROLES = {"head": Role.HEADTEACHER, "admin": Role.ADMINISTRATOR} | {role.value: role for role in Role}
BOUND_BY = {Role.SENDER: "schools", Role.HEADTEACHER: "schools", Role.OFFICER: "services"}
"""The column that says how far each role reaches."""
UNKNOWN = {
    "schools": "there is no school {} on the roster: see postroom schools list, and import it first",
    "services": "there is no service with the code {}: see services.toml",
}
SCHOOL_DIGITS = 7
A = {Role.SENDER: "a", Role.HEADTEACHER: "a", Role.OFFICER: "an", Role.ADMINISTRATOR: "an"}
MAILTO = "mailto:"
MAY_BE_TOLD = frozenset({Role.HEADTEACHER})
"""Whose mailbox may be a shared one: it is told things, and can never act (docs/rules.md, «Duties»)."""


@dataclass(frozen=True)
class Held:
    """A person's duties and addresses."""

    duties: frozenset[tuple[Role, str]] = frozenset()
    addresses: frozenset[str] = frozenset()

    def told(self, *, without: "Held") -> list[str]:
        """In words, what this has beyond the other."""
        duties = [f"{role} {scope}" for role, scope in sorted(self.duties - without.duties)]
        return duties + sorted(self.addresses - without.addresses)


@dataclass(frozen=True)
class Wanted:
    """A person as all rows with their email say."""

    line: int | None
    email: str
    name: str
    duties: frozenset[tuple[Role, str]]
    others: frozenset[str] = field(default_factory=frozenset)

    @property
    def addresses(self) -> list[str]:
        """Where they write from: the one they are told things at first."""
        return [self.email, *sorted(self.others - {self.email})]

    @property
    def held(self) -> Held:
        """Duties and addresses."""
        return Held(self.duties, frozenset(self.addresses))

    def joined(self, held: Held, email: str) -> "Wanted":
        """The same, with what the person holds already and told things where they are now."""
        return replace(
            self, email=email, duties=self.duties | held.duties, others=frozenset(self.addresses) | held.addresses
        )


def held_by(person: Person) -> Held:
    """What somebody on record holds."""
    return Held(
        frozenset((duty.role, duty.scope) for duty in person.duties),
        frozenset(one.value for one in person.identities if one.channel == MAIL),
    )


def check(tx: Session, rows: Sequence[Row], settings: Settings) -> tuple[list[Wanted], list[Fault]]:
    """Each person that the rows speak of, in the order of the file, and every fault of every row."""
    checking = _Checking(roster.numbers(tx), frozenset(service.code for service in settings.services), settings)
    for row in rows:
        checking.take(row)
    return list(checking.wanted.values()), checking.faults


@dataclass
class _Checking:
    schools: frozenset[str]
    services: frozenset[str]
    settings: Settings
    wanted: dict[str, Wanted] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def take(self, row: Row) -> None:
        """One row: added to what was said of the same person before, unless it is at fault."""
        role = self._role(row)
        email, *others = self._addresses(row, role)
        duties = self._duties(row, role) if role else frozenset[tuple[Role, str]]()
        known = self.wanted.get(email) or Wanted(row.line, email, row["name"], frozenset())
        if not known.name:
            self._fault(row, "name", "the name is missing")
        elif row["name"] and row["name"] != known.name:
            self._fault(row, "name", f"«{row['name']}» is {known.name} in line {known.line}")
        self.wanted[email] = replace(known, duties=known.duties | duties, others=known.others | frozenset(others))

    def _role(self, row: Row) -> Role | None:
        role = ROLES.get(re.sub(r"[\s_-]", "", row["role"].casefold()))
        if role is None:
            said = f"«{row['role']}» is no role" if row["role"] else "the role is missing"
            self._fault(row, "role", f"{said}; write {', '.join(Role)}")
        return role

    def _addresses(self, row: Row, role: Role | None) -> Iterator[str]:
        """The email, then the others. What is no address stands for itself, so that the row's other faults are found."""
        others = _several(row["other_emails"], ADDRESSES_PARTED_BY)
        for column, texts in (("email", [row["email"]]), ("other_emails", others)):
            for text in texts:
                found = address.normal(_bare(text))
                if not text:
                    self._fault(row, column, "the address is missing")
                elif found is None:
                    self._fault(row, column, f"«{text}» is not {'one' if text.count('@') > 1 else 'an'} email address")
                elif problem := self._unfit_mailbox(found, role):
                    self._fault(row, column, problem)
                yield found or text or f"line {row.line}"

    def _unfit_mailbox(self, found: str, role: Role | None) -> str | None:
        access = self.settings.access
        if not access.refuse_shared:
            return None
        if address.is_personal(found, access.personal_domains):
            return f"{found} is a private mailbox; write the person's own at work"
        if role not in MAY_BE_TOLD and address.is_shared(found, access.shared_mailboxes):
            return f"{found} is a mailbox that several people read; write the person's own"
        return None

    def _duties(self, row: Row, role: Role) -> frozenset[tuple[Role, str]]:
        """One for each school or service; an administrator's reaches all."""
        bound = BOUND_BY.get(role)
        for column in ("schools", "services"):
            if column != bound and row[column] and (bound or row[column] != ALL):
                self._fault(row, column, f"{A[role]} {role} has none; leave it empty")
        return frozenset((role, scope) for scope in (self._scopes(row, bound, role) if bound else [ALL]))

    def _scopes(self, row: Row, column: str, role: Role) -> list[str]:
        read = _school if column == "schools" else str.upper
        scopes = list(dict.fromkeys(map(read, _several(row[column], SCOPES_PARTED_BY))))
        if not scopes:
            self._fault(row, column, f"{A[role]} {role} needs some; {_how_several(row)}, or {ALL} for all")
        known = {"schools": self.schools, "services": self.services}[column]
        for scope in scopes:
            if scope not in known and scope != ALL:
                self._fault(row, column, _unknown(column, scope))
        return scopes

    def _fault(self, row: Row, column: str, problem: str) -> None:
        self.faults.append(Fault(row.line, column, problem))


def _how_several(row: Row) -> str:
    return f"write them with «{SEPARATOR}» between" if row.line else "each is given by itself"


def _several(cell: str, parted_by: re.Pattern[str]) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in parted_by.split(cell) if part.strip()))


def _bare(text: str) -> str:
    """The address alone, without a name before it and without `mailto:`."""
    named = NAMED.fullmatch(text)
    bare = named[1] if named else text
    return bare[len(MAILTO) :] if bare.casefold().startswith(MAILTO) else bare


def _school(text: str) -> str:
    """The number as we write it, also where the authority's part stands apart."""
    apart = LA_SLASH_NUMBER.fullmatch(text)
    return "".join(apart.groups()) if apart else text


def _unknown(column: str, scope: str) -> str:
    if column == "schools" and not (scope.isdigit() and len(scope) == SCHOOL_DIGITS):
        return f"«{scope}» is no school's number: it has seven digits, the authority's three and the school's four"
    return UNKNOWN[column].format(scope)
