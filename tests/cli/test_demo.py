"""`postroom demo`: a day in the life ends well, and a taken port is a sentence."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot import data
from tests.office import free_port, places


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield int(listener.getsockname()[1])


def play(directory: Path, *, smtp: int, outgoing: int, web: int) -> subprocess.CompletedProcess[str]:
    """Play the day once, everything below this folder."""
    environ = {
        **os.environ,
        **places(directory),
        "POSTROOM__EMAIL__SMTP__PORT": str(smtp),
        "POSTROOM__EMAIL__OUTGOING__PORT": str(outgoing),
        "POSTROOM__WEB__PORT": str(web),
        "POSTROOM__WEB__BASE_URL": f"http://127.0.0.1:{web}",
    }
    command = [str(Path(sys.executable).with_name("postroom")), "demo", "--once"]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)


def test_the_day_ends_as_it_should_and_run_again_it_starts_afresh(tmp_path: Path) -> None:
    configuration = data.folder("config") / "demo"
    before = sorted(configuration.iterdir())
    for _ in range(2):
        played = play(tmp_path, smtp=free_port(), outgoing=free_port(), web=free_port())
        assert played.returncode == 0, played.stdout + played.stderr
        assert "12 steps, each as it should be; the record is whole." in played.stdout
    assert (tmp_path / "receipts.pub").read_text().count("BEGIN PUBLIC KEY") == 1
    assert sorted(configuration.iterdir()) == before, "its own configuration belongs to the checkout"


@pytest.mark.parametrize("which", ["smtp", "outgoing", "web"])
def test_a_taken_port_is_a_sentence(tmp_path: Path, taken: int, which: str) -> None:
    ports = {"smtp": free_port(), "outgoing": free_port(), "web": free_port(), which: taken}
    played = play(tmp_path, **ports)
    assert played.returncode == 1
    assert f"127.0.0.1:{taken} already" in played.stderr
    assert "Traceback" not in played.stderr
