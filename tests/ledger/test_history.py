"""The record cannot be altered unseen: each kind of tampering is found; erasing words is none."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.ledger import Ledger, files, history
from bot.ledger.sealing import Retired
from bot.ledger.tables import File
from bot.rules.lifecycle import Act
from tests.ledger.conftest import NOW, REFERENCE


def faults(ledger: Ledger) -> list[str]:
    return ledger.read_now(lambda tx: list(history.faults(tx)))


def tamper(ledger: Ledger, statement: str, **values: object) -> None:
    """Alter the database behind everybody's back."""
    ledger.write_now(lambda tx: tx.execute(text(statement), values))


def test_an_honest_record_has_no_fault(recorded: Ledger) -> None:
    assert faults(recorded) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", str(NOW.replace(tzinfo=None) - timedelta(days=1))), ("act", "moved"), ("person_id", None),
        ("channel", "slack"), ("salt", b"0" * 16), ("digest", b"0" * 32), ("seal", b"0" * 32),
        ("implies", json.dumps({"status": "Received"})),
    ],
)  # fmt: skip
@pytest.mark.parametrize("sequence", [1, 2, 3])
def test_an_altered_field_of_any_entry_is_found(recorded: Ledger, column: str, value: object, sequence: int) -> None:
    tamper(recorded, f"UPDATE history SET {column} = :value WHERE sequence = :at", value=value, at=sequence)
    found = faults(recorded)
    assert any(fault.startswith(f"{REFERENCE}: ") and f"entry {sequence}" in fault for fault in found), found


@pytest.mark.parametrize("sequence", [1, 2])
def test_a_removed_entry_is_found(recorded: Ledger, sequence: int) -> None:
    tamper(recorded, "DELETE FROM history WHERE sequence = :at", at=sequence)
    assert faults(recorded) == [f"{REFERENCE}: entry {sequence} of its history is missing"]


def test_a_removed_entry_whose_gap_is_closed_is_found(recorded: Ledger) -> None:
    tamper(recorded, "DELETE FROM history WHERE sequence = 2")
    tamper(recorded, "UPDATE history SET sequence = 2 WHERE sequence = 3")
    tamper(recorded, "UPDATE files SET version = 2")
    assert any("was altered" in fault for fault in faults(recorded))


def test_a_removed_last_entry_is_found_by_the_files_row(recorded: Ledger) -> None:
    tamper(recorded, "DELETE FROM history WHERE sequence = 3")
    assert any("is at version 3" in fault for fault in faults(recorded))
    tamper(recorded, "UPDATE files SET version = 2")
    assert any("status" in fault for fault in faults(recorded))


def test_a_whole_history_removed_is_found(recorded: Ledger) -> None:
    tamper(recorded, "DELETE FROM history")
    assert faults(recorded)


def test_entries_that_changed_places_are_found(recorded: Ledger) -> None:
    for before, after in ((1, 9), (2, 1), (9, 2)):
        tamper(recorded, "UPDATE history SET sequence = :after WHERE sequence = :before", before=before, after=after)
    assert faults(recorded)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("status", "Sent"), ("school", None), ("service", "FIN"), ("name", "8302000_SENother20260901.docx"),
        ("sha256", "b" * 64), ("size", 4), ("received_by", 1), ("rejected_by", 1), ("recalled_by", 1),
        ("ever_received", False), ("contents", "destroyed"), ("moved_from", "FIN"), ("sent_by", 2), ("version", 4),
        ("reference", "PR-0000-0000"), ("object_id", "f2-1"), ("sent_at", "2020-01-01 00:00:00.000000"),
        ("received_at", None), ("rejected_at", "2020-01-01 00:00:00.000000"), ("given", "other.docx"),
        ("frozen_by", 1), ("frozen_at", "2026-09-01 08:00:00.000000"),
    ],
)  # fmt: skip
def test_an_altered_row_is_found(recorded: Ledger, column: str, value: object) -> None:
    tamper(recorded, f"UPDATE files SET {column} = :value", value=value)
    assert any(column in fault for fault in faults(recorded)), faults(recorded)


def test_an_altered_reason_is_found_and_an_erased_one_is_no_fault(recorded: Ledger) -> None:
    tamper(recorded, "UPDATE history SET why = 'It is fine' WHERE sequence = 3")
    assert faults(recorded) == [f"{REFERENCE}: the words of entry 3 of its history (rejected) were altered"]
    tamper(recorded, "UPDATE history SET why = '' WHERE sequence = 3")
    assert faults(recorded) == []


def test_a_reason_put_where_none_was_is_found(recorded: Ledger) -> None:
    tamper(recorded, "UPDATE history SET why = 'Jo asked for it' WHERE sequence = 2")
    assert any("entry 2" in fault for fault in faults(recorded))


def test_a_persons_erased_name_breaks_nothing(recorded: Ledger) -> None:
    tamper(recorded, "UPDATE people SET name = '', email = ''")
    assert faults(recorded) == []


def test_without_the_key_nothing_can_be_sealed_that_would_pass(recorded: Ledger) -> None:
    with Ledger(recorded.url, b"another key".ljust(32)) as forger:
        forger.write_now(receive_again)
    assert faults(recorded)


def receive_again(tx: Session) -> None:
    file = files.by_reference(tx, REFERENCE)
    assert isinstance(file, File)
    files.note(tx, file, Act.DOWNLOADED, by=2, now=NOW, channel="cli")


NEWER = b"n" * 32


def test_a_history_goes_on_under_a_new_key_and_stays_whole(recorded: Ledger) -> None:
    retired = [Retired(recorded.history_key, NOW + timedelta(days=1))]
    with Ledger(recorded.url, NEWER, retired) as newer:
        newer.write_now(receive_again)
        assert faults(newer) == []
    with Ledger(recorded.url, b"z" * 32, [*retired, Retired(NEWER, NOW + timedelta(days=2))]) as newest:
        newest.write_now(receive_again)
        assert faults(newest) == []
    with Ledger(recorded.url, b"z" * 32) as forgetful:
        assert len(faults(forgetful)) >= 4


def test_a_retired_key_seals_nothing_that_is_later_than_its_time(recorded: Ledger) -> None:
    recorded.write_now(receive_again)
    with Ledger(recorded.url, NEWER, [Retired(recorded.history_key, NOW - timedelta(seconds=1))]) as newer:
        assert any("entry 4" in fault for fault in faults(newer))


def test_a_retired_key_seals_nothing_after_an_entry_of_a_newer_one(recorded: Ledger) -> None:
    retired = [Retired(recorded.history_key, NOW + timedelta(days=1))]
    with Ledger(recorded.url, NEWER, retired) as newer:
        newer.write_now(receive_again)
    recorded.write_now(receive_again)
    with Ledger(recorded.url, NEWER, retired) as newer:
        assert faults(newer) == [f"{REFERENCE}: entry 5 of its history (downloaded) was altered"]
