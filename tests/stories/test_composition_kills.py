"""The attacks on sender authentication of Chen, Paxson and Jiang, «Composition Kills» (USENIX Security 2020).

Each case is one of those that their tool espoofer lists, by its number there, and is sent byte by byte: an attacker with a
domain, a host and keys of their own wants to be heard as Jo Sands of a school that publishes SPF and a strict DMARC policy.
None is heard as anybody but the attacker.
"""

import base64
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.channels import signing
from tests.channels.smtp_peer import Peer
from tests.dns_peer import DnsPeer
from tests.office import RETURNS, TestOffice
from tests.people import JO, PLAN
from tests.proving import HERE, NOWHERE, SCHOOL, facing_the_internet

EVIL = "attack.example"
ME = f"any@{EVIL}"


@dataclass(frozen=True)
class Attack:
    """What the attacker says."""

    authors: bytes = f"From: <{JO}>\r\n".encode()
    """The lines about who wrote it."""
    mail_from: bytes = f"<{ME}>".encode()
    helo: bytes = EVIL.encode()
    more: bytes = b""
    sign: dict[str, str] | None = None
    """Tags of a signature with the attacker's key."""


def from_(text: str) -> bytes:
    return f"From: {text}\r\n".encode()


SENDER = f"Sender: <s@sender.{SCHOOL}>\r\n".encode()
ENCODED = base64.b64encode(f"<{JO}>".encode()).decode()
LOOK_ALIKE = "leуsjunior.example".encode("idna").decode()
"""With a Cyrillic у."""
OWN_SIGNATURE = {"d": EVIL, "h": "from"}
GENUINE = Attack(sign={"d": SCHOOL, "h": "from:to:subject:date:message-id:content-type:content-disposition:from"})
"""Jo's own, as her school's mail service signs it."""
ATTACKS = {
    "A1 a subdomain of the school that does not exist in MAIL FROM": Attack(mail_from=f"<any@mail.none.{SCHOOL}>".encode()),
    "A1 such a name in HELO, with an empty MAIL FROM": Attack(mail_from=b"<>", helo=f"none.{SCHOOL}".encode()),
    "A2 a MAIL FROM that some take for empty": Attack(mail_from=f"<(any@{SCHOOL}>".encode()),
    "A2 an empty MAIL FROM, and HELO of the attacker": Attack(mail_from=b"<>"),
    "A3 a NUL ends the name of the key": Attack(
        helo=f"33.{EVIL}".encode(),
        mail_from=f"<any@33.{EVIL}>".encode(),
        sign={"d": SCHOOL, "s": f"{signing.SELECTOR}._domainkey.{EVIL}.\0.any"},
    ),
    "A3 the name of the key without the NUL": Attack(sign={"d": SCHOOL, "s": f"{signing.SELECTOR}._domainkey.{EVIL}"}),
    "A4 a quote in the domain that signs": Attack(sign={"d": f"{SCHOOL}'a.{EVIL}"}),
    "A4 a parenthesis in the domain that signs": Attack(sign={"d": f"{SCHOOL}(.{EVIL}"}),
    "A5 a parenthesis in MAIL FROM": Attack(mail_from=f"<any@{SCHOOL}(a.{EVIL}>".encode()),
    "A6 a quote and a second @ in MAIL FROM": Attack(mail_from=f"<any@{SCHOOL}'@any.{EVIL}>".encode()),
    "A7 a route in MAIL FROM": Attack(mail_from=f"<@{SCHOOL},@any.example:'any@{EVIL}>".encode()),
    "A8 two From": Attack(from_(f"<first@{EVIL}>") + from_(f"<{JO}>")),
    "A8 two From, the school's first": Attack(from_(f"<{JO}>") + from_(f"<first@{EVIL}>")),
    "A9 a From with a space before it": Attack(b" " + from_(f"<first@{EVIL}>") + from_(f"<{JO}>")),
    "A9 a second From with a space before it": Attack(from_(f"<first@{EVIL}>") + b" " + from_(f"<{JO}>")),
    "A10 a space after the name of the second From": Attack(from_(f"<first@{EVIL}>") + f"From : <{JO}>\r\n".encode()),
    "A11 a name that is folded": Attack(f"From\r\n : <first@{EVIL}>\r\n".encode() + from_(f"<{JO}>")),
    "A11 the school's name that is folded": Attack(from_(f"<first@{EVIL}>") + f"From\r\n : <{JO}>\r\n".encode()),
    "A12 a From that is folded, and a Sender": Attack(
        f"From\r\n : <first@{EVIL}>\r\n".encode(), more=f"Sender: <{JO}>\r\n".encode()
    ),
    "A12 no From, and a Sender": Attack(b"", more=f"Sender: <{JO}>\r\n".encode()),
    "A13 a From that is folded, and a Resent-From": Attack(
        f"From\r\n : <first@{EVIL}>\r\n".encode(), more=f"Resent-From: <{JO}>\r\n".encode()
    ),
    "A14 two addresses in From": Attack(from_(f"<first@{EVIL}>, <{JO}>"), more=SENDER),
    "A14 two addresses in From, the school's first": Attack(from_(f"<{JO}>, <first@{EVIL}>"), more=SENDER),
    "A15 an encoded address": Attack(from_(f"=?utf-8?B?{ENCODED}?=,<second@{EVIL}>"), more=SENDER),
    "A15 an encoded address alone": Attack(from_(f"=?utf-8?B?{ENCODED}?="), more=SENDER),
    "A16 a route in From": Attack(from_(f"<@{EVIL},@any.example:{JO}>"), more=SENDER),
    "A17 a quoted pair": Attack(from_(f"<{JO}>\\,<second@{EVIL}>"), more=SENDER),
    "A18 a bare address before one in brackets": Attack(from_(f"{JO},<second@{EVIL}>"), more=SENDER),
    "A18 the same without a comma": Attack(from_(f"{JO} <second@{EVIL}>"), more=SENDER),
    "A19 an address behind the brackets": Attack(from_(f"<any@{EVIL}>{JO}"), more=SENDER),
    "B1 two From through an account of one's own": Attack(from_(f"<{ME}>") + from_(f"<{JO}>"), sign=OWN_SIGNATURE),
    "B2 two addresses through an account of one's own": Attack(from_(f"<{ME}>, <{JO}>"), more=SENDER, sign=OWN_SIGNATURE),
    "B3 another's address through an account of one's own": Attack(sign=OWN_SIGNATURE),
    "a group": Attack(from_(f"Staff: {JO};")),
    "a group with the attacker in front": Attack(from_(f"Staff: {JO}; <{ME}>")),
    "a NUL in the address": Attack(f"From: <{JO}\0@{EVIL}>\r\n".encode()),
    "a comment that hides the attacker": Attack(from_(f"<{JO}(>@{EVIL})>")),
    "a Cyrillic letter in the domain": Attack(from_(f"<jo.sands@{SCHOOL.replace('e', 'е')}>"), mail_from=b"<>"),
    "a full stop of another script": Attack(from_(f"<{JO}\u3002{EVIL}>")),
    "a look-alike in IDNA": Attack(from_(f"<jo.sands@{LOOK_ALIKE}>"), mail_from=f"<jo.sands@{LOOK_ALIKE}>".encode()),
    "a final dot": Attack(from_(f"<{JO}.>")),
    "a signature for a name below the school's": Attack(sign={"d": f"none.{SCHOOL}"}),
    "a signature by the top of the school's name": Attack(sign={"d": "example"}),
    "a signature in the name of an identity of the school's": Attack(sign={"d": EVIL, "i": f"@{SCHOOL}"}),
    "results that the attacker wrote": Attack(
        more=f"Authentication-Results: mx.derbyshire.example; dmarc=pass header.from={SCHOOL}\r\n".encode()
    ),
}  # fmt: skip


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[tuple[TestOffice, DnsPeer]]:
    async with facing_the_internet(tmp_path) as (post, dns):
        dns.txt(SCHOOL, NOWHERE)
        dns.txt(f"_dmarc.{SCHOOL}", "v=DMARC1; p=reject; sp=reject")
        for name in (EVIL, f"33.{EVIL}", f"any.{EVIL}", f"{SCHOOL}(a.{EVIL}", f"{SCHOOL}'@any.{EVIL}", LOOK_ALIKE):
            dns.txt(name, HERE)
        dns.txt(f"_dmarc.{EVIL}", "v=DMARC1; p=none")
        for name in (EVIL, f"{SCHOOL}'a.{EVIL}", f"{SCHOOL}(.{EVIL}", "example"):
            dns.txt(f"{signing.SELECTOR}._domainkey.{name}", signing.record(signing.rsa()).decode())
        yield post, dns


