"""`postroom serve` under a service manager: it is told that we are ready, that we are alive, and that we stop."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.manager import Manager
from tests.cli.conftest import CommandLine
from tests.cli.serving import PATIENCE_SECONDS, serving


@pytest.fixture(params=["path", "abstract"])
def listening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """A manager's socket, and how it names it."""
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path if request.param == "path" else f"\0{path}")
        manager.settimeout(PATIENCE_SECONDS)
        yield (path if request.param == "path" else f"@{path}"), manager


def test_serve_tells_its_manager_that_it_is_ready_then_alive_and_at_last_stopping(
    served: CommandLine, listening: tuple[str, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, manager = listening
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    monkeypatch.setenv("WATCHDOG_USEC", "100000")
    with serving(served) as process:
        heard = [manager.recv(100) for _ in range(4)]
        assert heard == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1", b"WATCHDOG=1"]
        process.send_signal(signal.SIGTERM)
        while (last := manager.recv(100)) == b"WATCHDOG=1":
            pass
        assert last == b"STOPPING=1"
        assert process.wait(PATIENCE_SECONDS) == 0


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_only_who_is_meant_is_watched(environ: dict[str, str], seconds: float | None) -> None:
    assert Manager.of(environ, 7).watchdog_seconds == seconds


async def test_a_manager_that_is_gone_stops_nobody(tmp_path: Path) -> None:
    async with Manager(str(tmp_path / "nobody")).told():
        pass
