"""What Slack said of somebody or something a little while ago, which is not asked again so soon."""

from datetime import datetime, timedelta
from typing import Generic, TypeVar

from bot.clock import Clock

Answer = TypeVar("Answer")


class AnswerCache(Generic[Answer]):
    """Answers of Slack's, each believed for so long."""

    def __init__(self, clock: Clock, believed_for: timedelta) -> None:
        self._clock, self._believed_for = clock, believed_for
        self._said: dict[str, tuple[datetime, Answer]] = {}

    def said_of(self, what: str) -> Answer | None:
        """The answer; None where it is to be asked anew."""
        at, answer = self._said.get(what, (None, None))
        return answer if at and at <= self._clock.now() < at + self._believed_for else None

    def keep(self, what: str, answer: Answer) -> None:
        """This is what Slack says now."""
        self._said[what] = self._clock.now(), answer
