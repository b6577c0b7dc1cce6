"""One object being written: sealed as it comes, in flat memory, hashed on the way."""

import hashlib
from collections.abc import Callable

from bot.vault.disk import Unavailable
from bot.vault.keys import ObjectKey
from bot.vault.seal import BLOCK, FRAME, Sealer
from bot.vault.shelf import Draft


class Writing:
    """Takes clear contents piece by piece. For one thread at a time; ended by `Vault.finish` or `abandon`."""

    def __init__(
        self, key: ObjectKey, begin_draft: Callable[[], Draft], *, inline_max: int, hash_contents: bool
    ) -> None:
        self.key = key
        self.size = 0
        """Octets of clear contents so far."""
        self._hash = hashlib.sha256() if hash_contents else None
        self._sealer = Sealer(key.secret, key.object_id)
        self._clear = bytearray()
        self._block = bytearray()
        self._held = bytearray(self._sealer.header)
        self._inline_max = inline_max
        self._begin_draft = begin_draft
        self.draft: Draft | None = None
        self._closed = self._ended = False

    @property
    def sha256(self) -> str:
        """Of the clear contents so far, in lower-case hexadecimal; empty if hashing was not asked for."""
        return self._hash.hexdigest() if self._hash else ""

    @property
    def inline(self) -> bytes | None:
        """The whole sealed object, once closed, if it is small enough to lie in a row; else None: it is on the shelf."""
        return None if self.draft else bytes(self._held)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Append clear contents. Raises Unavailable where the disk cannot take them; the writing is then abandoned."""
        if self._closed or self._ended:
            raise ValueError(f"{self.key.object_id}: written to after its end")
        with memoryview(data) as view:
            if self._hash:
                self._hash.update(view)
            self.size += len(view)
            try:
                self._take(view)
            except Unavailable:
                self.abandon()
                raise

    def close(self) -> None:
        """That was all: seal the last frame, so that nothing is held in the clear any more. Raises Unavailable."""
        if self._closed or self._ended:
            raise ValueError(f"{self.key.object_id}: ended twice")
        self._closed = True
        self._put(self._sealer.last(self._clear))
        self._clear = self._block = bytearray()

    def end(self) -> None:
        """Close it, unless that was done, for the last time. Raises Unavailable."""
        if not self._closed:
            self.close()
        elif self._ended:
            raise ValueError(f"{self.key.object_id}: ended twice")
        self._ended = True

    def abandon(self) -> None:
        """Forget the contents and the key, and remove the draft. After `Vault.finish` it does nothing."""
        self._ended = True
        self._clear = self._block = self._held = bytearray()
        if self.draft:
            self.draft.discard()

    def _take(self, view: memoryview) -> None:
        """Seal every frame known not to be the last; keep what is left, at most one frame."""
        start = 0
        while len(self._clear) + len(view) - start > FRAME:
            end = start + FRAME - len(self._clear)
            if self._clear:
                self._clear += view[start:end]
                self._seal(self._clear)
                self._clear.clear()
            else:
                self._seal(view[start:end])
            start = end
        self._clear += view[start:]

    def _seal(self, clear: memoryview | bytearray) -> None:
        if not self._block:
            self._block = bytearray(BLOCK)
        self._sealer.full(clear, self._block)
        self._put(self._block)

    def _put(self, sealed: bytes | bytearray) -> None:
        """To the draft; held in memory instead while all of it may still lie in a row."""
        if self.draft is None:
            if len(self._held) + len(sealed) <= self._inline_max:
                self._held += sealed
                return
            self.draft = self._begin_draft()
            self.draft.write(self._held)
            self._held = bytearray()
        self.draft.write(sealed)
