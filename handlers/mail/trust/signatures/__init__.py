"""What a mail's signatures prove: DKIM (RFC 6376, 8301 and 8463) and ARC (RFC 8617), with the body hashed as it streams.

A signature proves that a domain takes responsibility for a mail as it is. Whether that is the domain of the author is not
decided here. Malformed, hostile and endless fields prove nothing, and cost no more than their length. Memory does not grow
with the mail (decision 11).
"""

import asyncio
from collections.abc import Collection
from datetime import datetime

from handlers.mail.message.head import Head
from handlers.mail.trust.author import author
from handlers.mail.trust.dns import DnsTrouble, Texts
from handlers.mail.trust.lexical import Doubtful
from handlers.mail.trust.signatures.body import Simple
from handlers.mail.trust.signatures.chain import Sealed, check_seals, message_claim, sets
from handlers.mail.trust.signatures.claim import Claim
from handlers.mail.trust.signatures.cover import BEGINNING_OCTETS, check_age, check_cover
from handlers.mail.trust.signatures.dkim import Candidate, candidates
from handlers.mail.trust.signatures.fields import Field, fields
from handlers.mail.trust.signatures.key import published
from handlers.mail.trust.signatures.verdicts import Chain, Signature

__all__ = ["Chain", "Signature", "Signatures"]


class Signatures:
    """The signatures of one mail. Give it the head, then the body as it comes, then ask for verdicts."""

    def __init__(self, head: bytes, now: datetime) -> None:
        """The header section as received, with or without the empty line that ends it; and the time. Never raises."""
        self._now = now.timestamp()
        self._fields: tuple[Field, ...] = ()
        self._candidates: tuple[Candidate, ...] = ()
        self._seals: tuple[Sealed, ...] = ()
        self._message: Claim | None = None
        self._unsealed = ""
        self._beginning = b""
        try:
            self._fields = fields(head)
        except Doubtful as doubt:
            self._candidates = (Candidate("", "", "", None, str(doubt)),)
            self._unsealed = str(doubt)
        else:
            self._candidates = candidates(self._fields, _author_domain(head))
            self._read_chain()
        claims = [one.claim for one in self._candidates] + [self._message]
        self._bodies: dict[type[Simple], Simple] = {claim.body_way: claim.body_way() for claim in claims if claim}

    def write(self, chunk: bytes) -> None:
        """More of the body, which begins after the empty line that ends the head. In pieces of any size."""
        self._beginning += chunk[: BEGINNING_OCTETS - len(self._beginning)]
        for body in self._bodies.values():
            body.write(chunk)

    async def verdicts(self, dns: Texts) -> tuple[Signature, ...]:
        """What became of each DKIM-Signature that was looked into, those first that may speak for the author.

        To be asked for once the whole body was written. Never raises.
        """
        return tuple(await asyncio.gather(*(self._verdict(one, dns) for one in self._candidates)))

    async def chain(self, dns: Texts, sealers: Collection[str]) -> Chain:
        """What became of the chain of seals. Nothing is looked up unless its newest sealer is one of these domains.

        To be asked for once the whole body was written. Never raises.
        """
        if self._message is None:
            return Chain(self._unsealed)
        newest = self._seals[-1]
        sealer = newest.mark.domain
        if sealer not in {name.lower().rstrip(".") for name in sealers}:
            return Chain(f"the seals of {sealer} do not count here", sealer=sealer)
        try:
            await self._check(self._message, dns)
            await check_seals(self._seals, dns)
        except Doubtful as doubt:
            return Chain(str(doubt), sealer=sealer)
        except DnsTrouble:
            return Chain("the key of a seal could not be looked up just now", temporary=True, sealer=sealer)
        return Chain(f"{sealer} handed it on as it is", passed=True, sealer=sealer, results=newest.results)

    async def _verdict(self, candidate: Candidate, dns: Texts) -> Signature:
        if candidate.claim is None:
            return candidate.verdict(candidate.why)
        try:
            await self._check(candidate.claim, dns)
        except Doubtful as doubt:
            return candidate.verdict(str(doubt))
        except DnsTrouble:
            return candidate.verdict(f"the key of {candidate.domain} could not be looked up just now", temporary=True)
        return candidate.verdict(f"{candidate.domain} signed it as it is", passed=True)

    async def _check(self, claim: Claim, dns: Texts) -> None:
        """Raises Doubtful where the claim is not true, DnsTrouble where nobody knows. What costs least comes first."""
        claim.check_scope(self._fields, self._now)
        claim.check_body(*self._bodies[claim.body_way].result)
        claim.check_head(self._fields, await published(dns, claim.mark))
        check_cover(self._fields, claim.names, self._beginning)
        check_age(self._fields, claim.names, claim.signed_at, self._now)

    def _read_chain(self) -> None:
        try:
            self._seals = sets(self._fields)
            self._message = message_claim(self._seals[-1])
        except Doubtful as doubt:
            self._unsealed = str(doubt)


def _author_domain(head: bytes) -> str:
    """Whose signatures matter most; "" where nobody knows who wrote the mail."""
    try:
        return author(Head.parse(head)).rpartition("@")[2]
    except Doubtful:
        return ""
