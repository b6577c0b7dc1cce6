"""What lies in quarantine, settled in Slack: the same acts as by mail, with buttons."""

from bot.ledger.tables import InboxState
from bot.rules.lifecycle import Status
from tests.people import JO, PLAN
from tests.slack_office import SlackOffice
from tests.slack_stories.test_sending import statuses

MACHINE = {"Precedence": "bulk", "X-Mailer": "RICOH MP C3004"}


async def test_an_administrator_lists_it_and_settles_each_by_a_button(office: SlackOffice) -> None:
    for name in (PLAN, "8302000_SENreview20260901.docx"):
        await office.post.email(JO, attach=name, headers=MACHINE)
    await office.send("alex", text="discard all")
    listed = office.answers(office.dm("alex"))[-1]
    assert "Which message do you mean" in listed.words
    assert [one.state for one in office.post.waiting()[:2]] == [InboxState.QUARANTINED] * 2
    assert listed.buttons[:4] == ["Release", "Discard"] * 2

    await office.press("alex", listed, "Release")  # the first: the newest
    assert statuses(office) == [Status.SENT]
    assert office.post.expect(JO, "receipt")
    said = office.answers(office.dm("alex"))[-1].words
    assert f"It is released, as {JO}" in said
    assert "One message still lies in quarantine" in said
    await office.press("alex", listed, "Release")
    assert "released by Alex Reed" in office.answers(office.dm("alex"))[-1].words
    assert len(office.post.files()) == 1


async def test_in_slack_too_nobody_else_settles_anything(office: SlackOffice) -> None:
    await office.post.email(JO, attach=PLAN, headers=MACHINE)
    for name in ("sam", "jo"):
        for words in ("discard 1", "release 1", "discard all"):
            await office.send(name, text=words)
            assert "In quarantine" not in "".join(one.words for one in office.answers(office.dm(name)))
    assert office.post.waiting()[0].state is InboxState.QUARANTINED
