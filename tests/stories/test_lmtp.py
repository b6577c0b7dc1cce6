"""The whole office behind LMTP at a Unix socket."""

import asyncio
import socket
from contextlib import closing
from pathlib import Path

import pytest

from handlers.cli.send import deliver
from handlers.cli.show import Problem
from handlers.ports import PortTaken
from tests.office import RETURNS, Opener
from tests.people import JO, PLAN

LMTP = {"POSTROOM__EMAIL__SMTP__PROTOCOL": "lmtp"}
NOBODY_PROVEN = {"POSTROOM__EMAIL__TRUST__SUBMISSION_NETWORKS": "[]"}


def at(path: Path) -> dict[str, str]:
    return {**LMTP, "POSTROOM__EMAIL__SMTP__HOST": f"unix:{path}"}


async def test_postroom_send_delivers_at_the_socket_and_is_answered(post_with: Opener, tmp_path: Path) -> None:
    async with post_with(at(tmp_path / "lmtp")) as post:
        message = post.compose(JO, attach=PLAN)
        await asyncio.to_thread(deliver, message, (str(tmp_path / "lmtp"), 0), post.rooms.settings)
        await post.settle()
        assert post.expect(JO, "receipt").references


async def test_at_the_socket_nobody_is_proven_by_being_on_this_machine(post_with: Opener, tmp_path: Path) -> None:
    async with post_with({**at(tmp_path / "lmtp"), **NOBODY_PROVEN}) as post:
        message = post.compose(JO, attach=PLAN)
        with pytest.raises(Problem, match="not proven who sent this mail"):
            await asyncio.to_thread(deliver, message, (str(tmp_path / "lmtp"), 0), post.rooms.settings)
        assert not post.waiting()
        assert str(message["To"]) == RETURNS


async def test_where_the_socket_cannot_be_made_it_is_said_which_key_to_change(
    post_with: Opener, tmp_path: Path
) -> None:
    with pytest.raises(PortTaken, match=r"unix:.*nowhere/lmtp .*host in \[email.smtp\]"):
        async with post_with(at(tmp_path / "nowhere" / "lmtp")):
            pass


async def test_a_socket_at_which_another_program_listens_stays_its_own(post_with: Opener, tmp_path: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as theirs:
        theirs.bind(str(tmp_path / "lmtp"))
        theirs.listen()
        with pytest.raises(PortTaken, match="another program listens there"):
            async with post_with(at(tmp_path / "lmtp")):
                pass
        assert (tmp_path / "lmtp").is_socket()
