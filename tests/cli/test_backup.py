"""`postroom backup` and `postroom restore`, with a real office on disk."""

import errno
import fcntl
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.backup import restoring
from bot.backup.manifest import generations, part_of, write
from bot.ledger import checkpoints, files, schema, upkeep
from bot.ledger.kinds import Purpose
from bot.ledger.tables import (
    DestroyOrder,
    File,
    InboxItem,
    InboxState,
    Link,
    OutboxItem,
    OutboxState,
    Person,
    Proof,
    Upkeep,
)
from bot.ledger.upkeep import Chore
from bot.rules.lifecycle import Act
from tests.cli.conftest import CONTENTS, NAME, NOON, CommandLine
from tests.ledger.test_migrations import copy_rows
from tests.ready import make_database

OTHER = "8302000_SENother20260901.docx"
CANARY = b"canary: what must never be seen again " * 40


def keys_of(office: CommandLine) -> str:
    return str(office.settings.keys.path)


def restored(clean: CommandLine, place: Path, office: CommandLine, *words: str, status: int = 0) -> dict[str, object]:
    found: dict[str, object] = clean.json("restore", str(place), "--keys", keys_of(office), *words, status=status)
    return found


def all_octets(*folders: Path) -> bytes:
    return b"".join(path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file())


def manifest(place: Path) -> dict[str, object]:
    (newest,) = sorted(place.glob("generations/*/manifest.json"))[-1:]
    found: dict[str, object] = json.loads(newest.read_text())
    return found


