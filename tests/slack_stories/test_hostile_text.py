"""Nothing that somebody writes is trouble of ours, nor does it make us ask Slack without end."""

import pytest

from bot.rules.lifecycle import Status
from tests.people import PLAN
from tests.slack_office import SlackOffice

HALF = "half \ud83d of a character"


def lookups(office: SlackOffice) -> int:
    """How often it was asked who somebody is."""
    return len(office.slack.calls_of("users.info"))


async def test_somebody_mentioned_again_and_again_is_asked_for_once(office: SlackOffice) -> None:
    await office.send("jo", PLAN, text=f"For {office.people['priya'].mention} " * 300)

    assert lookups(office) == 2  # who wrote, and whom they mention
    assert office.post.files()[0].comment.startswith("For @Priya For @Priya")


async def test_of_a_crowd_that_is_mentioned_only_some_are_asked_for(office: SlackOffice) -> None:
    crowd = [office.slack.world.user(f"pupil{number}", f"{number}@x.example") for number in range(300)]

    await office.send("jo", PLAN, text=" ".join(user.mention for user in crowd))

    assert lookups(office) < 30
    assert [file.status for file in office.post.files()] == [Status.SENT]
    assert office.post.files()[0].comment.count("@somebody") > 100


@pytest.mark.parametrize("name", [PLAN, "8302000_SENplan\udc0020260901.docx"])
async def test_halves_of_characters_are_no_trouble_of_ours(office: SlackOffice, name: str) -> None:
    jo = office.people["jo"]
    await office.slack.post(jo, office.dm("jo"), HALF, files=[office.slack.world.file(jo, name, b"PK")])
    await office.settle()

    assert [item.state for item in office.post.waiting()] == ["done"]
    (file,) = office.post.files()
    assert file.comment == "half ? of a character"


async def test_a_reason_with_half_of_a_character_is_a_reason(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    await office.press("sam", office.answers(office.sen)[0], "Reject…")

    await office.slack.submit(office.people["sam"], {"written": HALF})
    await office.settle()

    (file,) = office.post.files()
    assert (file.status, file.reason) == (Status.REJECTED, "half ? of a character")


async def test_half_of_a_character_can_be_looked_for(office: SlackOffice) -> None:
    await office.send("jo", PLAN)
    home = await office.home("jo")
    assert PLAN in home.words

    await office.choose("jo", home, "choose-find", HALF)

    assert PLAN not in office.slack.world.homes[office.people["jo"].id].words
