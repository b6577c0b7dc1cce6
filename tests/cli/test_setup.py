"""`postroom init` and `migrate`."""

import errno
from pathlib import Path

import pytest

from bot import data, receipts
from bot.ledger import schema
from bot.settings import load
from bot.vault import MasterKey
from tests.cli.conftest import CommandLine
from tests.receipts import EARLIER


@pytest.fixture
def nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """An empty folder."""
    monkeypatch.delenv("POSTROOM_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    return CommandLine(tmp_path / "config")


def test_init_makes_a_post_office_that_works(nothing: CommandLine) -> None:
    shown = nothing.run("init").stdout
    assert {file.name for file in nothing.config.iterdir()} == {
        *(file.name for file in data.folder("config").glob("*.toml")),
        "receipts.pub",
    }
    key = nothing.settings.keys.master_key_file
    assert key.stat().st_mode & 0o777 == 0o600
    MasterKey.load(key)
    for step in ("1. ", "2. ", "schools import", "people import", "doctor", "serve", str(key)):
        assert step in shown
    assert nothing.json("files", "list") == []
    nothing.run("ledger", "verify")
    found = {one["check"]: one for one in nothing.json("doctor", status=1)}
    still_to_do = {check for check, one in found.items() if not one["ok"]}
    assert {"people", "senders", "web address"} <= still_to_do
    assert still_to_do <= {"people", "senders", "web address", "mail out", "services", "service"}
    assert "schools import" in found["people"]["remedy"]
    assert "authenticate = true" in found["senders"]["remedy"]


def test_init_writes_the_public_key_of_its_receipts_and_says_whom_to_give_it(nothing: CommandLine) -> None:
    shown = nothing.run("init").stdout
    assert str(nothing.config / "receipts.pub") in shown
    with nothing.rooms() as rooms:
        assert list(receipts.known(nothing.config / "receipts.pub")) == [rooms.signer.public.id]


def test_init_keeps_the_public_keys_of_an_earlier_post_office(nothing: CommandLine, tmp_path: Path) -> None:
    nothing.config.mkdir()
    public = nothing.config / "receipts.pub"
    receipts.add(public, EARLIER.public)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "ledger.db").write_text("precious")
    nothing.run("init", status=1)
    assert list(receipts.known(public)) == [EARLIER.public.id]
    (tmp_path / "var" / "ledger.db").unlink()
    nothing.run("init")
    assert next(iter(receipts.known(public))) == EARLIER.public.id
    assert len(receipts.known(public)) == 2


def test_init_leaves_nothing_behind_where_the_public_key_cannot_be_written(
    nothing: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, _: object) -> bool:
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    (tmp_path / "second").mkdir()
    monkeypatch.setenv("POSTROOM__KEYS__MIRROR", str(tmp_path / "second" / "keys.db"))
    with monkeypatch.context() as patch:
        patch.setattr(receipts, "add", full)
        assert "No space left" in nothing.run("init", status=1).stderr
    assert list(tmp_path.rglob("*")) == [tmp_path / "second"]
    nothing.run("init")  # nothing is left that belongs to a master key which is gone


def test_init_takes_the_folder_as_an_argument(nothing: CommandLine, tmp_path: Path) -> None:
    nothing.run("init", str(tmp_path / "etc" / "postroom"))
    assert nothing.json("schools", "list", config=tmp_path / "etc" / "postroom") == []


def test_init_never_overwrites(nothing: CommandLine) -> None:
    nothing.run("init")
    key = nothing.settings.keys.master_key_file
    before = {path: path.read_bytes() for path in (key, *nothing.config.iterdir())}
    nothing.run("init", status=1)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("left", ["master.key", "ledger.db"])
def test_init_leaves_nothing_behind_where_a_key_or_a_database_is_there(
    nothing: CommandLine, tmp_path: Path, left: str
) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / left).write_text("precious")
    assert left in nothing.run("init", status=1).stderr
    assert not list(nothing.config.glob("*"))
    assert [path.name for path in (tmp_path / "var").iterdir()] == [left]
    assert (tmp_path / "var" / left).read_text() == "precious"


def test_init_leaves_nothing_behind_where_the_database_cannot_be_made(
    nothing: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "ledger.db")

    public = nothing.config / "receipts.pub"
    nothing.config.mkdir()
    receipts.add(public, EARLIER.public)
    monkeypatch.setattr(schema, "upgrade", full)
    assert "No space left" in nothing.run("init", status=1).stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [public]


def test_a_master_key_of_the_environment_needs_no_file(nothing: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM__KEYS__MASTER_KEY", "ab" * 32)
    nothing.run("init")
    assert not nothing.settings.keys.master_key_file.exists()
    nothing.run("ledger", "verify")


def test_init_makes_the_mirror_that_the_environment_names(
    nothing: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "second").mkdir()
    monkeypatch.setenv("POSTROOM__KEYS__MIRROR", str(tmp_path / "second" / "keys.db"))
    nothing.run("init")
    assert (tmp_path / "second" / "keys.db").is_file()
    nothing.run("ledger", "verify")


def test_migrate_makes_a_database_and_may_be_repeated(office: CommandLine) -> None:
    database = office.config.parent / "var" / "ledger.db"
    for file in database.parent.glob("ledger.db*"):
        file.unlink()
    assert schema.newest() in office.run("migrate").stdout
    assert schema.present(load(office.config, {}).ledger.url) == schema.newest()
    office.run("migrate")
    assert office.json("files", "list") == []


def test_migrate_adds_the_present_key_of_receipts_to_those_that_are_there(office: CommandLine) -> None:
    public = office.config / "receipts.pub"
    receipts.add(public, EARLIER.public)
    for _ in range(2):
        office.run("migrate")
        with office.rooms() as rooms:
            assert list(receipts.known(public)) == [EARLIER.public.id, rooms.signer.public.id]


def test_migrate_says_where_the_public_key_cannot_be_written_and_migrates_all_the_same(
    office: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(path: Path, _: object) -> bool:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    monkeypatch.setattr(receipts, "add", read_only)
    result = office.run("migrate")
    assert schema.newest() in result.stdout
    assert str(office.config / "receipts.pub") in result.stderr
    assert "postroom migrate" in result.stderr


def test_a_damaged_file_of_public_keys_is_named_and_left(office: CommandLine) -> None:
    public = office.config / "receipts.pub"
    public.write_text("something else")
    assert str(public) in office.run("migrate", status=1).stderr
    assert public.read_text() == "something else"
