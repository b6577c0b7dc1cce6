"""What a DKIM-Signature or an ARC-Message-Signature claims to have signed (RFC 6376, sections 3.5 and 6.1.1)."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from handlers.mail.trust.lexical import Doubtful
from handlers.mail.trust.signatures.body import Relaxed, Simple
from handlers.mail.trust.signatures.fields import CRLF, Field, chosen, without_signature
from handlers.mail.trust.signatures.key import Key
from handlers.mail.trust.signatures.mark import Mark
from handlers.mail.trust.signatures.tags import (
    NAME_OCTETS_MAX,
    WHITE,
    listed,
    number,
    octets,
    required,
)

HEAD_WAYS: dict[bytes, Callable[[Field], bytes]] = {
    b"simple": lambda field: field.simple,
    b"relaxed": lambda field: field.relaxed,
}
BODY_WAYS: dict[bytes, type[Simple]] = {b"simple": Simple, b"relaxed": Relaxed}
AHEAD_SECONDS_MAX = 24 * 3600
"""How far a signer's clock may run ahead of ours: as much as a wrong time zone makes it."""
ONCE = frozenset(
    b"from sender subject date message-id in-reply-to references content-type content-transfer-encoding"
    b" content-disposition".split()
)
"""Fields that we go by and that a mail may have once (RFC 5322, section 3.6): of two, which one was signed? (section 8.15)"""


@dataclass(frozen=True)
class Claim:
    """One signature over head and body, understood but not yet believed."""

    mark: Mark
    identity: str
    """The domain of the person or part that signs (i=): the signer's own, or one below it."""
    head_way: Callable[[Field], bytes]
    body_way: type[Simple]
    names: tuple[bytes, ...]
    """The fields that are signed (h=), in lower case."""
    body_digest: bytes
    length: int | None
    """Only so many octets of the body are signed (l=)."""
    signed_at: int | None
    """Seconds since 1970 (t=)."""
    expires_at: int | None
    """As above (x=)."""
    field: Field

    @classmethod
    def read(cls, field: Field, found: dict[str, bytes]) -> Self:
        """What the field with these tags says. Raises Doubtful where it cannot be understood in exactly one way."""
        mark = Mark.read(found)
        head_way, slash, body_way = found.get("c", b"simple/simple").partition(b"/")
        body_way = body_way if slash else b"simple"
        if head_way not in HEAD_WAYS or body_way not in BODY_WAYS:
            raise Doubtful("its c= is none that is known")
        if b"dns/txt" not in listed(found.get("q", b"dns/txt")):
            raise Doubtful("its key cannot be looked up (q=)")
        return cls(
            mark=mark,
            identity=_identity(found, mark.domain),
            head_way=HEAD_WAYS[head_way],
            body_way=BODY_WAYS[body_way],
            names=tuple(listed(required(found, "h"))),
            body_digest=octets(found, "bh"),
            length=number(found, "l"),
            signed_at=number(found, "t"),
            expires_at=number(found, "x"),
            field=field,
        )

    def check_scope(self, present: Sequence[Field], now: float) -> None:
        """Raises Doubtful where the claim, true or not, proves nothing about the mail with these fields at this time."""
        if b"from" not in self.names:
            raise Doubtful("it does not cover the From line")
        signed = Counter(self.names)
        there = Counter(field.name for field in present if field.name in ONCE)
        if not there[b"from"]:
            raise Doubtful("the mail has no From line")
        for name, count in there.items():
            if count > 1 and (name == b"from" or signed[name] < count):
                raise Doubtful(f"the mail has more than one {name.decode().title()} line")
        if self.expires_at is not None and self.expires_at <= max(now, self.signed_at or 0):
            raise Doubtful("it has expired")
        if self.signed_at is not None and self.signed_at > now + AHEAD_SECONDS_MAX:
            raise Doubtful("it was made at a time that is still to come")

    def check_body(self, digest: bytes, length: int) -> None:
        """Raises Doubtful where the body is not the one that was signed, all of it."""
        if self.length is not None and self.length != length:
            raise Doubtful("it covers only the beginning of the mail, and anybody could have added to that (l=)")
        if digest != self.body_digest:
            raise Doubtful("the text or the files of the mail are not those that were signed")

    def check_head(self, present: Sequence[Field], key: Key) -> None:
        """Raises Doubtful where the key did not sign these fields."""
        if key.strict and self.identity != self.mark.domain:
            raise Doubtful(f"the key of {self.mark.domain} is for no name below it")
        others = [field for field in present if field is not self.field]
        hashed = hashlib.sha256()
        for field in chosen(others, self.names):
            hashed.update(self.head_way(field) + CRLF)
        hashed.update(self.head_way(without_signature(self.field)))
        if not key.made(self.mark.signature, hashed.digest()):
            raise Doubtful("the head of the mail is not the one that was signed")


def _identity(found: dict[str, bytes], domain: str) -> str:
    """The domain in i=, which has to be the signer's own or below it."""
    agent = found.get("i", b"@" + domain.encode())
    identity = agent.rpartition(b"@")[2].strip(WHITE).lower().decode("latin-1")
    if b"@" not in agent or len(identity) > NAME_OCTETS_MAX or not f".{identity}".endswith(f".{domain}"):
        raise Doubtful("it speaks for somebody who is not the signer's (i=)")
    return identity