def test_a_backup_put_back_on_a_clean_machine_is_the_office_as_it_was(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    reference = office.take_in()
    made = office.json("backup", str(place))
    assert [made["files"], made["files_kept"], made["objects_new"]] == [1, 1, 1]

    report = restored(clean, place, office)

    assert [report["destroyed"], report["missing"], report["messages_lost_at_least"]] == [[], [], 0]
    assert clean.json("ledger", "verify")["whole"]
    assert clean.json("files", "show", reference) == office.json("files", "show", reference)
    clean.run("files", "export", reference, "-o", str(place.parent / "plan.docx"))
    assert (place.parent / "plan.docx").read_bytes() == CONTENTS
    assert {path.name for path in clean.config.iterdir()} >= {"authority.toml", "services.toml", "channels.toml"}


def test_a_configuration_that_is_there_is_never_mixed_with_the_one_of_the_backup(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    office.json("backup", str(place))
    shutil.copytree(office.config, clean.config)
    (clean.config / "storage.toml").rename(clean.config / "where-it-lies.toml")
    before = {path.name: path.read_bytes() for path in clean.config.iterdir()}
    restored(clean, place, office)
    assert {path.name: path.read_bytes() for path in clean.config.glob("*.toml")} == before


def test_neither_keys_nor_master_key_nor_passwords_are_in_a_backup(office: CommandLine, place: Path) -> None:
    office.take_in()
    (office.config / "password").write_text("a password of a mailbox")
    office.run("backup", str(place))
    found = all_octets(place)
    master = office.settings.keys.master_key_file.read_text().strip()
    assert master.encode() not in found
    assert bytes.fromhex(master) not in found
    assert b"a password of a mailbox" not in found
    with closing(sqlite3.connect(office.settings.keys.path)) as keys:
        wrapped = [octets for (octets,) in keys.execute("SELECT wrapped FROM keys")]
    assert wrapped
    assert not any(octets in found for octets in wrapped)


def test_the_next_backup_copies_only_what_is_new_and_older_generations_go(office: CommandLine, place: Path) -> None:
    office.take_in()
    first = office.json("backup", str(place))
    office.take_in(OTHER)
    second = office.json("backup", str(place), "--keep", "1")
    assert [second["objects"], second["objects_new"]] == [2, 1]
    assert second["removed"] == [first["generation"]]
    assert [path.name for path in (place / "generations").iterdir()] == [second["generation"]]


def test_what_was_destroyed_leaves_the_backup_with_the_next_one_and_is_noise_until_then(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:  # lesson L68
    recalled, kept = office.take_in(contents=CANARY), office.take_in(OTHER)
    office.run("backup", str(place))
    office.run("files", "recall", recalled, "--by", "jo.sands@leysjunior.example")

    report = restored(clean, place, office)

    assert report["destroyed"] == [recalled]
    assert clean.json("files", "show", recalled)["contents"] == "destroyed"
    assert clean.json("files", "show", kept)["contents"] == "kept"
    last = clean.json("files", "history", recalled)[-1]
    assert [last["act"], last["by"]] == ["destroyed", "postroom"]
    assert "its key was destroyed after the backup of" in last["why"]
    clean.run("files", "export", recalled, "-o", str(place.parent / "x.docx"), status=1)
    assert not (place.parent / "x.docx").exists()
    readable = b"".join(b"".join(pieces) for pieces in everything_that_opens(clean))
    assert CONTENTS in readable
    assert CANARY[:38] not in readable
    assert CANARY[:38] not in all_octets(place, clean.config.parent, office.config.parent)
    assert clean.json("ledger", "verify")["whole"]
    office.run("backup", str(place))
    assert len([path for path in (place / "vault").rglob("*") if path.is_file()]) == 1


def test_what_an_old_copy_of_the_keys_would_bring_back_is_destroyed_again(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:  # lesson L68
    recalled, kept = office.take_in(contents=CANARY), office.take_in(OTHER)
    office.run("backup", str(place))
    old = place.parent / "old.db"
    with closing(sqlite3.connect(office.settings.keys.path)) as connection:
        connection.execute("VACUUM INTO ?", (str(old),))
    office.run("files", "recall", recalled, "--by", "jo.sands@leysjunior.example")
    office.run("backup", str(place))

    report = clean.json("restore", str(place), "--keys", str(old))
    assert report["came_back"] == [recalled]
    assert "The keys are an old copy" in " ".join(report["told"])
    assert CANARY[:38] not in b"".join(b"".join(pieces) for pieces in everything_that_opens(clean))
    assert clean.json("files", "show", kept)["contents"] == "kept"
    assert clean.json("ledger", "verify")["whole"]
    assert [one["act"] for one in clean.json("files", "history", recalled)].count("destroyed") == 1


def everything_that_opens(office: CommandLine) -> Iterator[list[bytes]]:
    with office.rooms() as rooms:
        for object_id in rooms.vault.with_keys():
            yield list(rooms.vault.read(object_id))


def test_what_was_deleted_or_erased_from_the_record_is_not_in_its_copy(office: CommandLine, place: Path) -> None:
    """Though SQLite keeps it in free pages of the record itself."""
    with closing(sqlite3.connect(office.settings.ledger.file)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        for number in range(200):
            connection.execute(
                "INSERT INTO upkeep VALUES (?, ?)", (f"Jamie Doe of year five {number} {'x' * 500}", str(NOON))
            )
        connection.commit()
        connection.execute("DELETE FROM upkeep")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"Jamie Doe" in office.settings.ledger.file.read_bytes()
    office.run("backup", str(place))
    assert b"Jamie Doe" not in all_octets(place)


def test_nothing_is_destroyed_for_its_age_for_a_while(office: CommandLine, clean: CommandLine, place: Path) -> None:
    office.take_in()
    office.run("backup", str(place))
    report = restored(clean, place, office)
    rests = clean.read(lambda tx: upkeep.when(tx, Chore.RETENTION_RESTS))
    assert rests
    assert report["rests_until"] == rests.isoformat().replace("+00:00", "Z")
    with clean.rooms() as rooms:
        assert timedelta(days=6.9) < rests - rooms.clock.now() < timedelta(days=7)  # lesson L68


def test_it_is_noted_when_the_newest_backup_was_taken(office: CommandLine, clean: CommandLine, place: Path) -> None:
    assert office.read(lambda tx: tx.get(Upkeep, Chore.BACKED_UP)) is None
    made = office.json("backup", str(place))
    for one in (office, clean):
        if one is clean:
            restored(clean, place, office)
        found = one.read(lambda tx: upkeep.when(tx, Chore.BACKED_UP))
        assert found
        assert found.isoformat().replace("+00:00", "Z") == made["taken_at"]


def test_an_order_to_destroy_that_was_open_is_carried_out(office: CommandLine, clean: CommandLine, place: Path) -> None:
    reference = office.take_in()
    office.write(lambda tx: recall(tx, reference))
    office.run("backup", str(place))
    restored(clean, place, office)
    assert clean.json("files", "show", reference)["contents"] == "destroyed"
    assert clean.history(reference) == ["sent", "recalled", "destroyed"]
    assert list(everything_that_opens(clean)) == []


def recall(tx: Session, reference: str) -> None:
    file = files.by_reference(tx, reference)
    assert file
    files.change(tx, file, Act.RECALLED, seen=None, by=file.sent_by, now=NOON, channel="email")


def test_a_held_file_whose_contents_are_gone_cannot_become_sent(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    reference = office.take_in("plan.docx", act=Act.HELD)
    office.take_in()
    office.run("backup", str(place))
    with office.rooms() as rooms:
        rooms.vault.destroy(["f1-1"])
    restored(clean, place, office)
    shown = clean.json("files", "show", reference)
    assert [shown["status"], shown["contents"]] == ["Discarded", "destroyed"]


def arrive(tx: Session, number: int, object_id: str, state: InboxState = InboxState.WAITING) -> None:
    tx.add(
        InboxItem(
            id=number, channel="email", key=f"k{number}", state=state, arrived_at=NOON, next_at=NOON, tries=0, why="",
            sender="jo.sands@leysjunior.example", subject=f"Plan {number}", arrival={}, object_id=object_id, sealed=None,
        )
    )  # fmt: skip


def store(office: CommandLine, *object_ids: str) -> None:
    with office.rooms() as rooms:
        for object_id in object_ids:
            writing = rooms.vault.begin(object_id)
            writing.write(b"octets")
            rooms.vault.finish(writing)


def test_what_came_after_the_backup_is_counted_and_never_mixed_up_with_what_comes_next(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    office.take_in()
    store(office, "raw-one", "raw-two")
    for number, raw in ((3, "raw-one"), (4, "raw-two")):
        office.write(lambda tx, number=number, raw=raw: arrive(tx, number, raw))  # type: ignore[misc]  # mypy: its defaults
    office.run("backup", str(place))
    with office.rooms() as rooms:  # one of them is handled since, three more came, and one of these is not handled yet
        rooms.vault.destroy(["raw-two"])
    store(office, "f4-1", "f7-1", "f7-2", "raw-eight")

    report = restored(clean, place, office)

    assert report["messages_lost_at_least"] == 1 + 3 + 1
    assert report["contents_without_row"] == 3
    assert report["lost"] == [
        {
            "id": 4, "channel": "email", "from": "jo.sands@leysjunior.example", "subject": "Plan 4",
            "at": "2026-09-01T11:00:00Z",
        }
    ]  # fmt: skip
    states = {one["id"]: one["state"] for one in clean.json("inbox", "list")}
    assert states == {3: "waiting", 4: "discarded", 7: "discarded"}
    clean.write(lambda tx: arrive(tx, 8, "raw-nine"))  # the next number; and mail that is sent once more is new
    clean.write(lambda tx: tx.add(InboxItem(**again(tx))))
    assert clean.json("inbox", "list")[-1]["id"] == 9


def again(tx: Session) -> dict[str, object]:
    row = tx.get_one(InboxItem, 4)
    same = {
        column: getattr(row, column) for column in ("channel", "arrived_at", "next_at", "sender", "subject", "arrival")
    }
    return {**same, "key": "k4", "object_id": "raw-ten"}


def notice(tx: Session, number: str, state: OutboxState) -> None:
    tx.add(
        OutboxItem(
            id=number, token=number, kind="help", recipient="jo.sands@leysjunior.example", facts={}, route={}, state=state,
            created_at=NOON, next_at=NOON, lease=None, leased_until=None,
        )
    )  # fmt: skip


def test_notices_that_waited_are_not_sent_twice_without_an_administrators_word(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    for number, state in (("a", OutboxState.WAITING), ("b", OutboxState.SENDING), ("c", OutboxState.SENT)):
        office.write(lambda tx, number=number, state=state: notice(tx, number, state))  # type: ignore[misc]  # mypy: its defaults
    office.run("backup", str(place))
    assert restored(clean, place, office)["notices_held_back"] == 2
    listed = clean.json("outbox", "list")
    assert {one["id"]: one["state"] for one in listed if one["kind"] == "help"} == {
        "a": "failed", "b": "failed", "c": "sent",
    }  # fmt: skip
    assert "perhaps it was delivered since" in listed[0]["error"]
    alerts = [one for one in listed if one["kind"] == "alert"]
    assert {one["state"] for one in alerts} == {"waiting"}, "the administrators hear of it"
    clean.run("outbox", "retry", "a")


def test_whatever_waited_and_was_handled_since_is_ended_and_nothing_of_it_stays(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    """What a crash left and is ordered to be destroyed was nobody's message."""
    states = (InboxState.WAITING, InboxState.WORKING, InboxState.QUARANTINED)
    for number, state in enumerate(states, 3):
        store(office, f"raw-{number}")
        office.write(lambda tx, number=number, state=state: arrive(tx, number, f"raw-{number}", state))  # type: ignore[misc]  # mypy: its defaults
        office.write(lambda tx, number=number: be_at_work(tx.get_one(InboxItem, number)))  # type: ignore[misc]  # mypy: its defaults
    store(office, "raw-left-by-a-crash")
    office.write(lambda tx: files.order_destruction(tx, "raw-left-by-a-crash", why="orphan", now=NOON))
    office.run("backup", str(place))
    with office.rooms() as rooms:
        rooms.vault.destroy(["raw-3", "raw-4", "raw-5"])

    report = restored(clean, place, office)

    lost = report["lost"]
    assert isinstance(lost, list)
    assert [one["id"] for one in lost] == [3, 4, 5]
    assert report["messages_lost_at_least"] == 3
    left = select(InboxItem.state, InboxItem.sealed, InboxItem.lease, InboxItem.leased_until)
    assert clean.read(lambda tx: {tuple(row) for row in tx.execute(left)}) == {(InboxState.DISCARDED, None, None, None)}


def be_at_work(item: InboxItem) -> None:
    item.sealed, item.lease, item.leased_until = b"sealed octets", "somebody's", NOON


def test_links_and_sessions_from_before_open_nothing(office: CommandLine, clean: CommandLine, place: Path) -> None:
    reference = office.take_in()
    office.write(lambda tx: links_of(tx, reference))
    office.run("backup", str(place))
    assert restored(clean, place, office)["links_ended"] == 1
    with clean.rooms() as rooms:
        now = rooms.clock.now()
    found = clean.read(
        lambda tx: [(one.expires_at, one.session_until) for one in tx.scalars(select(Link).order_by(Link.id))]
    )
    assert found[0][0] <= now
    assert found[1][1]
    assert found[1][1] <= now
    assert clean.read(lambda tx: tx.get_one(Proof, "c").expires_at) <= now, "nor does one prove whose account that is"


def links_of(tx: Session, reference: str) -> None:
    file, later = files.by_reference(tx, reference), NOON + timedelta(days=36_500)
    assert isinstance(file, File)
    theirs = {
        "person_id": file.sent_by,
        "address": "jo.sands@leysjunior.example",
        "channel": "slack",
        "identity": "T1/U1",
    }
    tx.add(Proof(id="c", name="jo", workspace="Council", made_at=NOON, expires_at=later, **theirs))
    for number, opened in (("a", None), ("b", NOON)):
        tx.add(
            Link(
                id=number, purpose=Purpose.COPY, person_id=file.sent_by, file_id=file.id, version=1, made_at=NOON,
                expires_at=later, opened_at=opened, session=b"s" if opened else None, session_until=later if opened else None,
            )
        )  # fmt: skip


def test_contents_that_are_nowhere_are_named(office: CommandLine, clean: CommandLine, place: Path) -> None:
    reference = office.take_in()
    office.run("backup", str(place))
    (lost,) = [path for path in (place / "vault").rglob("*") if path.is_file()]
    lost.unlink()
    assert restored(clean, place, office)["missing"] == [reference]


def test_a_backup_of_an_older_version_is_brought_to_the_newest_shape(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    reference = office.take_in()
    office.run("backup", str(place))
    (ledger,) = place.glob("generations/*/ledger.db")
    ledger.unlink()
    schema.upgrade(f"sqlite:///{ledger}", to="0008")
    copy_rows(office.settings.ledger.url, f"sqlite:///{ledger}")
    (generation,) = generations(place)
    part = {"ledger.db": part_of(ledger)}
    with office.rooms() as rooms:
        older = generation.manifest.model_copy(update={"parts": generation.manifest.parts | part})
        write(generation.folder, older.sealed(rooms.signing_keys))
    restored(clean, place, office)
    assert clean.json("files", "show", reference)["contents"] == "kept"
    assert clean.json("ledger", "verify")["whole"]


def test_contents_whose_keys_are_gone_by_mistake_stay_in_the_backup(office: CommandLine, place: Path) -> None:
    """As long as the record says that they are kept: for the keys may come back from their mirror."""
    office.take_in()
    office.run("backup", str(place))
    with office.rooms() as rooms:
        rooms.vault.destroy(["f1-1"])
    office.run("backup", str(place))
    assert [path.name for path in (place / "vault").rglob("f*-*")] == ["f1-1"]


def test_what_is_being_destroyed_at_this_moment_is_no_fault_of_the_record(office: CommandLine) -> None:
    reference = office.take_in()
    office.write(lambda tx: recall(tx, reference))
    with office.rooms() as rooms:
        rooms.vault.destroy(["f1-1"])
    assert office.json("ledger", "verify")["whole"]


def test_a_restore_cut_off_before_its_end_is_begun_again(
    office: CommandLine, clean: CommandLine, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = office.take_in()
    office.run("backup", str(place))

    def cut_off(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as disk:
        disk.setattr("bot.backup.restoring.complete", cut_off)
        clean.run("restore", str(place), "--keys", keys_of(office), status=1)
    assert not clean.settings.ledger.file.exists()
    assert clean.json("restore", str(place))["whole"]
    assert clean.json("files", "show", reference)["contents"] == "kept"
    assert not list(clean.settings.ledger.file.parent.glob("*.restoring*"))


def test_nothing_that_an_earlier_try_had_not_finished_gets_into_the_record(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    """Its log, which SQLite would play into the next copy under that name."""
    office.run("backup", str(place))
    part = clean.config.parent / "var" / "ledger.db.restoring"
    shutil.copy(max(place.glob("generations/*/ledger.db")), part)
    with closing(sqlite3.connect(part)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("UPDATE people SET email = 'mallory@elsewhere.example' WHERE id = 1")
        connection.commit()
        shutil.copy(f"{part}-wal", clean.config.parent / "log")
    shutil.copy(clean.config.parent / "log", f"{part}-wal")
    restored(clean, place, office)
    assert "mallory@elsewhere.example" not in {one["email"] for one in clean.json("people", "list")}


def test_keys_that_are_in_their_place_are_never_passed_over_for_others(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    office.run("backup", str(place))
    shutil.copy(office.settings.keys.path, clean.config.parent / "var" / "keys.db")
    said = clean.run("restore", str(place), "--keys", keys_of(office), status=1).stderr
    assert "There are keys at" in said
    assert clean.json("restore", str(place))["whole"]


def test_the_keys_are_taken_from_their_mirror_where_only_that_was_saved(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    storage = office.config / "storage.toml"
    storage.write_text(storage.read_text().replace("[keys]\n", '[keys]\nmirror = "../mirror/keys.db"\n'))
    (office.config.parent / "mirror").mkdir()
    office.run("keys", "mirror")
    recalled, kept = office.take_in(), office.take_in(OTHER)
    office.run("backup", str(place))
    office.run("files", "recall", recalled, "--by", "jo.sands@leysjunior.example")
    shutil.copytree(office.config.parent / "mirror", clean.config.parent / "mirror")

    report = clean.json("restore", str(place))

    assert report["destroyed"] == [recalled]
    assert report["keys"] == str(clean.config.parent / "mirror" / "keys.db")
    assert clean.json("files", "show", kept)["contents"] == "kept"
    assert clean.json("ledger", "verify")["whole"]
    store(clean, "f9-1")


def test_a_restore_beside_a_postroom_that_serves_there_is_refused(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    office.take_in()
    office.run("backup", str(place))
    (clean.config.parent / "var" / "ledger.db.lock").touch()
    with (clean.config.parent / "var" / "ledger.db.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        said = clean.run("restore", str(place), "--keys", keys_of(office), status=1).stderr
    assert "Stop it first" in said


def test_two_backups_are_never_written_to_one_folder_at_once(office: CommandLine, place: Path) -> None:
    office.run("backup", str(place))
    with (place / ".lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "Another backup is being written" in office.run("backup", str(place), status=1).stderr
    office.run("backup", str(place))


REFUSED = {
    "in the vault": "../var/vault/backup",
    "the vault": "../var/vault",
    "the folder of everything": "../var",
    "in the configuration": "backup",
    "above all": "../..",
}


@pytest.mark.parametrize("where", REFUSED.values(), ids=REFUSED)
def test_a_folder_that_must_not_become_a_backup_is_refused(office: CommandLine, where: str) -> None:
    office.take_in()
    before = {path for path in office.config.parent.rglob("*") if "postroom-fault" not in path.name}
    said = office.run("backup", str(office.config / where), status=1).stderr
    assert "Name a folder" in said
    assert set(office.config.parent.rglob("*")) - before == set()


@pytest.mark.parametrize("what", ["the vault", "the record", "the keys"])
def test_a_folder_that_holds_what_is_at_work_is_refused_though_it_says_that_it_is_a_backup(
    office: CommandLine, what: str
) -> None:
    var, apart = office.settings.vault.folder.parent, office.config.parent / "apart"
    names = {"the record": "ledger.db", "the keys": "keys.db", "the vault": "vault"}
    (var / "vault").mkdir(exist_ok=True)
    office.take_in()
    shutil.move(var, apart)
    var.mkdir(mode=0o700)
    for path in apart.glob(f"{names[what]}*"):
        shutil.move(path, var)
    storage = office.config / "storage.toml"
    for name in {"ledger.db", "keys.db", "vault", "master.key"} - {names[what]}:
        storage.write_text(storage.read_text().replace(f"../var/{name}", f"../apart/{name}"))
    (var / "POSTROOM-BACKUP.txt").touch()
    assert f"holds {what}" in office.run("backup", str(var), status=1).stderr


@pytest.mark.parametrize("what", ["the master key", "the mirror of the keys"])
def test_what_opens_contents_never_lies_where_backups_do(office: CommandLine, place: Path, what: str) -> None:
    """Whoever copies that folder elsewhere would copy it, too."""
    office.run("backup", str(place))
    storage = office.config / "storage.toml"
    if what == "the master key":
        shutil.move(office.settings.keys.master_key_file, place / "master.key")
        storage.write_text(storage.read_text().replace("../var/master.key", str(place / "master.key")))
    else:
        storage.write_text(f'{storage.read_text()}mirror = "{place / "keys.db"}"\n')
        office.run("keys", "mirror")
    assert f"holds {what}" in office.run("backup", str(place), status=1).stderr


def test_nor_is_the_vault_itself_a_place_for_backups_though_it_is_empty(office: CommandLine) -> None:
    office.settings.vault.folder.mkdir(exist_ok=True)
    said = office.run("backup", str(office.settings.vault.folder), status=1).stderr
    assert "lies in the vault" in said


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(office: CommandLine, place: Path) -> None:
    place.mkdir(parents=True)
    (place / "holiday.jpg").write_bytes(b"a beach")
    assert "holds something else" in office.run("backup", str(place), status=1).stderr
    assert [path.name for path in place.iterdir()] == ["holiday.jpg"]


def test_the_backup_of_another_record_is_refused_and_left_alone(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    office.take_in()
    office.run("backup", str(place))
    before = all_octets(place)
    shutil.copytree(office.config, clean.config)
    make_database(clean.settings.ledger.url)
    assert "of another record" in clean.run("backup", str(place), status=1).stderr
    assert all_octets(place) == before


def test_after_a_restore_backups_go_on_in_the_same_folder(office: CommandLine, clean: CommandLine, place: Path) -> None:
    office.take_in()
    for _ in range(2):
        office.run("backup", str(place))
    older = min(path.name for path in (place / "generations").iterdir())
    restored(clean, place, office, "--generation", older)
    assert clean.json("backup", str(place))["objects_new"] == 0


def test_a_record_that_is_there_is_never_overwritten(office: CommandLine, place: Path) -> None:
    office.take_in()
    office.run("backup", str(place))
    before = office.settings.ledger.file.read_bytes()
    assert "is not overwritten" in office.run("restore", str(place), status=1).stderr
    assert office.settings.ledger.file.read_bytes() == before


def test_a_restore_without_the_keys_says_where_they_are_to_be_found(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    office.take_in()
    office.run("backup", str(place))
    assert "Never use an old copy" in clean.run("restore", str(place), status=1).stderr
    assert not clean.settings.ledger.file.exists()
    empty = place.parent / "empty.db"
    shutil.copy(office.settings.keys.path, empty)
    with closing(sqlite3.connect(empty)) as keys:
        keys.execute("DELETE FROM keys")
        keys.commit()
    assert "say --all-destroyed" in clean.run("restore", str(place), "--keys", str(empty), status=1).stderr
    assert not clean.settings.ledger.file.exists()
    clean.settings.keys.path.unlink()
    restored(clean, place, office)


def test_where_all_keys_are_lost_the_record_is_not(office: CommandLine, clean: CommandLine, place: Path) -> None:
    reference = office.take_in()
    office.run("backup", str(place))
    report = clean.json("restore", str(place), "--all-destroyed")
    assert (report["destroyed"], report["whole"]) == ([reference], True)
    assert clean.json("files", "show", reference)["contents"] == "destroyed"


def test_where_keys_and_mirror_are_lost_both_begin_anew(office: CommandLine, clean: CommandLine, place: Path) -> None:
    office.take_in()
    office.run("backup", str(place))
    shutil.copytree(office.config, clean.config)
    (clean.config / "mirror.toml").write_text('[keys]\nmirror = "../second/keys.db"\n')
    (clean.config.parent / "second").mkdir()
    assert clean.json("restore", str(place), "--all-destroyed")["whole"]
    store(clean, "raw-new")
    assert clean.json("keys", "mirror")["changed"] == 0


def test_a_restore_with_the_wrong_master_key_puts_no_record_in_place(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    office.take_in()
    office.run("backup", str(place))
    (clean.config.parent / "var" / "master.key").write_text("0" * 64)
    clean.run("restore", str(place), "--keys", keys_of(office), status=1)
    assert not clean.settings.ledger.file.exists()


def test_a_damaged_generation_is_refused_and_an_earlier_one_is_offered(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    office.take_in()
    names = [office.json("backup", str(place))["generation"] for _ in range(2)]
    with (place / "generations" / names[1] / "ledger.db").open("r+b") as file:
        file.seek(5000)
        file.write(b"?")
    said = clean.run("restore", str(place), status=1).stderr
    assert "is damaged" in said
    assert names[0] in said
    restored(clean, place, office, "--generation", names[0])


def test_a_half_written_generation_is_none_and_the_next_backup_clears_it_away(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    office.take_in()
    whole = office.json("backup", str(place))["generation"]
    half = place / "generations" / "29991231T000000.000000Z~"
    shutil.copytree(place / "generations" / whole, half)
    missing = place / "generations" / "29991231T000001.000000Z"
    shutil.copytree(place / "generations" / whole, missing)
    (missing / "manifest.json").unlink()
    assert restored(clean, place, office)["generation"] == whole
    office.run("backup", str(place))
    assert not half.exists()


def test_what_a_backup_that_was_cut_off_had_begun_to_copy_goes_with_the_next(office: CommandLine, place: Path) -> None:
    office.run("backup", str(place))
    draft = place / "vault" / "3e" / f"f1-1~{'0' * 16}"
    draft.write_bytes(b"half an object")
    office.run("backup", str(place))
    assert not draft.exists()


def test_an_older_backup_goes_as_a_whole_or_not_at_all(
    office: CommandLine, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off in between, it must not be left as one that lacks something."""
    office.run("backup", str(place))

    def cut_off(folder: Path) -> None:
        (folder / "ledger.db").unlink()
        raise OSError(errno.EIO, "Input/output error", str(folder))

    with monkeypatch.context() as disk:
        disk.setattr(shutil, "rmtree", cut_off)
        office.run("backup", str(place), "--keep", "1", status=1)
    assert [damage for one in generations(place) for damage in one.damages()] == []
    assert len(generations(place)) == 1


def test_what_was_sealed_anew_under_the_same_name_takes_the_place_of_the_former(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    """A message that is handled again has its files sealed under the same names, and under other keys."""
    store(office, "raw-again")
    office.run("backup", str(place))
    with office.rooms() as rooms:
        rooms.vault.destroy(["raw-again"])
    store(office, "raw-again")
    assert office.json("backup", str(place))["objects_new"] == 1
    restored(clean, place, office)
    assert list(everything_that_opens(clean)) == [[b"octets"]]


def test_a_backup_has_a_checkpoint_over_all_that_the_record_had_though_one_cannot_hold_it(
    office: CommandLine, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        office.take_in(f"8302000_SENplan2026090{number + 1}.docx")
    monkeypatch.setattr(checkpoints, "_UNSIGNED", checkpoints._UNSIGNED.limit(2))
    monkeypatch.setattr(checkpoints, "ENTRIES_MAX", 2)
    office.run("backup", str(place))
    assert not office.read(checkpoints.is_wanting)


def test_a_backup_that_cannot_be_written_says_so_and_leaves_the_last_one_good(
    office: CommandLine, clean: CommandLine, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.take_in()
    office.run("backup", str(place))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("bot.backup.taking.write", full)
        said = office.run("backup", str(place), status=1).stderr
    assert "No space left on device" in said
    assert "run it again" in said
    restored(clean, place, office)


def test_the_record_in_the_backup_is_one_that_was_altered_and_it_is_said(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    office.take_in()
    office.write(lambda tx: tx.execute(text("UPDATE files SET size = 99")))
    office.run("backup", str(place))
    report = restored(clean, place, office, status=1)
    assert not report["whole"]
    assert clean.json("files", "list")[0]["name"] == NAME


def test_a_record_that_was_taken_back_to_an_earlier_state_is_found_by_its_backups(
    office: CommandLine, place: Path
) -> None:
    office.take_in()
    earlier = office.settings.ledger.file.with_name("earlier.db")
    with closing(sqlite3.connect(office.settings.ledger.file)) as connection:
        connection.execute("VACUUM INTO ?", (str(earlier),))
    name = office.json("backup", str(place))["generation"]
    assert office.json("ledger", "verify", "--backups", str(place))["whole"]
    for path in office.settings.ledger.file.parent.glob("ledger.db*"):
        path.unlink()
    earlier.rename(office.settings.ledger.file)
    assert office.json("ledger", "verify")["whole"]
    (fault,) = office.json("ledger", "verify", "--backups", str(place), status=1)["faults"]
    assert fault.startswith(f"the backup {name} has checkpoint 1, and this record has not")


def test_ledger_verify_says_whose_key_is_gone(office: CommandLine) -> None:
    reference = office.take_in()
    with office.rooms() as rooms:
        rooms.vault.destroy(["f1-1"])
    found = office.json("ledger", "verify", status=1)
    assert found["faults"] == [f"{reference}: its contents are said to be kept, and their key is gone"]


def test_people_and_orders_of_the_backup_are_those_of_the_record(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    office.run("backup", str(place))
    restored(clean, place, office)
    emails = select(Person.email).order_by(Person.id)
    assert clean.read(lambda tx: list(tx.scalars(emails))) == office.read(lambda tx: list(tx.scalars(emails)))
    assert clean.read(lambda tx: list(tx.scalars(select(DestroyOrder)))) == []
    assert manifest(place)["authority"] == "830"


def rewritten(place: Path, change: Callable[[Path], None]) -> None:
    """Whoever can write where backups lie changes the newest one, and writes a manifest that fits."""
    folder = max(place.glob("generations/*"))
    change(folder)
    said = manifest(place)
    said["parts"] = {
        str(path.relative_to(folder)): part_of(path).model_dump()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    (folder / "manifest.json").write_text(json.dumps(said))


def appoint_mallory(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        connection.execute("UPDATE people SET email = 'mallory@elsewhere.example' WHERE id = 1")
        connection.commit()


def bring_more(folder: Path) -> None:
    (folder / "config" / "postroom.service").write_text("[Service]")


def redirect_answers(folder: Path) -> None:
    channels = folder / "config" / "channels.toml"
    channels.write_text(channels.read_text().replace("from_name = ", 'from_name = "Mallory" # '))


@pytest.mark.parametrize("change", [appoint_mallory, bring_more, redirect_answers])
def test_what_somebody_else_wrote_into_a_backup_is_not_put_back(
    office: CommandLine, clean: CommandLine, place: Path, change: Callable[[Path], None]
) -> None:
    office.take_in()
    office.run("backup", str(place))
    rewritten(place, change)
    said = clean.run("restore", str(place), "--keys", keys_of(office), status=1).stderr
    assert "was not sealed with this master key" in said
    assert not list(clean.config.glob("*"))
    assert clean.json("restore", str(place), "--unsealed")["whole"]
    assert {path.suffix for path in clean.config.iterdir()} <= {".toml", ".pub"}


def test_what_is_changed_while_it_is_put_back_is_not(
    office: CommandLine, clean: CommandLine, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever can write there waits until the seal has been looked at."""
    office.run("backup", str(place))
    judged = restoring.check_ours

    def exchanged(*judging: Any) -> None:
        judged(*judging)
        appoint_mallory(max(place.glob("generations/*")))

    monkeypatch.setattr(restoring, "check_ours", exchanged)
    said = clean.run("restore", str(place), "--keys", keys_of(office), status=1).stderr
    assert "changes while it is put back" in said
    assert not clean.settings.ledger.file.exists()
    assert not list(clean.settings.ledger.file.parent.glob("*.restoring"))


def test_no_seal_is_judged_by_a_master_key_that_lies_in_the_backup(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    """Else whoever writes where backups lie needs only a key of their own, and a configuration that names it."""
    office.run("backup", str(place))
    shutil.copy(office.settings.keys.master_key_file, place / "their.key")
    shutil.copytree(office.config, clean.config)
    (clean.config / "storage.toml").write_text(
        (clean.config / "storage.toml").read_text().replace('"../var/master.key"', f'"{place / "their.key"}"')
    )
    said = clean.run("restore", str(place), "--keys", keys_of(office), status=1).stderr
    assert "names a master key within the backup" in said
    assert not clean.settings.ledger.file.exists()


def test_a_configuration_that_an_earlier_try_put_back_is_spoken_of_when_its_backup_is_refused(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    office.run("backup", str(place))
    rewritten(place, redirect_answers)
    assert "There are no keys" in clean.run("restore", str(place), status=1).stderr
    said = clean.run("restore", str(place), "--keys", keys_of(office), status=1).stderr
    assert "was not sealed with this master key" in said
    assert f"put the configuration into {clean.config}, move that away" in said


def test_what_was_sealed_with_an_earlier_master_key_is_put_back(
    office: CommandLine, clean: CommandLine, place: Path
) -> None:
    office.take_in()
    office.run("backup", str(place))
    office.run("keys", "rotate")
    shutil.copy(office.settings.keys.master_key_file, clean.config.parent / "var" / "master.key")
    assert restored(clean, place, office)["whole"]


def test_a_link_or_a_file_more_in_a_backup_leads_nowhere(office: CommandLine, clean: CommandLine, place: Path) -> None:
    """A link would have the secret that it leads to copied into what every later backup holds."""
    office.take_in()
    office.run("backup", str(place))
    folder = max(place.glob("generations/*"))
    (folder / "config" / "more.toml").write_text("")
    assert "does not belong to it" in clean.run("restore", str(place), status=1).stderr
    (folder / "config" / "more.toml").unlink()
    (folder / "more").symlink_to(office.config)
    assert "does not belong to it" in clean.run("restore", str(place), status=1).stderr
    (folder / "more").unlink()
    (folder / "config" / "channels.toml").unlink()
    (folder / "config" / "channels.toml").symlink_to(clean.config.parent / "var" / "master.key")
    assert "channels.toml is missing" in clean.run("restore", str(place), status=1).stderr
    assert not clean.config.exists()


@pytest.mark.parametrize("name", ["POSTROOM-BACKUP.txt", ".lock", "generations", "vault"])
def test_a_link_where_backups_lie_leads_to_nothing_that_is_written_over(
    office: CommandLine, place: Path, name: str
) -> None:
    office.take_in()
    office.run("backup", str(place))
    there = place / name
    shutil.rmtree(there) if there.is_dir() else there.unlink()
    keys = office.settings.keys.path
    there.symlink_to(keys if "." in name else keys.parent)
    before = keys.read_bytes()
    assert "is a link, which is not followed" in office.run("backup", str(place), status=1).stderr
    assert keys.read_bytes() == before
    assert office.json("ledger", "verify")["whole"]


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    path.symlink_to(__file__)


@pytest.mark.parametrize("put", [pipe, link])
@pytest.mark.parametrize(
    "name", ["generations/*/manifest.json", "generations/*/ledger.db", "vault/*/*", "vault/00", ".lock"]
)
def test_what_is_no_regular_file_in_a_backup_is_named_and_neither_waited_for_nor_followed(
    office: CommandLine, clean: CommandLine, place: Path, name: str, put: Callable[[Path], None]
) -> None:
    office.take_in()
    office.run("backup", str(place))
    (path,) = place.glob(name)
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    put(path)
    if not name.endswith(".db"):  # nothing of it is read for the next one
        assert path.name in office.run("backup", str(place), status=1).stderr
    if name != ".lock":  # nothing is written, so nobody need be kept out
        said = clean.run("restore", str(place), "--keys", keys_of(office), status=1).stderr
        assert str(path) in said
        assert not clean.config.exists()
    if not name.endswith((".db", ".lock")):
        said = office.run("ledger", "verify", "--backups", str(place), status=1).output
        assert str(path) in said


def test_what_is_no_regular_file_in_the_vault_is_not_read(office: CommandLine, tmp_path: Path) -> None:
    reference = office.take_in()
    (path,) = office.settings.vault.folder.glob("*/*")
    path.rename(tmp_path / "elsewhere")
    for put in (os.mkfifo, lambda there: there.symlink_to(tmp_path / "elsewhere")):
        put(path)
        said = office.run("files", "export", reference, "-o", str(tmp_path / "out"), status=1).stderr
        assert "no regular file" in said
        path.unlink()
