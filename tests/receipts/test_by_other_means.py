"""docs/receipts.md says how to check a receipt without Postroom: what it says is run here."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.receipts import add
from tests.receipts import EARLIER, OURS, STRANGER, issued

PAGE = (Path(__file__).parents[2] / "docs" / "receipts.md").read_text(encoding="utf-8")
RECEIPT = issued().octets


def block(language: str) -> str:
    """What stands on the page in this language."""
    found = re.search(rf"```{language}\n(.+?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A receipt and the keys."""
    for signer in (OURS, EARLIER):
        add(tmp_path / "receipts.pub", signer.public)
    (tmp_path / "receipt.json").write_bytes(RECEIPT)
    return tmp_path


def by_python(folder: Path, octets: bytes) -> str:
    """What the lines of Python say."""
    (folder / "receipt.json").write_bytes(octets)
    command = [sys.executable, "-c", block("python"), "receipt.json", "receipts.pub"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (ended.returncode == 0) == (ended.stdout == "genuine\n")
    return (ended.stdout or ended.stderr).strip()


def test_the_lines_of_python_tell_a_genuine_one(folder: Path) -> None:
    assert by_python(folder, RECEIPT) == "genuine"
    assert by_python(folder, b"\xef\xbb\xbf" + RECEIPT.replace(b"\n", b"\r\n")) == "genuine"
    assert by_python(folder, issued(signer=EARLIER).octets) == "genuine"
    assert by_python(folder, issued(signer=STRANGER).octets) == "not genuine"
    assert by_python(folder, RECEIPT.replace(b"48213", b"48214")) == "not genuine"


@pytest.mark.skipif(not (shutil.which("jq") and shutil.which("openssl")), reason="jq or openssl is not installed")
def test_so_do_jq_and_openssl(folder: Path) -> None:
    said = by_shell(folder, RECEIPT)
    assert (said.returncode, said.stdout) == (0, "Signature Verified Successfully\n")
    assert by_shell(folder, RECEIPT.replace(b"48213", b"48214")).returncode != 0


def by_shell(folder: Path, octets: bytes) -> subprocess.CompletedProcess[str]:
    """What the lines for the shell say."""
    (folder / "receipt.json").write_bytes(octets)
    return subprocess.run(["sh", "-ec", block("sh")], cwd=folder, capture_output=True, text=True, check=False)


def test_the_page_names_every_key_of_a_receipt() -> None:
    for key in re.findall(rb'"(\w+)":', RECEIPT):
        assert f"`{key.decode()}`" in PAGE
