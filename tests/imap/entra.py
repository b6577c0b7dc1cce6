"""A stand-in for Microsoft's sign-in: OpenID discovery, and tokens for applications (client credentials), over HTTPS.

It speaks as learn.microsoft.com has it: «Microsoft identity platform and the OAuth 2.0 client credentials flow», and
«Microsoft Entra authentication and authorization error codes». Dovecot asks it over plain HTTP whether a token is good.
"""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

TENANT, CLIENT, SECRET = "6f0e1b7c-tenant", "2d1c9a44-client", "s3cret~value"
SCOPE = "https://outlook.office365.com/.default"
REFUSALS: dict[int, tuple[str, str]] = {
    90002: ("invalid_request", "AADSTS90002: Tenant 'x' not found. Trace ID: 1 Correlation ID: 2"),
    700016: ("unauthorized_client", "AADSTS700016: Application with identifier 'x' was not found in the directory."),
    7000215: ("invalid_client", "AADSTS7000215: Invalid client secret provided. Trace ID: 1"),
    1002012: ("invalid_scope", "AADSTS1002012: The provided value for scope x is not valid."),
}


@dataclass
class Entra:
    """What it has given out, and to whom it gives nothing."""

    user: str = "returns"
    """Whose mailbox the application may open."""
    lifetime: int = 3599
    """Seconds for which a token is good."""
    busy: bool = False
    """It asks everybody to come again later."""
    given: list[str] = field(default_factory=list)
    withdrawn: set[str] = field(default_factory=set)
    port: int = 0
    check_port: int = 0

    @property
    def authority(self) -> str:
        """Where it is."""
        return f"https://127.0.0.1:{self.port}"

    def environ(self, table: str, **keys: str) -> dict[str, str]:
        """How a table of the configuration signs in here."""
        values = {
            "auth": "xoauth2", "tenant_id": TENANT, "client_id": CLIENT, "client_secret": SECRET,
            "authority": self.authority, **keys,
        }  # fmt: skip
        return {f"POSTROOM__EMAIL__{table}__{key.upper()}": value for key, value in values.items()}

    def passdb(self, home: Path) -> str:
        """How Dovecot asks here."""
        file = home / "oauth2.conf"
        file.write_text(
            f"introspection_mode = auth\nintrospection_url = http://127.0.0.1:{self.check_port}/check\n"
            "username_attribute = email\nactive_attribute = active\nactive_value = true\n"
        )
        return f"passdb {{\n  driver = oauth2\n  mechanisms = xoauth2\n  args = {file}\n}}"

    def discovered(self, path: str) -> tuple[int, Any]:
        """The description of a tenant."""
        if path != f"/{TENANT}/v2.0/.well-known/openid-configuration":
            return 400, _refused(90002)
        at = f"{self.authority}/{TENANT}"
        return 200, {
            "issuer": f"{at}/v2.0", "token_endpoint": f"{at}/oauth2/v2.0/token",
            "authorization_endpoint": f"{at}/oauth2/v2.0/authorize",
        }  # fmt: skip

    def token(self, path: str, form: dict[str, str]) -> tuple[int, Any]:
        """A token, or why there is none."""
        if self.busy:
            return 503, {"error": "temporarily_unavailable", "error_description": "come again", "error_codes": [90033]}
        assert path == f"/{TENANT}/oauth2/v2.0/token"
        assert form["grant_type"] == "client_credentials"
        for number, wrong in {
            700016: form["client_id"] != CLIENT, 7000215: form["client_secret"] != SECRET, 1002012: form["scope"] != SCOPE,
        }.items():  # fmt: skip
            if wrong:
                return 401, _refused(number)
        self.given.append(f"token-{len(self.given) + 1}")
        return 200, {"token_type": "Bearer", "expires_in": self.lifetime, "access_token": self.given[-1]}

    def knows(self, bearer: str) -> tuple[int, Any]:
        """Whether a token is good."""
        token = bearer.removeprefix("Bearer ")
        good = token in self.given and token not in self.withdrawn
        return 200, {"active": "true", "email": self.user} if good else {"active": "false"}


def _refused(number: int) -> dict[str, Any]:
    error, words = REFUSALS[number]
    return {"error": error, "error_description": words, "error_codes": [number]}


@contextmanager
def entra(certificate: Path) -> Iterator[Entra]:
    """A running one."""
    one = Entra()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = one.knows(self.headers["Authorization"]) if self.path == "/check" else one.discovered(self.path)
            self._tell(*told)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._tell(*one.token(self.path, {key: values[0] for key, values in parse_qs(body).items()}))

        def _tell(self, status: int, document: Any) -> None:
            octets = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, *_: object) -> None:
            """Be silent."""

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Handler) as secure,
        ThreadingHTTPServer(("127.0.0.1", 0), Handler) as plain,
    ):
        secure.socket = context.wrap_socket(secure.socket, server_side=True)
        one.port, one.check_port = secure.server_port, plain.server_port
        for server in (secure, plain):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield one
        finally:
            secure.shutdown()
            plain.shutdown()
