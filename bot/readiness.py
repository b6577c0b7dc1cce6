"""Whether every part of Postroom works, for whoever asks often and from anywhere: looked at anew every few seconds at most."""

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bot import faults
from bot.clock import Clock
from bot.ledger import Ledger, upkeep
from bot.ledger.upkeep import Chore
from bot.settings import Settings
from bot.space import Space
from bot.watching import Trouble
from bot.working import Worker

LOOK_EVERY = timedelta(seconds=10)
"""However often it is asked, no more is written than this."""
WRITE_SECONDS = 5.0
"""How long a write may wait its turn."""
STILL = timedelta(minutes=2)
"""A worker of which no step has ended for so long hangs: it looks once a second at the least."""

Faults = Callable[[], Iterable[str]]
"""What of a channel does not work now, by names that give nobody away."""
Parts = dict[str, str]


class Readiness:
    """The parts of one office. Each is looked at in a way that waits for nobody long."""

    def __init__(
        self, ledger: Ledger, clock: Clock, settings: Settings, workers: Sequence[Worker], *,
        channels: Mapping[str, Faults], canary: Callable[[], Iterable[Trouble]] | None = None,
        more: Mapping[str, Callable[[], str]] = {},
    ) -> None:  # fmt: skip
        """`canary`: what is wrong with it, where one is sent; `more`: other parts, and why they do not work, empty where they do."""
        self._ledger, self._clock, self._settings = ledger, clock, settings
        self._workers, self._channels, self._canary = workers, channels, canary
        self._more, self._space = more, Space.of(settings)
        self._looking = asyncio.Lock()
        self._seen: Parts = {}
        self._look_at = clock.now()

    async def look(self) -> Parts:
        """Every part, and what is wrong with it; empty where nothing is."""
        async with self._looking:
            now = self._clock.now()
            if not self._seen or not self._look_at - LOOK_EVERY <= now < self._look_at:
                self._seen, self._look_at = await self._parts(), now + LOOK_EVERY
            return self._seen

    async def _parts(self) -> Parts:
        found = {"ledger": await self._write(), **self._storage()}
        found |= {f"worker {worker.name}": self._still(worker) for worker in self._workers}
        for name, ask in self._channels.items():
            found[name] = ", ".join(f"{one} does not listen" for one in ask())
        found |= {name: why() for name, why in self._more.items()}
        if self._canary:
            found["canary"] = " ".join(trouble.what for trouble in self._canary())
        return found

    async def _write(self) -> str:
        """A real write, durable: a record that can only be read takes no mail in."""
        now = self._clock.now()
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await self._ledger.write(lambda tx: upkeep.note(tx, Chore.READY, now), urgent=True)
        except TimeoutError:
            return f"nothing could be written within {WRITE_SECONDS:.0f} seconds"
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is what was asked for
            return f"nothing can be written: {faults.of(fault)}"
        return ""

    def _storage(self) -> Parts:
        settings = self._settings
        return {
            "vault": _closed(settings.vault.folder),
            "keys": _closed(settings.keys.path),
            "disk": "" if self._space.has_room() else "less is free than free_bytes_min of [vault]",
        }

    def _still(self, worker: Worker) -> str:
        pulse, now = worker.pulse, self._clock.now()
        if pulse.stepped_at is None:
            return "it has not begun"
        if pulse.failing_since and now - pulse.failing_since > STILL:
            return f"it has failed for {_minutes(now - pulse.failing_since)} minutes: {pulse.fault}"
        if now - pulse.stepped_at > STILL:
            return f"no step of it has ended for {_minutes(now - pulse.stepped_at)} minutes"
        return ""


FAILING = timedelta(minutes=10)
"""So long a worker may fail before the administrators are told: much passes by itself."""


MISSES = 3
LOOKS = 30
"""A clock may leap: a worker hangs only where it has not stepped either while it was looked at so often."""


class WorkerMonitor:
    """Tells of workers that fail or hang: what is due to them is not done."""

    def __init__(self, workers: Sequence[Worker], clock: Clock) -> None:
        self._workers, self._clock = workers, clock
        self._seen: dict[str, tuple[datetime | None, int]] = {}

    def troubles(self) -> Iterator[Trouble]:
        """Those that have failed or hung for long; looked at once a second."""
        now = self._clock.now()
        for worker in self._workers:
            pulse, looks = worker.pulse, self._looks(worker)
            if pulse.failing_since and now - pulse.failing_since > FAILING and pulse.misses >= MISSES:
                yield _trouble(worker, now - pulse.failing_since, f"Every step has failed since then: {pulse.fault}.")
            elif pulse.stepped_at and now - pulse.stepped_at > FAILING and looks >= LOOKS:
                yield _trouble(worker, now - pulse.stepped_at, "It hangs.")

    def _looks(self, worker: Worker) -> int:
        """How often it has been looked at since it stepped last."""
        before, looks = self._seen.get(worker.name, (None, 0))
        at = worker.pulse.stepped_at
        self._seen[worker.name] = at, looks + 1 if at == before else 0
        return self._seen[worker.name][1]


def _trouble(worker: Worker, span: timedelta, why: str) -> Trouble:
    remedy = "The log of postroom serve says where. Start it again."
    return Trouble(f"A part of Postroom does not work: {worker.name}", (f"For {_minutes(span)} minutes. {why}", remedy))


def _closed(path: Path) -> str:
    """Why nothing can be written there."""
    if not path.exists():
        return "it is not there"
    return "" if os.access(path, os.W_OK) else "it cannot be written to"


def _minutes(span: timedelta) -> int:
    return span // timedelta(minutes=1)
