"""Answers are handed over in the name of a mailbox of Microsoft 365 (SMTP AUTH XOAUTH2)."""

import base64
import ssl
from pathlib import Path

import aiosmtplib
import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from handlers.mail.oauth import Application, BadApplication
from tests.channels.conftest import server_side
from tests.channels.mail_host import Host, listening, smarthost
from tests.channels.parcels import parcel
from tests.imap.entra import CLIENT, SCOPE, SECRET, TENANT, Entra, entra

__all__ = ["server_side"]

USER = "returns@derbyshire.example"


class Exchange(Host):
    """A mail server that lets in whoever has a good token for this mailbox."""

    microsoft: Entra

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's name
        """As learn.microsoft.com has it: the SASL string, and on failure a challenge before the refusal."""
        user, bearer, *rest = base64.b64decode(args[1]).decode().split("\x01")
        assert rest == ["", ""]
        token = bearer.removeprefix("auth=Bearer ")
        good = user == f"user={USER}" and token in set(self.microsoft.given) - self.microsoft.withdrawn
        if not good:
            await server.challenge_auth('{"status":"401"}')
        return AuthResult(success=good, handled=False)


@pytest.fixture(autouse=True)
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))


def application(microsoft: Entra, secret: str = SECRET) -> Application:
    return Application(
        tenant_id=TENANT, client_id=CLIENT, secret=secret, authority=microsoft.authority, scope=SCOPE
    )  # fmt: skip


async def test_a_token_opens_the_way_out_and_a_refused_one_is_replaced_at_the_next_try(
    certificate: Path, server_side: ssl.SSLContext
) -> None:
    with entra(certificate) as microsoft:
        host = Exchange()
        host.microsoft = microsoft
        signed_in = {"user": USER, "application": application(microsoft), "ca_file": certificate}
        async with (
            listening(host, tls_context=server_side, require_starttls=True, auth_required=True) as port,
            smarthost(port, tls="starttls", **signed_in) as ours,
        ):
            await ours.deliver(parcel())
            assert (len(host.kept), microsoft.given) == (1, ["token-1"])

            microsoft.withdrawn.add("token-1")
            await ours.close()
            with pytest.raises(aiosmtplib.SMTPAuthenticationError):
                await ours.deliver(parcel())
            await ours.deliver(parcel())
            assert (len(host.kept), microsoft.given) == (2, ["token-1", "token-2"])


async def test_a_wrong_secret_loses_no_answer_for_it_is_tried_again(
    certificate: Path, server_side: ssl.SSLContext
) -> None:
    with entra(certificate) as microsoft:
        host = Exchange()
        host.microsoft = microsoft
        signed_in = {"user": USER, "application": application(microsoft, "wrong"), "ca_file": certificate}
        async with (
            listening(host, tls_context=server_side, auth_required=True) as port,
            smarthost(port, tls="starttls", **signed_in) as ours,
        ):
            with pytest.raises(BadApplication):  # which the outbox takes for a failure of ours, to be tried again
                await ours.deliver(parcel())
