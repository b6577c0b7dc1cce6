"""The only clock and the only randomness. Below `app` both arrive as an argument, so a test winds them by hand."""

import base64
import secrets
from datetime import UTC, datetime


class Clock:
    """The real time and the system's randomness."""

    def now(self) -> datetime:
        """This moment, in UTC."""
        return datetime.now(UTC)

    def octets(self, count: int) -> bytes:
        """So many unguessable octets."""
        return secrets.token_bytes(count)

    def token(self) -> str:
        """A name nobody can guess: 26 lower-case base-32 characters, fit for the local part of an address."""
        return base64.b32encode(self.octets(16)).decode().rstrip("=").lower()

    def number(self, bits: int) -> int:
        """An unguessable whole number of at most so many bits."""
        return int.from_bytes(self.octets(-(-bits // 8))) >> (-bits % 8)
