"""An empty database, and one file on record with three lines of history."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot.ledger import Ledger, files, schema
from bot.ledger.tables import File, Person, School
from bot.rules.lifecycle import Act

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
REFERENCE = "PR-7K3Q-M2XD"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    url = f"sqlite:///{tmp_path}/ledger.db"
    schema.upgrade(url)
    with Ledger(url, b"k" * 32) as ledger:
        yield ledger


@pytest.fixture
def recorded(ledger: Ledger) -> Ledger:
    """With a file that was sent, received and rejected."""
    ledger.write_now(enter_file)
    return ledger


def enter_file(tx: Session) -> None:
    """One file of one school, sent by one person, received and rejected by another."""
    tx.add(School(number="8302000", name="Leys Junior School"))
    tx.add_all(
        [Person(id=1, name="Jo Sands", email="jo@leys.example"), Person(id=2, name="Sam", email="sam@la.example")]
    )
    tx.flush()
    file = File(
        reference=REFERENCE, school="8302000", service="SEN", name="8302000_SENplan20260901.docx",
        given="8302000_SENplan20260901.docx", size=3, sha256="a" * 64, sent_by=1, object_id="f1-1",
    )  # fmt: skip
    file = tx.get_one(File, files.begin(tx, file, Act.SENT, now=NOW, channel="email").id)
    files.change(tx, file, Act.RECEIVED, seen=1, by=2, now=NOW, channel="email")
    files.change(tx, file, Act.REJECTED, seen=2, by=2, now=NOW, channel="cli", why="It is the wrong child's")
