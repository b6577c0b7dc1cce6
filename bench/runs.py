"""Runs that are interleaved, so that what disturbs this machine disturbs all alike; their medians, and tables of them."""

import argparse
import asyncio
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bench.processes import lies_in_memory
from bench.server import Server
from bench.servers import SERVERS

Figures = dict[str, float]
Measure = Callable[[Server], Awaitable[Figures]]


def arguments(manual: str | None, *, servers: Iterable[str], cases: Iterable[str] = ()) -> argparse.Namespace:
    """What every bench may be told; `servers` and `cases` are those that it measures if nothing is said."""
    parser = argparse.ArgumentParser(description=manual, formatter_class=argparse.RawDescriptionHelpFormatter)
    if cases:
        parser.add_argument("--cases", nargs="+", choices=cases, default=list(cases))
    parser.add_argument("--servers", nargs="+", choices=SERVERS, default=list(servers))
    parser.add_argument("--runs", type=int, default=3, help="of each, interleaved; the medians are told")
    parser.add_argument(
        "--folder", type=Path, default=Path("/var/tmp"), help="on the disk to be measured; its path short"
    )
    parser.add_argument("--seconds", type=float, default=540, help="after which nothing new is begun")
    parser.add_argument("--few", action="store_true", help="a few small mails: whether it works, not how fast it is")
    return parser.parse_args()


@asynccontextmanager
async def at_work(names: Iterable[str], within: Path) -> AsyncIterator[dict[str, Server]]:
    """These servers, all at once, each idle while another is measured; they end with us, also at SIGTERM."""
    if bench := asyncio.current_task():
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, bench.cancel)
    if lies_in_memory(within):
        sys.exit(f"{within} lies in memory, where nothing is durable. Name a folder on a disk: --folder")
    with tempfile.TemporaryDirectory(prefix="bench-", dir=within) as folder:
        Path(folder).chmod(0o755)  # Postfix has users of its own
        async with AsyncExitStack() as stack:
            yield {name: await stack.enter_async_context(SERVERS[name](Path(folder))) for name in names}


async def interleaved(servers: dict[str, Server], measure: Measure, runs: int, until: float) -> dict[str, Figures]:
    """The median of each figure for each server. A run that fails is told of and left out."""
    found: dict[str, list[Figures]] = {name: [] for name in servers}
    for _ in range(runs):
        for name, server in servers.items():
            if time.monotonic() > until and found[name]:
                continue
            try:
                found[name].append(await measure(server))
            except Exception as fault:  # noqa: BLE001 - the others are measured all the same
                print(f"{name}: {fault!r}", file=sys.stderr)
    return {name: medians(figures) for name, figures in found.items() if figures}


def medians(figures: Sequence[Figures]) -> Figures:
    """Of each figure, and how many runs there were."""
    return {what: statistics.median(one[what] for one in figures) for what in figures[0]} | {"runs": len(figures)}


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """In Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def short(number: float) -> str:
    """Three figures that count."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
