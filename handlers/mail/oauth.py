"""Tokens by which an application, and no person, signs in to Microsoft 365: OAuth 2.0 client credentials (RFC 6749, 4.4)."""

import threading
from typing import Any

import msal
import requests
from msal.exceptions import MsalError

from bot.settings import SignIn, reveal

CALL_SECONDS = 20
"""How long one call to the authority may take."""
PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
"""Errors that pass by themselves (RFC 6749, section 4.1.2.1; RFC 8628, section 3.5)."""
AADSTS = {
    7000215: "The client secret is not right. Put the secret's value, not its id, into the file.",
    7000222: "The client secret has expired. Make a new one in Entra under «Certificates & secrets», and put its value into the file.",
    700016: "Entra has no such application in this tenant: put client_id right.",
    90002: "Entra has no such tenant: put tenant_id right.",
    900023: "Entra has no such tenant: put tenant_id right.",
    1002012: "Entra has nothing of this scope: it ends in /.default.",
}
"""What Entra's numbers mean (learn.microsoft.com, «Microsoft Entra authentication and authorization error codes»)."""
OTHERWISE = (
    "Put tenant_id, client_id and the client secret right: docs/mail.md tells how the application is registered."
)


class BadApplication(Exception):
    """Entra will not let this application in: says why and what to do."""

    def __init__(self, detail: str, remedy: str) -> None:
        super().__init__(f"{detail} {remedy}")
        self.detail, self.remedy = detail, remedy


class NoToken(Exception):
    """The authority cannot be asked now: try again later."""


class Application:
    """One application with its secret. May be asked from several threads."""

    def __init__(self, *, tenant_id: str, client_id: str, secret: str, authority: str, scope: str) -> None:
        self._tenant_id, self._client_id, self._secret = tenant_id, client_id, secret
        self._authority, self._scope = f"{authority.rstrip('/')}/{tenant_id}", scope
        self._lock = threading.Lock()
        self._msal: Any = None

    @classmethod
    def of(cls, sign_in: SignIn) -> "Application":
        """As configured. Raises OSError where the file with the secret cannot be read."""
        return cls(
            tenant_id=sign_in.tenant_id, client_id=sign_in.client_id,
            secret=reveal(sign_in.client_secret, sign_in.client_secret_file) or "",
            authority=sign_in.authority, scope=sign_in.scope,
        )  # fmt: skip

    def token(self) -> str:
        """A token that is good for minutes yet: the one that is kept, or a new one. Raises `BadApplication`, `NoToken`."""
        with self._lock:
            return self._token()

    def renew(self) -> None:
        """The server would not have the token that is kept: the next one is new."""
        with self._lock:
            self._msal = None

    def _token(self) -> str:
        try:
            self._msal = self._msal or self._made()
            said = self._msal.acquire_token_for_client(scopes=[self._scope])
        except requests.RequestException as fault:
            raise NoToken(f"{self._authority} cannot be reached ({type(fault).__name__})") from fault
        except MsalError as fault:
            raise NoToken(f"{self._authority} is in trouble ({fault})") from fault
        except ValueError as fault:  # of msal: what the authority answers is no description of a tenant
            raise _refused(90002, "it knows no such tenant", self._authority) from fault
        if isinstance(token := said.get("access_token"), str):
            return token
        raise _unanswered(said, self._authority)

    def _made(self) -> Any:
        """Keeps tokens, and renews them five minutes before they end. Asks nobody but the configured authority."""
        session = requests.Session()
        session.request = _with_timeout(session.request)  # type: ignore[method-assign] # requests has no limit of its own
        return msal.ConfidentialClientApplication(
            self._client_id, client_credential=self._secret, authority=self._authority, instance_discovery=False,
            http_client=session,
        )  # fmt: skip


def _with_timeout(request: Any) -> Any:
    def limited(*arguments: Any, **options: Any) -> Any:
        return request(*arguments, **{"timeout": CALL_SECONDS, **options})

    return limited


def _unanswered(said: dict[str, Any], authority: str) -> BadApplication | NoToken:
    error, words = str(said.get("error", "")), _line(str(said.get("error_description", "")))
    if error in PASSING or not error:
        return NoToken(f"{authority} gives out no token now ({error or 'without saying why'})")
    number = next((code for code in said.get("error_codes") or () if code in AADSTS), 0)
    return _refused(number, words or error, authority)


def _refused(number: int, words: str, authority: str) -> BadApplication:
    return BadApplication(f"{authority} gives out no token: {words}.", AADSTS.get(number, OTHERWISE))


def _line(text: str) -> str:
    """The first line, without the ids by which Entra finds a request again."""
    return next(iter(text.splitlines()), "").partition(" Trace ID")[0].rstrip(".")[:300]
