"""`postroom files export`: contents, for who may have them, never without a trace."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.ledger.tables import Entry, File
from bot.rules.lifecycle import Act
from tests.cli.conftest import CONTENTS, HEAD, JO, MEGAN, SAM, CommandLine


def test_the_operator_exports_and_history_says_so(office: CommandLine, tmp_path: Path) -> None:
    reference, out = office.take_in(), tmp_path / "out.docx"
    office.run("files", "export", reference, "-o", str(out))
    assert out.read_bytes() == CONTENTS
    assert out.stat().st_mode & 0o777 == 0o600
    last = office.json("files", "history", reference)[-1]
    assert (last["act"], last["by"], last["channel"]) == ("exported", "postroom", "cli")
    office.run("ledger", "verify")


def test_large_contents_come_out_whole(office: CommandLine, tmp_path: Path) -> None:
    contents = bytes(range(256)) * 4096 * 3
    office.run("files", "export", office.take_in(contents=contents), "-o", str(tmp_path / "out"))
    assert (tmp_path / "out").read_bytes() == contents


def test_nothing_is_overwritten_nor_recorded_then(office: CommandLine, tmp_path: Path) -> None:
    reference, out = office.take_in(), tmp_path / "mine.txt"
    out.write_text("mine")
    assert str(out) in office.run("files", "export", reference, "-o", str(out), status=1).stderr
    assert out.read_text() == "mine"
    assert office.history(reference) == ["sent"]


def test_an_officer_exports_only_after_receiving(office: CommandLine, tmp_path: Path) -> None:
    reference, out = office.take_in(), tmp_path / "out"
    refused = office.run("files", "export", reference, "-o", str(out), "--by", SAM, status=1)
    assert "after receiving" in refused.stderr
    assert not out.exists()
    assert office.history(reference) == ["sent"]
    office.run("files", "receive", reference, "--by", SAM)
    office.run("files", "export", reference, "-o", str(out), "--by", SAM)
    assert out.read_bytes() == CONTENTS
    assert office.json("files", "history", reference)[-1]["by"] == SAM


@pytest.mark.parametrize("by", [JO, HEAD])
def test_a_schools_person_has_its_files_again(office: CommandLine, tmp_path: Path, by: str) -> None:
    office.run("files", "export", office.take_in(), "-o", str(tmp_path / "out"), "--by", by)
    assert (tmp_path / "out").read_bytes() == CONTENTS


@pytest.mark.parametrize("by", [MEGAN, "kit.marsden@moorview.example"])
def test_others_do_not(office: CommandLine, tmp_path: Path, by: str) -> None:
    reference = office.take_in()
    office.run("files", "export", reference, "-o", str(tmp_path / "out"), "--by", by, status=1)
    assert not (tmp_path / "out").exists()


def test_a_held_file_is_nobodys_yet_not_even_its_senders(office: CommandLine, tmp_path: Path) -> None:
    reference = office.take_in("plan.docx", act=Act.HELD)
    office.run("files", "export", reference, "-o", str(tmp_path / "out"), "--by", JO, status=1)


def test_destroyed_contents_are_said_to_be_gone(office: CommandLine, tmp_path: Path) -> None:
    reference = office.take_in()
    office.run("files", "recall", reference, "--by", JO)
    assert "destroyed" in office.run("files", "export", reference, "-o", str(tmp_path / "out"), status=1).stderr
    assert not (tmp_path / "out").exists()


def test_damaged_contents_leave_no_partial_file(office: CommandLine, tmp_path: Path) -> None:
    reference = office.take_in(contents=b"x" * 3_000_000)
    object_id = office.read(lambda tx: tx.scalars(select(File.object_id)).one())
    (stored,) = (path for path in office.settings.vault.folder.rglob("*") if path.is_file() and object_id in path.name)
    octets = bytearray(stored.read_bytes())
    octets[-1] ^= 1
    stored.chmod(0o600)
    stored.write_bytes(octets)
    assert "damaged" in office.run("files", "export", reference, "-o", str(tmp_path / "out"), status=1).stderr
    assert not (tmp_path / "out").exists()
    assert office.read(lambda tx: tx.scalars(select(Entry.act)).all())[-1] is Act.EXPORTED


def test_where_nothing_can_be_written_nothing_is_recorded(office: CommandLine, tmp_path: Path) -> None:
    reference = office.take_in()
    assert (
        "Name another" in office.run("files", "export", reference, "-o", str(tmp_path / "no" / "out"), status=1).stderr
    )
    assert office.history(reference) == ["sent"]
