"""The mails that every server is sent: a school's return with one attachment, as a relay that has checked its sender hands it over."""

import base64
import random
from functools import cache

SCHOOLS = 430
"""As many as Derbyshire has."""
RETURNS = "returns@derbyshire.example"
RELAY = "mx.derbyshire.example"
"""By whose word senders are believed."""
LINE_OCTETS = 57
"""Octets of contents in one line of base64."""
HEAD = """\
Authentication-Results: {relay}; dmarc=pass header.from={domain}
From: Jo Sands <{sender}>
To: {to}
Subject: Autumn return
Message-ID: <{number}@{domain}>
Date: Mon, 05 Oct 2026 09:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_b1"

--=_b1
Content-Type: text/plain; charset=utf-8

Please find our return attached.

--=_b1
Content-Type: application/octet-stream
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="{name}"

{first}
"""
END = b"\r\n--=_b1--\r\n.\r\n"


def school(number: int) -> str:
    """The DfE number of the school that sends the mail of this number."""
    return f"830{2000 + number % SCHOOLS}"


def sender(number: int) -> str:
    """Who sends it."""
    return f"jo.sands@school{number % SCHOOLS}.example"


def head(number: int) -> bytes:
    """A mail up to the first line of its attachment: no two have the same name or contents."""
    address = sender(number)
    return HEAD.format(
        relay=RELAY, domain=address.partition("@")[2], sender=address, to=RETURNS, number=number,
        name=f"{school(number)}_INFOreturn{number}x20261005.docx", first=base64.b64encode(b"%057d" % number).decode(),
    ).replace("\n", "\r\n").encode()  # fmt: skip


@cache
def body(octets: int) -> bytes:
    """The rest of a mail whose attachment has so many octets, and the dot that ends it."""
    noise = random.Random(7).randbytes(octets - LINE_OCTETS)
    return base64.encodebytes(noise).replace(b"\n", b"\r\n") + END
