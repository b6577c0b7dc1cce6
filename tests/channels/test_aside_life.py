"""The process aside leaves nothing behind where it could not begin (docs/decisions/0015)."""

import asyncio
import errno
from pathlib import Path
from typing import Any

import pytest

from handlers.aside.asking import Aside, CannotBegin
from handlers.rooms import master_key
from tests.office import TestOffice

LANES = 2


def sockets() -> set[str]:
    """All that this process has open."""
    found = set[str]()
    for one in Path("/proc/self/fd").iterdir():
        try:
            found.add(str(one.readlink()))
        except FileNotFoundError:  # that of the listing
            continue
    return {one for one in found if one.startswith("socket:")}


def children() -> set[str]:
    """All processes that this one has begun, and has not seen the end of."""
    return {one for file in Path("/proc/self/task").glob("*/children") for one in file.read_text("ascii").split()}


@pytest.mark.parametrize("connected", range(LANES))
async def test_where_not_all_lanes_can_be_made_it_says_so_and_leaves_nothing_behind(
    post: TestOffice, monkeypatch: pytest.MonkeyPatch, connected: int
) -> None:
    loop, made = asyncio.get_running_loop(), list[int]()
    connect = loop.create_unix_connection

    async def fails(*args: Any, **named: Any) -> Any:
        if len(made) == connected:
            raise OSError(errno.ENOSPC, "no space left")  # so says epoll where a user watches too much
        made.append(1)
        return await connect(*args, **named)

    before, settings = (sockets(), children()), post.office.rooms.settings
    aside = Aside(settings, master_key(settings))
    with monkeypatch.context() as broken:
        broken.setattr(loop, "create_unix_connection", fails)
        with pytest.raises(CannotBegin, match="OSError"):
            await aside.start()
    await asyncio.sleep(0)  # for the loop closes what it was told to
    assert (sockets(), children()) == before

    await aside.start()
    assert children() > before[1]
    await aside.close()
    await asyncio.sleep(0)
    assert (sockets(), children()) == before
