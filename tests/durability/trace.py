"""Reads what strace saw, and says what had not reached the disk when the bytes `250` left."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

CALLS = "openat,write,writev,pwrite64,pwritev,ftruncate,fsync,fdatasync,rename,renameat,renameat2,link,linkat,sendto,sendmsg"

WHOLE = re.compile(r"(?P<thread>\d+)\s+(?P<call>\w+)\((?P<rest>.*)")
RESUMED = re.compile(r"(?P<thread>\d+)\s+<\.\.\. (?P<call>\w+) resumed>(?P<rest>.*)")
DESCRIPTOR = re.compile(r"\d+<(?P<path>[^>]*)>")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')

WRITES = frozenset({"write", "writev", "pwrite64", "pwritev", "ftruncate"})
SYNCS = frozenset({"fsync", "fdatasync"})
NAMES = frozenset({"rename", "renameat", "renameat2", "link", "linkat"})
SENDS = frozenset({"sendto", "sendmsg", "write"})


@dataclass(frozen=True)
class Event:
    """Something that happened to a file, or a reply that left."""

    kind: str
    path: str


def events(lines: Iterable[str], root: Path, reply: str) -> Iterator[Event]:
    """What happened below `root`, in order. A write counts from its beginning, a sync from its end."""
    syncing: dict[str, str] = {}
    for line in lines:
        if resumed := RESUMED.match(line):
            if resumed["call"] in SYNCS and (path := syncing.pop(resumed["thread"], "")):
                yield Event("sync", path)
            continue
        if not (match := WHOLE.match(line)):
            continue
        call, rest = match["call"], match["rest"]
        held = DESCRIPTOR.match(rest)
        path = held["path"] if held else ""
        if call in SENDS and reply in rest and not path.startswith(str(root)):
            yield Event("reply", path)
        elif (call in NAMES and (names := QUOTED.findall(rest))) or (
            call == "openat" and "O_CREAT" in rest and (names := QUOTED.findall(rest))
        ):
            yield Event("name", names[-1])
        elif path.startswith(str(root)) and call in WRITES:
            yield Event("write", path)
        elif path.startswith(str(root)) and call in SYNCS:
            if "unfinished" in rest:
                syncing[match["thread"]] = path
            else:
                yield Event("sync", path)


def unsynced(found: Iterable[Event]) -> set[str]:
    """Files written, and folders given a name, that were not synced when the first reply left."""
    open_still: set[str] = set()
    for event in found:
        if event.kind == "write":
            open_still.add(event.path)
        elif event.kind == "name":
            open_still.add(str(Path(event.path).parent))
        elif event.kind == "sync":
            open_still.discard(event.path)
        else:
            return open_still
    raise AssertionError("no reply was seen to leave")
