"""`postroom inbox …`, `outbox …`, `ledger verify`."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.arrival import Arrival
from bot.ledger.tables import DestroyOrder, File, InboxItem, InboxState, OutboxItem, OutboxState
from tests.cli.conftest import ALEX, JO, NOON, SAM, CommandLine


def arrive(office: CommandLine, state: InboxState, key: str = "1", **columns: Any) -> int:
    """Have a message lie in the inbox; its number."""
    arrival = Arrival(
        channel="email", key=key, sender=columns.pop("sender", JO), believed=columns.pop("believed", "it was relayed"),
        subject="Autumn return", automatic=columns.pop("automatic", None), unproven=columns.pop("unproven", None),
    )  # fmt: skip
    with office.rooms() as rooms:
        writing = rooms.vault.begin(f"raw-{key}")
        writing.write(columns.pop("raw", b"From: jo"))
        (sealed,) = rooms.vault.finish(writing)
        item = InboxItem(
            channel="email", key=key, state=state, arrived_at=NOON, next_at=NOON + timedelta(days=1), tries=6,
            sender=arrival.sender, subject=arrival.subject, arrival=arrival.model_dump(mode="json"),
            object_id=sealed.object_id, why=columns.pop("why", ""),
        )  # fmt: skip

        def enter(tx: Any) -> int:
            tx.add(item)
            tx.flush()
            return item.id

        return rooms.ledger.write_now(enter)


def state_of(office: CommandLine, number: int) -> str:
    return str(office.json("inbox", "show", str(number))["state"])


def test_the_inbox_is_listed_with_the_promised_keys(office: CommandLine) -> None:
    number = arrive(office, InboxState.QUARANTINED, why="KeyError")
    (item,) = office.json("inbox", "list")
    assert list(item) == ["id", "state", "channel", "from", "subject", "at", "why"]
    assert (item["id"], item["state"], item["from"], item["why"]) == (number, "quarantined", JO, "KeyError")
    assert office.json("inbox", "show", str(number)).items() >= item.items()
    assert JO in office.run("inbox", "list").stdout
    assert office.json("inbox", "list", "--state", "waiting") == []
    assert len(office.json("inbox", "list", "--state", "quarantined", "--state", "waiting")) == 1


def test_what_is_not_there_is_said_so(office: CommandLine) -> None:
    assert "postroom inbox list" in office.run("inbox", "show", "7", status=1).stderr
    assert "postroom outbox list" in office.run("outbox", "retry", "nothing", status=1).stderr
    office.run("inbox", "show", "seven", status=2)


@pytest.mark.parametrize("state", [InboxState.QUARANTINED, InboxState.WAITING])
def test_a_retry_is_due_at_once_with_all_its_tries(office: CommandLine, state: InboxState) -> None:
    number = arrive(office, state)
    office.run("inbox", "retry", str(number))
    found = office.read(lambda tx: tx.get_one(InboxItem, number))
    assert (found.state, found.tries) == (InboxState.WAITING, 0)
    assert found.next_at != NOON + timedelta(days=1)


@pytest.mark.parametrize("state", [InboxState.DONE, InboxState.WORKING, InboxState.DISCARDED])
@pytest.mark.parametrize("decision", ["retry", "release", "discard"])
def test_what_is_finished_or_being_handled_is_left_alone(office: CommandLine, state: InboxState, decision: str) -> None:
    number = arrive(office, state)
    assert state.value in office.run("inbox", decision, str(number), status=1).stderr
    assert state_of(office, number) == state


def test_a_released_message_counts_as_a_proven_persons(office: CommandLine) -> None:
    number = arrive(
        office, InboxState.QUARANTINED, sender="Jo Sands <Jo.Sands@LeysJunior.example>", believed="", automatic="Precedence: bulk",
        unproven="it has no proof",
    )  # fmt: skip
    office.run("inbox", "release", str(number))
    item = office.read(lambda tx: tx.get_one(InboxItem, number))
    arrival = Arrival.model_validate(item.arrival)
    assert (item.state, item.sender, arrival.sender) == (InboxState.WAITING, JO, JO)
    assert (arrival.automatic, arrival.unproven) == (None, None)
    assert arrival.believed == "released from quarantine by an administrator (cli)"


def test_nothing_of_an_earlier_try_is_left_to_be_destroyed_when_it_is_handled_again(office: CommandLine) -> None:
    number = arrive(office, InboxState.QUARANTINED)
    office.write(lambda tx: tx.add(DestroyOrder(object_id=f"f{number}-1", why="sent by a machine", ordered_at=NOON)))
    office.run("inbox", "release", str(number))
    assert office.read(lambda tx: tx.scalars(select(DestroyOrder)).all()) == []


def test_a_message_is_shown_with_all_that_helps_to_decide_and_nothing_of_it_is_kept(office: CommandLine) -> None:
    raw = (
        b"From: Jo Sands <jo.sands@gmail.com>\r\nSubject: Autumn return\r\nX-Mailer: RICOH MP C3004\r\n"
        b'Content-Type: application/pdf; name="8302000_SENplan.pdf"\r\n'
        b'Content-Disposition: attachment; filename="8302000_SENplan.pdf"\r\n\r\n%PDF-1.4 one\r\n'
    )
    number = arrive(
        office,
        InboxState.QUARANTINED,
        sender="Jo Sands <jo.sands@gmail.com>",
        believed="",
        unproven="no proof at all",
        raw=raw,
    )
    with office.rooms() as rooms:
        before = list(rooms.vault.object_ids())
    shown = office.json("inbox", "show", str(number))
    assert shown["reason"] == "It is not proven who sent it: no proof at all"
    assert shown["files"] == [{"name": "8302000_SENplan.pdf", "size": 14, "kind": "PDF"}]
    assert shown["guess"] == "probably 8302000 Leys Junior School, from a photocopier"
    assert len(shown["because"]) >= 3
    assert shown["kept_until"] == "2026-10-01"
    assert f"postroom inbox release {number} --as {JO}" in shown["choices"][0]
    assert "8302000_SENplan.pdf (14 octets, PDF)" in office.run("inbox", "show", str(number)).stdout
    with office.rooms() as rooms:
        assert list(rooms.vault.object_ids()) == before


def test_it_is_released_as_whom_one_has_made_sure_of_if_they_may_send_and_who_decided_stays_known(
    office: CommandLine,
) -> None:
    number = str(
        arrive(office, InboxState.QUARANTINED, sender="scan@leysjunior.example", believed="", unproven="no proof")
    )
    shared = "office@leysjunior.example"  # a headteacher may be told things there, and nobody acts from there
    office.run("people", "add", shared, "--name", "Pat Head", "--role", "headteacher", "--school", "8302000")
    for refused, remedy in (
        (SAM, "--as EMAIL"),
        ("nobody@leys.example", "people add"),
        (shared, "a shared or private mailbox"),
    ):
        assert remedy in office.run("inbox", "release", number, "--as", refused, status=1).stderr
    assert remedy_of(office, "release", number, "--as", JO, "--by", SAM) == "people list"
    assert state_of(office, int(number)) == "quarantined"

    office.run("inbox", "release", number, "--as", JO, "--by", ALEX)
    (decided,) = office.json("inbox", "show", number)["decisions"]
    assert (decided["by"], decided["act"], decided["channel"], decided["sender"]) == (ALEX, "release", "cli", JO)
    assert office.read(lambda tx: tx.get_one(InboxItem, int(number)).sender) == JO


def remedy_of(office: CommandLine, *words: str) -> str:
    """What a refusal of `postroom inbox …` says is to be done."""
    return office.run("inbox", *words, status=1).stderr.strip().rpartition("postroom ")[2]


def test_whoever_is_proven_is_told_that_their_message_was_discarded_and_why(office: CommandLine) -> None:
    number = str(
        arrive(office, InboxState.QUARANTINED, automatic="Precedence: bulk", why="sent by a machine: Precedence: bulk")
    )
    office.run("inbox", "discard", number, "--reason", "a test page")
    told = office.read(
        lambda tx: [(one.kind, one.recipient, one.facts["why"]) for one in tx.scalars(select(OutboxItem))]
    )
    assert told == [("not-taken", JO, "a test page")]
    office.run("inbox", "discard", str(arrive(office, InboxState.QUARANTINED, "2", unproven="no proof", believed="")))
    assert len(office.read(lambda tx: tx.scalars(select(OutboxItem)).all())) == 1


@pytest.mark.parametrize("sender", ["", "Jo", "a@leys.example, b@leys.example", "a@leys.example <b@leys.example>"])
def test_a_message_of_no_single_sender_is_never_released(office: CommandLine, sender: str) -> None:  # lesson L1
    number = arrive(office, InboxState.QUARANTINED, sender=sender, unproven="two From lines")
    office.run("inbox", "release", str(number), status=1)
    assert state_of(office, number) == "quarantined"


def test_only_what_lies_in_quarantine_is_released(office: CommandLine) -> None:
    office.run("inbox", "release", str(arrive(office, InboxState.WAITING)), status=1)


def test_a_discarded_message_is_destroyed_at_once(office: CommandLine) -> None:
    number = arrive(office, InboxState.QUARANTINED, why="unreadable")
    with office.rooms() as rooms:  # of a try that failed
        writing = rooms.vault.begin(f"f{number}-1")
        writing.write(b"a file of it")
        rooms.vault.finish(writing)
    assert "destroyed" in office.run("inbox", "discard", str(number)).stdout
    item = office.json("inbox", "show", str(number))
    assert item["state"] == "discarded"
    assert "unreadable" in item["why"]
    with office.rooms() as rooms:
        assert not rooms.vault.holds("raw-1")
        assert not rooms.vault.holds(f"f{number}-1")
        assert rooms.ledger.read_now(lambda tx: tx.scalars(select(DestroyOrder)).all()) == []


def told(office: CommandLine, state: OutboxState) -> str:
    """Have one notice in the outbox; its id."""
    office.run("files", "receive", office.take_in(), "--by", SAM)
    office.write(lambda tx: tx.execute(update(OutboxItem).values(state=state, error="550 no such user", tries=9)))
    return office.read(lambda tx: tx.scalars(select(OutboxItem.id)).one())


def test_the_outbox_is_listed_with_the_promised_keys(office: CommandLine) -> None:
    number = told(office, OutboxState.FAILED)
    (item,) = office.json("outbox", "list")
    assert list(item) == ["id", "kind", "to", "state", "tries", "next_at", "error"]
    assert (item["id"], item["kind"], item["to"], item["state"], item["error"]) == (
        number,
        "received",
        JO,
        "failed",
        "550 no such user",
    )
    assert office.json("outbox", "list", "--state", "sent") == []


@pytest.mark.parametrize("named", [True, False])
def test_what_was_given_up_is_tried_again(office: CommandLine, named: bool) -> None:
    number = told(office, OutboxState.FAILED)
    office.run("outbox", "retry", *([number] if named else []))
    assert office.json("outbox", "list")[0]["state"] == "waiting"


def test_what_was_sent_is_not_sent_twice(office: CommandLine) -> None:
    number = told(office, OutboxState.SENT)
    office.run("outbox", "retry", number, status=1)
    assert "Nothing" in office.run("outbox", "retry").stdout
    assert office.json("outbox", "list")[0]["state"] == "sent"


def test_a_whole_record_is_said_to_be_whole(office: CommandLine) -> None:
    office.take_in()
    assert "whole" in office.run("ledger", "verify").stdout
    assert office.json("ledger", "verify") == {"whole": True, "faults": []}


def test_an_altered_record_names_each_file(office: CommandLine) -> None:
    reference = office.take_in()
    office.write(lambda tx: tx.execute(update(File).values(sha256="0" * 64)))
    assert reference in office.run("ledger", "verify", status=1).stdout
    found = office.json("ledger", "verify", status=1)
    assert not found["whole"]
    assert reference in found["faults"][0]
