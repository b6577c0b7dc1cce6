"""Puts the public key that proves receipts where it is looked for: into the configuration folder."""

from bot import receipts
from bot.settings import Settings
from bot.vault import PublicKey


def publish(settings: Settings, key: PublicKey) -> str:
    """Add the key, unless it is there. Says what to do where it cannot be written: receipts are signed all the same.

    Raises `BadPublicKey` where what is there already is damaged.
    """
    path = settings.directory / receipts.KEY_FILE
    try:
        receipts.add(path, key)
    except OSError as fault:
        return (
            f"{path}: the public key that proves receipts cannot be written there ({fault.strerror}). "
            "Have somebody who may write there run: postroom migrate"
        )
    return ""
