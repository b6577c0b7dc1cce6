"""What is taken away from the record is missed: newest entries, whole files, chains put in place of others, checkpoints."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog.testing
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.checkpointing import CheckpointWorker
from bot.ledger import Ledger, checkpoints, files, history, schema
from bot.ledger.checkpoints import SigningKeys
from bot.ledger.tables import Checkpoint, Entry, File
from bot.rules.lifecycle import Act
from tests.ledger.conftest import NOW, REFERENCE, enter_file
from tests.office import HandWoundClock

OTHER = "PR-AAAA-AAAA"
KEYS = SigningKeys("aaaa", {"aaaa": b"c" * 32})


@pytest.fixture
def signed(recorded: Ledger) -> Ledger:
    """One file with three entries, and one with one; all signed."""
    recorded.write_now(enter_other)
    recorded.write_now(lambda tx: checkpoints.make(tx, KEYS, NOW))
    return recorded


def enter_other(tx: Session) -> None:
    file = File(
        reference=OTHER, school="8302000", service="SEN", name="8302000_SENother20260901.docx",
        given="8302000_SENother20260901.docx", size=3, sha256="b" * 64, sent_by=1, object_id="f2-1",
    )  # fmt: skip
    files.begin(tx, file, Act.SENT, now=NOW, channel="email")


def faults(ledger: Ledger, keys: SigningKeys = KEYS) -> list[str]:
    return ledger.read_now(lambda tx: [*history.faults(tx), *checkpoints.faults(tx, keys)])


def sign(ledger: Ledger, keys: SigningKeys = KEYS) -> None:
    ledger.write_now(lambda tx: checkpoints.make(tx, keys, NOW))


def tamper(ledger: Ledger, *statements: str) -> None:
    """Alter the database behind everybody's back, as somebody does who keeps no rule of it."""

    def alter(tx: Session) -> None:
        tx.execute(text("PRAGMA defer_foreign_keys = ON"))
        for statement in statements:
            tx.execute(text(statement))

    ledger.write_now(alter)


def test_a_signed_record_has_no_fault_and_goes_on(signed: Ledger) -> None:
    assert faults(signed) == []
    signed.write_now(lambda tx: note(tx, OTHER))
    assert faults(signed) == []
    sign(signed)
    assert faults(signed) == []


def note(tx: Session, reference: str) -> None:
    file = files.by_reference(tx, reference)
    assert file
    files.note(tx, file, Act.DOWNLOADED, by=2, now=NOW, channel="cli")


def test_newest_entries_cut_off_with_their_row_put_back_are_missed(signed: Ledger) -> None:
    tamper(
        signed, "DELETE FROM history WHERE file_id = 1 AND sequence > 1",
        "UPDATE files SET status = 'Sent', version = 1, received_by = NULL, received_at = NULL, ever_received = 0, "
        "rejected_by = NULL, rejected_at = NULL WHERE id = 1",
    )  # fmt: skip
    assert faults(signed) == [
        f"{REFERENCE}: its history was cut off: 3 entries were there on 1 September 2026 at 08:00 UTC, 1 are"
    ]


def test_a_file_that_is_gone_with_its_whole_history_is_missed(signed: Ledger) -> None:
    tamper(signed, "DELETE FROM history WHERE file_id = 2", "DELETE FROM files WHERE id = 2")
    assert faults(signed) == [
        f"{OTHER}: the file and its whole history are gone; it had 1 entries on 1 September 2026 at 08:00 UTC"
    ]


def test_a_history_whose_row_is_gone_is_found(signed: Ledger) -> None:
    tamper(signed, "UPDATE history SET file_id = 9 WHERE file_id = 2", "UPDATE files SET id = 9 WHERE id = 2")
    assert any(fault.startswith(f"{OTHER}: entry 1 of its history") for fault in faults(signed))


def test_a_chain_put_in_place_of_another_by_somebody_with_its_key_is_found(signed: Ledger) -> None:
    tamper(signed, "DELETE FROM history WHERE file_id = 2", "DELETE FROM files WHERE id = 2")
    signed.write_now(enter_other)
    (fault,) = faults(signed)
    assert fault.startswith(f"{OTHER}: its history was put in place of another: entry 1")


@pytest.mark.parametrize("number", [1, 2])
def test_a_missing_checkpoint_is_found(signed: Ledger, number: int) -> None:
    signed.write_now(lambda tx: note(tx, OTHER))
    sign(signed)
    tamper(signed, f"DELETE FROM checkpoints WHERE id = {number}")
    assert any(f"checkpoint {number} is missing" in fault for fault in faults(signed))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "'2020-01-01 00:00:00.000000'"), ("entries", "1"), ("heads", "'{}'"), ("removals", "'{\"PR-X\": \"\"}'"),
        ("master", "'bbbb'"), ("seal", "x'00'"),
    ],
)  # fmt: skip
def test_an_altered_checkpoint_is_found(signed: Ledger, column: str, value: str) -> None:
    tamper(signed, f"UPDATE checkpoints SET {column} = {value}")
    assert any(fault.startswith("checkpoint 1 ") for fault in faults(signed)), faults(signed)


def test_a_checkpoint_signed_with_another_key_is_found(signed: Ledger) -> None:
    signed.write_now(lambda tx: note(tx, OTHER))
    sign(signed, SigningKeys("aaaa", {"aaaa": b"x" * 32}))
    assert any(fault.startswith("checkpoint 2 of") for fault in faults(signed))


