"""Is a live but slow transfer ever cut? One mail to each server at twice the least rate, for longer than their patience.

    python -m bench.patience

Postroom and stock aiosmtpd as they are out of the box: each waits 300 seconds for a peer that says nothing. Whoever sends
all the time, only slowly, is to be heard to the end. JSON goes to standard output after the table.
"""

import argparse
import asyncio
import json
import time

from bench import mails
from bench.runs import arguments, at_work, table
from bench.sending import NUMBERS, Connection, Refused
from bench.servers import Server

OCTETS_PER_SECOND = 2000
"""Twice `rate_bytes_per_second_min` of config/channels.toml."""
SECONDS = 330
FEW_SECONDS = 2
LINE = b"x" * 98 + b"\r\n"


async def main(asked: argparse.Namespace) -> None:
    """Send to all of them at once, and tell."""
    seconds = FEW_SECONDS if asked.few else SECONDS
    async with at_work(asked.servers, asked.folder) as servers:
        ends = await asyncio.gather(*(dripped(server, seconds) for server in servers.values()))
    found = dict(zip(servers, ends, strict=True))
    rows = [[name, f"{lasted:.0f}", end] for name, (lasted, end) in found.items()]
    print(f"\nA mail of which {OCTETS_PER_SECOND:,} octets come in each second for {seconds} s\n")
    print(table(["", "lasted s", "end"], rows), flush=True)
    print(json.dumps({name: {"lasted s": lasted, "end": end} for name, (lasted, end) in found.items()}, indent=2))


async def dripped(server: Server, seconds: float) -> tuple[float, str]:
    """How long it lasted, and how it ended."""
    talk, number = Connection(server.port), next(NUMBERS)
    await talk.open()
    await talk.begin(number)
    begun = time.monotonic()
    try:
        await talk.drip(mails.head(number))
        while time.monotonic() < begun + seconds:
            await talk.drip(LINE * (OCTETS_PER_SECOND // len(LINE)))
            await asyncio.sleep(1)
        await talk.drip(mails.END)
        await talk.reply()
    except (OSError, Refused) as fault:
        return time.monotonic() - begun, f"cut: {fault!r}"
    finally:
        talk.close()
    return time.monotonic() - begun, "taken in"


if __name__ == "__main__":
    asyncio.run(main(arguments(__doc__, servers=["aiosmtpd null", "Postroom"])))
