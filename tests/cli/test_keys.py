"""`postroom keys mirror` and `postroom keys rotate`."""

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import receipts
from bot.vault import MasterKey, Unavailable, successor_of
from handlers.cli import keys as keys_command
from tests.cli.conftest import CONTENTS, SAM, CommandLine
from tests.cli.test_doctor import examined
from tests.receipts import issued


@pytest.fixture
def second_disk() -> Iterator[Path]:
    """A folder on another disk than the tests' own, which lies in memory where there is room."""
    with tempfile.TemporaryDirectory(prefix="postroom-", dir="/var/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def mirrored(office: CommandLine, second_disk: Path) -> CommandLine:
    """An office that is to have a mirror of its keys."""
    (office.config / "mirror.toml").write_text(f'[keys]\nmirror = "{second_disk}/keys.db"\n')
    return office


def test_a_mirror_is_made_only_when_it_is_asked_for(mirrored: CommandLine, second_disk: Path) -> None:
    with pytest.raises(Unavailable, match="postroom keys mirror"):
        mirrored.take_in()
    assert not list(second_disk.iterdir())
    assert "is made from" in mirrored.run("keys", "mirror").stdout
    reference = mirrored.take_in()

    done = mirrored.json("keys", "mirror")

    assert done == {
        "from": str(mirrored.settings.keys.path), "to": f"{second_disk}/keys.db", "made": False, "keys": 1, "changed": 0,
    }  # fmt: skip
    mirrored.run("files", "export", reference, "-o", str(second_disk / "out"))
    assert (second_disk / "out").read_bytes() == CONTENTS


def test_a_lost_key_file_is_brought_back_from_its_mirror(mirrored: CommandLine, second_disk: Path) -> None:
    mirrored.run("keys", "mirror")
    reference = mirrored.take_in()
    for file in mirrored.settings.keys.path.parent.glob("keys.db*"):
        file.unlink()
    said = mirrored.run("files", "export", reference, "-o", "x", status=1).stderr
    assert "no key file at" in said
    assert "postroom keys mirror" in said

    assert mirrored.json("keys", "mirror")["made"]

    mirrored.run("files", "export", reference, "-o", str(second_disk / "out"))
    assert (second_disk / "out").read_bytes() == CONTENTS


def test_what_proves_the_past_is_in_a_mirror_that_was_made_later(mirrored: CommandLine, second_disk: Path) -> None:
    """What earlier master keys derived is kept with the keys, and so twice."""
    mirrored.run("keys", "mirror")
    mirrored.take_in()
    assert mirrored.json("ledger", "verify")["whole"]
    mirrored.run("keys", "rotate")
    for folder in (second_disk, mirrored.settings.keys.path.parent):
        for file in folder.glob("keys.db*"):
            file.unlink()
        mirrored.run("keys", "mirror")
    assert mirrored.json("ledger", "verify")["whole"]


def test_without_a_mirror_in_the_configuration_it_is_said_where_it_goes(office: CommandLine) -> None:
    assert "[keys] of storage.toml" in office.run("keys", "mirror", status=1).stderr


@pytest.mark.usefixtures("not_served")
def test_the_doctor_looks_at_the_mirror(mirrored: CommandLine, second_disk: Path) -> None:
    found = examined(mirrored, status=1)
    assert "postroom keys mirror" in found["key mirror"]["remedy"]
    assert not found["vault"]["ok"]
    mirrored.run("keys", "mirror")
    mirrored.take_in()
    on_another_disk = second_disk.stat().st_dev != mirrored.config.stat().st_dev
    assert examined(mirrored, status=int(not on_another_disk))["key mirror"]["ok"] == on_another_disk

    (second_disk / "keys.db").unlink()
    assert f"no file at {second_disk}/keys.db" in examined(mirrored, status=1)["key mirror"]["detail"]


def test_the_doctor_finds_a_mirror_on_the_same_disk_and_one_that_differs(
    mirrored: CommandLine, second_disk: Path
) -> None:
    near = mirrored.config.parent / "near.db"
    (mirrored.config / "mirror.toml").write_text(f'[keys]\nmirror = "{near}"\n')
    assert "same disk" in mirrored.run("keys", "mirror").stderr
    assert "same disk" in examined(mirrored, status=1)["key mirror"]["detail"]
    shutil.copy(near, second_disk / "old.db")
    for _ in range(2):
        mirrored.take_in()
    shutil.copy(second_disk / "old.db", near)
    found = examined(mirrored, status=1)["key mirror"]
    assert "differ in 2 keys" in found["detail"]
    assert "postroom keys mirror" in found["remedy"]


def test_a_new_master_key_opens_everything_and_all_that_was_proven_stays_so(
    mirrored: CommandLine, second_disk: Path
) -> None:
    mirrored.run("keys", "mirror")
    mirrored.run("migrate")
    reference, ring = mirrored.take_in(), mirrored.config / "receipts.pub"
    (before,) = receipts.known(ring)
    old = mirrored.settings.keys.master_key_file.read_text()

    shown = mirrored.run("keys", "rotate").stdout

    assert re.search(r"Keys sealed with [0-9a-f]{16}: 1; with [0-9a-f]{16}: none", shown)
    assert "into the safe now" in shown
    assert mirrored.settings.keys.master_key_file.read_text() != old
    assert next(iter(receipts.known(ring))) == before
    assert len(receipts.known(ring)) == 2
    mirrored.run("ledger", "verify")
    mirrored.run("files", "receive", reference, "--by", SAM)
    mirrored.run("ledger", "verify")
    mirrored.run("files", "export", reference, "-o", str(second_disk / "out"))
    assert (second_disk / "out").read_bytes() == CONTENTS
    mirrored.settings.keys.master_key_file.write_text(old)
    assert "Put the right master key file back" in mirrored.run("files", "list", status=1).stderr


def test_receipts_of_before_and_after_a_change_are_genuine(office: CommandLine, tmp_path: Path) -> None:
    for name in ("before.json", "after.json"):
        with office.rooms() as rooms:
            (tmp_path / name).write_bytes(issued(signer=rooms.signer).octets)
        office.run("keys", "rotate")

    for name in ("before.json", "after.json"):
        assert "is genuine" in office.run("verify", str(tmp_path / name)).stdout


def test_a_change_is_told_as_json(office: CommandLine) -> None:
    before = MasterKey.load(office.settings.keys.master_key_file).fingerprint
    office.take_in()
    done = office.json("keys", "rotate")
    after = MasterKey.load(office.settings.keys.master_key_file).fingerprint
    assert done == {"keys": 1, "damaged": 0, "before": before, "after": after}


def test_a_change_that_was_cut_off_is_found_and_ended(office: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    office.take_in()
    with monkeypatch.context() as cut:
        cut.setattr(Path, "replace", cannot)
        office.run("keys", "rotate", status=1)
    key = office.settings.keys.master_key_file
    assert successor_of(key).exists()
    assert "postroom keys rotate" in office.run("files", "list", status=1).stderr
    found = examined(office, status=1)
    assert "postroom keys rotate" in found["change of the master key"]["remedy"]

    office.run("keys", "rotate")

    assert not successor_of(key).exists()
    office.run("files", "list")
    office.run("ledger", "verify")


def cannot(*_: object) -> None:
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


def test_a_master_key_from_the_environment_is_changed_by_whoever_put_it_there(
    office: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTROOM__KEYS__MASTER_KEY", office.settings.keys.master_key_file.read_text().strip())
    said = office.run("keys", "rotate", status=1).stderr
    assert "POSTROOM__KEYS__MASTER_KEY" in said
    assert str(office.settings.keys.master_key_file) in said


def test_while_another_is_at_work_with_the_keys_they_are_left(office: CommandLine) -> None:
    with office.rooms():
        said = office.run("keys", "rotate", status=1).stderr
    assert said == (
        f"Nothing was changed, because Postroom is at work with the keys in {office.settings.keys.path}. Stop postroom serve "
        "(systemctl stop postroom), let any other postroom command end, and run this again.\n"
    )


def test_where_the_new_public_key_cannot_be_published_nothing_is_changed(
    office: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = office.settings.keys.master_key_file.read_text()
    with monkeypatch.context() as full:
        full.setattr(receipts, "add", cannot)
        assert "Nothing was changed yet" in office.run("keys", "rotate", status=1).stderr
    assert office.settings.keys.master_key_file.read_text() == before
    office.run("files", "list")


def test_of_very_many_keys_it_is_told_how_far_it_is(office: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_command, "TELL_EVERY", 1)
    office.take_in()
    assert "1 keys are sealed anew" in office.run("keys", "rotate").stderr


def test_keys_that_no_master_key_opens_are_told(office: CommandLine) -> None:
    office.take_in()
    with office.rooms() as rooms:
        rooms.vault._keys._database.execute("UPDATE keys SET wrapped = zeroblob(60)")
    assert "1 keys could not be opened" in office.run("keys", "rotate").stderr
