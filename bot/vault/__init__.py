"""Sealed contents and their keys: the only room that knows cryptography.

Storing: the key is made durable, then the bytes, and only then may a row refer to them. Destroying: the key goes first,
then the bytes. So whatever a crash leaves can be read by its row, or by nobody.
"""

import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.vault.copying import Copied, copy
from bot.vault.disk import InUse, Left, Unavailable
from bot.vault.keys import Keys, ObjectKey
from bot.vault.master import BadMasterKey, MasterKey
from bot.vault.mirroring import Mirrored, compare, mirror
from bot.vault.pair import Unpaired
from bot.vault.rotating import Rotation, rotate, successor_of
from bot.vault.seal import FRAME, Damaged, unseal
from bot.vault.shelf import FolderShelf, Shelf, checked, foreign, irregular, is_object_id
from bot.vault.signing import BadPublicKey, PublicKey, Signer, public_keys
from bot.vault.wrapping import Earlier
from bot.vault.writing import Writing

__all__ = [
    "FRAME",
    "BadMasterKey",
    "BadPublicKey",
    "Copied",
    "Damaged",
    "Destroyed",
    "Earlier",
    "FolderShelf",
    "InUse",
    "Keys",
    "Left",
    "MasterKey",
    "Mirrored",
    "PublicKey",
    "Rotation",
    "Sealed",
    "Shelf",
    "Signer",
    "Unavailable",
    "Unpaired",
    "Vault",
    "Writing",
    "compare",
    "foreign",
    "irregular",
    "is_object_id",
    "mirror",
    "open_vault",
    "public_keys",
    "rotate",
    "successor_of",
]


NO_OBJECT = "no object can have such a name"


class Destroyed(Exception):
    """The object's key is gone: its contents can never be read again."""


@dataclass(frozen=True)
class Sealed:
    """What a row must hold to find contents again."""

    object_id: str
    size: int
    """Octets of the clear contents."""
    sha256: str
    """Of the clear contents, in lower-case hexadecimal; empty if hashing was not asked for."""
    inline: bytes | None
    """The sealed object itself, where it is small enough to lie in the row; None: it is on the shelf."""


