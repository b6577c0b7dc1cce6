"""`postroom serve` as a process of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.conftest import CommandLine

PATIENCE_SECONDS = 60


@contextmanager
def serving(office: CommandLine, *words: str) -> Iterator[subprocess.Popen[str]]:
    """The command as a process; killed at the end if it has not stopped."""
    command = [
        sys.executable,
        "-c",
        "from handlers.cli import main; main()",
        "--config",
        str(office.config),
        "serve",
        *words,
    ]
    paths = [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until_ready(process: subprocess.Popen[str]) -> list[str]:
    """What it said on standard error until then."""
    assert process.stderr
    lines = []
    for line in process.stderr:
        lines.append(line)
        if line == "ready\n":
            return lines
    raise AssertionError("".join(lines))


def until(office: CommandLine, state: str, *, count: int = 1) -> None:
    """Wait for another process to have brought all that arrived to this state."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (found := [item["state"] for item in office.json("inbox", "list")]) != [state] * count:
        assert time.monotonic() < end, found
