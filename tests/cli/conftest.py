"""A post office on disk, and the real command in front of it."""

import itertools
import json
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
import structlog
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from bot import data, roster
from bot.clock import Clock
from bot.ledger import files
from bot.ledger.tables import File, Unreachable
from bot.roster import imports
from bot.rules import reference
from bot.rules.lifecycle import Act
from bot.settings import Settings, load
from bot.vault import MasterKey
from handlers.cli import main
from handlers.cli.doctor import machine
from handlers.rooms import Rooms, open_rooms
from tests.office import free_port
from tests.ready import make_database

T = TypeVar("T")

JO = "jo.sands@leysjunior.example"
HEAD = "priya.nair@leysjunior.example"
SAM = "sam.hale@derbyshire.example"
MEGAN = "megan.tull@derbyshire.example"
ALEX = "alex.reed@derbyshire.example"
DEE = "dee.lomas@derbyshire.example"
LEYS = "8302000"
NAME = "8302000_SENplan20260901.docx"
NOON = datetime(2026, 9, 1, 11, 0, tzinfo=UTC)
CONTENTS = b"PK\x03\x04 the autumn plan"

STORAGE = """
[ledger]
url = "sqlite:///../var/ledger.db"
[vault]
url = "../var/vault"
[keys]
path = "../var/keys.db"
master_key_file = "../var/master.key"
"""


@dataclass
class CommandLine:
    """Somebody at a terminal, with their own post office."""

    config: Path
    _object: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def run(self, *words: str, status: int = 0, config: Path | None = None) -> Result:
        """Type a command; its exit status must be this."""
        result = CliRunner().invoke(main, ["--config", str(config or self.config), *words])
        faults = "\n".join(path.read_text() for path in self.config.parent.glob("postroom-fault-*"))
        assert result.exit_code == status, f"{words}: {result.exit_code}\n{result.stdout}\n{result.stderr}\n{faults}"
        assert "Traceback" not in result.output
        return result

    def json(self, *words: str, status: int = 0, config: Path | None = None) -> Any:
        """The one JSON document that a command prints."""
        return self.parsed(*words, "--json", status=status, config=config)

    def parsed(self, *words: str, status: int = 0, config: Path | None = None) -> Any:
        """The JSON document that a command prints unasked."""
        return json.loads(self.run(*words, status=status, config=config).stdout)

    def mark(self, address: str, why: str) -> None:
        """Mail to this address has come back twice."""
        row = Unreachable(address=address, hard=True, since=NOON, last_at=NOON, times=2, why=why)
        with self.rooms() as rooms:
            rooms.ledger.write_now(lambda tx: tx.add(row))

    @property
    def settings(self) -> Settings:
        """What the configuration says."""
        return load(self.config, {})

    def rooms(self) -> Rooms:
        """The record and the vault, as another process has them."""
        return open_rooms(self.settings, Clock())

    def read(self, work: Callable[[Session], T]) -> T:
        """Look into the record."""
        with self.rooms() as rooms:
            return rooms.ledger.read_now(work)

    def write(self, work: Callable[[Session], T]) -> T:
        """Change the record, as another process does."""
        with self.rooms() as rooms:
            return rooms.ledger.write_now(work)

    def take_in(
        self, name: str = NAME, *, by: str = JO, contents: bytes = CONTENTS, at: datetime = NOON, act: Act = Act.SENT,
        comment: str = "", tag: str = "",
    ) -> str:  # fmt: skip
        """Have a file arrive; its reference."""
        number = next(self._object)
        with self.rooms() as rooms:
            writing = rooms.vault.begin(f"f1-{number}")
            writing.write(contents)
            (sealed,) = rooms.vault.finish(writing)
            settled = act is Act.SENT

            def enter(tx: Session) -> str:
                sender = roster.who(tx, "email", by)
                assert sender
                file = File(
                    reference=reference.make(number), name=name, given=name, meant=None, size=sealed.size,
                    sha256=sealed.sha256, object_id=sealed.object_id, sent_by=sender.id, comment=comment, tag=tag,
                    school=name.partition("_")[0] if settled else None, service="SEN" if settled else None,
                )  # fmt: skip
                return files.begin(tx, file, act, now=at, channel="email").reference

            return rooms.ledger.write_now(enter)

    def history(self, reference: str) -> list[str]:
        """The acts of a file's history."""
        return [entry["act"] for entry in self.json("files", "history", reference)]


@pytest.fixture(autouse=True)
def the_log_as_it_was() -> Iterator[None]:
    """What a command does to the log of this process is undone."""
    handlers, level = list(logging.root.handlers), logging.root.level
    yield
    structlog.reset_defaults()
    logging.raiseExceptions = True
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.fixture(autouse=True)
def a_clock_that_is_kept_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is so of the tester's machine."""
    monkeypatch.setattr(machine, "is_kept", lambda: True)


@pytest.fixture
def not_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links lead where others could open them; nobody serves there, and any free port would do to listen on."""
    monkeypatch.setenv("POSTROOM__WEB__BASE_URL", f"https://localhost.localdomain:{free_port()}")
    monkeypatch.setenv("POSTROOM__EMAIL__SMTP__PORT", "0")
    monkeypatch.setenv("POSTROOM__WEB__PORT", "0")


@pytest.fixture(scope="session")
def way_out() -> Iterator[int]:
    """The port of a real mail server that answers can be handed to."""
    port = free_port()
    server = Controller(Sink(), hostname="127.0.0.1", port=port)
    server.start()
    yield port
    server.stop()


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way_out: int) -> CommandLine:
    """The demo's schools and people in a post office of its own; nothing of the tester's environment."""
    monkeypatch.setenv("POSTROOM__EMAIL__OUTGOING__PORT", str(way_out))
    monkeypatch.delenv("POSTROOM_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    bare = bare_office(tmp_path)
    with bare.rooms() as rooms:
        demo = data.folder("config") / "demo"
        schools = imports.read_schools((demo / "schools.csv").read_bytes(), "830")
        people = imports.read_people((demo / "people.csv").read_bytes())
        rooms.ledger.write_now(lambda tx: imports.import_schools(tx, schools))
        rooms.ledger.write_now(lambda tx: imports.import_people(tx, people, rooms.settings, NOON))
    return bare


def bare_office(directory: Path) -> CommandLine:
    """The demo's configuration with a new key and an empty database."""
    config = directory / "config"
    config.mkdir()
    for file in (data.folder("config") / "demo").glob("*.toml"):
        shutil.copyfile(file, config / file.name)
    (config / "storage.toml").write_text(STORAGE)
    bare = CommandLine(config)
    bare.settings.keys.master_key_file.parent.mkdir(mode=0o700)
    MasterKey.generate(bare.settings.keys.master_key_file)
    make_database(bare.settings.ledger.url)
    return bare


@pytest.fixture
def served(office: CommandLine) -> CommandLine:
    """An office on ports that are free; nobody takes its answers."""
    channels = office.config / "channels.toml"
    text = (
        channels.read_text()
        .replace("port = 2525", f"port = {free_port()}")
        .replace("port = 2526", f"port = {free_port()}")
        .replace("port = 8025", f"port = {free_port()}")
    )
    channels.write_text(text)
    return office


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "backup"


@pytest.fixture
def clean(office: CommandLine, tmp_path: Path) -> CommandLine:
    """A new machine: only the master key has been put in its place, and the disk of the keys was saved."""
    machine = tmp_path / "machine"
    var = machine / "var"
    var.mkdir(parents=True)
    shutil.copy(office.settings.keys.master_key_file, var / "master.key")
    return CommandLine(machine / "config")
