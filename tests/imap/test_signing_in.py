"""Signing in: by password or as an application of Microsoft 365, always over a connection whose server is known."""

from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from handlers.mail.imap.faults import BadMailbox, Lost
from handlers.mail.imap.session import Session
from handlers.mail.oauth import Application, BadApplication, NoToken
from tests.imap.dovecot import PASSWORD, Dovecot, dovecot
from tests.imap.entra import CLIENT, SCOPE, SECRET, TENANT, Entra, entra
from tests.imap.mailbox_office import DONE, account, environ, letter, mailbox_office, until
from tests.people import JO, PLAN


def trouble(server: Dovecot, **keys: object) -> str:
    """What is wrong with these values."""
    with pytest.raises(BadMailbox) as fault:
        Session.ready(account(server, **keys))
    return str(fault.value)


def test_tls_is_spoken_with_a_server_that_an_authority_vouches_for(certificate: Path) -> None:
    with dovecot(certificate) as server:
        for tls, port in (("implicit", server.tls_port), ("starttls", server.port)):
            session = Session.open(account(server, tls=tls, port=port, tls_ca_file=certificate))
            assert session.mails() == []
            session.close()


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_server_whose_certificate_nobody_vouches_for_never_hears_the_password(certificate: Path, tls: str) -> None:
    with dovecot(certificate) as server:
        port = server.tls_port if tls == "implicit" else server.port
        said = trouble(server, tls=tls, port=port)
        assert "its certificate is not to be trusted" in said
        assert "tls_ca_file" in said
        assert PASSWORD not in server.log()
        assert "Login" not in server.log()


def test_each_wrong_value_is_told_with_its_key_and_a_remedy(certificate: Path) -> None:
    with dovecot(certificate) as server:
        assert "[email.imap.main] user = returns: the server does not let it in" in trouble(server, password="wrong")
        assert "folder = Returns: it cannot be opened" in trouble(server, folder="Returns")
        assert "The mailbox has: INBOX" in trouble(server, folder="Returns")
        assert "done_folder = a//b: it cannot be made" in trouble(server, done_folder="a//b")
        assert "tls = implicit: the server does not speak TLS" in trouble(server, tls="implicit")
        missing = trouble(server, password=None, password_file="/nowhere")
        assert "password_file = /nowhere: there is no such file. Write the secret into that file" in missing
        assert f"password_file = {server.home}: it cannot be read" in trouble(
            server, password=None, password_file=server.home
        )
        assert "tls_ca_file = " in trouble(server, tls="implicit", tls_ca_file=server.home / "users")


def test_a_server_that_is_not_there_is_no_fault_of_the_configuration(certificate: Path) -> None:
    with dovecot(certificate) as server:
        server.stop()
        with pytest.raises(Lost):
            Session.open(account(server))


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever issued the certificate is known to the library that asks for tokens."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))


def application(microsoft: Entra, **keys: str) -> Application:
    values = {"tenant_id": TENANT, "client_id": CLIENT, "secret": SECRET, "scope": SCOPE, **keys}
    return Application(authority=microsoft.authority, **values)


@pytest.mark.usefixtures("trusted")
async def test_a_mailbox_of_microsoft_365_is_opened_by_an_application(tmp_path: Path, certificate: Path) -> None:
    with entra(certificate) as microsoft, with_tokens(certificate, tmp_path, microsoft) as server:
        keys = {**environ(server), **microsoft.environ("IMAP__MAIN")}
        async with mailbox_office(tmp_path / "office", keys) as office:
            server.append(letter(office, attach=PLAN))
            await until(office, lambda: server.holds(DONE))
            assert office.expect(JO, "receipt")
    assert microsoft.given == ["token-1"]


def with_tokens(certificate: Path, tmp_path: Path, microsoft: Entra) -> AbstractContextManager[Dovecot]:
    """A Dovecot that asks Entra whether a token is good."""
    return dovecot(certificate, mechanisms="plain login xoauth2", passdb=microsoft.passdb(tmp_path))


@pytest.mark.usefixtures("trusted")
def test_a_token_is_kept_until_its_end_is_near_or_the_server_refuses_it(tmp_path: Path, certificate: Path) -> None:
    with entra(certificate) as microsoft, with_tokens(certificate, tmp_path, microsoft) as server:
        keys = {"auth": "xoauth2", "tenant_id": TENANT, "client_id": CLIENT, "client_secret": SECRET}
        one = account(server, **keys, authority=microsoft.authority)
        for _ in range(2):
            Session.open(one).close()
        assert microsoft.given == ["token-1"]

        microsoft.withdrawn.add("token-1")
        Session.open(one).close()
        assert microsoft.given == ["token-1", "token-2"]

        microsoft.user = "somebody else"
        with pytest.raises(BadMailbox, match="FullAccess to the mailbox"):
            Session.open(one)


@pytest.mark.usefixtures("trusted")
def test_a_token_that_is_about_to_end_is_renewed_before_it_does(certificate: Path) -> None:
    with entra(certificate) as microsoft:
        microsoft.lifetime = 200
        asking = application(microsoft)
        assert [asking.token(), asking.token()] == ["token-1", "token-2"]


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("keys", "remedy"),
    [
        ({"secret": "wrong"}, "Put the secret's value, not its id"),
        ({"client_id": "wrong"}, "put client_id right"),
        ({"tenant_id": "wrong"}, "put tenant_id right"),
        ({"scope": "https://elsewhere/.default"}, "ends in /.default"),
    ],
)
def test_what_entra_refuses_is_told_with_a_remedy_and_without_the_secret(
    certificate: Path, keys: dict[str, str], remedy: str
) -> None:
    with entra(certificate) as microsoft, pytest.raises(BadApplication) as refused:
        application(microsoft, **keys).token()
    assert remedy in str(refused.value)
    assert SECRET not in str(refused.value)
    assert "Trace ID" not in str(refused.value)


@pytest.mark.usefixtures("trusted")
def test_a_sign_in_that_is_busy_or_away_is_asked_again(certificate: Path) -> None:
    with entra(certificate) as microsoft:
        microsoft.busy = True
        with pytest.raises(NoToken, match="is in trouble"):
            application(microsoft).token()
    with pytest.raises(NoToken, match="cannot be reached"):
        application(microsoft).token()


async def test_a_sign_in_that_nobody_vouches_for_never_sees_the_secret(certificate: Path) -> None:
    with entra(certificate) as microsoft:
        with pytest.raises(NoToken):
            application(microsoft).token()
        assert microsoft.given == []
