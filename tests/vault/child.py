"""A process of its own that uses the vault in a folder: to be killed at a chosen point, traced, or run beside others.

python -m tests.vault.child FOLDER die POINT   store «a», and die where POINT says
python -m tests.vault.child FOLDER trace       store three objects and destroy them, between marks for strace
python -m tests.vault.child FOLDER beside NAME store 30 objects of its own and 10 shared ones
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from bot.vault import FRAME, FolderShelf, Keys, MasterKey, Unavailable, Vault
from bot.vault import shelf as shelf_module
from bot.vault.keyfile import KeyFile
from tests.vault import noise, store

KILLED = 9


def die(*_: object) -> NoReturn:
    """As a power cut would have it: no clean-up of any kind."""
    os._exit(KILLED)


def after(act: Callable[..., object]) -> Callable[..., NoReturn]:
    """Do it, then die."""

    def act_and_die(*given: object) -> NoReturn:
        act(*given)
        die()

    return act_and_die


POINTS: dict[str, tuple[type, str, Callable[..., NoReturn]]] = {
    "before the key": (Keys, "keep", die),
    "after the key": (Keys, "keep", after(Keys.keep)),
    "after the bytes": (shelf_module.FolderDraft, "sync", after(shelf_module.FolderDraft.sync)),
    "after the name": (shelf_module.FolderDraft, "publish", after(shelf_module.FolderDraft.publish)),
    "after the folder": (FolderShelf, "settle", after(FolderShelf.settle)),
    "key deleted, log not emptied": (KeyFile, "empty_log", die),
    "key gone, bytes there": (FolderShelf, "remove", die),
}


def open_in(folder: Path) -> Vault:
    """The vault of a folder that has a master key."""
    return Vault(FolderShelf(folder / "shelf"), Keys(folder / "keys.db", MasterKey.load(folder / "master.key")))


def run_to(vault: Vault, point: str) -> None:
    """Store two frames as «a» (or destroy it), never to return."""
    setattr(*POINTS[point])
    if point.startswith("key"):
        vault.destroy(["a"])
    store(vault, "a", noise(2 * FRAME, seed=2))


def mark(name: str) -> None:
    """A call that does nothing but show in a trace."""
    Path(f"/mark/{name}").unlink(missing_ok=True)


def run_traced(vault: Vault) -> None:
    """A batch of three: two on the shelf, one in its row."""
    writings = [vault.begin("a"), vault.begin("b"), vault.begin("c", inline_max=1000)]
    for writing in writings:
        writing.write(b"contents")
    mark("finish")
    vault.finish(*writings)
    mark("destroy")
    vault.destroy(["a", "b", "c"])
    mark("end")


def run_beside(vault: Vault, name: str) -> None:
    """Try again where the other process was first, as any caller would."""
    for number in range(40):
        object_id = f"{name}-{number}" if number % 4 else f"shared-{number}"
        while True:
            try:
                store(vault, object_id, noise(1000, seed=number), inline_max=0)
            except Unavailable:
                continue
            break


if __name__ == "__main__":
    opened = open_in(Path(sys.argv[1]))
    match sys.argv[2:]:
        case ["die", where]:
            run_to(opened, where)
        case ["trace"]:
            run_traced(opened)
        case ["beside", who]:
            run_beside(opened, who)
    opened.close()
