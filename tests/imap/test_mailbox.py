"""Mail that lies in a mailbox is taken in, answered, and moved away: against a real Dovecot."""

from email import policy
from pathlib import Path

import pytest

from bot import space
from bot.canary import flight
from bot.ledger import Later
from bot.ledger.tables import InboxState
from bot.vault import Unavailable
from bot.vault.writing import Writing
from handlers.mail.canary import canary_mail
from handlers.mail.door import IncomingMail
from handlers.mail.imap.session import Session
from tests.imap.between import Between, between
from tests.imap.dovecot import dovecot
from tests.imap.mailbox_office import DONE, environ, letter, mailbox_office, proven, taken, until
from tests.office import RETURNS
from tests.people import ALEX, EYFS, JO, PLAN, PRIYA
from tests.watching import measured

PLAIN = "IMAP4rev1 LITERAL+ SASL-IR"
"""What the simplest server can do."""


async def test_a_mail_in_the_mailbox_gets_its_receipt_and_is_moved(tmp_path: Path, certificate: Path) -> None:
    with dovecot(certificate) as server:
        async with mailbox_office(tmp_path, environ(server)) as office:
            mail = letter(office, attach=PLAN)
            server.append(mail)
            await taken(office, server)
            assert office.expect(JO, "receipt").references
            assert (server.holds("INBOX"), server.holds(DONE)) == ([], [mail])


@pytest.mark.parametrize("capability", [PLAIN, f"{PLAIN} UIDPLUS", f"{PLAIN} MOVE", f"{PLAIN} IDLE"])
async def test_a_server_needs_none_of_the_extensions(tmp_path: Path, certificate: Path, capability: str) -> None:
    with dovecot(certificate, capability=capability) as server:
        async with mailbox_office(tmp_path, environ(server)) as office:
            server.append(letter(office, attach=PLAN))
            await taken(office, server)
            server.append(letter(office, attach="8302000_SENnotes20260901.docx"))
            await taken(office, server, 2)
            assert (len(office.files()), server.holds("INBOX")) == (2, [])


async def test_without_uid_expunge_what_somebody_else_has_marked_is_not_removed(
    tmp_path: Path, certificate: Path
) -> None:
    with dovecot(certificate, capability=PLAIN) as server:
        async with mailbox_office(tmp_path, environ(server)) as office:
            theirs = letter(office, subject="marked by hand")
            server.append(theirs, flags=("\\Deleted",))
            server.append(letter(office, attach=PLAN))
            await taken(office, server)
            assert theirs in server.holds("INBOX")
            assert [answer.kind for answer in office.inbox_of(JO)] == ["receipt"]


@pytest.mark.parametrize("capability", ["", PLAIN])
async def test_where_no_folder_is_named_taken_mail_is_deleted(
    tmp_path: Path, certificate: Path, capability: str
) -> None:
    with dovecot(certificate, capability=capability) as server:
        async with mailbox_office(tmp_path, environ(server, done_folder="")) as office:
            server.append(letter(office, attach=PLAN))
            await until(office, lambda: office.files() and not server.holds("INBOX"))
            assert (office.expect(JO, "receipt").recipient, server.holds(DONE)) == (JO, [])


async def test_new_mail_is_told_of_at_once_and_stopping_does_not_wait(tmp_path: Path, certificate: Path) -> None:
    with dovecot(certificate) as server, between(server.port) as wire:
        keys = environ(server, port=str(wire.port), poll_seconds="100000")
        async with mailbox_office(tmp_path, keys) as office:
            await until(office, lambda: idles(wire))
            server.append(letter(office, attach=PLAN))
            await taken(office, server)
            await until(office, lambda: idles(wire) > 1)
            await office.office.channels["email"].stop()
            assert b"LOGOUT" in wire.said[-1], "it was not cut off"


async def test_mail_that_somebody_has_read_is_taken_too(tmp_path: Path, certificate: Path) -> None:
    with dovecot(certificate) as server:
        async with mailbox_office(tmp_path, environ(server)) as office:
            server.append(letter(office, attach=PLAN), flags=("\\Seen", "\\Answered"))
            await taken(office, server)
            assert office.expect(JO, "receipt")


async def test_one_mail_in_two_mailboxes_and_by_smtp_is_one_intake(tmp_path: Path, certificate: Path) -> None:
    # lesson L25, lesson L24
    with dovecot(certificate, "returns", "sen") as server:
        keys = environ(server), environ(server, "sen", "sen")
        trusted = {"POSTROOM__EMAIL__TRUST__SUBMISSION_NETWORKS": '["127.0.0.0/8"]'}
        async with mailbox_office(tmp_path, *keys, trusted) as office:
            message = office.compose(JO, attach=PLAN, headers={"Cc": "sen@derbyshire.example"})
            for user in ("returns", "sen"):
                server.append(proven(message, Delivered_To=f"{user}@derbyshire.example"), user=user)
            await taken(office, server)
            await until(office, lambda: server.holds(DONE, "sen"))
            await office.post(message.as_bytes(policy=policy.SMTP), JO)
            assert [answer.kind for answer in office.inbox_of(JO)] == ["receipt"]
            assert len(office.waiting()) == 1


