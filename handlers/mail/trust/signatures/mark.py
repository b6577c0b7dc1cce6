"""Who signed something, and with which key: what all kinds of signatures share (RFC 6376, sections 3.5 and 3.6.2.1)."""

from dataclasses import dataclass
from typing import Self

from handlers.mail.trust.lexical import Doubtful
from handlers.mail.trust.signatures.tags import NAME_OCTETS_MAX, domain_name, octets, required

ALGORITHMS = {b"rsa-sha256": "rsa", b"ed25519-sha256": "ed25519"}
"""Those that prove something (RFC 8301, section 3.1: rsa-sha1 no longer does; RFC 8463), and their kinds of key."""


@dataclass(frozen=True)
class Mark:
    """A signature, and where the key to it is."""

    domain: str
    """Who takes responsibility (d=), in lower case."""
    selector: str
    """Which of their keys (s=)."""
    algorithm: str
    """Such as "rsa-sha256"."""
    signature: bytes

    @classmethod
    def read(cls, found: dict[str, bytes]) -> Self:
        """What these tags say. Raises Doubtful."""
        algorithm = required(found, "a")
        if algorithm not in ALGORITHMS:
            raise Doubtful("it is made in a way that proves nothing (RFC 8301)")
        mark = cls(
            domain=domain_name(found, "d", labels=2),
            selector=domain_name(found, "s", labels=1),
            algorithm=algorithm.decode(),
            signature=octets(found, "b"),
        )
        if len(mark.key_name) > NAME_OCTETS_MAX:
            raise Doubtful("its s= and d= are no name that could be looked up")
        return mark

    @property
    def key_name(self) -> str:
        """Where the key is published."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def kind(self) -> str:
        """The kind of key that it needs."""
        return ALGORITHMS[self.algorithm.encode()]
