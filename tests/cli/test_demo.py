"""`postroom demo`: a day in the life ends well, a taken port is a sentence, and then everybody's mail is to be seen."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from bot import data
from tests.office import free_port, places

PATIENCE_SECONDS = 120


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield int(listener.getsockname()[1])


@contextmanager
def beginning(directory: Path, *words: str, smtp: int, outgoing: int, web: int) -> Iterator[subprocess.Popen[str]]:
    """The demo, everything below this folder; killed at the end if it has not stopped."""
    environ = {
        **os.environ,
        **places(directory),
        "POSTROOM__EMAIL__SMTP__PORT": str(smtp),
        "POSTROOM__EMAIL__OUTGOING__PORT": str(outgoing),
        "POSTROOM__WEB__PORT": str(web),
        "POSTROOM__WEB__BASE_URL": f"http://127.0.0.1:{web}",
    }
    command = [str(Path(sys.executable).with_name("postroom")), "demo", *words]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as demo:
        try:
            yield demo
        finally:
            demo.kill()


def play(directory: Path, **ports: int) -> tuple[int, str, str]:
    """Play the day once: the exit status, and what is printed."""
    with beginning(directory, "--once", **ports) as demo:
        told, trouble = demo.communicate(timeout=PATIENCE_SECONDS)
        return demo.returncode, told, trouble


def test_the_day_ends_as_it_should_and_run_again_it_starts_afresh(tmp_path: Path) -> None:
    configuration = data.folder("config") / "demo"
    before = sorted(configuration.iterdir())
    for _ in range(2):
        status, told, trouble = play(tmp_path, smtp=free_port(), outgoing=free_port(), web=free_port())
        assert status == 0, told + trouble
        assert "12 steps, each as it should be; the record is whole." in told
    assert (tmp_path / "receipts.pub").read_text().count("BEGIN PUBLIC KEY") == 1
    assert sorted(configuration.iterdir()) == before, "its own configuration belongs to the checkout"


@pytest.mark.parametrize("which", ["smtp", "outgoing", "web"])
def test_a_taken_port_is_a_sentence(tmp_path: Path, taken: int, which: str) -> None:
    ports = {"smtp": free_port(), "outgoing": free_port(), "web": free_port(), which: taken}
    status, _, trouble = play(tmp_path, **ports)
    assert status == 1
    assert f"127.0.0.1:{taken} already" in trouble
    assert "Traceback" not in trouble


def test_it_stays_up_with_the_mail_of_the_day_in_a_browser_until_it_is_stopped(tmp_path: Path) -> None:
    web = free_port()
    with beginning(tmp_path, smtp=free_port(), outgoing=free_port(), web=web) as demo:
        assert demo.stdout
        address = next(line.strip() for line in demo.stdout if line.startswith("  http"))
        assert address == f"http://127.0.0.1:{web}"
        check = next(line.strip() for line in demo.stdout if "postroom verify" in line)
        assert check.endswith(f"--key {tmp_path}/receipts.pub")
        page = httpx.get(address, follow_redirects=True).text
        for name in ("Jo Sands", "Sam Hale", "Owen Pritchard", "senteam", "kim.doe"):
            assert f'<strong>{name}</strong> <span class="count">' in page
        demo.send_signal(signal.SIGINT)
        _, trouble = demo.communicate(timeout=PATIENCE_SECONDS)
    assert (demo.returncode, trouble) == (0, "")
