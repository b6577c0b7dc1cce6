"""Takes mail in and does nothing else, so that whatever a trace shows was done for the mail. Usage: CONFIG.

Prints its port; ends when its standard input is closed.
"""

import asyncio
import os
import sys
from pathlib import Path

from bot import settings as configuration
from bot.clock import Clock
from bot.inbox import Inbox
from handlers.mail.channel import MailChannel
from handlers.rooms import open_rooms


async def main() -> None:
    """Serve until told to stop."""
    with open_rooms(configuration.load(Path(sys.argv[1]), os.environ), Clock()) as rooms:
        channel = MailChannel(rooms.settings, rooms.clock, rooms.ledger)
        await channel.start(Inbox(rooms.ledger, rooms.vault, rooms.clock))
        sys.stdout.write(f"{channel.port}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        await channel.stop()
        await channel.close()


if __name__ == "__main__":
    asyncio.run(main())