async def test_what_lies_in_the_practice_mailbox_is_practice_though_no_field_says_so(
    tmp_path: Path, certificate: Path
) -> None:
    """A mail in Bcc, at a server that writes no Delivered-To."""
    with dovecot(certificate, "returns", "returns-try") as server:
        keys = environ(server), environ(server, "practice", "returns-try")
        async with mailbox_office(tmp_path, *keys) as office:
            server.append(letter(office, attach=PLAN, to="jo.sands@leysjunior.example"), user="returns-try")
            await until(office, lambda: server.holds(DONE, "returns-try"))
            assert [answer.kind for answer in office.inbox_of(JO)] == ["tried"]
            server.append(letter(office, attach=PLAN), user="returns-try")  # it names the returns mailbox
            await until(office, lambda: len(server.holds(DONE, "returns-try")) == 2)
            assert office.expect(JO, "receipt")


async def test_whom_the_server_has_not_proven_is_kept_aside_and_never_answered(
    tmp_path: Path, certificate: Path
) -> None:
    # lesson L19, lesson L2
    with dovecot(certificate) as server:
        async with mailbox_office(tmp_path, environ(server)) as office:
            for number, results in enumerate(
                [
                    "",
                    "mx.derbyshire.example; dmarc=fail header.from=leysjunior.example",
                    "elsewhere.example; dmarc=pass header.from=leysjunior.example",
                ],
                start=1,
            ):
                server.append(letter(office, attach=PLAN, trace={"Authentication_Results": results}))
                await taken(office, server, number)
            assert [item.state for item in office.waiting()] == [InboxState.QUARANTINED] * 3
            assert office.inbox_of(JO) == []
            assert office.files() == []


async def test_a_reply_is_tied_to_its_notice_though_to_names_somebody_else(tmp_path: Path, certificate: Path) -> None:
    # lesson L43: sent in Bcc, the address with the token stands in Delivered-To alone
    with dovecot(certificate) as server:
        async with mailbox_office(tmp_path, environ(server)) as office:
            server.append(letter(office, attach="8302000 SENplan20260901.docx"))
            await taken(office, server)
            server.append(letter(office, attach="8302000 SENnotes20260901.docx"))
            await taken(office, server, 2)
            reply_to = str(office.expect(JO, "advice").message["Reply-To"])
            assert "+" in reply_to

            reply = letter(office, to="undisclosed-recipients:;", text="yes", trace={"Delivered_To": reply_to})
            server.append(reply)
            await taken(office, server, 3)
            assert [file.name for file in office.files() if file.status == "Sent"] == ["8302000_SENnotes20260901.docx"]


async def test_an_empty_return_path_is_a_machine_that_is_never_answered(tmp_path: Path, certificate: Path) -> None:
    # lesson L13
    with dovecot(certificate) as server:
        async with mailbox_office(tmp_path, environ(server)) as office:
            server.append(letter(office, text="status", trace={"Return_Path": "<>"}))
            await taken(office, server)
            assert (office.inbox_of(JO), office.waiting()[0].state) == ([], InboxState.DONE)


