"""Servers that go away, forget, answer nonsense: mail is late, and neither lost nor taken twice."""

import asyncio
from functools import partialmethod
from pathlib import Path

import pytest

from handlers.mail.imap import BadMailbox
from handlers.mail.imap.faults import Lost, speaking
from handlers.mail.imap.session import Session
from handlers.mail.imap.signin import LITERAL_MAX
from tests.imap.between import between
from tests.imap.dovecot import PASSWORD, dovecot
from tests.imap.mailbox_office import DONE, account, environ, letter, mailbox_office, taken, until
from tests.imap.pymap_peer import pymap
from tests.people import ALEX, JO, PLAN

NOTES = "8302000_SENnotes20260901.docx"


async def test_another_server_with_another_dialect(tmp_path: Path) -> None:
    with pymap() as server:
        keys = {
            **environ(server),
            "POSTROOM__EMAIL__SMTP__MESSAGE_BYTES_MAX": "4500000",
            "POSTROOM__FILES__ATTACHMENT_BYTES_MAX": "3000000",
        }
        with server.client() as client:  # it comes with some mail of its own
            client.select_folder("INBOX")
            client.delete_messages(client.search("ALL"))
            client.expunge()
        async with mailbox_office(tmp_path, keys) as office:
            server.append(letter(office, attach={PLAN: bytes(range(256)) * 10_000}))
            server.append(letter(office, attach={NOTES: bytes(4_000_000)}))
            await until(office, lambda: server.count(DONE) == 2)
            assert office.contents(office.files()[0]) == bytes(range(256)) * 10_000
            assert {answer.kind for answer in office.inbox_of(JO)} == {"receipt", "too-large"}
            assert server.count("INBOX") == 0


async def test_a_server_that_is_away_at_the_start_and_comes_and_goes(tmp_path: Path, certificate: Path) -> None:
    with dovecot(certificate) as server:
        server.stop()
        async with mailbox_office(tmp_path, environ(server)) as office:
            server.start()
            server.append(letter(office, attach=PLAN))
            await taken(office, server)
            server.stop()
            server.start()
            server.append(letter(office, attach=NOTES))
            await taken(office, server, 2)
            assert {file.name for file in office.files()} == {PLAN, NOTES}


async def test_where_mail_is_not_fetched_for_long_the_administrators_are_told_once(
    tmp_path: Path, certificate: Path
) -> None:
    with dovecot(certificate) as server, between(server.port) as wire:
        async with mailbox_office(tmp_path, environ(server, port=str(wire.port))) as office:
            server.append(letter(office, attach=PLAN))
            await taken(office, server)
            server.stop()
            wire.cut()
            lost = wire.connections
            await until(office, lambda: wire.connections > lost + 1)
            assert [answer for answer in office.mailboxes.delivered if answer.kind == "alert"] == []

            office.clock.advance(minutes=31)
            await until(office, lambda: office.told()[-1].kind == "alert")
            lost = wire.connections
            await until(office, lambda: wire.connections > lost + 1)
            told = [answer for answer in office.inbox_of(ALEX) if answer.kind == "alert"]
            assert ["Mail in the mailbox main is not fetched" in answer.subject for answer in told] == [True]


