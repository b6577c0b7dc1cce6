"""How fast mail is taken in for good, beside others: mails and megabytes a second, what each costs, and the most memory held.

    python -m bench.accept
    python -m bench.accept --cases 25MB 150MB --servers "aiosmtpd null" Postroom --runs 5

Every server runs in processes of its own and is sent the same mails (`bench.mails`), by SMTP on this machine without TLS.
Postroom is `postroom serve` with the schools of a county: what it has taken in it also judges, seals, announces and answers,
while more comes. Postfix delivers from its queue meanwhile. CPU is counted until all of that is done; aiosmtpd's has nothing
to do after its answer. All servers are at work at the same time, one is measured at a time, turn about. JSON goes to
standard output after the tables.
"""

import argparse
import asyncio
import json
import time
from dataclasses import dataclass
from functools import partial

from bench.processes import cpu_seconds, forget_peak, peak_mib
from bench.runs import Figures, arguments, at_work, interleaved, short, table
from bench.sending import load
from bench.servers import Server


@dataclass(frozen=True)
class Case:
    """A load of mail."""

    octets: int
    """Of the attachment."""
    mails: int
    sessions: int


CASES = {
    "20kB": Case(20_000, 400, 16),
    "20kBx64": Case(20_000, 1000, 64),
    "1MB": Case(1_000_000, 40, 4),
    "25MB": Case(25_000_000, 6, 2),
    "150MB": Case(150_000_000, 2, 1),
}
FEW = {"20kB": Case(20_000, 8, 4), "1MB": Case(1_000_000, 1, 1)}


async def main(asked: argparse.Namespace) -> None:
    """Measure, and tell."""
    cases = FEW if asked.few else {name: CASES[name] for name in asked.cases}
    until = time.monotonic() + asked.seconds
    found: dict[str, dict[str, Figures]] = {}
    async with at_work(asked.servers, asked.folder) as servers:
        for name, case in cases.items():
            found[name] = await interleaved(servers, partial(measure, case), asked.runs, until)
            print(told(name, case, found[name]), flush=True)
    print(json.dumps(found, indent=2))


async def measure(case: Case, server: Server) -> Figures:
    """One run."""
    warm = await load(server.port, 1000, case.sessions, case.sessions)
    await server.finished(warm.numbers)
    forget_peak(server.pid)
    before = cpu_seconds(server.pid)
    taken = await load(server.port, case.octets, case.mails, case.sessions)
    accepted = time.perf_counter()
    await server.finished(taken.numbers)
    return {
        "mails/s": case.mails / taken.seconds,
        "MB/s": case.mails * case.octets / taken.seconds / 1e6,
        "p50 ms": taken.waits[len(taken.waits) // 2] * 1000,
        "p99 ms": taken.waits[int(len(taken.waits) * 0.99)] * 1000,
        "CPU ms": (cpu_seconds(server.pid) - before) / case.mails * 1000,
        "peak MiB": peak_mib(server.pid),
        "done after s": time.perf_counter() - accepted,
    }


def told(name: str, case: Case, found: dict[str, Figures]) -> str:
    """A table of one load, and how Postroom stands beside each of the others."""
    columns = ["mails/s", "MB/s", "p50 ms", "p99 ms", "CPU ms", "peak MiB", "done after s"]
    ours = found.get("Postroom", {})
    rows = [
        [server, *(short(figures[column]) for column in columns), *_beside(ours, figures)]
        for server, figures in found.items()
    ]
    what = f"{name}: {case.mails} mails of {case.octets:,} octets over {case.sessions} connections"
    return f"\n{what}\n\n{table(['', *columns, 'Postroom is', 'at CPU'], rows)}"


def _beside(ours: Figures, theirs: Figures) -> list[str]:
    if not ours or ours is theirs:
        return ["", ""]
    return [f"{ours[what] / theirs[what]:.2f} ×" if theirs[what] else "" for what in ("mails/s", "CPU ms")]


if __name__ == "__main__":
    asyncio.run(main(arguments(__doc__, cases=CASES)))
