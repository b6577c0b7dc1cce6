"""`postroom retention due`, `postroom retention certificates`, `postroom files destroy`."""

import base64
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, update

from bot.ledger import files, upkeep
from bot.ledger.tables import File, OutboxItem, OutboxState
from bot.ledger.upkeep import Chore
from bot.receipts.document import canonical
from bot.rules.lifecycle import Act
from tests.cli.conftest import ALEX, CONTENTS, HEAD, JO, NOON, SAM, CommandLine
from tests.receipts.test_by_other_means import block

LONG_AGO = datetime.now(UTC) - timedelta(days=95)
LATELY = datetime.now(UTC) - timedelta(days=20)
NOTE = "8302000_SENnote20260901.docx"


def due(office: CommandLine, *words: str) -> list[tuple[str, str]]:
    """What is due, and of which file."""
    return [(one["what"], one["reference"]) for one in office.json("retention", "due", *words)["due"]]


def receive(office: CommandLine, reference: str, at: datetime) -> None:
    """An officer had it then."""

    def act(tx: object) -> bool:
        file = files.by_reference(tx, reference)  # type: ignore[arg-type]
        assert file is not None
        return files.change(tx, file, Act.RECEIVED, seen=None, by=file.sent_by, now=at, channel="cli")  # type: ignore[arg-type]

    assert office.write(act)


def test_what_is_due_is_listed_with_what_becomes_of_it(office: CommandLine) -> None:
    received, unreceived = office.take_in(at=LONG_AGO), office.take_in(NOTE, at=LONG_AGO)
    receive(office, received, LONG_AGO)
    assert due(office) == [("destroy", received), ("decide", unreceived), ("warn", unreceived)]
    assert f"{received}" in office.run("retention", "due").stdout


def test_a_day_to_come_can_be_asked_about(office: CommandLine) -> None:
    reference = office.take_in(at=LATELY)
    receive(office, reference, LATELY)
    last = (LATELY + timedelta(days=90)).date()
    assert due(office, "--on", last.isoformat()) == []
    (only,) = office.json("retention", "due", "--on", (last + timedelta(days=1)).isoformat())["due"]
    assert (only["reference"], only["due_on"]) == (reference, (last + timedelta(days=1)).isoformat())


def test_letters_and_records_that_are_due_are_counted(office: CommandLine) -> None:
    office.run("files", "recall", office.take_in(), "--by", JO)
    office.run("files", "reject", office.take_in(NOTE), "--by", SAM, "--reason", "Not signed")
    office.write(
        lambda tx: (
            tx.execute(update(File).values(sent_at=datetime(2015, 9, 1, tzinfo=UTC))),
            tx.execute(update(OutboxItem).values(created_at=NOON, state=OutboxState.SENT)),
        )
    )
    answers = office.write(lambda tx: tx.scalar(select(func.count(OutboxItem.id))))
    assert answers
    last = (NOON + timedelta(days=400)).date()
    today, day_after = ("--on", last.isoformat()), ("--on", (last + timedelta(days=1)).isoformat())
    assert office.json("retention", "due", *today)["forgotten"] == {"answers": 0, "messages": 0, "records": 1}
    assert office.json("retention", "due", *day_after)["forgotten"] == {"answers": answers, "messages": 0, "records": 1}
    assert "the record of 1 file." in office.run("retention", "due", *today).stdout
    assert f"the text of {answers} message" in office.run("retention", "due", *day_after).stdout


def test_it_is_said_that_retention_rests_and_until_when(office: CommandLine) -> None:
    until = datetime.now(UTC) + timedelta(days=3)
    office.write(lambda tx: upkeep.note(tx, Chore.RETENTION_RESTS, until))
    assert datetime.fromisoformat(office.json("retention", "due")["rests_until"]) == until
    assert "Retention rests" in office.run("retention", "due").stderr


def test_an_administrator_has_destroyed_what_nobody_received_and_the_sender_is_told(office: CommandLine) -> None:
    reference = office.take_in(at=LONG_AGO)
    office.run("files", "destroy", reference, "--by", ALEX, "--reason", "The pupil moved away")

    file = office.json("files", "show", reference)
    assert (file["status"], file["contents"]) == ("Sent", "destroyed")
    entry = office.json("files", "history", reference)[-1]
    assert (entry["act"], entry["by"], entry["why"]) == ("destroyed", ALEX, "The pupil moved away")
    told = office.read(lambda tx: [(one.recipient, one.kind) for one in tx.query(OutboxItem)])
    assert told == [(JO, "destroyed")]
    office.run("ledger", "verify")


def test_where_its_sender_has_left_the_headteacher_hears_of_it(office: CommandLine) -> None:
    reference = office.take_in(at=LONG_AGO)
    office.run("people", "remove", JO)
    office.run("files", "destroy", reference, "--by", ALEX, "--reason", "The pupil moved away")
    told = office.read(lambda tx: [(one.recipient, one.facts["reader"]) for one in tx.query(OutboxItem)])
    assert told == [(HEAD, "headteacher")]


def test_nobody_else_can_and_nothing_else(office: CommandLine) -> None:
    late, lately, received = (
        office.take_in(at=LONG_AGO),
        office.take_in(NOTE, at=LATELY),
        office.take_in("8302000_SENother20260901.docx", at=LONG_AGO),
    )
    receive(office, received, LONG_AGO)
    for by in (SAM, JO):
        assert "may not destroy" in office.run("files", "destroy", late, "--by", by, "--reason", "x", status=1).stderr
    assert (
        "can still be received"
        in office.run("files", "destroy", lately, "--by", ALEX, "--reason", "x", status=1).stderr
    )
    assert "is Received" in office.run("files", "destroy", received, "--by", ALEX, "--reason", "x", status=1).stderr
    office.run("files", "destroy", late, "--by", ALEX, "--reason", " ", status=2)
    assert {one["contents"] for one in office.json("files", "list")} == {"kept"}

    office.run("files", "destroy", late, "--by", ALEX, "--reason", "x")
    assert "destroyed already" in office.run("files", "destroy", late, "--by", ALEX, "--reason", "x", status=1).stderr


