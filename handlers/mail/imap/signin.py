"""A connection to a mailbox's server: encrypted, its certificate verified, signed in to."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientError

from bot.settings import Imap, reveal
from handlers.mail.imap.faults import BadMailbox, Lost, Refused, speaking, words
from handlers.mail.oauth import Application, BadApplication, NoToken

CONNECT_SECONDS = 15
REPLY_SECONDS = 60
"""How long a server may be silent in the middle of an answer."""
LITERAL_MAX = 1 << 22
"""Octets that a server may send us in one piece: many times what we ever ask for."""
TRIES = 2
"""A token that is refused may have been withdrawn: it is tried once more with a new one."""


@dataclass(frozen=True)
class Account:
    """One mailbox, and how it is signed in to."""

    name: str
    """As the configuration has it."""
    settings: Imap
    application: Application | None

    @classmethod
    def of(cls, name: str, settings: Imap) -> Self:
        """As configured. Raises `BadMailbox`."""
        account = cls(name, settings, None)
        if settings.auth == "password":
            return account
        with account.reading("client_secret_file"):
            return cls(name, settings, Application.of(settings))

    @property
    def password(self) -> str:
        """Read anew each time, so that a changed one counts. Raises `BadMailbox`."""
        with self.reading("password_file"):
            return reveal(self.settings.password, self.settings.password_file) or ""

    def bad(self, key: str, what: str, remedy: str) -> BadMailbox:
        """What is wrong with the value of a key."""
        return BadMailbox(f"[email.imap.{self.name}] {key} = {getattr(self.settings, key)}: {what}.", remedy)

    @contextmanager
    def reading(self, key: str) -> Iterator[None]:
        """Read the file that this key names."""
        try:
            yield
        except FileNotFoundError as fault:
            remedy = "Write the secret into that file, for Postroom’s user alone to read."
            raise self.bad(key, "there is no such file", remedy) from fault
        except (OSError, ValueError) as fault:
            why = getattr(fault, "strerror", None) or "it is not text"
            raise self.bad(key, f"it cannot be read ({why})", "Let Postroom’s user read it.") from fault


def connect(account: Account) -> IMAPClient:
    """Signed in. Raises `BadMailbox`, and `Lost` where the server cannot be had now."""
    client = _connected(account)
    try:
        _bound(client)
        if account.application:
            _with_token(client, account, account.application)
        else:
            _with_password(client, account)
    except BaseException:
        hang_up(client)
        raise
    return client


def _bound(client: IMAPClient) -> None:
    """No server, whatever it announces, makes us hold more than a piece in memory."""
    connection = client._imap  # noqa: SLF001 - imapclient has no limit of its own
    read = connection.read

    def bounded(size: int) -> bytes:
        if size > LITERAL_MAX:
            raise Lost(f"it wants to send {size:,} octets at once")
        octets: bytes = read(size)
        return octets

    connection.read = bounded


def hang_up(client: IMAPClient) -> None:
    """End the connection, whatever state it is in."""
    with suppress(Exception):
        client.shutdown()


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Verifies certificates, against the system's authorities or those in a file. Raises OSError where that is none."""
    return ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))


def _connected(account: Account) -> IMAPClient:
    settings = account.settings
    patience = SocketTimeout(CONNECT_SECONDS, REPLY_SECONDS)
    context = _context(account)
    try:
        if settings.tls == "implicit":
            return IMAPClient(settings.host, settings.port, ssl_context=context, timeout=patience)
        client = IMAPClient(settings.host, settings.port, ssl=False, timeout=patience)
        if settings.tls == "starttls":
            _start_tls(client, context, account)
    except ssl.SSLCertVerificationError as fault:
        raise account.bad(
            "host",
            f"its certificate is not to be trusted ({fault.verify_message})",
            "Give host the name that stands in the certificate, or name the authority that made it as tls_ca_file.",
        ) from fault
    except ssl.SSLError as fault:
        remedy = 'See whether port belongs to tls: 993 is for "implicit", 143 for "starttls".'
        raise account.bad("tls", f"the server does not speak TLS on port {settings.port}", remedy) from fault
    except (IMAPClientError, OSError) as fault:
        raise Lost(f"{settings.host}:{settings.port} cannot be reached ({words(fault)})") from fault
    return client


def _context(account: Account) -> ssl.SSLContext:
    try:
        return tls_context(account.settings.tls_ca_file)
    except OSError as fault:
        remedy = "It must be a PEM file with the certificates of authorities."
        raise account.bad("tls_ca_file", f"it cannot be used ({fault.strerror or fault})", remedy) from fault


def _start_tls(client: IMAPClient, context: ssl.SSLContext, account: Account) -> None:
    try:
        client.starttls(context)
    except CapabilityError as fault:
        hang_up(client)
        raise account.bad(
            "tls", "the server has no STARTTLS", 'Use tls = "implicit", mostly with port = 993.'
        ) from fault
    except BaseException:
        hang_up(client)
        raise


def _with_password(client: IMAPClient, account: Account) -> None:
    try:
        with speaking():
            if client.has_capability("AUTH=PLAIN"):  # takes letters of any alphabet, which LOGIN does not
                client.plain_login(account.settings.user, account.password)
            else:
                client.login(account.settings.user, account.password)
    except Refused as fault:
        if fault.passes:
            raise Lost(str(fault)) from fault
        remedy = f"Put user or {_secret(account)} right."
        raise account.bad("user", f"the server does not let it in ({fault})", remedy) from fault


def _secret(account: Account) -> str:
    file = account.settings.password_file
    variable = f"POSTROOM__EMAIL__IMAP__{account.name.upper()}__PASSWORD"
    return variable if account.settings.password or not file else f"password_file = {file}"


def _with_token(client: IMAPClient, account: Account, application: Application) -> None:
    for left in reversed(range(TRIES)):
        proof = XOAuth2(account.settings.user, _token(application))
        try:
            with speaking():
                client.sasl_login("XOAUTH2", proof)
        except (Refused, Lost) as fault:
            application.renew()
            if isinstance(fault, Lost):
                raise
            if fault.passes:
                raise Lost(str(fault)) from fault
            if not left:
                raise account.bad(
                    "user",
                    f"the server does not let the application into this mailbox ({fault}{proof.said})",
                    "Give the application IMAP.AccessAsApp, admin consent, and FullAccess to the mailbox: docs/mail.md tells how.",
                ) from fault
        else:
            return


def _token(application: Application) -> str:
    try:
        return application.token()
    except BadApplication as fault:
        raise BadMailbox(fault.detail, fault.remedy) from fault
    except NoToken as fault:
        raise Lost(str(fault)) from fault


class XOAuth2:
    """Our half of SASL XOAUTH2: the token first, and an empty answer to the reason why it is refused."""

    def __init__(self, user: str, token: str) -> None:
        self._first: bytes | None = f"user={user}\x01auth=Bearer {token}\x01\x01".encode()
        self.said = ""
        """Why it was refused, where the server said so."""

    def __call__(self, challenge: bytes | None) -> bytes:
        """The answer to a challenge."""
        if self._first is None:
            self.said = f" {words(ValueError((challenge or b'').decode('utf-8', 'replace')))}"
            return b""
        first, self._first = self._first, None
        return first
