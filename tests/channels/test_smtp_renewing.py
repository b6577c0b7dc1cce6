"""A certificate that is renewed while mail comes in: the next connection sees it, and a bad one does no harm."""

import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from handlers import ports
from handlers.mail.smtp import SmtpServer
from handlers.mail.smtp.renewing import BAD_SECONDS, LOOK_SECONDS, Renewed
from tests.channels.conftest import new_certificate
from tests.channels.smtp_peer import HELLO, KEPT, Box, connected, listening

WIRE = b"Subject: A return\r\n\r\nGood morning\r\n.\r\n"


class Files:
    """A certificate and its key where the configuration names them, and a clock to wind."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.chain, self.key, self.now = folder, folder / "smtp.pem", folder / "smtp.key", 0.0
        self._made = 0
        self.trusted = self.renew()

    def renewed(self) -> Renewed:
        load = partial(ports.certified, self.chain, self.key, "[email.smtp]")
        return Renewed((self.chain, self.key), load, lambda: self.now)

    def renew(self) -> Path:
        """New files beside, put in the place of the old ones as certbot does; the certificate, to be trusted."""
        self._made += 1
        trusted, beside = self.folder / f"{self._made}.pem", self.folder / "next"
        trusted.write_bytes(new_certificate())
        for place in (self.chain, self.key):
            beside.write_bytes(trusted.read_bytes())
            beside.replace(place)
        self.trusted = trusted
        return trusted


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


async def handshake(server: SmtpServer, trusted: Path) -> bool:
    """Whether a peer that trusts this certificate alone can start TLS."""
    context = ssl.create_default_context(cafile=str(trusted))
    try:
        async with connected(server) as peer:
            await peer.greet()
            await peer.say("STARTTLS")
            await peer.writer.start_tls(context, server_hostname="127.0.0.1")
            return (await peer.say("EHLO again")).startswith("250-")
    except ssl.SSLCertVerificationError:
        return False


async def test_the_next_connection_sees_the_renewed_certificate_and_one_under_way_keeps_its_own(files: Files) -> None:
    first = files.trusted
    box = Box()
    async with listening(box, tls=files.renewed()) as server, connected(server) as under_way:
        await under_way.greet()
        await under_way.say("STARTTLS")
        await under_way.writer.start_tls(ssl.create_default_context(cafile=str(first)), server_hostname="127.0.0.1")
        second = files.renew()
        files.now += LOOK_SECONDS
        assert await handshake(server, second)
        assert not await handshake(server, first)
        replies = [(await under_way.say(command))[:3] for command in HELLO]
        await under_way.send(WIRE)
        assert [*replies, await under_way.reply()] == ["250", "250", "250", "354", KEPT]


def half_written(files: Files) -> None:
    files.chain.write_bytes(files.chain.read_bytes()[:200])


def gone(files: Files) -> None:
    files.chain.unlink()


def of_another_key(files: Files) -> None:
    files.key.write_bytes(new_certificate())


@pytest.mark.parametrize("broken", [half_written, gone, of_another_key])
async def test_a_broken_renewal_leaves_the_old_certificate_in_use_and_is_logged_once(
    files: Files, broken: Callable[[Files], None]
) -> None:
    trusted = files.trusted
    async with listening(Box(), tls=files.renewed()) as server:
        broken(files)
        with capture_logs() as logs:
            for _ in range(3):
                files.now += LOOK_SECONDS
                assert await handshake(server, trusted)
        assert len([one for one in logs if "renewed certificate cannot be used" in one["event"]]) == 1
        files.now += LOOK_SECONDS
        assert await handshake(server, files.renew())


def test_the_files_are_looked_at_only_every_few_seconds(files: Files) -> None:
    renewed = files.renewed()
    before = renewed()
    files.renew()
    files.now += LOOK_SECONDS - 0.1
    assert renewed() is before
    files.now += 0.1
    assert renewed() is not before
    assert renewed() is renewed()


def test_a_renewal_that_takes_a_moment_is_no_trouble_and_one_that_stays_broken_is(files: Files) -> None:
    renewed = files.renewed()
    of_another_key(files)
    files.now += LOOK_SECONDS
    assert renewed.fault() is None
    files.now += BAD_SECONDS
    assert "cannot be used" in (renewed.fault() or "")
    files.renew()
    files.now += LOOK_SECONDS
    assert renewed.fault() is None


def test_one_bad_renewal_after_another_is_one_trouble(files: Files) -> None:
    renewed = files.renewed()
    for _ in range(3):
        of_another_key(files)
        files.now += BAD_SECONDS / 2
        assert renewed() is renewed()
    assert renewed.fault()


def test_what_is_of_no_use_from_the_start_is_said_at_the_start(files: Files) -> None:
    half_written(files)
    with pytest.raises(ports.BadCertificate):
        files.renewed()
