"""Who may do what: the table of docs/rules.md, «Actors», said once more and asked of the door."""

from itertools import product

import pytest

from bot.rules import authority
from bot.rules.authority import ALL, Appointment, Matter, Role, Sight
from bot.rules.lifecycle import Act, Status

LEYS, MOORVIEW = "8302000", "8309001"
SENDER = frozenset({Appointment(Role.SENDER, LEYS)})
HEADTEACHER = frozenset({Appointment(Role.HEADTEACHER, LEYS)})
OFFICER = frozenset({Appointment(Role.OFFICER, "SEN")})
ADMINISTRATOR = frozenset({Appointment(Role.ADMINISTRATOR, ALL)})
BOTH = OFFICER | SENDER

SEE, SEND, RECALL, COPY = Sight.SEE, Act.SENT, Act.RECALLED, Act.COPIED
RECEIVE, DOWNLOAD, REJECT, MOVE, EXPORT = Act.RECEIVED, Act.DOWNLOADED, Act.REJECTED, Act.MOVED, Act.EXPORTED
FREEZE, RELEASE = Act.FROZEN, Act.RELEASED
ACCEPT, DISCARD, DESTROY = Act.ACCEPTED, Act.DISCARDED, Act.DESTROYED
EVERYTHING: tuple[Act | Sight, ...] = (*Act, *Sight)
SETTLED = [status for status in Status if status not in (Status.HELD, Status.CHECKING)]

SCHOOLS: set[Act | Sight] = {SEE, SEND, RECALL, COPY, FREEZE, RELEASE}
OFFICERS: set[Act | Sight] = {SEE, RECEIVE, DOWNLOAD, REJECT, MOVE, EXPORT}


def allowed(who: frozenset[Appointment], matter: Matter) -> set[Act | Sight]:
    return {act for act in EVERYTHING if authority.may(who, act, matter)}


def matter(
    status: Status = Status.SENT, school: str | None = LEYS, service: str | None = "SEN", *, own: bool = False
) -> Matter:
    return Matter(status, own=own, school=school, service=service)


@pytest.mark.parametrize("status", SETTLED)
@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize(
    ("who", "acts"),
    [
        (SENDER, SCHOOLS), (HEADTEACHER, SCHOOLS), (OFFICER, OFFICERS),
        (ADMINISTRATOR, OFFICERS | {RECALL, COPY, DESTROY, FREEZE, RELEASE}), (frozenset(), set()),
    ],
)  # fmt: skip
def test_each_role_may_what_the_table_says_of_a_file_that_concerns_it(
    who: frozenset[Appointment], acts: set[Act | Sight], status: Status, *, own: bool
) -> None:
    assert allowed(who, matter(status, own=own)) == acts


@pytest.mark.parametrize("status", SETTLED)
def test_a_file_of_another_school_or_service_is_nobodys_but_an_administrators(status: Status) -> None:
    assert allowed(SENDER, matter(status, school=MOORVIEW)) == set()
    assert allowed(HEADTEACHER, matter(status, school=MOORVIEW)) == set()
    assert allowed(OFFICER, matter(status, service="FIN")) == set()
    assert allowed(ADMINISTRATOR, matter(status, school=MOORVIEW, service="FIN")) >= OFFICERS


@pytest.mark.parametrize("status", [Status.HELD, Status.CHECKING])
@pytest.mark.parametrize(("school", "service"), [(None, None), (LEYS, "SEN")])
def test_until_its_name_is_settled_a_file_is_its_senders_alone(
    status: Status, school: str | None, service: str | None
) -> None:
    for who in (SENDER, HEADTEACHER, OFFICER, ADMINISTRATOR, BOTH):
        assert allowed(who, matter(status, school, service, own=False)) == set()
    assert allowed(SENDER, matter(status, school, service, own=True)) == {SEE, ACCEPT, DISCARD}


@pytest.mark.parametrize("of_school", [SENDER, HEADTEACHER, frozenset({Appointment(Role.SENDER, ALL)})])
@pytest.mark.parametrize("of_service", [OFFICER, ADMINISTRATOR])
def test_nobody_decides_on_a_file_of_their_own_school(
    of_school: frozenset[Appointment], of_service: frozenset[Appointment]
) -> None:
    who = of_school | of_service
    assert not allowed(who, matter()) & {RECEIVE, DOWNLOAD, REJECT, MOVE, EXPORT}
    assert allowed(who, matter()) >= SCHOOLS


def test_an_officer_who_also_sends_decides_on_other_schools_files_and_sends_for_their_own() -> None:
    assert allowed(BOTH, matter(school=MOORVIEW)) == OFFICERS
    assert allowed(BOTH, matter(service="FIN")) == SCHOOLS


def test_whoever_acts_for_several_may_what_they_may_for_each() -> None:
    trust = SENDER | {Appointment(Role.SENDER, MOORVIEW)}
    for school, service in product((LEYS, MOORVIEW), ("SEN", "FIN")):
        assert allowed(trust, matter(school=school, service=service)) == SCHOOLS
    assert allowed(trust, matter(school="8309003")) == set()


def test_only_an_administrator_gives_the_word_on_contents_that_nobody_received() -> None:
    who_may = [who for who in (SENDER, HEADTEACHER, OFFICER, BOTH, ADMINISTRATOR) if DESTROY in allowed(who, matter())]
    assert who_may == [ADMINISTRATOR]


def test_nobody_speaks_in_the_name_of_whoever_may_do_what_they_may_not() -> None:
    """Lesson L6."""

    def held(role: Role, scope: str) -> frozenset[Appointment]:
        return frozenset({Appointment(role, scope)})

    head, sender, officer = Role.HEADTEACHER, Role.SENDER, Role.OFFICER
    assert authority.covers(held(head, "8302000"), held(sender, "8302000"))
    assert authority.covers(held(sender, ALL), held(sender, "8302000"))
    assert not authority.covers(held(sender, "8309001"), held(sender, "8302000"))
    assert not authority.covers(held(officer, ALL), held(sender, "8302000"))
    assert not authority.covers(held(sender, ALL), held(officer, "SEN"))
