"""`postroom doctor` looks into each mailbox and changes nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import CommandLine, a_clock_that_is_kept_right, not_served, office, way_out
from tests.imap.dovecot import dovecot
from tests.imap.entra import entra
from tests.imap.mailbox_office import DONE, environ

__all__ = ["a_clock_that_is_kept_right", "not_served", "office", "way_out"]

pytestmark = pytest.mark.usefixtures("not_served")


def examined(office: CommandLine, monkeypatch: pytest.MonkeyPatch, keys: dict[str, str], status: int) -> dict[str, Any]:
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    found = {one["check"]: one for one in office.json("doctor", status=status)}
    return {
        check: one
        for check, one in found.items()
        if check.startswith("mailbox ") or (check == "mail out" and not one["ok"])
    }


def test_a_sound_mailbox_is_looked_into(
    office: CommandLine, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dovecot(certificate) as server:
        server.append(b"Subject: waits\r\n\r\n")
        found = examined(office, monkeypatch, environ(server), 0)
        assert found["mailbox main"]["detail"] == "Signed in as returns; 1 mails wait in INBOX."
        assert "Postroom done, which will be made" in found["mailbox main: taken mail"]["detail"]
        assert found["mailbox main: server"]["detail"] == "It tells us of new mail, and moves mail."
        assert (len(server.holds("INBOX")), server.holds(DONE)) == (1, [])


def test_a_simple_server_is_asked_again_and_again(
    office: CommandLine, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dovecot(certificate, capability="IMAP4rev1") as server:
        found = examined(office, monkeypatch, environ(server, done_folder=""), 0)
        assert "each 1 seconds, and has mail copied" in found["mailbox main: server"]["detail"]
        assert "deleted at once" in found["mailbox main: taken mail"]["detail"]


def test_each_fault_has_its_remedy(office: CommandLine, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with dovecot(certificate) as server:
        (wrong,) = examined(office, monkeypatch, environ(server, password="wrong"), 1).values()
        assert "the server does not let it in" in wrong["detail"]
        assert "Put user or POSTROOM__EMAIL__IMAP__MAIN__PASSWORD right." in wrong["remedy"]
        server.stop()
        (away,) = examined(office, monkeypatch, environ(server), 1).values()
        assert "cannot be reached" in away["detail"]
        assert "firewall" in away["remedy"]


def test_the_way_out_is_tried_where_it_is_signed_in_to(
    office: CommandLine, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with entra(certificate) as microsoft:
        keys = microsoft.environ("OUTGOING", user="returns@derbyshire.example", client_secret="wrong")
        (out,) = examined(office, monkeypatch, keys, 1).values()
        assert out["check"] == "mail out"


def test_mail_that_lies_in_the_folder_of_what_was_taken_for_longer_than_contents_are_kept_is_a_fault(
    office: CommandLine, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dovecot(certificate) as server:
        with server.client() as client:
            client.create_folder(DONE)
            client.append(DONE, b"Subject: lately\r\n\r\n", (), datetime.now(UTC) - timedelta(days=89))
        assert "mailbox main: old mail" not in examined(office, monkeypatch, environ(server), 0)
        with server.client() as client:
            client.append(DONE, b"Subject: long ago\r\n\r\n", (), datetime.now(UTC) - timedelta(days=92))
        found = examined(office, monkeypatch, environ(server), 1)
        assert "1 mails in Postroom done came more than 90 days ago" in found["mailbox main: old mail"]["detail"]
        assert 'done_folder = ""' in found["mailbox main: old mail"]["remedy"]
