"""`postroom serve` months from now: a real process under libfaketime, whose clock is only seemingly that of the machine."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from bot.ledger import upkeep
from bot.ledger.tables import OutboxItem
from bot.ledger.upkeep import Chore
from tests.cli.conftest import ALEX, SAM, CommandLine
from tests.cli.serving import PATIENCE_SECONDS, until_ready
from tests.peers import lacking

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
"""Preloaded, for the command `faketime` would stand between the process and its signals."""


@contextmanager
def serving_from(office: CommandLine, shift: str, **environment: str) -> Iterator[None]:
    """The service as it runs where it is that much later, until it is left."""
    if LIBRARY is None:
        lacking("faketime")
    fake = {"LD_PRELOAD": str(LIBRARY), "FAKETIME": shift, "DONT_FAKE_MONOTONIC": "1"}
    command = [sys.executable, "-c", "from handlers.cli import main; main()", "--config", str(office.config), "serve"]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **fake, **environment},
    )  # fmt: skip
    try:
        until_ready(process)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)


def until(holds: Callable[[], bool]) -> None:
    """Wait for another process to have brought it about."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_what_is_due_in_three_months_is_destroyed_in_three_months(served: CommandLine) -> None:
    reference = served.take_in()
    served.run("files", "receive", reference, "--by", SAM)
    assert served.json("files", "show", reference)["contents"] == "kept"
    with serving_from(served, "+99d", POSTROOM__RETENTION__CLOCK_JUMP_DAYS="3650"):
        until(lambda: served.json("files", "show", reference)["contents"] == "destroyed")
    (certificate,) = served.json("retention", "certificates")["destroyed"]
    assert (certificate["reference"], certificate["key_gone"]) == (reference, True)


def test_a_process_whose_clock_has_jumped_tells_of_it_and_destroys_nothing(served: CommandLine) -> None:
    reference = served.take_in()
    served.run("files", "receive", reference, "--by", SAM)
    with serving_from(served, "+99d"):
        until(lambda: served.read(lambda tx: upkeep.when(tx, Chore.CLOCK_DOUBTED)) is not None)
    assert served.json("files", "show", reference)["contents"] == "kept"
    alerts = select(OutboxItem.recipient).where(OutboxItem.kind == "alert")
    assert ALEX in served.read(lambda tx: tx.scalars(alerts).all())