def octets(attack: Attack) -> bytes:
    written = attack.authors + attack.more + f"To: {RETURNS}\r\n".encode()
    written += b"Subject: plan\r\nDate: Tue, 1 Sep 2026 09:00:00 +0100\r\nMessage-ID: <a@attack.example>\r\n"
    written += b'Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="'
    written += PLAN.encode() + b'"\r\n\r\nnot the plan\r\n'
    return written if attack.sign is None else signing.sign(written, None, b"DKIM-Signature", **attack.sign)


async def deliver(post: TestOffice, attack: Attack, mail: bytes | None = None) -> list[str]:
    """The replies to each command and to the mail, up to the first refusal."""
    said = [b"EHLO " + attack.helo, b"MAIL FROM:" + attack.mail_from, f"RCPT TO:<{RETURNS}>".encode(), b"DATA"]
    async with await Peer.connect(post.port) as peer:
        replies = [await peer.reply()]
        for line in [*said, (mail or octets(attack)) + b"."]:
            replies.append(await peer.say(line))
            if replies[-1][0] in "45":
                break
    await post.settle()
    return replies


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=list(ATTACKS))
async def test_nobody_is_heard_as_somebody_else(world: tuple[TestOffice, DnsPeer], attack: Attack) -> None:
    post, _ = world
    replies = await deliver(post, attack)
    assert not post.files()
    assert not post.inbox_of(JO)
    assert replies[-1][0] == "5"
    assert not post.waiting()
    assert not post.mailboxes.delivered


