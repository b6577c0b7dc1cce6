"""What somebody waits for is told before what tells of what others did."""

from sqlalchemy.orm import Session

from bot import notices, telling
from bot.arrival import Route
from bot.outbox import CLAIM_MAX
from tests.office import TestOffice

HELP = notices.Help.example


async def test_an_answer_goes_before_what_nobody_waits_for(post: TestOffice) -> None:
    def tell(tx: Session) -> None:
        occasion = post.rooms.occasion()
        for number in range(CLAIM_MAX + 8):
            telling.post(tx, HELP, occasion, to=f"officer{number}@derbyshire.example")
        answering = telling.Occasion(
            settings=occasion.settings, clock=occasion.clock, now=occasion.now, route=Route(message=1)
        )
        telling.post(tx, HELP, answering, to="jo.sands@leysjunior.example", threaded=True)

    await post.rooms.ledger.write(tell)
    await post.settle()
    told = [answer.recipient for answer in post.mailboxes.delivered]
    assert len(set(told)) == CLAIM_MAX + 9
    assert "jo.sands@leysjunior.example" in told[:CLAIM_MAX]
