"""Who sent it: mails a second through proof with a warm cache, and how fast, in how much memory, a large body is hashed.

    python -m bench.authenticate --mails 2000 --megabytes 25 150

The peer, in the same run, is dkimpy, which does DKIM alone; for the hashing also SHA-256 alone, which is as fast as it can
be had here. «All» is what the door does: From, SPF, DKIM, and DMARC, because another domain of the organisation signs. Each
figure of memory comes from a process of its own: what it grew by while it read one mail, which it was given in pieces.
"""

import argparse
import asyncio
import base64
import hashlib
import json
import logging
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from email.utils import format_datetime
from multiprocessing import get_context

import dkim
from dns.rdatatype import RdataType

from handlers.mail.message.head import Head
from handlers.mail.trust import Origin, Proven, examine
from handlers.mail.trust.dns_cache import Answer, Cache
from handlers.mail.trust.resolver import Resolver, name_of
from handlers.mail.trust.signatures import Signatures
from tests.channels.signing import DOMAIN, SELECTOR, private, record, rsa

HEAD = (
    b"From: Jo Sands <jo.sands@office.leysjunior.example>\r\nTo: returns@derbyshire.example\r\nSubject: SEN plan\r\n"
    b"Date: %b\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n"
    b"Content-Transfer-Encoding: base64\r\n"
) % format_datetime(datetime.now(UTC)).encode()
MAIL_OCTETS = 20_000
CHUNK = 1 << 18
"""What the SMTP session reads at a time."""
LINE = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\r\n"
TEXT = b"Please find the plan attached, as we said when we spoke on Tuesday afternoon.\r\n"
SPACES = b"a  "
"""What makes the relaxed way work hardest."""
KEY_NAME = f"{SELECTOR}._domainkey.{DOMAIN}"
WAYS = ("relaxed/relaxed", "simple/simple")
ORIGIN = Origin("192.0.2.1", "mail.leysjunior.example", f"bounces@{DOMAIN}")
PUBLISHED = {
    KEY_NAME: (record(rsa()),),
    DOMAIN: (b"v=spf1 ip4:192.0.2.1 -all",),
    f"_dmarc.office.{DOMAIN}": (),
    f"_dmarc.{DOMAIN}": (b"v=DMARC1; p=reject",),
}


class Trust:
    """Nobody is believed without proof."""

    relay_networks = authserv_ids = submission_networks = arc_sealers = exchange_domains = ()
    authenticate = True


def main(arguments: argparse.Namespace) -> None:
    """Measure both and print the figures as JSON."""
    logging.disable()
    mails = [signed(number) for number in range(arguments.mails)]
    ways: dict[str, Callable[[], object]] = {
        "all": lambda: asyncio.run(examined(mails)),
        "DKIM": lambda: asyncio.run(verified(mails)),
        "dkimpy": lambda: verified_by_peer(mails),
    }
    seconds = {name: min(timed(work) for _ in range(3)) for name, work in ways.items()}
    print(json.dumps({
        "mails": len(mails), "octets each": MAIL_OCTETS,
        "a second": {name: round(len(mails) / spent) for name, spent in seconds.items()},
        "times as many as dkimpy": {name: round(seconds["dkimpy"] / spent, 1) for name, spent in seconds.items()},
        "bodies": [body_figures(megabytes) for megabytes in arguments.megabytes],
    }, indent=2))  # fmt: skip


