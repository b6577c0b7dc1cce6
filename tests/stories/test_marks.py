"""What was delivered is written down, many at a time, so that it is not delivered again."""

import asyncio
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import notices, telling
from bot.ledger import Later
from bot.ledger.tables import OutboxItem
from bot.outbox import OutboxWorker, Shown
from bot.parcels import Posted
from tests.office import TestOffice

HELP = notices.Help.example


class Postman:
    """Hands over what is to be delivered, but to one."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self.handed_over = asyncio.Semaphore(0)

    async def __call__(self, posted: Posted, *, repeated: bool) -> Shown | None:
        """Hand it over; what goes to `slow` never arrives."""
        del repeated
        if posted.recipient.startswith("slow"):
            await asyncio.Event().wait()
        self.given.append(posted.recipient)
        self.handed_over.release()
        return None


def worker_of(post: TestOffice, deliver: Postman) -> OutboxWorker:
    rooms = post.rooms
    return OutboxWorker(
        rooms.ledger, rooms.clock, "email", deliver, queue=timedelta(days=1), give_up=lambda *_, **__: None
    )  # fmt: skip


async def tell(post: TestOffice, *recipients: str) -> None:
    def work(tx: Session) -> None:
        for recipient in recipients:
            telling.post(tx, HELP, post.rooms.occasion(), to=recipient)

    await post.rooms.ledger.write(work)


async def states(post: TestOffice) -> dict[str, str]:
    asked = select(OutboxItem.recipient, OutboxItem.state)
    return await post.rooms.ledger.read(lambda tx: {to: str(state) for to, state in tx.execute(asked)})


async def test_when_we_stop_what_was_delivered_is_written_and_what_was_not_is_taken_up_again(post: TestOffice) -> None:
    postman = Postman()
    worker = worker_of(post, postman)
    await tell(post, "a@leysjunior.example", "slow@leysjunior.example", "b@leysjunior.example")
    await worker.step()
    for _ in "ab":
        await postman.handed_over.acquire()
    await worker.stop()
    assert await states(post) == {
        "a@leysjunior.example": "sent", "b@leysjunior.example": "sent", "slow@leysjunior.example": "sending",
    }  # fmt: skip


async def test_what_could_not_be_written_of_some_does_not_keep_that_of_others_from_being_written(
    post: TestOffice,
) -> None:
    postman = Postman()
    worker, ledger = worker_of(post, postman), post.rooms.ledger
    await tell(post, *(f"{number}@leysjunior.example" for number in range(20)))
    write = ledger.write
    failed: list[object] = []

    async def fail_once(work: object, **options: object) -> object:
        if not failed and postman.given:
            failed.append(work)
            raise Later("the disk is full")
        return await write(work, **options)  # type: ignore[arg-type]  # as it was given

    ledger.write = fail_once  # type: ignore[method-assign, assignment]  # of this office alone
    try:
        await worker.step()
        await worker.finish()
        await tell(post, "last@leysjunior.example")
        await worker.step()
        await worker.finish()
    finally:
        del ledger.write
    after = await states(post)
    assert after["last@leysjunior.example"] == "sent"
    assert len(postman.given) == len(after) == 21
