"""`postroom serve` without SMTP: killed in the worst moment, and given the largest mail."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from base64 import encodebytes
from pathlib import Path

from sqlalchemy import select

from bot.clock import Clock
from bot.ledger.tables import File
from handlers.rooms import open_rooms
from tests.durability.crashing import Machine, compose
from tests.imap.between import between
from tests.imap.dovecot import dovecot
from tests.imap.mailbox_office import AUTHSERV_ID, DONE, environ
from tests.imap.process import MIB, Premises, peak, premises
from tests.people import JO

SMALL, LARGE = "8302000_SENsmall20260901.pdf", "8302000_SENlarge20260901.pdf"


def files(office: Premises) -> dict[str, int]:
    """Name and size of every file on record."""
    with open_rooms(office.settings, Clock()) as rooms:
        rows = rooms.ledger.read_now(lambda tx: list(tx.scalars(select(File)).unique()))
    return {file.name: file.size for file in rows}


async def test_killed_between_durable_and_moved_nothing_happens_twice(tmp_path: Path, certificate: Path) -> None:
    # lesson L27
    with dovecot(certificate) as server, between(server.port) as wire:
        async with premises(tmp_path, environ(server, port=str(wire.port))) as office:
            async with Machine(tmp_path, dict(office.environ)).serving() as process:

                def kill(said: bytes) -> bool:
                    if moving := b"UID MOVE" in said:
                        os.killpg(process.pid, signal.SIGKILL)
                    return moving

                wire.on_command = kill
                server.append(mail(SMALL, 100))
                assert await asyncio.wait_for(process.wait(), 60) == -signal.SIGKILL
            assert (len(server.holds("INBOX")), server.holds(DONE)) == (1, [])

            wire.on_command = lambda _: False
            async with Machine(tmp_path, dict(office.environ)).serving() as process:
                await office.answer("receipt")
                await asyncio.to_thread(server.await_mail, DONE)
                process.terminate()
                assert await process.wait() == 0
            assert (len(office.all("receipt")), files(office), server.holds("INBOX")) == (1, {SMALL: 100}, [])


async def test_serve_does_not_start_with_a_password_that_is_wrong(tmp_path: Path, certificate: Path) -> None:
    with dovecot(certificate) as server:
        async with premises(tmp_path, environ(server, password="wrong")) as office:
            process = await asyncio.create_subprocess_exec(
                Path(sys.executable).with_name("postroom"), "--config", str(tmp_path / "config"), "serve",
                env={**os.environ, **office.environ}, stderr=PIPE,
            )  # fmt: skip
            _, said = await process.communicate()
    assert process.returncode == 1
    assert b"[email.imap.main] user = returns: the server does not let it in" in said
    assert b"Traceback" not in said


async def test_a_mail_of_150_mb_needs_no_more_memory_than_a_small_one(tmp_path: Path, certificate: Path) -> None:
    with dovecot(certificate) as server:
        async with (
            premises(tmp_path, environ(server)) as office,
            Machine(tmp_path, dict(office.environ)).serving() as process,
        ):
            server.append(mail(SMALL, 3_000_000))
            await office.answer("receipt")
            before = peak(process.pid)
            server.append(mail(LARGE, 110_000_000))
            await office.answer("receipt", 2)
            after = peak(process.pid)
            process.terminate()
            assert await process.wait() == 0
        assert files(office) == {SMALL: 3_000_000, LARGE: 110_000_000}
        assert after - before < 8 * MIB, (before / MIB, after / MIB)


def mail(name: str, octets: int) -> bytes:
    """A proven return; in its mail a file grows by more than a third."""
    head, _, rest = compose(JO, name, b"").partition(b"\r\n\r\n")
    before, _, after = rest.rpartition(b"\r\n\r\n")
    contents = encodebytes(bytes(octets)).replace(b"\n", b"\r\n")
    trace = f"Authentication-Results: {AUTHSERV_ID}; dmarc=pass header.from={JO.rpartition('@')[2]}\r\n"
    return trace.encode() + head + b"\r\n\r\n" + before + b"\r\n\r\n" + contents + after
