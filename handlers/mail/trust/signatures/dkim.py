"""The DKIM-Signatures of a mail, understood as far as they can be without the body and the key (RFC 6376, section 6.1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from handlers.mail.trust.lexical import Doubtful
from handlers.mail.trust.signatures.claim import Claim
from handlers.mail.trust.signatures.fields import Field
from handlers.mail.trust.signatures.tags import domain_name, required, tags
from handlers.mail.trust.signatures.verdicts import Signature

FIELD = b"dkim-signature"
SIGNATURES_MAX = 8
"""Signatures that are looked into. Honest mail has one to three: its author's, and those of services that handed it on."""
ALGORITHM = re.compile(rb"[a-z0-9-]{1,40}")


@dataclass(frozen=True)
class Candidate:
    """One DKIM-Signature."""

    domain: str
    selector: str
    algorithm: str
    claim: Claim | None
    """None: it cannot be understood."""
    why: str
    """And this is why."""

    @classmethod
    def read(cls, field: Field) -> Self:
        """Whatever can be made of it. Never raises."""
        claim, why, found = None, "", dict[str, bytes]()
        try:
            found = tags(field.value)
            _check_version(found)
            claim = Claim.read(field, found)
        except Doubtful as doubt:
            why = str(doubt)
        algorithm = found.get("a", b"")
        return cls(
            _name(found, "d"),
            _name(found, "s"),
            algorithm.decode() if ALGORITHM.fullmatch(algorithm) else "",
            claim,
            why,
        )

    def verdict(self, why: str, *, passed: bool = False, temporary: bool = False) -> Signature:
        """What became of it."""
        return Signature(self.domain, self.selector, self.algorithm, passed, temporary, why)


def candidates(present: Sequence[Field], author_domain: str) -> tuple[Candidate, ...]:
    """The signatures worth looking into: those that may speak for the author first, else from top to bottom."""
    found = [Candidate.read(field) for field in present if field.name == FIELD]
    found.sort(key=lambda one: (one.domain != author_domain, -_shared(one.domain, author_domain)))
    return tuple(found[:SIGNATURES_MAX])


def _shared(one: str, other: str) -> int:
    """How many labels two names have in common, from the last on: parents and children are near, strangers far."""
    pairs = list(zip(reversed(one.split(".")), reversed(other.split(".")), strict=False))
    return next((at for at, (left, right) in enumerate(pairs) if left != right), len(pairs))


def _check_version(found: dict[str, bytes]) -> None:
    if required(found, "v") != b"1":
        raise Doubtful("its v= is none that is known")


def _name(found: dict[str, bytes], tag: str) -> str:
    try:
        return domain_name(found, tag, labels=1)
    except Doubtful:
        return ""
