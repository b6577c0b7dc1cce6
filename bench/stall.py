"""How long one large mail makes everybody else wait: an idle session asks after another while 6 mails of 25 MB arrive.

    python -m bench.stall

Two senders in processes of their own send three mails each; the idle session says NOOP every three milliseconds until all
that follows from those mails is done. Servers and runs are as in `bench.accept`. JSON goes to standard output after the table.
"""

import argparse
import asyncio
import json
import sys
import time
from functools import partial
from itertools import count

from bench.runs import Figures, arguments, at_work, interleaved, short, table
from bench.sending import Connection
from bench.servers import Server

SENDERS = 2
MAILS = 3
OCTETS = 25_000_000
FEW_OCTETS = 100_000
PAUSE_SECONDS = 0.003
COMMANDS_MAX = 100
"""Then the idle session comes anew: Postroom hangs up on whoever says too much without a mail."""
FIRST = count(0, SENDERS * MAILS)


async def main(asked: argparse.Namespace) -> None:
    """Measure, and tell."""
    octets = FEW_OCTETS if asked.few else OCTETS
    async with at_work(asked.servers, asked.folder) as servers:
        found = await interleaved(servers, partial(measure, octets), asked.runs, time.monotonic() + asked.seconds)
    print(told(found, octets), flush=True)
    print(json.dumps(found, indent=2))


async def measure(octets: int, server: Server) -> Figures:
    """One run."""
    first = next(FIRST)
    numbers = range(first, first + SENDERS * MAILS)
    arriving = asyncio.create_task(_arriving(octets, server, numbers))
    waits = sorted(await _asked(server.port, arriving))
    await arriving
    return {
        "p50 ms": waits[len(waits) // 2],
        "p99 ms": waits[int(len(waits) * 0.99)],
        "worst ms": waits[-1],
        "asked": len(waits),
    }


async def _arriving(octets: int, server: Server, numbers: range) -> None:
    """All of them sent, and done with."""
    senders = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.sending", str(server.port), str(octets), str(MAILS), str(number)
        )
        for number in numbers[::MAILS]
    ]
    if any([await sender.wait() for sender in senders]):
        raise RuntimeError("a sender failed")
    await server.finished(numbers)


async def _asked(port: int, arriving: "asyncio.Task[None]") -> list[float]:
    """Milliseconds that each answer took, as long as they arrive."""
    waits: list[float] = []
    while not arriving.done():
        idle = Connection(port)
        await idle.open()
        for _ in range(COMMANDS_MAX):
            begun = time.perf_counter()
            await idle.say(b"NOOP")
            waits.append((time.perf_counter() - begun) * 1000)
            await asyncio.sleep(PAUSE_SECONDS)
            if arriving.done():
                break
        idle.close()
    return waits


def told(found: dict[str, Figures], octets: int) -> str:
    """A table, and how Postroom's worst wait stands beside each of the others'."""
    columns = ["p50 ms", "p99 ms", "worst ms", "asked"]
    ours = found.get("Postroom")
    rows = [
        [
            server, *(short(figures[column]) for column in columns),
            f"{ours['worst ms'] / figures['worst ms']:.3f} ×" if ours and ours is not figures else "",
        ]
        for server, figures in found.items()
    ]  # fmt: skip
    what = f"NOOP on an idle session while {SENDERS * MAILS} mails of {octets:,} octets arrive over {SENDERS} others"
    return f"\n{what}\n\n{table(['', *columns, 'Postroom waits'], rows)}"


if __name__ == "__main__":
    asyncio.run(main(arguments(__doc__, servers=["aiosmtpd null", "aiosmtpd naive", "Postroom"])))
