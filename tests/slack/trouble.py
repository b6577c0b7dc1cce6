"""What can go wrong on the way to Slack, at a test's word."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

What = Literal["limit", "status", "error", "hang", "drop_before", "drop_after"]


@dataclass
class Trouble:
    """What the next calls of a method meet."""

    method: str
    what: What
    times: int
    channel: str | None = None
    retry_after: int = 1
    status: int = 500
    error: str = "internal_error"
    released: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0
    """Calls that hang at this moment."""

    def release(self) -> None:
        """Let go those that hang, and every one that comes."""
        self.released.set()

    def meets(self, method: str, channel: str | None) -> bool:
        """Whether a call meets this."""
        return self.times > 0 and self.method in (method, "*") and self.channel in (channel, None)


@dataclass
class Troubles:
    """All that a test has asked for and that has not happened yet. Method `*` is every method; `download` the file
    URL, `response` the response URLs."""

    asked: list[Trouble] = field(default_factory=list)

    def limit(self, method: str, *, times: int = 1, retry_after: int = 1, channel: str | None = None) -> Trouble:
        """HTTP 429 with `Retry-After`, in seconds."""
        return self._ask(Trouble(method, "limit", times, channel, retry_after=retry_after))

    def fail(self, method: str, *, times: int = 1, status: int = 500, channel: str | None = None) -> Trouble:
        """An HTTP status in place of an answer."""
        return self._ask(Trouble(method, "status", times, channel, status=status))

    def refuse(
        self, method: str, error: str, *, times: int = 1, channel: str | None = None, status: int = 200
    ) -> Trouble:
        """`{"ok": false}` with this error, and with an HTTP status of its own where Slack itself is in trouble."""
        return self._ask(Trouble(method, "error", times, channel, error=error, status=status))

    def hang(self, method: str, *, times: int = 1, channel: str | None = None) -> Trouble:
        """Nothing happens and nothing is answered until `release()` of what this returns."""
        return self._ask(Trouble(method, "hang", times, channel))

    def drop(self, method: str, *, after: bool = True, times: int = 1, channel: str | None = None) -> Trouble:
        """The connection breaks once the call was carried out (or before it was)."""
        return self._ask(Trouble(method, "drop_after" if after else "drop_before", times, channel))

    def take(self, method: str, channel: str | None) -> Trouble | None:
        """What this call meets, if anything; it is used up."""
        met = next((one for one in self.asked if one.meets(method, channel)), None)
        if met:
            met.times -= 1
        return met

    def _ask(self, trouble: Trouble) -> Trouble:
        self.asked.append(trouble)
        return trouble
