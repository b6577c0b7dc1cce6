"""Any signed mail (RFC 6376, 8617): nothing raises, pieces make no difference, and what we believe another program believes too.

The octets are the TXT record of every key, a line end, the header section, an empty line and the body.
"""

import asyncio
import re
from datetime import UTC, datetime

import dkim

from handlers.mail.trust.signatures import Chain, Signature, Signatures

NOW = datetime(2020, 9, 14, 9, tzinfo=UTC)
HEAD_ENDS = re.compile(rb"\r\n\r\n")
SEALERS = {"leys.example", "sealer.example"}


class OneKey:
    """A name server that knows one record."""

    def __init__(self, record: bytes) -> None:
        self._records = (record,) if record else ()

    async def txt(self, name: str) -> tuple[bytes, ...]:
        """The record, under whatever name."""
        del name
        return self._records


def check(data: bytes) -> None:
    """Whatever is signed, by whatever key."""
    record, _, message = data.partition(b"\n")
    found = HEAD_ENDS.search(message)
    head, body = (message[: found.start() + 2], message[found.end() :]) if found else (message, b"")
    whole = _verdicts(record, head, [body])
    size = 1 + len(body) % 13
    assert whole == _verdicts(record, head, [body[at : at + size] for at in range(0, len(body), size)])
    signatures, chain = whole
    assert not chain.passed or head.lower().count(b"arc-seal") >= 1
    if any(one.passed for one in signatures):
        assert _another_believes(record, message)


def _verdicts(record: bytes, head: bytes, pieces: list[bytes]) -> tuple[tuple[Signature, ...], Chain]:
    signatures = Signatures(head, NOW)
    for piece in pieces:
        signatures.write(piece)
    return asyncio.run(_asked(signatures, OneKey(record)))


async def _asked(signatures: Signatures, dns: OneKey) -> tuple[tuple[Signature, ...], Chain]:
    return await signatures.verdicts(dns), await signatures.chain(dns, SEALERS)


def _another_believes(record: bytes, message: bytes) -> bool:
    """Whether dkimpy finds a sound signature in it."""
    count = len(re.findall(rb"(?im)^dkim-signature[ \t]*:", message))
    return any(_is_sound(message, index, record) for index in range(count))


def _is_sound(message: bytes, index: int, record: bytes) -> bool:
    def record_of(*_: object, **__: object) -> bytes:
        return record

    try:
        return bool(dkim.DKIM(message).verify(index, dnsfunc=record_of))
    except dkim.DKIMException:
        return False
