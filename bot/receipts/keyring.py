"""The file of the public keys that prove receipts: it only ever grows, so that old receipts stay provable."""

import os
from collections.abc import Mapping
from pathlib import Path

from bot.vault import PublicKey, public_keys

KEY_FILE = "receipts.pub"
"""What it is called in the configuration folder."""
HEADING = """\
# The public keys that prove receipts. They are no secret: give this file to whoever is to check one.
# Keep every key that is in it. A receipt that was signed with an earlier key can be proven by nothing else.
"""

KeyRing = Mapping[str, PublicKey]
"""Public keys by their ids."""


def known(path: Path) -> KeyRing:
    """The keys in a file; none where there is no file. Raises BadPublicKey, and OSError where it cannot be read."""
    try:
        text = path.read_text("utf-8", "replace")
    except FileNotFoundError:
        return {}
    return {key.id: key for key in public_keys(text, str(path))} if text.strip() else {}


def proving(folder: Path, present: PublicKey) -> KeyRing:
    """What proves receipts: the present key, and those that the configuration folder keeps of earlier ones. Raises as
    `known`."""
    return {**known(folder / KEY_FILE), present.id: present}


def add(path: Path, key: PublicKey) -> bool:
    """Put a key into the file, after those that are there. False: it is there already. Raises BadPublicKey and OSError."""
    before = known(path)
    if key.id in before:
        return False
    written = f"\n{key.pem}" if before else f"{HEADING}{key.pem}"
    with path.open("a", encoding="ascii") as file:
        file.write(written)  # in one piece: two that add at once do not mix
        file.flush()
        os.fsync(file.fileno())
    return True
