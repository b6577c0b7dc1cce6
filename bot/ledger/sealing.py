"""Which keys verify what was sealed: the present one, and those that sealed until the master key was changed."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Retired:
    """A key that sealed until the master key was changed: it verifies what is as old as that."""

    key: bytes = field(repr=False)
    until: datetime


class Sealing:
    """Verifies one chain. Along it keys only ever become newer, and none is good for what came after its time: whoever
    knew an earlier master key can seal nothing new with it."""

    def __init__(self, retired: Sequence[Retired], present: bytes) -> None:
        """`retired`: oldest first."""
        self._keys = [*((one.key, one.until) for one in retired), (present, None)]

    def genuine(self, found: bytes, at: datetime, sealed_with: Callable[[bytes], bytes]) -> bool:
        """Was the seal that was found made with a key that was good at that time? To be asked along the chain."""
        for place, (key, until) in enumerate(self._keys):
            if (until is None or at <= until) and hmac.compare_digest(found, sealed_with(key)):
                del self._keys[:place]
                return True
        return False
