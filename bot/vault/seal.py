"""The sealed form: AES-256-GCM in frames of 1 MiB, so that contents of any size stream through flat memory.

    magic and version (4 octets) · nonce prefix (8, random for each writing) · frame, frame, … last frame

A frame is up to 1 MiB of clear contents and its tag of 16 octets; all but the last are full, and an empty object is one
empty last frame. A frame's nonce is the prefix and the frame's number (4 octets), so frames cannot change places, and
writing the same object again under its key repeats no nonce. Associated data are the magic, whether the frame is the
last (so an end cut off shows), and the object's id (so one object cannot stand in for another).
"""

import os
import struct
from collections.abc import Iterator
from itertools import count
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.vault.disk import disk_errors

FRAME = 1 << 20
"""Octets of clear contents in a full frame."""
BLOCK = FRAME + 16
"""Octets of a full frame once sealed."""
_MAGIC = b"PRV\x01"
_PREFIX = 8
HEADER = len(_MAGIC) + _PREFIX
"""Octets before the first frame, of which no two writings have the same."""


class Damaged(Exception):
    """The sealed bytes are not what was stored under this id: changed, cut short, exchanged or missing."""


def _bound(object_id: str, *, last: bool) -> bytes:
    """The associated data of a frame: what it belongs to and whether contents end with it."""
    return _MAGIC + (b"\x01" if last else b"\x00") + object_id.encode("ascii")


class Sealer:
    """Seals one writing of one object, frame by frame."""

    def __init__(self, secret: bytes, object_id: str) -> None:
        self._cipher = AESGCM(secret)
        self._prefix = os.urandom(_PREFIX)
        self._number = 0
        self._within, self._at_end = _bound(object_id, last=False), _bound(object_id, last=True)

    @property
    def header(self) -> bytes:
        """What stands before the first frame."""
        return _MAGIC + self._prefix

    def full(self, clear: memoryview | bytearray, into: bytearray) -> None:
        """Seal a full frame that is not the last into a buffer of `BLOCK` octets."""
        self._cipher.encrypt_into(self._nonce(), clear, self._within, into)

    def last(self, clear: bytearray) -> bytes:
        """The last frame, sealed: up to 1 MiB, perhaps empty."""
        return self._cipher.encrypt(self._nonce(), clear, self._at_end)

    def _nonce(self) -> bytes:
        nonce = self._prefix + struct.pack(">I", self._number)
        self._number += 1
        return nonce


def unseal(source: BinaryIO, secret: bytes, object_id: str, *, start: int = 0) -> Iterator[bytes]:
    """The clear contents from the octet `start` on, in frames of 1 MiB at the most; frames before it are passed over.

    Whole only once the iterator ends: until then the rest may prove damaged. Raises Damaged, also where the contents end
    before `start`, and Unavailable where the disk cannot be read.
    """
    cipher, header = AESGCM(secret), _read(source, HEADER)
    if header[: len(_MAGIC)] != _MAGIC or len(header) < HEADER:
        raise Damaged(f"{object_id}: not a sealed object of a version known here")
    first, within = divmod(start, FRAME)
    _pass_over(source, first * BLOCK)
    block = _read(source, BLOCK)
    for number in count(first):
        following = _read(source, BLOCK)
        nonce = header[len(_MAGIC) :] + struct.pack(">I", number)
        try:
            clear = cipher.decrypt(nonce, block, _bound(object_id, last=not following))
        except InvalidTag:
            raise Damaged(f"{object_id}: what is stored is not what was sealed (frame {number})") from None
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
