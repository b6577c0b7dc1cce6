"""Whether the keys' mirror holds the same keys on another disk, and no change of the master key was cut off."""

from collections.abc import Iterator
from pathlib import Path

from bot.settings import Settings
from bot.vault import Unavailable, compare, successor_of
from handlers.checks import Check, Patient, advised, failed, passed

MIRROR, CHANGE = "key mirror", "change of the master key"
NONE = "There is none. If the disk of {} dies, no stored file can ever be read again."
SET_UP = "Name a file on another disk as mirror in [keys] of storage.toml, then run: postroom keys mirror"


def checks(patient: Patient) -> Iterator[Check]:
    """Of a change of the master key nothing, where none was begun."""
    keys = patient.settings.keys
    yield _mirror(keys.path, keys.mirror) if keys.mirror else advised(MIRROR, NONE.format(keys.path), SET_UP)
    if keys.master_key is None and successor_of(keys.master_key_file).exists():
        yield _cut_off(patient.settings)


def _mirror(path: Path, mirror: Path) -> Check:
    for file in (path, mirror):
        if not file.is_file():
            return failed(
                MIRROR, f"There is no file at {file}.",
                "See that its disk is mounted. If it is lost, or the mirror is new, run: postroom keys mirror",
            )  # fmt: skip
    try:
        different = compare(path, mirror)
    except Unavailable as fault:
        return failed(MIRROR, f"The two cannot be compared: {fault}.", "See that both disks are sound.")
    if different:
        return failed(
            MIRROR, f"{path} and {mirror} differ in {different:,} keys.",
            "Stop postroom serve and run: postroom keys mirror. It brings the older one up to the newer.",
        )  # fmt: skip
    if path.stat().st_dev == mirror.stat().st_dev:
        return failed(
            MIRROR, f"{mirror} lies on the same disk as {path}, and would be lost with it.",
            "Put the mirror on another disk: see mirror in [keys] of storage.toml.",
        )  # fmt: skip
    return passed(MIRROR, f"{mirror} holds the same keys as {path}, on another disk.")


def _cut_off(settings: Settings) -> Check:
    return failed(
        CHANGE, f"It was begun and not ended: {successor_of(settings.keys.master_key_file)} is there.",
        "Stop postroom serve and run: postroom keys rotate",
    )  # fmt: skip
