"""Schools, people, their identities and duties, and the one door to who may do what."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, bindparam, false, func, not_, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from bot.arrival import MAIL
from bot.ledger import files
from bot.ledger.entering import enter
from bot.ledger.prepared import Prepared
from bot.ledger.tables import File, Identity, Person, School
from bot.roster.reading import HOLDING, KNOWN, people
from bot.rules import authority
from bot.rules.authority import ALL, Appointment, Keeping, Matter, Role, Sight
from bot.rules.lifecycle import Act
from bot.rules.somebody import Establishment, Listed, Somebody

EVERY = select(School).order_by(School.number)
OF_NUMBERS = EVERY.where(School.number.in_(bindparam("numbers", expanding=True)))
NUMBERS: Prepared[str] = Prepared(select(func.aggregate_strings(School.number, ",")))  # one row: a county has hundreds

NAME: Prepared[str] = Prepared(select(School.name).where(School.number == bindparam("number")))


def who(tx: Session, channel: str, value: str) -> Listed | None:
    """The person known by this identity; None for a stranger and, at once, for a leaver."""
    return next(iter(people(tx, KNOWN, {"way": channel, "value": value})), None)


def recognise(tx: Session, channel: str, value: str, mailbox: str) -> Listed | None:
    """Who this identity is: whoever it was linked to, and only where it is nobody's yet, whose this mailbox is.

    `mailbox`: what the channel has confirmed as theirs; it may become another, and then they are still who they were.
    """
    found = who(tx, channel, value)
    if found or (channel, value) == (MAIL, mailbox) or is_linked(tx, channel, value):
        return found
    return who(tx, MAIL, mailbox)


def is_linked(tx: Session, channel: str, value: str) -> bool:
    """Whether this identity is somebody's, perhaps a leaver's: then it is nobody else's."""
    return tx.get(Identity, (channel, value)) is not None


def link(tx: Session, person: Somebody, channel: str, value: str) -> None:
    """This person is known by this identity from now on. Does nothing where somebody is already."""
    if not is_linked(tx, channel, value):
        enter(tx, Identity, {"channel": channel, "value": value, "person_id": person.id})
        _forget_identities(tx, person)


def unlink(tx: Session, person: Somebody, channel: str, value: str) -> bool:
    """This person is known by this identity no more. False: they were not."""
    known = tx.get(Identity, (channel, value))
    if known is None or known.person_id != person.id:
        return False
    tx.delete(known)
    tx.flush()
    _forget_identities(tx, person)
    return True


def _forget_identities(tx: Session, person: Somebody) -> None:
    """Where the session has the row itself, they are to be read anew."""
    if row := tx.identity_map.get(identity_key(Person, person.id)):
        tx.expire(row, ["identities"])


def identity(person: Somebody, channel: str) -> str:
    """How this person is known in the channel; empty where they are not."""
    return next((one.value for one in person.identities if one.channel == channel), "")


def appointments(person: Somebody) -> frozenset[Appointment]:
    """All that this person is appointed to; nothing for a leaver."""
    if person.left_at is not None:
        return frozenset()
    return frozenset(Appointment(duty.role, duty.scope) for duty in person.duties)


def may(tx: Session, person: Somebody, act: Act | Sight, file: File) -> bool:
    """Whether this person may do this to this file (docs/rules.md, «Actors» and «Duties»)."""
    del tx  # what decides is on the rows; the door keeps its shape for rules that must look further
    own = file.sent_by == person.id
    if file.school is None and file.status not in authority.OWN_ONLY:  # discarded before its name was settled
        return own and person.left_at is None and act in {Sight.SEE, Act.DISCARDED}
    matter = Matter(file.status, own=own, school=file.school, service=file.service)
    return person.left_at is None and authority.may(appointments(person), act, matter)


def may_keep(person: Somebody, what: Keeping) -> bool:
    """Whether this person may keep this part of the office in order."""
    return authority.may_keep(appointments(person), what)


def can(tx: Session, person: Somebody, act: Act, file: File) -> bool:
    """Whether this person may do this to this file, and the file as it stands now is open to it."""
    return files.leads_to(file, act) is not None and may(tx, person, act, file)


