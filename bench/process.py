"""From a mail in to its receipt out, at 20 kB: how many a second when many come, and how soon when one comes alone.

    python -m bench.process

Postroom is `postroom serve`, as in `bench.accept`: proven by its relay, opened, judged, sealed, announced to an officer and
answered with a signed receipt; the receipts arrive at an SMTP server in this process. *Busiest* is what of the CPU one of its
processes used, which has one interpreter and so can use no more than one core. Beside it, in the same run, what others
need to take the same mails in, without doing any of that: the anchors of the ratios, with Mailman among them where it is
installed (`bench.mailman`). JSON goes to standard output after the
table.
"""

import argparse
import asyncio
import json
import time
from functools import partial

from bench.mailman import PROGRAMS
from bench.processes import cpu_seconds, cpu_seconds_of_each, forget_peak, peak_mib
from bench.runs import Figures, arguments, at_work, interleaved, short, table
from bench.sending import load
from bench.server import Server

OCTETS = 20_000
MAILS = 1500
"""Enough that the end of the burst, when there is no more to do side by side, is a small part of it."""
ALONE = 20
SESSIONS = 16
FEW = 8
BESIDE = ("aiosmtpd null", "Postfix discard")
LULL_SECONDS = 1.0
"""Before a mail comes alone."""


async def main(asked: argparse.Namespace) -> None:
    """Measure, and tell."""
    counts = (FEW, 2) if asked.few else (MAILS, ALONE)
    async with at_work(asked.servers, asked.folder) as servers:
        found = await interleaved(servers, partial(measure, *counts), asked.runs, time.monotonic() + asked.seconds)
    print(told(found, counts[0]), flush=True)
    print(json.dumps(found, indent=2))


async def measure(many: int, alone: int, server: Server) -> Figures:
    """One run."""
    warm = await load(server.port, 1000, SESSIONS, SESSIONS, lmtp=server.lmtp)
    await server.finished(warm.numbers)
    forget_peak(server.pid)
    before, of_each, begun = cpu_seconds(server.pid), cpu_seconds_of_each(server.pid), time.perf_counter()
    taken = await load(server.port, OCTETS, many, SESSIONS, lmtp=server.lmtp)
    await server.finished(taken.numbers)
    seconds, cpu = time.perf_counter() - begun, cpu_seconds(server.pid) - before
    busiest = max(spent - of_each.get(one, 0) for one, spent in cpu_seconds_of_each(server.pid).items())
    waits = sorted([await _alone(server) for _ in range(alone)])
    return {
        "mails/s": many / seconds,
        "taken in/s": many / taken.seconds,
        "CPU ms": cpu / many * 1000,
        "busiest": busiest / many * 1000,
        "peak MiB": peak_mib(server.pid),
        "alone p50 ms": waits[len(waits) // 2] * 1000,
        "alone max ms": waits[-1] * 1000,
    }


async def _alone(server: Server) -> float:
    """Seconds from MAIL until all is done, for one mail when nothing else comes."""
    await asyncio.sleep(LULL_SECONDS)
    begun = time.perf_counter()
    taken = await load(server.port, OCTETS, 1, 1, lmtp=server.lmtp)
    await server.finished(taken.numbers)
    return time.perf_counter() - begun


def told(found: dict[str, Figures], many: int) -> str:
    """A table, and how Postroom's whole way stands beside what the others do."""
    columns = ["mails/s", "taken in/s", "CPU ms", "busiest", "peak MiB", "alone p50 ms", "alone max ms"]
    ours = found.get("Postroom")
    rows = [
        [
            server, *(short(figures[column]) for column in columns),
            f"{ours['mails/s'] / figures['mails/s']:.2f} ×" if ours and ours is not figures else "",
        ]
        for server, figures in found.items()
    ]  # fmt: skip
    what = f"{many} mails of {OCTETS:,} octets over {SESSIONS} connections, until all that follows is done"
    return f"\n{what}\n\n{table(['', *columns, 'Postroom is'], rows)}"


if __name__ == "__main__":
    asyncio.run(main(arguments(__doc__, servers=[*BESIDE, *(["Mailman"] if PROGRAMS else []), "Postroom"])))
