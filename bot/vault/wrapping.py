"""Seals secrets under the master key, so that they may lie in a file."""

import os
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.vault.master import MasterKey
from bot.vault.seal import Damaged

NONCE = 12


class Wrapping:
    """Seals and opens under one master key (AES-256-GCM, a random nonce of 12 octets before the sealed secret)."""

    def __init__(self, master: MasterKey) -> None:
        self._cipher = AESGCM(master.derive("wrap"))

    def wrap(self, secret: bytes, label: str) -> bytes:
        """The secret sealed, to be opened under this label alone: for a key the id of its object."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, secret, label.encode())

    def unwrap(self, wrapped: bytes, label: str) -> bytes:
        """The secret. Raises Damaged where it was changed, or sealed under another label or master key."""
        try:
            return self._cipher.decrypt(wrapped[:NONCE], wrapped[NONCE:], label.encode())
        except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
            raise Damaged(f"{label}: its key was changed") from None


@dataclass(frozen=True)
class Earlier:
    """What a master key that was replaced derived for one purpose: good for verifying, never for what is new."""

    master: str
    """Fingerprint of that master key."""
    until: datetime
    """When it was replaced."""
    secret: bytes = field(repr=False)


def label_of(purpose: str, master: str) -> str:
    """Under which such a secret is sealed; no id of an object holds a space."""
    return f"earlier {purpose} {master}"
