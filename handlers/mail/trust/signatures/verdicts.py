"""What is found out about signatures, in words that anybody may read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Signature:
    """The verdict on one DKIM-Signature."""

    domain: str
    """Who is said to have signed (d=), in lower case; "" where that cannot be read."""
    selector: str
    """With which of their keys (s=); "" as above."""
    algorithm: str
    """Such as "rsa-sha256" (a=); "" as above."""
    passed: bool
    """The mail is as that domain signed it, all of it."""
    temporary: bool
    """It is not known yet, for the key could not be looked up."""
    why: str


@dataclass(frozen=True)
class Chain:
    """The verdict on the chain of seals (ARC)."""

    why: str
    passed: bool = False
    """Every seal is genuine, the mail is as its newest sealer handed it on, and that one is among those that count."""
    temporary: bool = False
    """It is not known yet, for a key could not be looked up."""
    sealer: str = ""
    """Who is said to have sealed it last (d=), in lower case; "" where nobody has, or where that cannot be read."""
    results: str = ""
    """What that one found out, written as in Authentication-Results; only where `passed`."""