async def test_the_attacker_is_heard_as_themselves(world: tuple[TestOffice, DnsPeer]) -> None:
    post, _ = world  # so that the refusals above are not for want of a way in
    replies = await deliver(post, Attack(from_(f'"{JO}" <{ME}>'), sign={"d": EVIL}))
    assert replies[-1][0] == "2"
    assert post.expect(ME, "not-authorised")
    assert not post.inbox_of(JO)


async def test_jo_sands_is_heard(world: tuple[TestOffice, DnsPeer]) -> None:
    post, dns = world
    dns.txt(f"{signing.SELECTOR}._domainkey.{SCHOOL}", signing.record(signing.rsa()).decode())
    replies = await deliver(post, GENUINE)
    assert replies[-1][0] == "2"
    assert post.expect(JO, "receipt")


REPLAYS: dict[str, Callable[[bytes], bytes]] = {
    "a second From": lambda mail: from_(f"<{ME}>") + mail,
    "a second From below": lambda mail: mail.replace(b"\r\nTo:", b"\r\n" + from_(f"<{ME}>") + b"To:", 1),
    "a second Subject": lambda mail: b"Subject: recall\r\n" + mail,
    "a second Subject below": lambda mail: mail.replace(b"\r\nDate:", b"\r\nSubject: recall\r\nDate:", 1),
    "another Message-ID": lambda mail: mail.replace(b"<a@", b"<b@", 1),
    "more text": lambda mail: mail + b"recall\r\n",
    "another boundary": lambda mail: b'Content-Type: multipart/mixed; boundary="x"\r\n' + mail,
}


@pytest.mark.parametrize("change", REPLAYS.values(), ids=list(REPLAYS))
async def test_a_replayed_mail_is_the_mail_that_was_signed(
    world: tuple[TestOffice, DnsPeer], change: Callable[[bytes], bytes]
) -> None:
    post, dns = world
    dns.txt(f"{signing.SELECTOR}._domainkey.{SCHOOL}", signing.record(signing.rsa()).decode())
    altered = change(octets(GENUINE))
    assert (await deliver(post, Attack(), altered))[-1].startswith("550")
    assert not post.waiting()
