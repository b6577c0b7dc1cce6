"""Whatever the server says to which answers are handed, each answer is settled, and the administrators hear of it."""

import asyncio
from contextlib import closing

import pytest

from bot.ledger.tables import OutboxState
from tests.channels.test_send_grouped import END, Talker
from tests.office import Opener
from tests.people import JO, PLAN

NOT_UTF_8 = "550 5.1.1 Empfänger unbekannt\r\n".encode("latin-1")


@pytest.mark.parametrize("verb", ["RCPT", "DATA", END])
async def test_a_refusal_in_an_old_character_set_is_a_refusal_all_the_same(post_with: Opener, verb: str) -> None:
    talker = Talker({verb: [NOT_UTF_8]})
    with closing(await asyncio.start_server(talker.talk, "127.0.0.1", 0)) as server:
        port = server.sockets[0].getsockname()[1]
        async with post_with({"POSTROOM__EMAIL__OUTGOING__PORT": str(port)}) as post:
            await post.email(JO, attach=PLAN)
            ended = sorted((item.state, item.error) for item in post.told())
            assert ended[0] == (OutboxState.FAILED, "550 5.1.1 Empf?nger unbekannt")
            assert set(ended[1:]) == {(OutboxState.SENT, "")}
            assert "alert" in {item.kind for item in post.told()}
        await asyncio.gather(*talker.talks)
