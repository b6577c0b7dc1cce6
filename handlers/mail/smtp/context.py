"""What every connection to one server shares: whose door it is, what may be said there, and by whom."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from handlers.mail.smtp.door import Door
from handlers.mail.smtp.limits import Limits


@dataclass(frozen=True)
class ServerContext:
    """What a server is told about itself. Raises ValueError where TLS is required and there is none."""

    door: Door
    ours: Callable[[str], bool]
    """Whether an address, with or without `+tag`, is a mailbox of ours."""
    hostname: str
    """The name that peers are given."""
    limits: Limits = field(default_factory=Limits)
    tls: Callable[[], ssl.SSLContext] | None = None
    """Gives the certificate for the next STARTTLS; None: it is not offered."""
    require_tls: bool = False
    lmtp: bool = False
    """Whether LMTP (RFC 2033) is spoken instead of SMTP."""
    replied: Callable[[str], None] = lambda _: None
    """Told of every reply."""
    known: Callable[[str], bool] = lambda _: False
    """Whether an IP address is that of a server of ours: rates do not bind it, and places are kept for it."""
    has_room: Callable[[int], bool] = lambda _: True
    """Whether so many octets, 0 where it is not said how many, can be stored now."""

    def __post_init__(self) -> None:
        if self.require_tls and self.tls is None:
            raise ValueError("TLS is required, but there is no certificate")
