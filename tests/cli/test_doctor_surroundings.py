"""`postroom doctor` on what is around Postroom: the machine, its own domain, its pages, its way out."""

import asyncio
import fcntl
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from handlers.cli.doctor import machine
from tests.channels.conftest import new_certificate
from tests.cli.conftest import CommandLine
from tests.cli.test_doctor import examined
from tests.dns_peer import name_server
from tests.office import free_port

pytestmark = pytest.mark.usefixtures("not_served")

OURS = "post.anyshire.gov.uk"


def test_another_user_is_told_whose_files_these_are_and_leaves_none(
    office: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    found = examined(office, status=1)
    assert "We are 12345" in found["user"]["detail"]
    assert "sudo -u" in found["user"]["remedy"]
    assert "vault" not in found


def test_a_password_that_others_can_read_is_named(office: CommandLine) -> None:
    secret = office.config / "imap-password"
    secret.write_text("secret\n")
    mailbox = f'host = "127.0.0.1"\nport = {free_port()}\nuser = "a"\npassword_file = "imap-password"\ntls = "none"\n'
    more = f'[email.trust]\nauthserv_ids = ["mx.council.example"]\n[email.imap.main]\n{mailbox}'
    (office.config / "more.toml").write_text(more)
    secret.chmod(0o644)
    found = examined(office, status=1)["secret files"]
    assert found["remedy"] == f"Run: chmod 600 {secret}"
    secret.chmod(0o600)
    assert str(secret) in examined(office, status=1)["secret files"]["detail"]


def test_data_that_others_can_look_into_are_named(office: CommandLine) -> None:
    office.take_in()
    folder = office.settings.ledger.file.parent
    folder.chmod(0o755)
    assert f"chmod 700 {folder}" in examined(office, status=1)["data folders"]["remedy"]
    folder.chmod(0o700)
    office.settings.vault.folder.chmod(0o755)
    assert examined(office)["data folders"]["ok"], "whoever cannot pass the folder above cannot look in"


def test_a_clock_that_nothing_keeps_right_is_told(office: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "in Europe/London" in examined(office)["time"]["detail"]
    monkeypatch.setattr(machine, "is_kept", lambda: False)
    assert "chrony" in examined(office, status=1)["time"]["remedy"]


def test_services_that_nobody_takes_in_for_are_named(office: CommandLine) -> None:
    assert "Administrators take in for" in examined(office)["services"]["detail"]
    for email in {line["email"] for line in office.json("people", "list") if line["role"] == "officer"}:
        office.run("people", "remove", email)
    services = office.config / "services.toml"
    lines = [line for line in services.read_text().splitlines() if not line.startswith("announce")]
    services.write_text("\n".join(lines))
    assert "people import" in examined(office, status=1)["services"]["remedy"]


def test_a_port_that_another_program_has_is_told_before_the_start(
    office: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("POSTROOM__WEB__PORT", str(other.getsockname()[1]))
        found = examined(office, status=1)["service"]
    assert "taken by another program" in found["detail"]
    assert "[web]" in found["remedy"]


@contextmanager
def serves(office: CommandLine) -> Iterator[None]:
    """A process holds the database as one that serves it does."""
    with Path(f"{office.settings.ledger.file}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def pages(certificate: Path, status: int) -> Iterator[str]:
    """A web server with https, that answers so: its address, under a name that leads here."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 500)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
            """Nobody reads it."""

    class Quiet(HTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Who only looks at the certificate hangs up."""

    server = Quiet(("127.0.0.1", 0), Answering)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    serving.join()


@pytest.mark.parametrize(
    ("answer", "days", "told"),
    [
        (200, 60, ("leads here", "is good until")),
        (404, 60, ("status 404", "is good until")),
        (200, 3, ("leads here", "ends on")),
        (200, None, ("cannot be reached", "will not trust")),
    ],
)
def test_the_web_address_is_opened_as_a_browser_would(
    office: CommandLine, monkeypatch: pytest.MonkeyPatch, answer: int, days: int | None, told: tuple[str, str]
) -> None:
    pem = office.config.parent / "web.pem"
    pem.write_bytes(new_certificate(datetime.now(UTC) + timedelta(days or 60)))
    if days is not None:
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))
    monkeypatch.setattr("handlers.cli.doctor.service.is_loopback", lambda _: False)
    with pages(pem, answer) as address, serves(office):
        monkeypatch.setenv("POSTROOM__WEB__BASE_URL", address)
        found = examined(office, status=int((answer, days) != (200, 60)))
    assert found["service"]["detail"] == "Postroom runs."
    assert told[0] in found["web address"]["detail"]
    assert told[1] in found["certificate of the web address"]["detail"]


def test_links_that_only_this_machine_can_open_are_a_fault(
    office: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTROOM__WEB__BASE_URL", "http://127.0.0.1:8025")
    assert "base_url" in examined(office, status=1)["web address"]["remedy"]


def test_answers_that_cross_the_network_unencrypted_are_a_fault(
    office: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.mail.doctor.is_loopback", lambda _: False)
    found = examined(office, status=1)["mail out"]
    assert "unencrypted" in found["detail"]
    assert "starttls" in found["remedy"]


class Particular:
    """A mail server that knows no sub-addresses."""

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Refuse them."""
        if "+" in address:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def test_a_mail_server_that_refuses_sub_addresses_is_found_out_without_a_mail(
    office: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "none was sent" in examined(office)["sub-addresses"]["detail"]
    port = free_port()
    server = Controller(Particular(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        monkeypatch.setenv("POSTROOM__EMAIL__OUTGOING__PORT", str(port))
        found = examined(office, status=1)["sub-addresses"]
    finally:
        server.stop()
    assert "returns+doctor@derbyshire.example: 550 5.1.1 no such mailbox" in found["detail"]
    assert "recipient_delimiter" in found["remedy"]


async def test_what_our_own_domain_publishes_is_looked_up(office: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM__EMAIL__ADDRESS", f"returns@{OURS}")
    monkeypatch.setenv("POSTROOM__EMAIL__TRY_ADDRESS", "")
    async with name_server() as dns:
        monkeypatch.setenv("POSTROOM__DNS__NAMESERVERS", dns.nameservers)
        found = await asyncio.to_thread(examined, office, status=1)
        assert {check for check, one in found.items() if not one["ok"]} == {
            "domain: mail servers", "domain: SPF", "domain: DMARC",
        }  # fmt: skip
        dns.say(OURS, "MX", f"10 mx.{OURS}.")
        dns.txt(OURS, "v=spf1 mx -all", "some other text")
        dns.txt("_dmarc.anyshire.gov.uk", "v=DMARC1; p=reject")
        found = await asyncio.to_thread(examined, office)
        assert f"mx.{OURS}" in found["domain: mail servers"]["detail"]
        assert "p=reject" in found["domain: DMARC"]["detail"]

        dns.txt(OURS, "v=spf1 +all")
        assert "everybody" in (await asyncio.to_thread(examined, office, status=1))["domain: SPF"]["detail"]
        dns.txt(OURS, "v=spf1 mx -all", "v=spf1 a -all")
        assert "none counts" in (await asyncio.to_thread(examined, office, status=1))["domain: SPF"]["detail"]
        dns.fail(OURS)
        found = await asyncio.to_thread(examined, office, status=1)
        assert "cannot be looked up" in found["domain: mail servers"]["detail"]
        assert "domain: SPF" not in found
