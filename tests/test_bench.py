"""Each bench does its work, for a few mails. How fast they are is seen by hand (docs/performance.md): nothing is timed here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.processes import forget_peak, peak_mib
from bench.sending import load
from bench.servers import postroom
from tests.postfix import need_postfix

ROOT = Path(__file__).parent.parent
BESIDE = {
    "accept": ["aiosmtpd null", "aiosmtpd naive", "Postfix discard", "Postfix maildir", "Postroom"],
    "stall": ["aiosmtpd null", "aiosmtpd naive", "Postroom"],
    "process": ["aiosmtpd null", "Postfix discard", "Postroom"],
    "patience": ["aiosmtpd null", "Postroom"],
}
"""What each bench compares."""


@pytest.mark.parametrize("bench", BESIDE)
def test_a_bench_measures_postroom_beside_its_peers(bench: str) -> None:
    need_postfix()
    command = [sys.executable, "-m", f"bench.{bench}", "--few", "--runs", "1"]
    run = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    table, _, figures = run.stdout.partition("\n{\n")
    found = json.loads("{" + figures)
    assert list(found if bench != "accept" else found["20kB"]) == BESIDE[bench]
    assert all(f"\n| {server} |" in table for server in BESIDE[bench])


HELD_MIB_MAX = 150
"""What the service and the process aside may hold together, with glibc (docs/decisions/0017): 138 was found."""


async def test_a_burst_and_large_mail_after_it_take_no_more_than_so_much_memory(tmp_path: Path) -> None:
    async with postroom(tmp_path) as server:
        for octets, mails, connections in ((20_000, 400, 64), (25_000_000, 4, 2)):
            taken = await load(server.port, octets, mails, connections)
            await server.finished(taken.numbers)
        assert peak_mib(server.pid) <= HELD_MIB_MAX


async def test_a_mail_six_times_as_large_takes_hardly_more_memory(tmp_path: Path) -> None:
    """Goal 4, on the process as it is served: taken in, opened, sealed and answered."""
    async with postroom(tmp_path) as server:
        peaks = []
        for octets in (5_000_000, 5_000_000, 30_000_000):  # the first brings in what is loaded only once
            forget_peak(server.pid)
            taken = await load(server.port, octets, 2, 1)
            await server.finished(taken.numbers)
            peaks.append(peak_mib(server.pid))
    assert peaks[2] <= 1.1 * peaks[1]