async def test_a_folder_that_was_made_anew_with_the_same_numbers(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Dovecot does not always tell whoever listens that the folder is gone: then it is noticed at the next look
    monkeypatch.setattr(Session, "await_news", partialmethod(Session.await_news, seconds=0.5))
    with dovecot(certificate) as server:
        with server.client() as client:
            client.create_folder("Returns")
        async with mailbox_office(tmp_path, environ(server, folder="Returns")) as office:
            server.append(letter(office, attach=PLAN), folder="Returns")
            await taken(office, server)
            with server.client() as client:
                client.delete_folder("Returns")
                client.create_folder("Returns")
            server.append(letter(office, attach=NOTES), folder="Returns")  # its UID is that of the mail before
            await taken(office, server, 2)
            assert {file.name for file in office.files()} == {PLAN, NOTES}


NONSENSE = [
    b"",
    b"* BYE come again\r\n",
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b"* OK\r\n* CAPABILITY \xff\xfe\r\n" + b"x" * 2_000_000,
    b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n* OK yes\r\n)(*&\r\n",
]


@pytest.mark.parametrize("nonsense", NONSENSE, ids=range(len(NONSENSE)))
async def test_a_server_that_answers_nonsense_is_asked_again(
    tmp_path: Path, certificate: Path, nonsense: bytes
) -> None:
    with dovecot(certificate) as server, between(server.port) as wire:
        wire.greeting = nonsense
        async with mailbox_office(tmp_path, environ(server, port=str(wire.port))) as office:
            await until(office, lambda: wire.connections > 3)
            wire.greeting = None
            server.append(letter(office, attach=PLAN))
            await taken(office, server)
            assert office.expect(JO, "receipt")


def test_no_server_makes_us_hold_more_than_a_piece(certificate: Path) -> None:
    with dovecot(certificate) as server, server.client() as client:
        client.select_folder("INBOX")
        client.append("INBOX", b"Subject: large\r\n\r\n" + b"x" * (LITERAL_MAX + 1))
        one = Session.open(account(server))
        with pytest.raises(Lost, match="octets at once"), speaking():
            one._client.fetch([1], ["BODY.PEEK[]"])
        one.close()


async def test_a_connection_lost_before_the_move_repeats_no_effect(tmp_path: Path, certificate: Path) -> None:
    with dovecot(certificate) as server, between(server.port) as wire:
        cuts = iter([True, True, False])
        wire.on_command = lambda said: b"MOVE" in said and b"PEEK" not in said and next(cuts, False)
        async with mailbox_office(tmp_path, environ(server, port=str(wire.port))) as office:
            server.append(letter(office, attach=PLAN))
            await taken(office, server)
            assert [answer.kind for answer in office.inbox_of(JO)] == ["receipt"]
            assert sum(b"BODY.PEEK[]" in said for said in wire.said) == 1


async def test_a_mail_that_was_taken_and_not_moved_before_a_stop_is_moved_at_the_next_start(
    tmp_path: Path, certificate: Path
) -> None:
    with dovecot(certificate) as server, between(server.port) as wire:
        wire.on_command = lambda said: b"MOVE" in said and b"PEEK" not in said
        async with mailbox_office(tmp_path, environ(server, port=str(wire.port))) as office:
            server.append(letter(office, attach=PLAN))
            await until(office, office.files)
            channel = office.office.channels["email"]
            await asyncio.wait_for(channel.stop(), 12)
            assert (len(server.holds("INBOX")), server.holds(DONE)) == (1, [])

            wire.on_command = lambda _: False
            await channel.start(office.office.inbox)
            await taken(office, server)
            assert [answer.kind for answer in office.inbox_of(JO)] == ["receipt"]
            assert len(office.files()) == 1


async def test_what_cannot_be_right_stops_the_start(tmp_path: Path, certificate: Path) -> None:
    with dovecot(certificate, "returns", "sen") as server:
        keys = environ(server, folder="Returns"), environ(server, "sen", "sen", password="wrong")
        with pytest.raises(BadMailbox) as refused:
            async with mailbox_office(tmp_path, *keys):
                pass
    assert "[email.imap.main] folder = Returns" in str(refused.value)
    assert "[email.imap.sen] user = sen: the server does not let it in" in str(refused.value)
    assert "POSTROOM__EMAIL__IMAP__SEN__PASSWORD" in str(refused.value)


async def test_a_mailbox_that_refuses_the_sign_in_again_and_again_is_not_ready_until_it_lets_us_in(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.mail.imap.collecting.PAUSE_SECONDS_MAX", 0.1)
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    with dovecot(certificate) as server:
        keys = environ(server, password_file=str(secret))
        del keys["POSTROOM__EMAIL__IMAP__MAIN__PASSWORD"]
        async with mailbox_office(tmp_path / "office", keys) as office:

            def silent() -> list[str]:
                return list(office.office.channels["email"].faults())

            server.append(letter(office, attach=PLAN))
            await taken(office, server)
            assert silent() == []
            secret.write_text("lapsed")
            server.stop()
            server.start()
            await until(office, lambda: silent() == ["imap main"])
            secret.write_text(PASSWORD)
            await until(office, lambda: silent() == [])
