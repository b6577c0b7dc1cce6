"""Statements that go straight to the driver: they give and take what a session gives and takes, and see what it sees."""

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from bot import roster
from bot.arrival import MAIL
from bot.ledger import Ledger
from bot.ledger.entering import enter
from bot.ledger.prepared import Prepared, among
from bot.ledger.tables import Duty, Identity, OutboxItem, OutboxState, Person, School
from bot.rules.authority import Role

SUMMER = datetime(2026, 7, 1, 9, 30, tzinfo=timezone(timedelta(hours=1)))
NAMES: Prepared[str] = Prepared(select(School.name).where(among(School.number, "numbers")).order_by(School.number))
NAME: Prepared[str] = Prepared(select(School.name).where(School.number == bindparam("number")))
RENAME: Prepared[str] = Prepared(update(School).where(School.number == bindparam("which")))
OUTBOX: Prepared[str] = Prepared(
    select(OutboxItem.id, OutboxItem.state, OutboxItem.created_at, OutboxItem.facts, OutboxItem.batch)
    .where(OutboxItem.created_at >= bindparam("since"), OutboxItem.state == OutboxState.WAITING)
)  # fmt: skip


def two_schools(tx: Session) -> None:
    enter(tx, School, {"number": "8301000", "name": "First"}, {"number": "8302000", "name": "Second"})


def a_notice(tx: Session) -> None:
    row = {"id": "n", "token": "t", "kind": "help", "recipient": "a@b.example", "facts": {"a": [1]}, "route": {}}
    enter(tx, OutboxItem, row | {"created_at": SUMMER, "next_at": SUMMER})


def test_moments_words_and_documents_are_as_a_session_gives_them(ledger: Ledger) -> None:
    ledger.write_now(a_notice)
    (found,) = ledger.read_now(lambda tx: OUTBOX.rows(tx, {"since": SUMMER}))
    assert found == ("n", OutboxState.WAITING, SUMMER, {"a": [1]}, None)
    assert found[2].tzinfo is UTC
    assert ledger.read_now(lambda tx: OUTBOX.rows(tx, {"since": SUMMER + timedelta(microseconds=1)})) == []
    item = ledger.read_now(lambda tx: tx.get_one(OutboxItem, "n"))
    assert (item.created_at, item.facts, item.channel, item.tries, item.lease) == (SUMMER, {"a": [1]}, MAIL, 0, None)


def test_a_list_may_have_any_length(ledger: Ledger) -> None:
    ledger.write_now(two_schools)
    for numbers, names in (([], []), (["8302000"], ["Second"]), (["8302000", "x", "8301000"], ["First", "Second"])):
        found = ledger.read_now(lambda tx, numbers=numbers: NAMES.rows(tx, {"numbers": numbers}))  # type: ignore[misc]
        assert [name for (name,) in found] == names
    assert ledger.read_now(lambda tx: NAME.first(tx, {"number": "8303000"})) is None


def test_what_was_changed_on_an_object_is_seen(ledger: Ledger) -> None:
    ledger.write_now(two_schools)

    def rename(tx: Session) -> str | None:
        tx.get_one(School, "8301000").name = "Renamed"
        return NAME.first(tx, {"number": "8301000"})

    assert ledger.write_now(rename) == "Renamed"


def test_who_waits_for_a_table_hears_of_a_change(ledger: Ledger) -> None:
    ledger.write_now(two_schools)
    heard: list[AbstractSet[str]] = []
    ledger.on_change(heard.append)
    assert ledger.write_now(lambda tx: RENAME.change(tx, {"which": "8301000", "name": "New"})) == 1
    assert ledger.write_now(lambda tx: NAME.first(tx, {"number": "8301000"})) == "New"
    assert heard == [{"schools"}, set()]


def test_what_a_change_does_not_name_stays_as_it_is(ledger: Ledger) -> None:
    ledger.write_now(two_schools)
    ledger.write_now(lambda tx: RENAME.change(tx, {"which": "8301000", "name": "New"}))
    ledger.write_now(lambda tx: RENAME.change(tx, {"which": "8301000", "phase": "Primary"}))
    school = ledger.read_now(lambda tx: tx.get_one(School, "8301000"))
    assert (school.name, school.phase) == ("New", "Primary")


def test_it_is_undone_with_the_part_of_a_transaction_that_it_belongs_to(ledger: Ledger) -> None:
    ledger.write_now(two_schools)

    def rename_and_think_better_of_it(tx: Session) -> None:
        with tx.begin_nested() as part:
            RENAME.change(tx, {"which": "8301000", "name": "Never"})
            part.rollback()

    ledger.write_now(rename_and_think_better_of_it)
    assert ledger.read_now(lambda tx: NAME.first(tx, {"number": "8301000"})) == "First"


def with_a_person(tx: Session) -> None:
    two_schools(tx)
    person = Person(name="Jo", email="jo@first.example")
    person.identities.append(Identity(channel=MAIL, value="jo@first.example"))
    person.duties += [Duty(role=Role.SENDER, scope="8301000"), Duty(role=Role.OFFICER, scope="INFO")]
    tx.add(person)


def test_a_person_of_the_roster_is_as_the_session_has_them(ledger: Ledger) -> None:
    ledger.write_now(with_a_person)

    def look_and_change(tx: Session) -> None:
        jo = roster.who(tx, MAIL, "jo@first.example")
        assert jo is not None
        assert jo in roster.officers(tx, "INFO")
        assert {(duty.role, duty.scope): duty.establishment for duty in jo.duties} == {
            (Role.SENDER, "8301000"): ("8301000", "First"), (Role.OFFICER, "INFO"): None,
        }  # fmt: skip
        row = tx.get_one(Person, jo.id)
        assert (row.name, row.email, row.left_at) == (jo.name, jo.email, jo.left_at)
        assert [one.value for one in row.identities] == [one.value for one in jo.identities] == ["jo@first.example"]
        roster.link(tx, jo, "slack", "T1/U1")
        assert [one.value for one in row.identities if one.channel == "slack"] == ["T1/U1"]
        row.name = "Jo Sands"
        row.duties = [one for one in row.duties if one.role is not Role.OFFICER]

    ledger.write_now(look_and_change)

    def found(tx: Session) -> tuple[str, list[str], int]:
        jo = roster.who(tx, "slack", "T1/U1")
        assert jo is not None
        return jo.name, [duty.scope for duty in jo.duties], len(roster.officers(tx, "INFO"))

    assert ledger.read_now(found) == ("Jo Sands", ["8301000"], 0)
