"""Takes one backup, and says when it begins and ends. Usage: CONFIG DIR."""

import os
import sys
from pathlib import Path

from bot import settings as configuration
from bot.backup import take
from bot.backup.taking import Source
from bot.clock import Clock
from handlers.rooms import open_rooms


def main() -> None:
    """Begin at the word of whoever started this."""
    with open_rooms(configuration.load(Path(sys.argv[1]), os.environ), Clock()) as rooms:
        source = Source(rooms.settings, rooms.clock, rooms.ledger, rooms.vault, rooms.signing_keys)
        say("ready")
        sys.stdin.readline()
        take(source, Path(sys.argv[2]), keep=3)
        say("done")


def say(word: str) -> None:
    """At once."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
