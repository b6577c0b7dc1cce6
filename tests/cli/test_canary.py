"""`postroom doctor --canary`, with Postroom at work as a process of its own."""

import asyncio
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from handlers.cli.doctor import canary
from tests.cli.conftest import CommandLine
from tests.cli.serving import serving, until_ready
from tests.office import free_port


class MailSystem:
    """The authority's: it hands what is for the returns mailbox to Postroom, or loses it, or refuses it."""

    def __init__(self, port: int) -> None:
        self.port, self.reply, self.loses = port, "250 2.0.0 OK", False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a mail."""
        del server, session
        if self.reply.startswith("2") and not self.loses:
            await asyncio.to_thread(self._hand_over, envelope)
        return self.reply

    def _hand_over(self, envelope: Envelope) -> None:
        assert isinstance(envelope.content, bytes)
        with smtplib.SMTP("127.0.0.1", self.port) as postroom:
            postroom.sendmail(envelope.mail_from or "", envelope.rcpt_tos, envelope.content)


@contextmanager
def routed(office: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailSystem]:
    """An office with a mail system before it and after it. What it does not prove is quarantined."""
    mine, theirs = free_port(), free_port()
    channels = office.config / "channels.toml"
    text = channels.read_text().replace("port = 2525", f"port = {mine}").replace("port = 8025", f"port = {free_port()}")
    channels.write_text(text)
    monkeypatch.setenv("POSTROOM__EMAIL__OUTGOING__PORT", str(theirs))
    monkeypatch.setenv("POSTROOM__EMAIL__TRUST__SUBMISSION_NETWORKS", "[]")
    monkeypatch.setenv("POSTROOM__EMAIL__TRUST__RELAY_NETWORKS", '["127.0.0.1"]')
    monkeypatch.setenv("POSTROOM__EMAIL__TRUST__AUTHSERV_IDS", '["mx.derbyshire.example"]')
    system = MailSystem(mine)
    server = Controller(system, hostname="127.0.0.1", port=theirs)
    server.start()
    try:
        yield system
    finally:
        server.stop()


def flown(office: CommandLine, *, status: int = 0) -> dict[str, Any]:
    """What the doctor says of it."""
    found: list[dict[str, Any]] = office.json("doctor", "--canary", status=status)
    (one,) = [check for check in found if check["check"] == "canary"]
    return one


def test_it_goes_out_and_comes_in_again(office: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    with routed(office, monkeypatch), serving(office) as process:
        until_ready(process)
        found = flown(office, status=1)  # its links lead to this machine alone
    assert found["ok"]
    assert "was back after" in found["detail"]
    assert office.json("inbox", "list") == []


def test_whichever_leg_fails_is_named(office: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canary, "WAIT_SECONDS", 1)
    with routed(office, monkeypatch) as system, serving(office) as process:
        until_ready(process)
        system.loses = True
        lost = flown(office, status=1)
        assert "took it, but it did not come in again within 1 seconds" in lost["detail"]
        assert "Postroom canary" in lost["remedy"]

        system.reply = "550 5.7.60 not allowed to send as this mailbox"
        refused = flown(office, status=1)
        assert "did not take it (550 5.7.60 not allowed to send as this mailbox)" in refused["detail"]
        assert "[email.outgoing]" in refused["remedy"]


def test_where_nobody_serves_none_is_sent(office: CommandLine) -> None:
    found = flown(office, status=1)
    assert "postroom serve does not run" in found["detail"]
