"""Sealed contents from one shelf to another. They stay sealed: a copy is of use only together with the keys."""

from collections.abc import Callable
from dataclasses import dataclass
from io import SEEK_END
from typing import BinaryIO

from bot.vault.disk import disk_errors
from bot.vault.seal import FRAME, HEADER
from bot.vault.shelf import Draft, Shelf

AT_ONCE = 32
"""Objects made durable together."""


@dataclass
class Copied:
    """What was copied, and what was there already."""

    new: int = 0
    new_octets: int = 0
    unchanged: int = 0


def copy(source: Shelf, into: Shelf, wanted: Callable[[str], bool]) -> Copied:
    """Copy each wanted object that the other shelf does not have as it is here. Raises Unavailable.

    One that is removed meanwhile is left out; where it is not wanted any more once it is copied, so is its copy.
    """
    done, drafts = Copied(), dict[str, Draft]()
    try:
        for object_id in filter(wanted, source.object_ids()):
            if draft := _drafted(source, into, object_id, done):
                drafts[object_id] = draft
            if len(drafts) >= AT_ONCE:
                _publish(into, drafts, wanted)
        _publish(into, drafts, wanted)
    finally:
        for draft in drafts.values():
            draft.discard()
    return done


def _drafted(source: Shelf, into: Shelf, object_id: str, done: Copied) -> Draft | None:
    if (octets := source.open(object_id)) is None:
        return None
    with octets:
        if _is_there(into, object_id, octets):
            done.unchanged += 1
            return None
        draft = into.draft(object_id)
        try:
            done.new_octets += _fill(draft, octets)
        except BaseException:
            draft.discard()
            raise
    done.new += 1
    return draft


def _is_there(into: Shelf, object_id: str, octets: BinaryIO) -> bool:
    if (there := into.open(object_id)) is None:
        return False
    with there:
        return _mark(there) == _mark(octets)


def _mark(octets: BinaryIO) -> tuple[int, bytes]:
    """Length and header: no two writings of an object have the same, for each has a nonce of its own."""
    with disk_errors("comparing sealed contents"):
        length = octets.seek(0, SEEK_END)
        octets.seek(0)
        return length, octets.read(HEADER)


def _fill(draft: Draft, octets: BinaryIO) -> int:
    size = 0
    with disk_errors("reading sealed contents"):
        octets.seek(0)
        while piece := octets.read(FRAME):
            draft.write(piece)
            size += len(piece)
    return size


def _publish(into: Shelf, drafts: dict[str, Draft], wanted: Callable[[str], bool]) -> None:
    """Make these durable, and take out of `drafts` what is."""
    for draft in drafts.values():
        draft.sync()
    for draft in drafts.values():
        draft.publish()
    into.settle(drafts)
    into.remove([object_id for object_id in drafts if not wanted(object_id)])
    drafts.clear()
