"""`250` leaves only when all that was written for the mail is on the disk: seen from the system calls."""

import os
import shutil
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot import data
from bot import settings as configuration
from bot.clock import Clock
from tests.durability.trace import CALLS, events, unsynced
from tests.office import RETURNS, places, set_up
from tests.people import JO, PLAN

ROOT = Path(__file__).parent.parent.parent
DEMO = data.folder("config") / "demo"
REPLY = '"250 2.0.0 Taken'
SIZES = {"20 KB": 20_000, "1 MB": 1_000_000}

needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None and os.environ.get("CI") != "true", reason="strace is not installed: scripts/peers"
)


def mail(size: int) -> bytes:
    """A return of so many octets."""
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = JO, RETURNS, f"<{size}@mail.example>"
    message.add_attachment(os.urandom(size), maintype="application", subtype="octet-stream", filename=PLAN)
    return message.as_bytes(policy=policy.SMTP)


@contextmanager
def accepting(directory: Path, code: Path, trace: Path) -> Iterator[int]:
    """The way in alone, from this code, under strace; its port."""
    environ = {**os.environ, **places(directory), "POSTROOM__EMAIL__SMTP__PORT": "0", "PYTHONPATH": str(code)}
    command = [
        "strace", "-f", "-y", "-s", "64", "-e", f"trace={CALLS}", "-o", str(trace),
        sys.executable, "-m", "tests.durability.accepting", str(DEMO),
    ]  # fmt: skip
    with subprocess.Popen(
        command, cwd=code, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield int(process.stdout.readline())
        process.stdin.close()


def left_unsynced(directory: Path, size: int, code: Path = ROOT) -> set[str]:
    """What was not on the disk when the mail was acknowledged."""
    settings = configuration.load(DEMO, places(directory))
    set_up(settings, Clock()).close()
    trace = directory.parent / f"{directory.name}.trace"
    with accepting(directory, code, trace) as port, smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.sendmail(JO, RETURNS, mail(100))
        began = len(trace.read_text(errors="replace").splitlines())
        smtp.sendmail(JO, RETURNS, mail(size))
    lines = trace.read_text(errors="replace").splitlines()[began:]
    return {path for path in unsynced(events(lines, directory, REPLY)) if not path.endswith("-shm")}


@needs_strace
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_all_that_was_written_for_a_mail_is_synced_before_it_is_acknowledged(
    tmp_path: Path, size: int
) -> None:  # lesson L27
    office = tmp_path / "office"
    office.mkdir()
    assert left_unsynced(office, size) == set()


PLANTED = {
    "the ledger does not sync": ("bot/ledger/engines.py", '"synchronous=FULL"', '"synchronous=NORMAL"', 20_000),
    "the keys do not sync": ("bot/vault/keyfile.py", '("FULL", 2)', '("NORMAL", 1)', 20_000),
    "the octets are not synced": (
        "bot/vault/shelf.py",
        "os.fsync(self._file.fileno())",
        "self._file.fileno()",
        1_000_000,
    ),
    "their folder is not synced": (
        "bot/vault/shelf.py",
        "sorted({self._path(object_id).parent for object_id in object_ids})",
        "()",
        1_000_000,
    ),
}
"""Bugs planted in a copy: file, what stands there, what stands there instead, and the size of mail that must show it."""


@needs_strace
@pytest.mark.parametrize("bug", PLANTED)
def test_a_sync_that_is_left_out_is_seen(tmp_path: Path, bug: str) -> None:
    file, stands, instead, size = PLANTED[bug]
    office, copy = tmp_path / "office", tmp_path / "copy"
    office.mkdir()
    for folder in ("bot", "handlers", "tests", "config", "mail_templates"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    source = (copy / file).read_text(encoding="utf-8")
    assert stands in source
    (copy / file).write_text(source.replace(stands, instead), encoding="utf-8")
    assert left_unsynced(office, size, code=copy)
