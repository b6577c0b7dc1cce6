"""ARC, the Authenticated Received Chain (RFC 8617): what those who handed a mail on found out about it, and sealed.

Whoever forwards a mail may break its author's signature. Such a forwarder seals what it saw when the mail reached it, and
how far it trusted those before it. A seal proves who says so, and nothing else: anybody may seal anything. It is worth
something only where the sealer is one that we know.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.mail.message.charset import decoded
from handlers.mail.trust.dns import Texts
from handlers.mail.trust.lexical import Doubtful
from handlers.mail.trust.signatures.claim import Claim
from handlers.mail.trust.signatures.fields import CRLF, Field, without_signature
from handlers.mail.trust.signatures.key import published
from handlers.mail.trust.signatures.mark import Mark
from handlers.mail.trust.signatures.tags import required, tags

SETS_MAX = 50
"""RFC 8617, section 5.2, step 1."""
RESULTS, MESSAGE, SEAL = b"arc-authentication-results", b"arc-message-signature", b"arc-seal"
KINDS = (RESULTS, MESSAGE, SEAL)
"""The three fields of a set, in the order in which they are sealed (section 5.1.1)."""
INSTANCE = re.compile(rb"[0-9]{1,2}")
RESULTS_INSTANCE = re.compile(rb"[ \t\r\n]*i[ \t\r\n]*=[ \t\r\n]*([0-9]{1,2})[ \t\r\n]*;")


@dataclass(frozen=True)
class Sealed:
    """One set, understood but not yet believed."""

    fields: tuple[Field, Field, Field]
    """The three, in the order of `KINDS`."""
    mark: Mark
    """The seal's."""
    status: bytes
    """What its sealer made of the chain so far (cv=)."""

    @classmethod
    def read(cls, fields: tuple[Field, Field, Field]) -> "Sealed":
        """What the set says. Raises Doubtful."""
        found = tags(fields[2].value)
        if "h" in found:
            raise Doubtful("a seal leaves out what it must hold")
        return cls(fields, Mark.read(found), required(found, "cv").lower())

    @property
    def results(self) -> str:
        """What its sealer found out, as in Authentication-Results."""
        return decoded(RESULTS_INSTANCE.sub(b"", self.fields[0].value.replace(CRLF, b""), count=1), "utf-8").strip()


def sets(present: Sequence[Field]) -> tuple[Sealed, ...]:
    """The sets of a chain, the oldest first. Raises Doubtful where they are no chain (RFC 8617, section 5.2, steps 1 to 3)."""
    found: dict[int, dict[bytes, Field]] = {}
    for field in present:
        if field.name in KINDS:
            fields = found.setdefault(_instance(field), {})
            if field.name in fields:
                raise Doubtful("two of its sets have one number")
            fields[field.name] = field
    if not found:
        raise Doubtful("nobody has sealed it")
    whole = all(len(fields) == len(KINDS) for fields in found.values())
    if not whole or sorted(found) != list(range(1, len(found) + 1)) or len(found) > SETS_MAX:
        raise Doubtful("it is not whole")
    chain = tuple(Sealed.read((one[RESULTS], one[MESSAGE], one[SEAL])) for _, one in sorted(found.items()))
    if any(one.status != (b"pass" if at else b"none") for at, one in enumerate(chain)):
        raise Doubtful("one of those who sealed it found it broken")
    return chain


def message_claim(newest: Sealed) -> Claim:
    """What the newest set claims of the mail as it then was. Raises Doubtful (RFC 8617, section 4.1.2)."""
    field = newest.fields[1]
    found = {name: value for name, value in tags(field.value).items() if name != "i"}  # its number, and no identity
    claim = Claim.read(field, found)
    if SEAL in claim.names:
        raise Doubtful("a set signs what it must not sign")
    return claim


async def check_seals(chain: Sequence[Sealed], dns: Texts) -> None:
    """Raises Doubtful where a seal is not genuine, DnsTrouble where nobody knows (RFC 8617, section 5.2, step 6)."""
    before = hashlib.sha256()  # what every later seal holds, too, so that the whole costs no more than its length
    digests = []
    for one in chain:
        for field in one.fields[:2]:
            before.update(field.relaxed + CRLF)
        here = before.copy()
        here.update(without_signature(one.fields[2]).relaxed)
        digests.append(here.digest())
        before.update(one.fields[2].relaxed + CRLF)
    for one, digest in zip(reversed(chain), reversed(digests), strict=True):
        if not (await published(dns, one.mark)).made(one.mark.signature, digest):
            raise Doubtful(f"the seal of {one.mark.domain} is not genuine")


def _instance(field: Field) -> int:
    """Which set a field belongs to. Raises Doubtful."""
    if field.name == RESULTS:
        matched = RESULTS_INSTANCE.match(field.value)
        number = matched[1] if matched else b""
    else:
        number = tags(field.value).get("i", b"")
    if not INSTANCE.fullmatch(number):
        raise Doubtful("one of its fields has no number")
    return int(number)
