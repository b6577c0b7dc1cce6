"""How often an address may do something: pure, and of a size that no number of addresses can exceed."""

ADDRESSES_MAX = 10_000
"""Addresses kept in mind; beyond that the one that was heard least lately is forgotten."""


class Rate:
    """So many within so many seconds from one address, which may all come at once; then as many as time brings back.

    It keeps one number an address: when all that it did will have been made good (the generic cell rate algorithm of
    ITU-T I.371).
    """

    def __init__(self, most: int, seconds: float) -> None:
        """`most` at once, and `most` more within each `seconds`."""
        self._gap = seconds / most
        self._seconds = seconds
        self._good_at: dict[str, float] = {}

    def take(self, address: str, now: float) -> bool:
        """Count one more. False: it is one too many now, and was not counted. `now`: seconds of any steady clock."""
        good_at = max(now, self._good_at.pop(address, now))
        taken = good_at + self._gap / 2 <= now + self._seconds  # a half, for what is added up is not exact
        self._good_at[address] = good_at + self._gap if taken else good_at
        self._forget(now)
        return taken

    def _forget(self, now: float) -> None:
        """Two at most, so that it never takes long; the first is the one heard least lately."""
        for address in [address for address, _ in zip(self._good_at, range(2), strict=False)]:
            if self._good_at[address] <= now or len(self._good_at) > ADDRESSES_MAX:
                del self._good_at[address]
