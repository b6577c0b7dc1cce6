"""Backups that bring nothing destroyed back: taken while `serve` runs, put back on a clean machine.

    DIR/POSTROOM-BACKUP.txt      what this folder is
    DIR/generations/<moment>/    ledger.db, config/ and, written last, manifest.json: one state of the record
    DIR/vault/                   sealed contents, shared by all generations; only what is new is copied

The keys are never in it. So contents that were destroyed after a backup was taken stay so when it is put back: their key is
gone (lesson L68). `taking` writes one, `places` refuses folders that must not become one, `manifest` says what is in a
generation, `restoring` puts one back, and `loss` finds out what came after it.
"""

from bot.backup.manifest import BackupFailed, Generation, generations, left_behind, strangers
from bot.backup.taking import Taken, take

__all__ = ["BackupFailed", "Generation", "Taken", "generations", "left_behind", "strangers", "take"]