def test_a_frozen_file_that_is_overdue_can_be_destroyed(office: CommandLine) -> None:
    reference = office.take_in(at=LONG_AGO)
    office.run("files", "freeze", reference, "--by", JO)
    office.run("files", "destroy", reference, "--by", ALEX, "--reason", "x")
    file = office.json("files", "show", reference)
    assert (file["contents"], file["frozen_at"]) == ("destroyed", None)


def test_from_the_word_on_nobody_gets_the_contents(office: CommandLine) -> None:
    reference = office.take_in(at=LONG_AGO)

    def order(tx: object) -> None:
        file = files.by_reference(tx, reference)  # type: ignore[arg-type]
        assert isinstance(file, File)
        files.order_destruction(tx, file.object_id, file_id=file.id, why="x", now=LONG_AGO)  # type: ignore[arg-type]

    office.write(order)
    assert due(office) == [], "nor is anything due of what is ordered"
    office.run("files", "receive", reference, "--by", SAM, status=1)
    assert office.json("files", "show", reference)["status"] == "Sent"


def test_certificates_say_what_was_destroyed_why_and_by_whom_and_are_signed(office: CommandLine) -> None:
    by_word, recalled = office.take_in(at=LONG_AGO), office.take_in(NOTE)
    office.run("files", "destroy", by_word, "--by", ALEX, "--reason", "The pupil moved away")
    office.run("files", "recall", recalled, "--by", JO)

    said = office.json("retention", "certificates")
    first, second = said["destroyed"]
    assert (first["reference"], first["ordered_by"], first["why"]) == (by_word, ALEX, "The pupil moved away")
    assert (second["reference"], second["ordered_by"], second["why"]) == (recalled, JO, "recalled")
    assert first["key_gone"] is second["key_gone"] is True
    assert len(first["sha256"]) == 64
    assert first["school_name"] == "Leys Junior School"

    signature = said.pop("signature")
    with office.rooms() as rooms:
        key = rooms.signer.public
    assert signature["key"] == key.id
    assert key.proves(base64.b64decode(signature["value"]), canonical(said))
    said["destroyed"][0]["why"] = "for no reason"
    assert not key.proves(base64.b64decode(signature["value"]), canonical(said))


def test_a_certificate_is_checked_without_postroom_before_and_after_a_rotation(
    office: CommandLine, tmp_path: Path
) -> None:
    office.run("files", "recall", office.take_in(), "--by", JO)
    first = office.run("retention", "certificates", "--json").stdout
    office.run("keys", "rotate")
    second = office.run("retention", "certificates", "--json").stdout
    keys = office.config / "receipts.pub"
    assert keys.read_text().count("BEGIN PUBLIC KEY") == 2
    assert json.loads(first)["signature"]["key"] != json.loads(second)["signature"]["key"]
    for said, outcome in ((first, 0), (second, 0), (second.replace('"recalled"', '"at will"'), 1)):
        (tmp_path / "certificates.json").write_text(said)
        command = [sys.executable, "-c", block("python"), str(tmp_path / "certificates.json"), str(keys)]
        assert subprocess.run(command, capture_output=True, check=False).returncode == outcome


def test_certificates_are_verified_by_the_public_key_also_after_a_rotation(office: CommandLine, tmp_path: Path) -> None:
    reference = office.take_in()
    office.run("files", "recall", reference, "--by", JO)
    path = tmp_path / "certificates.json"
    path.write_text(office.run("retention", "certificates", "--json").stdout)
    office.run("keys", "rotate")
    said = office.run("verify", str(path)).stdout
    assert "is genuine: Derbyshire County Council (demo) issued it" in said
    assert reference in said
    (tmp_path / "plan.docx").write_bytes(CONTENTS)
    held = office.run("verify", str(path), str(tmp_path / "plan.docx")).stdout
    assert held.endswith(f"has the contents of {reference}, which are destroyed here.\n")
    (tmp_path / "plan.docx").write_bytes(b"another")
    assert "Nothing of what" in office.run("verify", str(path), str(tmp_path / "plan.docx"), status=1).stderr
    told = office.json("verify", str(path))
    assert [one["reference"] for one in told["certificates"]["destroyed"]] == [reference]
    path.write_text(path.read_text().replace('"key_gone": true', '"key_gone": false'))
    assert "did not sign what it says" in office.run("verify", str(path), status=1).stderr
    assert office.json("verify", str(path), status=1)["certificates"] is None


def test_certificates_can_be_had_for_some_days_alone(office: CommandLine) -> None:
    office.run("files", "recall", office.take_in(), "--by", JO)
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    assert office.json("retention", "certificates", "--from", tomorrow)["destroyed"] == []
    assert len(office.json("retention", "certificates", "--to", tomorrow)["destroyed"]) == 1


def test_a_key_that_is_there_again_is_a_problem(office: CommandLine) -> None:
    reference = office.take_in()
    office.run("files", "recall", reference, "--by", JO)
    with office.rooms() as rooms:
        again = rooms.vault.begin("f1-1")
        again.write(b"x")
        rooms.vault.finish(again)
    ended = office.run("retention", "certificates", "--json", status=1)
    assert json.loads(ended.stdout)["destroyed"][0]["key_gone"] is False
    assert reference in ended.stderr
