"""Those who are on no list, all together: each is told so once a day, but not any number of them.

Whoever has a domain has any number of addresses there, each of them proven. Its mail may go to a server of somebody else's,
and so would every answer of ours.
"""

from collections import deque
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
WHAT = "Many who are on no list are writing to us"
"""What the administrators are alerted to."""


class StrangerLimit:
    """How many were answered within the hour. It forgets at a restart, and grows no longer than its limit."""

    def __init__(self, per_hour: int) -> None:
        self._answered: deque[datetime] = deque(maxlen=per_hour)
        self._per_hour = per_hour

    def allows(self, now: datetime) -> bool:
        """Count one more. False: there were as many within the hour already, and it was not counted."""
        if len(self._answered) == self._per_hour and self._answered[0] > now - HOUR:
            return False
        self._answered.append(now)
        return True

    @property
    def lines(self) -> list[str]:
        """What the administrators are told."""
        return [
            f"{self._per_hour} of them were answered within an hour (strangers_per_hour). Others hear nothing until the hour is over.",
            "If they are people of schools or services, the last import of people may have gone wrong: see postroom people list.",
        ]
