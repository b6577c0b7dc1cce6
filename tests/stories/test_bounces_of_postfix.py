"""What a real mail server sends back finds its notice."""

import asyncio
from collections.abc import Set as AbstractSet

from bot import bouncing
from bot.ledger.tables import InboxItem, InboxState
from tests.bouncing_mta import bouncing_postfix, postfix_or_skip
from tests.office import Opener, free_port
from tests.people import JO, PLAN


async def test_what_postfix_cannot_deliver_comes_back_and_marks_the_mailbox(post_with: Opener) -> None:
    """Lesson L21."""
    postfix_or_skip()
    port, back = free_port(), free_port()
    ports = {"POSTROOM__EMAIL__OUTGOING__PORT": str(port), "POSTROOM__EMAIL__SMTP__PORT": str(back)}
    async with bouncing_postfix(port=port, back=back), post_with(ports) as post:
        came_back, loop = asyncio.Event(), asyncio.get_running_loop()

        def note(tables: AbstractSet[str]) -> None:
            if InboxItem.__tablename__ in tables:
                loop.call_soon_threadsafe(came_back.set)

        post.rooms.ledger.on_change(note)
        await post.email(JO, attach=PLAN)
        async with asyncio.timeout(60):
            while len(post.waiting()) < 2:
                came_back.clear()
                await came_back.wait()
        await post.settle()
        report = post.waiting()[1]
        assert report.state is InboxState.DONE
        assert "5.1.1" in report.why
        marks = post.rooms.ledger.read_now(lambda tx: bouncing.marked(tx, post.rooms.settings, post.clock.now()))
        assert [mark.address for mark in marks] == [JO]
        assert "there is no such mailbox" in marks[0].why
