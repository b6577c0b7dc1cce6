"""`postroom verify`: a receipt is proven offline, by its public key alone."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.notices import FILE, FileFacts
from bot.receipts import RECEIPT_BYTES_MAX, add
from handlers.cli import main
from tests.cli.conftest import CommandLine
from tests.receipts import EARLIER, OTHER, OURS, STRANGER, issued, receipt_of

CONTENTS = b"PK\x03\x04 the plan"
SENT = FILE.model_copy(update={"sha256": hashlib.sha256(CONTENTS).hexdigest(), "size": len(CONTENTS)})


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on a machine that has no Postroom at work: a receipt of two files, one of these, and the public key."""
    monkeypatch.delenv("POSTROOM_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "receipt.json").write_bytes(issued(receipt_of(SENT, OTHER)).octets)
    (tmp_path / "plan.docx").write_bytes(CONTENTS)
    add(tmp_path / "receipts.pub", OURS.public)
    return tmp_path


def run(*words: str, status: int = 0) -> Result:
    result = CliRunner().invoke(main, ["verify", *words])
    assert result.exit_code == status, result.output
    return result


def test_a_genuine_receipt_tells_what_it_proves_without_any_configuration(elsewhere: Path) -> None:
    result = run("receipt.json", "--key", "receipts.pub")
    assert result.stdout.startswith(
        "receipt.json is genuine: Northshire County Council issued it on 2026-09-01 at 12:00 UTC.\n"
    )
    for said in (
        SENT.reference, OTHER.reference, SENT.name, SENT.sha256, "8302000 Leys Junior School",
        "SEN SEN – (EHCP via EHC Hub)", "2026-09-01 at 12:00 UTC by Jo Sands", "was named",
    ):  # fmt: skip
        assert said in result.stdout
    assert result.stderr == ""
    assert sorted(path.name for path in elsewhere.iterdir()) == ["plan.docx", "receipt.json", "receipts.pub"]


def test_a_file_is_one_of_those_of_the_receipt_or_not(elsewhere: Path) -> None:
    good = run("receipt.json", "plan.docx", "--key", "receipts.pub")
    assert good.stdout.endswith("plan.docx is the file PR-7K3Q-M2XW, exactly as it was sent.\n")
    (elsewhere / "plan.docx").write_bytes(CONTENTS + b" ")
    bad = run("receipt.json", "plan.docx", "--key", "receipts.pub", status=1)
    assert "receipt.json is genuine" in bad.stdout
    assert bad.stdout.endswith("It is another file, or it was changed after it was sent.\n")
    assert "exactly" not in bad.stdout
    assert bad.stderr.startswith("plan.docx is none of its files.")


def test_a_file_of_any_size_is_compared(elsewhere: Path) -> None:
    large = b"%PDF" * 1_000_000
    facts = SENT.model_copy(update={"sha256": hashlib.sha256(large).hexdigest()})
    (elsewhere / "receipt.json").write_bytes(issued(receipt_of(facts)).octets)
    (elsewhere / "large.pdf").write_bytes(large)
    assert "exactly as it was sent" in run("receipt.json", "large.pdf", "--key", "receipts.pub").stdout


def of(files: FileFacts, **to: object) -> bytes:
    """A receipt in which something was changed afterwards."""
    document = json.loads(issued(receipt_of(files)).octets)
    document["files"][0] |= to
    return json.dumps(document).encode()


NOT_GENUINE = [
    (of(SENT, name="forged.docx"), "altered", "did not sign what it says"),
    (issued(signer=STRANGER).octets, "foreign", "--key"),
    (b"{}", "none", "no receipt"),
    (CONTENTS, "none", "no receipt"),
    (b"[" * 100_000, "none", "no receipt"),
    (issued().octets + b" " * RECEIPT_BYTES_MAX, "none", "no receipt"),
]


@pytest.mark.parametrize(("octets", "verdict", "why"), NOT_GENUINE, ids=lambda value: str(value)[:20])
def test_what_is_not_genuine_is_said_so_with_a_next_step_and_is_not_repeated(
    elsewhere: Path, octets: bytes, verdict: str, why: str
) -> None:
    (elsewhere / "receipt.json").write_bytes(octets)
    result = run("receipt.json", "plan.docx", "--key", "receipts.pub", status=1)
    assert result.stdout == ""
    assert result.stderr.startswith("receipt.json is not genuine: ")
    assert why in result.stderr
    assert "forged" not in result.stderr
    told = json.loads(run("receipt.json", "--key", "receipts.pub", "--json", status=1).stdout)
    assert (told["genuine"], told["verdict"], told["receipt"]) == (False, verdict, None)
    assert why in told["why"]


def test_one_json_document_tells_all_of_it(elsewhere: Path) -> None:
    def told(*words: str, status: int = 0) -> Any:
        return json.loads(run("receipt.json", *words, "--key", "receipts.pub", "--json", status=status).stdout)

    alone = told()
    assert list(alone) == ["genuine", "verdict", "why", "receipt", "sha256", "reference"]
    assert (alone["genuine"], alone["verdict"], alone["why"]) == (True, "genuine", "")
    assert alone["receipt"]["issued_at"] == "2026-09-01T12:00:00Z"
    assert [file["reference"] for file in alone["receipt"]["files"]] == [SENT.reference, OTHER.reference]
    assert (alone["sha256"], alone["reference"]) == (None, None)
    assert told("plan.docx")["reference"] == SENT.reference
    (elsewhere / "plan.docx").write_bytes(b"another")
    other = told("plan.docx", status=1)
    assert (other["genuine"], other["reference"]) == (True, None)
    assert other["why"].startswith("plan.docx is none of its files.")
    assert other["sha256"] == hashlib.sha256(b"another").hexdigest()


def test_receipts_of_earlier_keys_are_proven_for_as_long_as_these_are_kept(elsewhere: Path) -> None:
    (elsewhere / "old.json").write_bytes(issued(signer=EARLIER).octets)
    run("old.json", "--key", "receipts.pub", status=1)
    add(elsewhere / "receipts.pub", EARLIER.public)
    run("old.json", "--key", "receipts.pub")
    run("receipt.json", "--key", "receipts.pub")


def test_the_key_of_the_configuration_folder_is_the_default(elsewhere: Path, office: CommandLine) -> None:
    with office.rooms() as rooms:
        (elsewhere / "receipt.json").write_bytes(issued(signer=rooms.signer).octets)
    missing = office.run("verify", "receipt.json", status=1)
    assert str(office.config / "receipts.pub") in missing.stderr
    assert "postroom migrate" in missing.stderr
    office.run("migrate")
    shutil.rmtree(office.config.parent / "var")
    assert "is genuine" in office.run("verify", "receipt.json").stdout


@pytest.mark.parametrize("key", ["plan.docx", "receipt.json"])
def test_what_is_no_key_file_is_named(elsewhere: Path, key: str) -> None:
    assert run("receipt.json", "--key", key, status=1).stderr.startswith(f"{key}: no public key")


def test_a_missing_file_is_wrong_usage(elsewhere: Path) -> None:
    assert "nothing.json" in run("nothing.json", "--key", "receipts.pub", status=2).stderr
    run("receipt.json", "nothing.docx", "--key", "receipts.pub", status=2)
    run(status=2)


def test_a_name_in_a_receipt_cannot_command_the_terminal(elsewhere: Path) -> None:
    (elsewhere / "receipt.json").write_bytes(issued(receipt_of(SENT.model_copy(update={"given": "a\x1b[2Jb"}))).octets)
    assert "\x1b" not in run("receipt.json", "--key", "receipts.pub").stdout


def test_it_needs_no_database_and_no_mail(elsewhere: Path) -> None:
    code = (
        "import sys; from handlers.cli import main; main(['verify', 'receipt.json', '--key', 'receipts.pub'],"
        " standalone_mode=False); sys.exit(bool({'sqlalchemy', 'alembic', 'aiosmtpd'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ended = subprocess.run([sys.executable, "-c", code], check=False, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