def visible(person: Somebody) -> ColumnElement[bool]:
    """The files that this person may see, as a condition on `File`: what `may` says of each of them."""
    if person.left_at is not None:
        return false()
    reach = {True: set[str](), False: set[str]()}
    for held in appointments(person):
        reach[held.role in authority.OF_A_SCHOOL].add(held.scope)
    of_school = true() if ALL in reach[True] else File.school.in_(reach[True])
    of_service = true() if ALL in reach[False] else File.service.in_(reach[False])
    own = File.sent_by == person.id
    unsettled = or_(File.status.in_(authority.OWN_ONLY), File.school.is_(None))
    return or_(and_(unsettled, own), and_(not_(unsettled), or_(of_school, of_service)))


def takes_in(person: Somebody) -> ColumnElement[bool]:
    """The files that this person may receive, as a condition on `File`: what `may` says of each of them."""
    if person.left_at is not None:
        return false()
    codes = {held.scope for held in appointments(person) if held.role in authority.OF_A_SERVICE}
    schools = {held.scope for held in appointments(person) if held.role in authority.OF_A_SCHOOL}
    of_service = true() if ALL in codes else File.service.in_(codes)
    own_school = true() if ALL in schools else File.school.in_(schools)
    unsettled = or_(File.status.in_(authority.OWN_ONLY), File.school.is_(None))
    return and_(not_(unsettled), of_service, not_(own_school))


def schools_of(tx: Session, person: Somebody) -> list[School]:
    """The schools they may send for, by number."""
    scopes = {held.scope for held in appointments(person) if held.role in authority.OF_A_SCHOOL}
    return list(tx.scalars(EVERY) if ALL in scopes else tx.scalars(OF_NUMBERS, {"numbers": list(scopes)}))


def numbers_of(tx: Session, person: Somebody) -> list[str]:
    """The numbers of the schools they may send for."""
    scopes = {held.scope for held in appointments(person) if held.role in authority.OF_A_SCHOOL}
    known = {duty.scope for duty in person.duties if duty.establishment}
    return sorted(numbers(tx) if ALL in scopes else scopes & known)


def establishment(tx: Session, person: Somebody, number: str) -> Establishment | None:
    """The school of this number, which is mostly this person's own; None where it is not on the roster."""
    own = next((duty.establishment for duty in person.duties if duty.scope == number), None)
    if isinstance(own, Establishment):
        return own
    name = NAME.first(tx, {"number": number})
    return None if name is None else Establishment(number, name)


def services_of(person: Somebody, codes: Iterable[str]) -> list[str]:
    """The codes of the services they take in for."""
    scopes = {held.scope for held in appointments(person) if held.role in authority.OF_A_SERVICE}
    return [code for code in codes if code in scopes or ALL in scopes]


def is_administrator(person: Somebody) -> bool:
    """Whether they are of the authority's web team."""
    return any(held.role is Role.ADMINISTRATOR for held in appointments(person))


def is_anybody(person: Somebody) -> bool:
    """Whether they are somebody's staff at all: a school's or the authority's."""
    return bool(appointments(person))


def numbers(tx: Session) -> frozenset[str]:
    """The number of every school on the roster."""
    return frozenset((NUMBERS.first(tx, {}) or "").split(",")) - {""}


class Numbers:
    """The same, where hardly any is asked for: most mails name their sender's own school."""

    def __init__(self, tx: Session) -> None:
        self._tx = tx

    def __contains__(self, number: object) -> bool:
        return NAME.first(self._tx, {"number": number}) is not None

    def __bool__(self) -> bool:
        return bool(numbers(self._tx))


def headteachers(tx: Session, school: str) -> list[Listed]:
    """Who leads the school; nobody where none is on record."""
    return people(tx, HOLDING, {"role": Role.HEADTEACHER, "scope": school})


def officers(tx: Session, service: str) -> list[Listed]:
    """Who takes in for the service by name; administrators are not among them."""
    return people(tx, HOLDING, {"role": Role.OFFICER, "scope": service})


def administrators(tx: Session) -> list[Listed]:
    """The authority's web team."""
    return people(tx, HOLDING, {"role": Role.ADMINISTRATOR, "scope": ALL})


def on_the_list(person: Somebody, school: str | None) -> bool:
    """Whether they are on this school's authorised list."""
    return authority.on_the_list(appointments(person), school)