async def test_a_mail_that_we_ourselves_fail_over_holds_up_no_other(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # lesson L28
    accept = IncomingMail.accept

    async def fail(self: IncomingMail) -> str:
        if b"Subject: spoilt" in self._head:
            raise IndexError("a fault of ours")
        return await accept(self)

    monkeypatch.setattr(IncomingMail, "accept", fail)
    with dovecot(certificate) as server:
        async with mailbox_office(tmp_path, environ(server)) as office:
            spoilt = letter(office, subject="spoilt", attach=PLAN)
            server.append(spoilt)
            server.append(letter(office, attach="8302000_SENnotes20260901.docx"))
            await taken(office, server)
            await until(office, lambda: server.holds("Postroom failed") == [spoilt])
            (alert,) = [answer for answer in office.inbox_of(ALEX) if answer.kind == "alert"]
            assert "A mail in the mailbox main cannot be fetched" in alert.subject
            assert [file.name for file in office.files()] == ["8302000_SENnotes20260901.docx"]


async def test_where_the_disk_is_full_the_mail_stays(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dovecot(certificate) as server:
        async with mailbox_office(tmp_path, environ(server)) as office:
            begin, faults = office.office.inbox.begin, iter(range(7))  # more often than a mail is given up

            def full_at_first() -> Writing:
                if next(faults, None) is not None:
                    raise Unavailable("no space left on the device")
                return begin()

            monkeypatch.setattr(office.office.inbox, "begin", full_at_first)
            server.append(letter(office, attach=PLAN))
            await taken(office, server)
            assert (len(office.files()), server.holds("Postroom failed")) == (1, [])


async def test_a_mail_whose_sender_cannot_be_looked_up_waits_and_holds_up_no_other(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept, trouble = IncomingMail.accept, [True]

    async def undecided(self: IncomingMail) -> str:
        if b"Subject: slow" in self._head and trouble:
            self.abandon()
            return "451 4.4.3 It cannot be looked up who sent this mail."
        return await accept(self)

    monkeypatch.setattr(IncomingMail, "accept", undecided)
    with dovecot(certificate) as server:
        async with mailbox_office(tmp_path, environ(server)) as office:
            slow = letter(office, subject="slow", attach=PLAN)
            server.append(slow)
            server.append(letter(office, attach="8302000_SENnotes20260901.docx"))
            await taken(office, server)
            assert server.holds("INBOX") == [slow]

            trouble.clear()
            office.clock.advance(minutes=6)
            server.append(letter(office, attach="8302000_SENreview20260901.docx"))
            await taken(office, server, 3)
            assert len(office.files()) == 3


async def test_a_mail_whose_sender_cannot_be_looked_up_for_hours_is_put_aside(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def undecided(self: IncomingMail) -> str:
        self.abandon()
        return "451 4.4.3 It cannot be looked up who sent this mail."

    monkeypatch.setattr(IncomingMail, "accept", undecided)
    with dovecot(certificate) as server, between(server.port) as wire:
        async with mailbox_office(tmp_path, environ(server, port=str(wire.port))) as office:
            server.append(letter(office, attach=PLAN))
            await until(office, lambda: any(b"BODY.PEEK[]" in said for said in wire.said) and idles(wire))
            office.clock.advance(hours=4)
            server.append(letter(office, attach=PLAN))
            await taken(office, server, folder="Postroom failed")
            (alert,) = [answer for answer in office.inbox_of(ALEX) if answer.kind == "alert"]
            assert "It could not be looked up for hours who sent it." in alert.text


async def test_mails_that_anybody_can_send_in_any_number_do_not_drown_the_alerts(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def undecided(self: IncomingMail) -> str:
        self.abandon()
        return "451 4.4.3 It cannot be looked up who sent this mail."

    monkeypatch.setattr(IncomingMail, "accept", undecided)
    with dovecot(certificate) as server, between(server.port) as wire:
        async with mailbox_office(tmp_path, environ(server, port=str(wire.port))) as office:
            for number in range(8):
                server.append(letter(office, attach=PLAN, subject=str(number)))
            await until(office, lambda: sum(said.count(b"BODY.PEEK[]") for said in wire.said) >= 8 and idles(wire))
            office.clock.advance(hours=4)
            server.append(letter(office, attach=PLAN))
            await taken(office, server, 8, folder="Postroom failed")
            alerts = [answer for answer in office.inbox_of(ALEX) if answer.kind == "alert"]
            assert len(alerts) == 4, [answer.subject for answer in alerts]
            office.clock.advance(hours=1)
            await until(office, lambda: any("4 more alerts" in answer.subject for answer in office.inbox_of(ALEX)))


async def test_nothing_is_fetched_while_the_disk_is_nearly_full(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [0]
    monkeypatch.setattr(space, "free_bytes", lambda _: free[0])
    with dovecot(certificate) as server, between(server.port) as wire:
        async with mailbox_office(tmp_path, environ(server, port=str(wire.port))) as office:
            server.append(letter(office, attach=PLAN))
            await until(office, lambda: sum(b"RFC822.SIZE" in said for said in wire.said) >= 2)
            assert not any(b"BODY.PEEK[]" in said for said in wire.said)
            assert len(server.holds("INBOX")) == 1
            free[0] = 10**10
            await taken(office, server)
            assert office.files()


async def test_mail_that_nobody_is_proven_to_have_sent_waits_for_room_however_long_and_holds_up_no_other(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [2 * 10**9]
    monkeypatch.setattr(space, "free_bytes", lambda _: free[0])
    least = {"POSTROOM__VAULT__FREE_BYTES_MIN": str(10**9)}
    with dovecot(certificate) as server:
        async with mailbox_office(tmp_path, environ(server), least) as office:
            unproven = letter(office, attach=EYFS, trace={"Authentication_Results": ""})
            server.append(unproven)
            server.append(letter(office, attach=PLAN))
            await taken(office, server)
            for count in (2, 3):
                office.clock.advance(hours=5)
                server.append(letter(office, attach=f"8302000_SENplanV0{count}.docx"))
                await taken(office, server, count)
            assert (len(server.holds("INBOX")), server.holds("Postroom failed")) == (1, [])
            free[0] = 10**10
            office.clock.advance(hours=1)
            server.append(letter(office, attach="8302000_SENplanV09.docx"))
            await taken(office, server, 5)
            assert not server.holds("INBOX")


def idles(wire: Between) -> int:
    """How often we asked to be told of new mail."""
    return sum(b" IDLE" in said for said in wire.said)


LIMITS = {
    "POSTROOM__EMAIL__SMTP__MESSAGE_BYTES_MAX": "1500000",
    "POSTROOM__FILES__ATTACHMENT_BYTES_MAX": "1000000",
}


async def test_a_mail_that_is_too_large_is_never_fetched_and_its_sender_is_told_the_limit(
    tmp_path: Path, certificate: Path
) -> None:
    # lesson L30
    with dovecot(certificate) as server, between(server.port) as wire:
        async with mailbox_office(tmp_path, environ(server, port=str(wire.port)), LIMITS) as office:
            large = letter(office, attach={PLAN: bytes(1_200_000)})
            server.append(large)
            server.append(letter(office, sender="stranger@leysjunior.example", attach={PLAN: bytes(1_200_000)}))
            unproven = letter(
                office, sender=PRIYA, attach={PLAN: bytes(1_200_000)}, trace={"Authentication_Results": ""}
            )
            server.append(unproven)
            await taken(office, server, 3)

            told = office.expect(JO, "too-large")
            assert "is 1.6 MB. The most that we take in one email is 1.5 MB" in told.text
            assert "Ask us for a link" in told.text
            assert [answer.kind for answer in office.inbox_of("stranger@leysjunior.example")] == ["not-authorised"]
            assert office.inbox_of(PRIYA) == []
            assert office.files() == []
            assert not any(b"BODY.PEEK[]" in said for said in wire.said)
            assert large in server.holds(DONE)


async def test_a_mail_that_goes_on_beyond_what_its_server_said_is_too_large(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "size", lambda *_: 1)
    with dovecot(certificate) as server:
        async with mailbox_office(tmp_path, environ(server), LIMITS) as office:
            server.append(letter(office, attach={PLAN: bytes(1_200_000)}))
            server.append(letter(office, attach={"8302000_SENnotes20260901.docx": bytes(900_000)}))
            await taken(office, server, 2)
            assert office.expect(JO, "too-large")
            assert [file.size for file in office.files()] == [900_000]


async def test_what_cannot_be_stored_now_stays_and_is_taken_later(
    tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dovecot(certificate) as server:
        async with mailbox_office(tmp_path, environ(server)) as office:
            accept, refusals = office.office.inbox.accept, iter([True, True, False])

            async def full_at_first(*arguments: object) -> bool:
                if next(refusals, False):
                    assert server.holds(DONE) == []
                    raise Later("the disk is full")
                return await accept(*arguments)  # type: ignore[arg-type] # as it was called

            monkeypatch.setattr(office.office.inbox, "accept", full_at_first)
            server.append(letter(office, attach=PLAN))
            await taken(office, server)
            assert len(office.files()) == 1
            assert next(refusals, None) is None


async def test_a_mail_that_the_server_cannot_hand_out_holds_up_no_other(tmp_path: Path, certificate: Path) -> None:
    # lesson L28, lesson L29
    with dovecot(certificate) as server:
        async with mailbox_office(tmp_path, environ(server)) as office:
            server.spoil(letter(office, subject="spoilt", attach=PLAN))
            server.append(letter(office, attach="8302000_SENnotes20260901.docx"))
            await taken(office, server)
            assert [file.name for file in office.files()] == ["8302000_SENnotes20260901.docx"]
            await until(office, lambda: any(answer.kind == "alert" for answer in office.mailboxes.delivered))
            await until(office, lambda: list((server.home / "mail/returns/.Postroom failed").glob("*/*.spoilt*")))


async def test_a_canary_comes_back_out_of_a_mailbox_and_is_moved_away(tmp_path: Path, certificate: Path) -> None:
    # lesson L23
    with dovecot(certificate) as server:
        async with mailbox_office(tmp_path, environ(server)) as office:
            token = office.rooms.canary.token(office.clock.now())
            server.append(canary_mail(token, RETURNS, office.clock.now()).octets)
            await until(office, lambda: office.rooms.ledger.read_now(flight).back_at)
            await taken(office, server)
            assert (office.waiting(), office.mailboxes.delivered) == ([], [])
            assert 'postroom_imap_last_look_timestamp_seconds{mailbox="main"}' in await measured(office)
