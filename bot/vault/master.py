"""The master key: the one secret of which everything that must be kept secret or proven is derived."""

import os
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.vault.disk import sync_path

_TEXT = re.compile(r"[0-9a-fA-F]{64}")


BACK = "Put the right master key back. A new one cannot read what is stored."
READABLE = "Let the user that runs Postroom read it, and nobody else."
SHUT = "Type that command. If somebody may have copied the key meanwhile, change it: docs/operations.md, «Rotating the master key»."


class BadMasterKey(Exception):
    """The master key is missing, unfit, open to others, or not the one the keys were made with; says the remedy."""

    def __init__(self, what: str, remedy: str = BACK) -> None:
        super().__init__(what)
        self.remedy = remedy


@dataclass(frozen=True)
class MasterKey:
    """32 secret octets, kept as 64 hexadecimal digits in a file that its owner alone can read."""

    secret: bytes = field(repr=False)

    @classmethod
    def load(cls, path: Path, *, handed_over: bool = False) -> Self:
        """The key in a file. Raises BadMasterKey, naming the file and the remedy.

        `handed_over`: the service manager keeps the file, in a folder that is shut to all others; the rights of its group are
        then the mask of an access list with us alone in it (acl(5)).
        """
        try:
            with path.open("rb") as file:
                mode, content = os.fstat(file.fileno()).st_mode & 0o777, file.read(1024)
        except FileNotFoundError:
            raise BadMasterKey(
                f"{path}: the master key file is missing. Put it back from its safe copy; only a new post office gets a new key."
            ) from None
        except OSError as error:
            raise BadMasterKey(f"{path}: the master key file cannot be read ({error.strerror}).", READABLE) from error
        if mode & (0o007 if handed_over else 0o077):
            raise BadMasterKey(f"{path}: others can read the master key (mode {mode:04o}). Run: chmod 600 {path}", SHUT)
        return cls.from_text(content.decode("ascii", "replace"), f"{path}")

    @classmethod
    def from_text(cls, text: str, origin: str) -> Self:
        """The key written as text, as a file or an environment variable (`origin`) holds it. Raises BadMasterKey."""
        if not _TEXT.fullmatch(digits := text.strip()):
            raise BadMasterKey(
                f"{origin}: a master key is 64 hexadecimal digits, and this is not. Put back the right one from its safe copy."
            )
        return cls(bytes.fromhex(digits))

    @classmethod
    def generate(cls, path: Path) -> Self:
        """A new key, durably in a new file with mode 0600. Raises BadMasterKey if the file is there or cannot be made."""
        key = cls(os.urandom(32))
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(key.secret.hex() + "\n")
                file.flush()
                os.fsync(descriptor)
            sync_path(path.parent)
        except FileExistsError:
            raise BadMasterKey(f"{path}: there is a master key already, and it is never overwritten.") from None
        except OSError as error:
            raise BadMasterKey(f"{path}: the master key file cannot be made ({error.strerror}).") from error
        return key

    def derive(self, purpose: str) -> bytes:
        """32 octets for one purpose, of which neither the master key nor another purpose's can be found (RFC 5869)."""
        return HKDF(SHA256(), 32, salt=None, info=b"postroom " + purpose.encode()).derive(self.secret)

    @cached_property
    def fingerprint(self) -> str:
        """Which master key this is, in 16 hexadecimal digits: may be shown and stored, and gives nothing away."""
        return self.derive("fingerprint")[:8].hex()