def test_checkpoints_of_an_earlier_master_key_stay_verifiable(signed: Ledger) -> None:
    later = SigningKeys("bbbb", {**KEYS.known, "bbbb": b"d" * 32})
    signed.write_now(lambda tx: note(tx, OTHER))
    sign(signed, later)
    assert faults(signed, later) == []
    assert any("master key bbbb, which is not known here" in fault for fault in faults(signed))


def test_an_entry_that_claims_to_be_signed_is_found(signed: Ledger) -> None:
    signed.write_now(lambda tx: note(tx, OTHER))
    tamper(signed, "UPDATE history SET checkpoint_id = 1 WHERE checkpoint_id IS NULL")
    assert any("says that it was signed" in fault for fault in faults(signed))


def test_what_no_checkpoint_took_up_at_once_is_taken_up_by_the_next(
    signed: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = checkpoints._UNSIGNED.limit(2)
    monkeypatch.setattr(checkpoints, "_UNSIGNED", small)
    for reference in (OTHER, REFERENCE, OTHER, OTHER, REFERENCE):
        signed.write_now(lambda tx, reference=reference: note(tx, reference))  # type: ignore[misc]  # mypy: its default
    counts = []
    while signed.read_now(checkpoints.is_wanting):
        sign(signed)
        counts.append(signed.read_now(lambda tx: getattr(checkpoints.newest(tx), "entries", 0)))
    assert counts == [2, 2, 1]
    assert faults(signed) == []


def removal(tx: Session) -> None:
    file = files.by_reference(tx, OTHER)
    assert file
    history.remove(tx, file, now=NOW, why="its years are over")
    tx.delete(file)


@pytest.mark.parametrize("signed_since", [False, True])
def test_a_record_removed_when_its_years_are_over_leaves_its_trace_and_is_no_fault(
    signed: Ledger, *, signed_since: bool
) -> None:
    signed.write_now(removal)
    if signed_since:
        sign(signed)
    assert faults(signed) == []


def test_a_trace_is_signed_once(signed: Ledger) -> None:
    signed.write_now(removal)
    assert signed.read_now(checkpoints.is_wanting)
    sign(signed)
    assert not signed.read_now(checkpoints.is_wanting)


def test_a_removed_record_that_is_put_back_is_found_and_told_once(signed: Ledger) -> None:
    signed.write_now(removal)
    sign(signed)
    signed.write_now(enter_other)
    assert faults(signed) == [f"{OTHER}: its record was removed, and is there"]


def test_a_checkpoint_that_was_genuine_in_another_past_does_not_fit_here(signed: Ledger) -> None:
    before = signed.read_now(checkpoints.newest)
    assert before
    made = Checkpoint(id=before.id + 1, at=NOW, entries=0, heads={}, removals={}, master="aaaa")
    made.seal = checkpoints.seal(KEYS.known["aaaa"], b"of another past", made)
    signed.write_now(lambda tx: tx.add(made))
    assert any(fault.startswith("checkpoint 2 of") for fault in faults(signed))


def test_a_trace_that_is_forged_or_taken_away_is_found(signed: Ledger) -> None:
    signed.write_now(removal)
    sign(signed)
    tamper(signed, "UPDATE removals SET why = 'because'")
    assert f"{OTHER}: the note that its record was removed is forged or altered" in faults(signed)
    tamper(signed, "DELETE FROM removals")
    assert f"{OTHER}: the note that its record was removed is gone" in faults(signed)


def test_a_later_state_is_known_to_continue_an_earlier_one(signed: Ledger) -> None:
    number, seal = signed.read_now(lambda tx: next((one.id, one.seal.hex()) for one in tx.scalars(select(Checkpoint))))
    sign(signed)
    assert signed.read_now(lambda tx: checkpoints.known_since(tx, number, seal))
    assert not signed.read_now(lambda tx: checkpoints.known_since(tx, number + 1, seal))
    assert not signed.read_now(lambda tx: checkpoints.known_since(tx, number + 9, seal))


@pytest.fixture
def unsigned(tmp_path: Path) -> Iterator[Ledger]:
    """A record of a version that made no checkpoints."""
    url = f"sqlite:///{tmp_path}/older.db"
    schema.upgrade(url)
    with Ledger(url, b"k" * 32) as ledger:
        ledger.write_now(enter_file)
        yield ledger


async def test_a_checkpoint_is_made_each_minute_in_which_something_was_recorded(unsigned: Ledger) -> None:
    clock = HandWoundClock(NOW)
    worker = CheckpointWorker(unsigned, KEYS, clock)

    def made() -> list[int]:
        return unsigned.read_now(lambda tx: [one.entries for one in tx.scalars(select(Checkpoint))])

    with structlog.testing.capture_logs() as logged:
        assert not await worker.step()
    assert made() == [3]
    newest = unsigned.read_now(checkpoints.newest)
    assert newest
    seals = [one["seal"] for one in logged if one["event"] == "checkpoint"]
    assert seals == [newest.seal.hex()], "where the database cannot take it back"
    unsigned.write_now(lambda tx: note(tx, REFERENCE))
    clock.advance(seconds=59)
    await worker.step()
    assert made() == [3]
    clock.advance(seconds=1)
    await worker.step()
    assert made() == [3, 1]
    clock.advance(minutes=5)
    await worker.step()
    assert made() == [3, 1]
    unsigned.write_now(lambda tx: note(tx, REFERENCE))
    clock._at -= timedelta(days=1)
    await worker.step()
    assert made() == [3, 1, 1]
    assert unsigned.read_now(lambda tx: tx.scalars(select(Entry).where(Entry.checkpoint_id.is_(None))).all()) == []
