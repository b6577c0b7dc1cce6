"""Two officers press at once: one of them decides, and the other is told who did, and when (lesson L56)."""

import asyncio
from pathlib import Path

from tests.slack_office import open_slack_office

PLAN = "8302000_SENplan20260901.docx"


async def test_of_two_who_press_at_once_one_has_it_and_the_other_hears_who(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path) as office:
        await office.send("jo", PLAN)
        card = office.answers(office.sen)[-1]
        sam, nadia = office.people["sam"], office.people["nadia"]
        pressed = await asyncio.gather(*(office.slack.press(one, card, "Receive") for one in (sam, nadia)))
        assert all(ack.ok for ack in pressed)
        await office.settle()
        told = {one.id: office.slack.world.ephemerals[one.id][-1].words for one in (sam, nadia)}
        (winner,) = [who for who, words in told.items() if "You have received" in words]
        (loser,) = [words for who, words in told.items() if who != winner]
        name = "Sam Hale" if winner == sam.id else "Nadia"
        assert loser.startswith("Too late to receive")
        assert f"It was received by {name}" in loser
        assert "at 09:00 on 1 September 2026" in loser
        assert office.answers(office.sen)[-1].words.startswith(f"Received by {name}")