def signed(number: int) -> bytes:
    """A mail of its own, with one signature, as most have."""
    noise = base64.encodebytes(hashlib.shake_256(b"%d" % number).digest(MAIL_OCTETS * 3 // 4)).replace(b"\n", b"\r\n")
    mail = HEAD + b"Message-ID: <%d@leysjunior.example>\r\n\r\n" % number + noise
    made = dkim.sign(mail, SELECTOR.encode(), DOMAIN.encode(), private(rsa()), canonicalize=(b"relaxed", b"relaxed"))
    return bytes(made) + mail


def warm() -> Resolver:
    """A resolver that has answered everything before; nobody is there to be asked."""
    cache = Cache()
    for name, values in PUBLISHED.items():
        cache.put((name_of(name), RdataType.TXT), Answer(values, 3600))
    return Resolver(["127.0.0.1:1"], cache)


async def examined(mails: list[bytes]) -> None:
    """Every mail proven, as by the door."""
    dns = warm()
    for mail in mails:
        head, _, body = mail.partition(b"\r\n\r\n")
        signatures = read_whole(head, body)
        found = await examine(Head.parse(head), ORIGIN, Trust(), dns, signatures)
        assert isinstance(found.verdict, Proven)


async def verified(mails: list[bytes]) -> None:
    """Every mail's signature verified."""
    dns = warm()
    for mail in mails:
        head, _, body = mail.partition(b"\r\n\r\n")
        assert all(one.passed for one in await read_whole(head, body).verdicts(dns))


def read_whole(head: bytes, body: bytes) -> Signatures:
    """The signatures of a small mail."""
    signatures = Signatures(head + b"\r\n", datetime.now(UTC))
    signatures.write(body)
    return signatures


def verified_by_peer(mails: list[bytes]) -> None:
    """The same by dkimpy."""
    for mail in mails:
        assert dkim.verify(mail, dnsfunc=lambda name, timeout: record(rsa()))  # noqa: ARG005  # passed by name


def timed(work: Callable[[], object]) -> float:
    """Seconds of the processor that it takes: others may be busy on this machine."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def body_figures(megabytes: int) -> dict[str, object]:
    """One body, hashed in each way."""
    ways: dict[str, Callable[[int], None]] = {
        "SHA-256 alone": alone, "simple": simple, "relaxed": relaxed, "both": both,
        "relaxed, plain text": relaxed_text, "relaxed, made to be slow": relaxed_spaces, "dkimpy relaxed": peer,
    }  # fmt: skip
    found = {name: in_its_own_process(way, megabytes) for name, way in ways.items()}
    fastest = found["SHA-256 alone"][0]
    return {"MB": megabytes} | {
        name: {"MB/s": round(speed), "of SHA-256 alone": round(speed / fastest, 2), "MiB": round(memory)}
        for name, (speed, memory) in found.items()
    }


def in_its_own_process(way: Callable[[int], None], megabytes: int) -> tuple[float, float]:
    """The median MB/s of three, and the most MiB that one of them grew by."""
    runs = []
    for _ in range(3):
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            runs.append(pool.submit(measured, way, megabytes).result())
    return statistics.median(speed for speed, _ in runs), max(memory for _, memory in runs)


def measured(way: Callable[[int], None], megabytes: int) -> tuple[float, float]:
    """MB/s, and how many MiB the process grew by."""
    logging.disable()
    way(1)  # whatever is loaded only once is loaded by now
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = timed(lambda: way(megabytes))
    return megabytes / seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def pieces(megabytes: int, line: bytes = LINE) -> Iterator[bytes]:
    """So much of it, as it comes over the wire; every piece is the same memory, for making it is not measured."""
    text = (line * (1 + CHUNK // len(line)))[:CHUNK]
    for _ in range(megabytes * 1_000_000 // len(text)):
        yield text


def alone(megabytes: int) -> None:
    """SHA-256 of the body as it is."""
    digest = hashlib.sha256()
    for piece in pieces(megabytes):
        digest.update(piece)


def simple(megabytes: int) -> None:
    """Our side, with a signature in the simple way."""
    read(megabytes, "simple/simple")


def relaxed(megabytes: int) -> None:
    """Our side, with a signature in the relaxed way."""
    read(megabytes, "relaxed/relaxed")


def both(megabytes: int) -> None:
    """Our side, with a signature in each way."""
    read(megabytes, *WAYS)


def relaxed_text(megabytes: int) -> None:
    """The same for plain text."""
    read(megabytes, "relaxed/relaxed", line=TEXT)


def relaxed_spaces(megabytes: int) -> None:
    """The same for a body that is made to be slow."""
    read(megabytes, "relaxed/relaxed", line=SPACES)


def read(megabytes: int, *ways: str, line: bytes = LINE) -> None:
    """A mail with signatures in these ways goes by."""
    claim = "DKIM-Signature: v=1; a=rsa-sha256; c={}; d=b.example; s=s; h=from; bh=AA==; b=AA==\r\n"
    signatures = Signatures("".join(claim.format(way) for way in ways).encode() + HEAD, datetime.now(UTC))
    for piece in pieces(megabytes, line):
        signatures.write(piece)
    asyncio.run(signatures.verdicts(Resolver(["127.0.0.1:1"])))


def peer(megabytes: int) -> None:
    """The same by dkimpy, which is given the mail whole."""
    claim = b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=b.example; s=s; h=from; bh=AAAA; b=AAAA\r\n"
    dkim.verify(claim + HEAD + b"\r\n" + b"".join(pieces(megabytes)), dnsfunc=lambda name, timeout: record(rsa()))  # noqa: ARG005


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=2000)
    parser.add_argument("--megabytes", type=int, nargs="+", default=[25, 150])
    main(parser.parse_args())
