"""Processes that are measured: started, waited for, what they cost."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
READY_SECONDS = 30


@asynccontextmanager
async def process(command: Sequence[str], log: Path, environ: Mapping[str, str] | None = None) -> AsyncIterator[int]:
    """A process at work: its number. What it says goes into the log."""
    with log.open("wb") as said:
        run = await asyncio.create_subprocess_exec(*command, env=dict(environ or os.environ), stdout=said, stderr=said)
        try:
            yield run.pid
        finally:
            with suppress(ProcessLookupError):
                run.terminate()
            await run.wait()


async def listening(port: int) -> None:
    """Wait until something listens there."""
    async with asyncio.timeout(READY_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


def tree(pid: int) -> list[int]:
    """A process and all that came of it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                children.setdefault(int(_fields(entry)[1]), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def _fields(entry: Path) -> list[str]:
    """What stands in /proc/PID/stat after the name (proc_pid_stat(5))."""
    return (entry / "stat").read_text().rpartition(")")[2].split()


def cpu_seconds(pid: int) -> float:
    """What a process and all that came of it have used of the processors so far, those that ended included."""
    return sum(_ticks(one, slice(11, 15)) for one in tree(pid)) / TICK


def cpu_seconds_of_each(pid: int) -> dict[int, float]:
    """The same for each of them, without those that ended."""
    return {one: _ticks(one, slice(11, 13)) / TICK for one in tree(pid)}


def _ticks(pid: int, fields: slice) -> int:
    with suppress(OSError):
        return sum(map(int, _fields(Path(f"/proc/{pid}"))[fields]))
    return 0


def forget_peak(pid: int) -> None:
    """From now on the peak is counted anew (proc_pid_clear_refs(5))."""
    for one in tree(pid):
        with suppress(OSError):
            Path(f"/proc/{one}/clear_refs").write_text("5")


def peak_mib(pid: int) -> float:
    """The most memory that they have held: the sum of each one's peak, what several share counted once.

    The system knows the peak of what is resident in each, and how much of that is shared only as it is now (PSS in
    smaps_rollup, proc_pid_smaps(5)), so the latter is taken off the former.
    """
    kib = 0
    for one in tree(pid):
        with suppress(OSError):
            now = _kib(Path(f"/proc/{one}/smaps_rollup"))
            kib += _kib(Path(f"/proc/{one}/status"))["VmHWM"] - now["Rss"] + now["Pss"]
    return kib / 1024


def _kib(file: Path) -> dict[str, int]:
    """The lines that tell how many kibibytes there are of something."""
    fields = (line.split() for line in file.read_text().splitlines())
    return {found[0].rstrip(":"): int(found[1]) for found in fields if found[2:] == ["kB"]}


def lies_in_memory(folder: Path) -> bool:
    """Whether what is written there is on no disk, so that nothing about durability could be measured."""
    kind = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True, check=True).stdout
    return kind.strip() in {"tmpfs", "ramfs"}
