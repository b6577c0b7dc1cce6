"""The sealed form: AES-256-GCM in frames of 256 KiB, so that contents of any size stream through flat memory.

    magic and version (4 octets) · nonce prefix (8, random for each writing) · frame, frame, … last frame

A frame is up to 256 KiB of clear contents (1 MiB in version 1, which is still read) and its tag of 16 octets; all but the
last are full, and an empty object is one empty last frame. A frame's nonce is the prefix and the frame's number (4 octets),
so frames cannot change places, and writing the same object again under its key repeats no nonce. Associated data are
the magic with its version, whether the frame is the last (so an end cut off shows), and the object's id (so one object
cannot stand in for another).
"""

import os
import struct
from collections.abc import Iterator
from itertools import count
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.vault.disk import disk_errors

FRAME = 1 << 18
"""Octets of clear contents in a full frame: whoever reads or writes holds three of them at a time, and is no slower for it
than with larger ones."""
_MAGIC = b"PRV\x02"
_FRAMES = {b"PRV\x01": 1 << 20, _MAGIC: FRAME}
"""Of each version that can be read, the octets of clear contents in a full frame."""
_TAG = 16
BLOCK = FRAME + _TAG
"""Octets of a full frame once sealed."""
_PREFIX = 8
HEADER = len(_MAGIC) + _PREFIX
"""Octets before the first frame, of which no two writings have the same."""


class Damaged(Exception):
    """The sealed bytes are not what was stored under this id: changed, cut short, exchanged or missing."""


def _bound(magic: bytes, object_id: str, *, last: bool) -> bytes:
    """The associated data of a frame: what it belongs to and whether contents end with it."""
    return magic + (b"\x01" if last else b"\x00") + object_id.encode("ascii")


class Sealer:
    """Seals one writing of one object, frame by frame."""

    def __init__(self, secret: bytes, object_id: str) -> None:
        self._cipher = AESGCM(secret)
        self._prefix = os.urandom(_PREFIX)
        self._number = 0
        self._within, self._at_end = (_bound(_MAGIC, object_id, last=last) for last in (False, True))

    @property
    def header(self) -> bytes:
        """What stands before the first frame."""
        return _MAGIC + self._prefix

    def full(self, clear: memoryview | bytearray, into: bytearray) -> None:
        """Seal a full frame that is not the last into a buffer of `BLOCK` octets."""
        self._cipher.encrypt_into(self._nonce(), clear, self._within, into)

    def last(self, clear: bytearray) -> bytes:
        """The last frame, sealed: perhaps empty."""
        return self._cipher.encrypt(self._nonce(), clear, self._at_end)

    def _nonce(self) -> bytes:
        nonce = self._prefix + struct.pack(">I", self._number)
        self._number += 1
        return nonce


def unseal(source: BinaryIO, secret: bytes, object_id: str, *, start: int = 0) -> Iterator[bytes]:
    """The clear contents from the octet `start` on, frame by frame; frames before it are passed over.

    Whole only once the iterator ends: until then the rest may prove damaged. Raises Damaged, also where the contents end
    before `start`, and Unavailable where the disk cannot be read.
    """
    cipher, header = AESGCM(secret), _read(source, HEADER)
    magic, prefix = header[: len(_MAGIC)], header[len(_MAGIC) :]
    frame = _FRAMES.get(magic)
    if frame is None or len(header) < HEADER:
        raise Damaged(f"{object_id}: not a sealed object of a version known here")
    first, within = divmod(start, frame)
    _pass_over(source, first * (frame + _TAG))
    block = _read(source, frame + _TAG)
    for number in count(first):
        following = _read(source, frame + _TAG)
        nonce = prefix + struct.pack(">I", number)
        try:
            clear = cipher.decrypt(nonce, block, _bound(magic, object_id, last=not following))
        except InvalidTag:
            raise Damaged(f"{object_id}: what is stored is not what was sealed (frame {number})") from None
        if within > len(clear):
            raise Damaged(f"{object_id}: what is stored ends before octet {start}")
        yield clear[within:] if within else clear
        within = 0
        if not following:
            return
        block = following


def _read(source: BinaryIO, octets: int) -> bytes:
    with disk_errors("reading sealed contents"):
        return source.read(octets)


def _pass_over(source: BinaryIO, octets: int) -> None:
    if octets:
        with disk_errors("reading sealed contents"):
            source.seek(octets, os.SEEK_CUR)
