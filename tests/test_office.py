"""What every story stands on leaves nothing behind, so that a story that fails fails alone."""

import socket
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.slack_office import open_slack_office


def answers(port: int) -> bool:
    """Whether anybody listens there."""
    try:
        with closing(socket.create_connection(("127.0.0.1", port))):
            return True
    except ConnectionRefusedError:
        return False


def ledgers() -> int:
    """How many are open."""
    return sum(thread.name == "ledger-write" for thread in threading.enumerate())


async def story_at_fault(directory: Path, mode: str, ports: list[int]) -> None:
    """Fails in an office at work; the ports that were open meanwhile."""
    async with open_slack_office(directory, mode=mode) as office:
        ports += [office.post.port, office.post.rooms.settings.email.outgoing.port]
        assert [answers(port) for port in ports] == [True, True]
        assert ledgers() == 1
        raise LookupError


@pytest.mark.parametrize("mode", ["http", "socket"])
async def test_an_office_whose_story_fails_is_closed(tmp_path: Path, mode: str) -> None:
    ports: list[int] = []
    with pytest.raises(LookupError):
        await story_at_fault(tmp_path, mode, ports)
    assert [answers(port) for port in ports] == [False, False]
    assert ledgers() == 0