class Vault:
    """Stores, opens and destroys contents. Every method may be called from any thread, and raises Unavailable where the
    disk cannot do it now."""

    def __init__(self, shelf: Shelf, keys: Keys) -> None:
        self._shelf = shelf
        self._keys = keys

    def close(self) -> None:
        """Close the key file."""
        self._keys.close()

    def begin(
        self, object_id: str, *, inline_max: int = 0, hash_contents: bool = True, is_new: bool = False
    ) -> Writing:
        """Begin to write an object, or to write it again: what stands under its id stays until the new one is finished.

        A new key is in memory only. What comes to at most `inline_max` octets once sealed touches no file. `is_new`: the
        id was made up just now, so that no key is looked for, for which a commit that is under way would be waited for.
        Raises BadMasterKey or Damaged if the id has a key that cannot be opened.
        """
        key = self._keys.make(checked(object_id)) if is_new else self._keys.find_or_make(checked(object_id))
        begin_draft = partial(self._shelf.draft, object_id)
        return Writing(key, begin_draft, inline_max=inline_max, hash_contents=hash_contents)

    def finish(self, *writings: Writing) -> list[Sealed]:
        """End writings: durable when it returns, and none of them promised if it raises; they are then abandoned."""
        try:
            for writing in writings:
                writing.end()
            self._keys.keep([writing.key for writing in writings])
            self._put_on_shelf([writing for writing in writings if writing.draft])
        except BaseException:
            for writing in writings:
                writing.abandon()
            raise
        return [Sealed(one.key.object_id, one.size, one.sha256, one.inline) for one in writings]

    def read(self, object_id: str, inline: bytes | None = None, *, start: int = 0) -> Iterator[bytes]:
        """The clear contents from the octet `start` on, frame by frame; they are whole only once the iterator ends.

        `inline` is the sealed object where its row holds it. Raises Destroyed at once if the key is gone, and Damaged,
        perhaps after some frames, if the bytes are not those that were stored under this id.
        """
        if (key := self._keys.find(checked(object_id))) is None:
            raise Destroyed(object_id)
        return self._contents(key, inline, start)

    def holds(self, object_id: str) -> bool:
        """Is the object's key there?"""
        return self._keys.holds(object_id)

    def destroy(self, object_ids: Sequence[str]) -> None:
        """Make contents unreadable for ever: first their keys, verified, then the bytes. Idempotent.

        Raises Unavailable if the keys cannot be proven gone from the disk, and Left for those that cannot be destroyed, once
        all others are; then it must be called again.
        """
        names = [object_id for object_id in object_ids if is_object_id(object_id)]
        left = {object_id: NO_OBJECT for object_id in object_ids if not is_object_id(object_id)}
        self._keys.erase(names)
        try:
            self._shelf.remove(names)
        except Left as fault:
            left |= fault.why
        if left:
            raise Left(left)

    def with_keys(self) -> Iterator[str]:
        """Every object that has a key: all that can be read, and nothing else can."""
        return self._keys.object_ids()

    @property
    def mirror_trouble(self) -> str:
        """Why the mirror of the keys cannot be had, and so nothing be stored or destroyed; empty where all is well."""
        return self._keys.mirror_trouble

    def earlier(self, purpose: str) -> tuple[Earlier, ...]:
        """What replaced master keys derived for this purpose, oldest first: to verify what is as old as they are."""
        return self._keys.earlier(purpose)

    def object_ids(self) -> Iterator[str]:
        """Every object that has a key or bytes on the shelf, each once: for finding those that no row refers to."""
        yield from self._keys.object_ids()
        yield from (object_id for object_id in self._shelf.object_ids() if not self._keys.holds(object_id))

    def copy_to(self, folder: Path, *, also_kept: Collection[str] = ()) -> Copied:
        """Bring a folder outside the vault up to what lies on the shelf and has its key; what lies there and has no key
        any more is removed from it, unless it is `also_kept`.

        What has a key and is missing here stays there: a copy is for that.
        """
        into = FolderShelf(folder)
        copied = copy(self._shelf, into, self.holds)
        into.remove([one for one in into.object_ids() if one not in also_kept and not self.holds(one)])
        return copied

    def copy_from(self, folder: Path) -> Copied:
        """Put back what was copied to a folder and has its key here, unless something lies on the shelf under its id."""
        there = set(self._shelf.object_ids())
        return copy(FolderShelf(folder), self._shelf, lambda one: one not in there and self.holds(one))

    def on_shelf(self) -> Iterator[str]:
        """Every object whose bytes lie on the shelf."""
        return self._shelf.object_ids()

    def sweep(self, before: datetime) -> int:
        """Remove what writings cut off by a crash left behind, last touched before then. Says how many there were."""
        return self._shelf.sweep(before)

    def _put_on_shelf(self, writings: Sequence[Writing]) -> None:
        drafts = [writing.draft for writing in writings if writing.draft]
        for draft in drafts:
            draft.sync()
        for draft in drafts:
            draft.publish()
        self._shelf.settle(writing.key.object_id for writing in writings)

    def _contents(self, key: ObjectKey, inline: bytes | None, start: int) -> Iterator[bytes]:
        source = self._shelf.open(key.object_id) if inline is None else io.BytesIO(inline)
        if source is None:
            if not self._keys.holds(key.object_id):
                raise Destroyed(key.object_id)
            raise Damaged(f"{key.object_id}: its bytes are missing")
        with source:
            yield from unseal(source, key.secret, key.object_id, start=start)


def open_vault(shelf_dir: Path, keys_path: Path, master: MasterKey, mirror: Path | None = None) -> Vault:
    """The vault in a folder, with its key file; both are made if missing, where no mirror of the keys is configured.

    Raises Unavailable, Unpaired or BadMasterKey.
    """
    return Vault(FolderShelf(shelf_dir), Keys(keys_path, master, mirror=mirror))
