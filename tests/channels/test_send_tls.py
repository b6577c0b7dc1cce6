"""Mail is handed over by TLS with a verified certificate, and with a login, where that is configured."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.channels.mail_host import Host, listening, smarthost
from tests.channels.parcels import parcel


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system trusts who issued the certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.mark.usefixtures("trusted")
async def test_starttls_comes_before_the_mail(server_side: ssl.SSLContext) -> None:
    host = Host()
    async with (
        listening(host, tls_context=server_side, require_starttls=True) as port,
        smarthost(port, tls="starttls") as ours,
    ):
        await ours.deliver(parcel())
    assert host.secure == [True]


@pytest.mark.usefixtures("trusted")
async def test_tls_from_the_first_octet(server_side: ssl.SSLContext) -> None:
    host = Host()
    async with listening(host, tls=server_side) as port, smarthost(port, tls="implicit") as ours:
        await ours.deliver(parcel())
    assert len(host.kept) == 1


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_certificate_that_nobody_vouches_for_is_not_spoken_to(server_side: ssl.SSLContext, tls: str) -> None:
    host = Host()
    options: dict[str, Any] = {"tls": server_side} if tls == "implicit" else {"tls_context": server_side}
    async with listening(host, **options) as port, smarthost(port, tls=tls) as ours:
        with pytest.raises((ssl.SSLError, aiosmtplib.SMTPException)):
            await ours.deliver(parcel())
    assert host.kept == []


async def test_where_starttls_is_wanted_nothing_is_sent_without() -> None:
    host = Host()
    async with listening(host) as port, smarthost(port, tls="starttls") as ours:
        with pytest.raises(aiosmtplib.SMTPException):
            await ours.deliver(parcel())
    assert host.kept == []


def login(user: bytes, password: bytes) -> Callable[..., AuthResult]:
    """Lets in only this user."""

    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object) -> AuthResult:
        return AuthResult(success=given == LoginPassword(user, password), handled=False)

    return check


@pytest.mark.usefixtures("trusted")
async def test_it_logs_in_where_it_has_a_name(server_side: ssl.SSLContext) -> None:
    host = Host()
    options: dict[str, Any] = {"tls_context": server_side, "authenticator": login(b"returns", b"secret")}
    async with listening(host, auth_required=True, **options) as port:
        async with smarthost(port, tls="starttls", user="returns", password="secret") as ours:
            await ours.deliver(parcel())
        async with smarthost(port, tls="starttls", user="returns", password="wrong") as ours:
            with pytest.raises(aiosmtplib.SMTPAuthenticationError):
                await ours.deliver(parcel())
        async with smarthost(port, tls="starttls") as ours:
            with pytest.raises(aiosmtplib.SMTPException):
                await ours.deliver(parcel())
    assert len(host.kept) == 1
