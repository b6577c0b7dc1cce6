"""Whatever answers by itself, Postroom falls silent: machines, other Postrooms, its own mail that comes back to it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest

from bot.ledger.tables import InboxState
from bot.roster import imports
from bot.roster.imports import Row
from tests.autoresponders import Responder, exchange, gmail, old_exchange, run, ticketing, transcribing, vacation
from tests.office import RETURNS, Answer, Opener, TestOffice, open_office
from tests.people import ALEX, JO, PLAN, SAM

THEIRS = "returns@staffordshire.example"
MARKERS = ("Auto-Submitted", "X-Auto-Response-Suppress", "Postroom-Notice", "Postroom-File")
LOOP_MAX = 4
"""Mails of two offices whose every marker is lost: each says to the other what it says once a day."""
STRANGER = "kim.doe@elsewhere.example"


async def enrol(post: TestOffice, email: str) -> None:
    """This address sends for a school."""
    cells = {
        "email": email,
        "name": "Another office",
        "role": "sender",
        "schools": "8302000",
        "services": "",
        "other_emails": "",
    }
    row, settings, now = Row(None, cells), post.rooms.settings, post.clock.now()
    await post.rooms.ledger.write(lambda tx: imports.add_person(tx, row, settings, now))


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[tuple[TestOffice, TestOffice]]:
    """Two whole offices, each on the other's roster as a sender."""
    async with AsyncExitStack() as to_close:
        offices = []
        for address, other in ((RETURNS, THEIRS), (THEIRS, RETURNS)):
            directory = tmp_path / address
            directory.mkdir()
            opened = open_office(directory, {"POSTROOM__EMAIL__ADDRESS": address})
            offices.append(await to_close.enter_async_context(opened))
            await enrol(offices[-1], other)
        yield offices[0], offices[1]


async def carry(one: TestOffice, other: TestOffice, *, without: tuple[str, ...] = ()) -> int:
    """Take each office's mail for the other to it until there is none; how many mails that were."""
    carried = {id(one): 0, id(other): 0}
    taken = True
    while taken:
        taken = False
        for office, to in ((one, other), (other, one)):
            for mail in list(_mail_for(office, to))[carried[id(office)] :]:
                carried[id(office)] += 1
                await to.post(_copy(mail, without), mail.envelope_from, mail.recipient)
                taken = True
        assert sum(carried.values()) < 500, "it goes on for ever"
    return sum(carried.values())


def _mail_for(office: TestOffice, to: TestOffice) -> Iterator[Answer]:
    domain = to.rooms.settings.email.address.rpartition("@")[2]
    return (
        mail
        for mail in office.mailboxes.delivered
        if mail.recipient.startswith("returns") and mail.recipient.endswith(domain)
    )


def _copy(mail: Answer, without: tuple[str, ...]) -> bytes:
    message = BytesParser(policy=policy.default).parsebytes(mail.message.as_bytes())
    for name in without:
        del message[name]
    if without:  # such a gateway writes From anew, as the address that it sends by
        del message["From"]
        message["From"] = mail.envelope_from.partition("+")[0] + "@" + mail.envelope_from.rpartition("@")[2]
    return message.as_bytes(policy=policy.SMTP)


async def test_two_offices_fall_silent_after_one_exchange(pair: tuple[TestOffice, TestOffice]) -> None:
    """Lessons L13 and L20."""
    ours, theirs = pair
    await ours.email(THEIRS, subject="help")  # as if a person had written from the other office's mailbox
    assert await carry(ours, theirs) == 1
    assert len(theirs.mailboxes.delivered) == 0
    await ours.email(THEIRS, attach=PLAN)
    await ours.email(SAM, text="reject Wrong child", reply_to=ours.expect(SAM, "new-files"))
    assert await carry(ours, theirs) == 3  # the help, the receipt, and the rejection
    assert {item.state for item in theirs.waiting()} == {InboxState.DONE}
    assert theirs.mailboxes.delivered == []


@pytest.mark.parametrize("attach", [(), PLAN, "8302000 SENplan20260901.docx"])
async def test_two_offices_fall_silent_though_every_marker_is_lost_between_them(
    pair: tuple[TestOffice, TestOffice], attach: str
) -> None:
    """Lesson L18."""
    ours, theirs = pair
    await ours.email(THEIRS, subject="help", attach=attach)
    count = await carry(ours, theirs, without=MARKERS)
    assert 1 < count <= LOOP_MAX
    for office in pair:
        office.clock.advance(hours=2)
        await office.settle()
    assert len(list(_mail_for(ours, theirs))) + len(list(_mail_for(theirs, ours))) == count


@pytest.mark.parametrize("responder", [vacation, exchange, old_exchange, gmail])
async def test_who_is_away_is_not_answered(post: TestOffice, responder: Responder) -> None:
    """Lessons L13 to L15: each of our mails is answered by the machine, and no answer of the machine by us."""
    await post.email(JO, attach=PLAN)
    assert await run(post, JO, responder) == 1
    assert await run(post, SAM, responder) == 1
    assert post.inbox_of(ALEX) == []
    assert {item.state for item in post.waiting()} == {InboxState.DONE}


@pytest.mark.parametrize("responder", [vacation, exchange, old_exchange, gmail])
async def test_a_services_mailbox_that_answers_by_itself_is_not_answered(
    post: TestOffice, responder: Responder
) -> None:
    """Lesson L13."""
    await post.email(JO, attach=PLAN)
    place = post.rooms.settings.service("SEN").announce[0]  # type: ignore[union-attr]  # the demo has it
    assert await run(post, place, responder) == 1
    assert [mail.kind for mail in post.inbox_of(place)] == ["new-files"]


async def test_a_services_help_desk_without_manners_is_told_one_line_a_day(post: TestOffice) -> None:
    """Lesson L19."""
    await post.email(JO, attach=PLAN)
    place = post.rooms.settings.service("SEN").announce[0]  # type: ignore[union-attr]  # the demo has it
    assert await run(post, place, ticketing) == 2
    assert [mail.kind for mail in post.inbox_of(place)] == ["new-files", "not-authorised"]


async def test_a_help_desk_without_manners_is_answered_until_the_hours_answers_run_out(post: TestOffice) -> None:
    """Lesson L18."""
    await post.email(JO, attach=PLAN)
    assert await run(post, JO, ticketing) == post.rooms.settings.email.replies_per_hour
    assert [mail.subject for mail in post.inbox_of(ALEX)] == [f"Please look: {JO} is not answered any more for now"]
    post.clock.advance(hours=2)
    await post.settle()
    assert len(post.inbox_of(JO)) == post.rooms.settings.email.replies_per_hour


async def test_a_help_desk_that_attaches_a_file_each_time_is_answered_ever_later(post_with: Opener) -> None:
    """Lesson L18: what brings a file is always answered, and yet that is no circle without end."""
    async with post_with({"POSTROOM__EMAIL__REPLIES_PER_HOUR": "3"}) as post:
        await post.email(JO, attach=PLAN)
        rounds = await run(post, JO, transcribing)
        assert rounds == 13  # four times three, and the one from which on it waits
        assert [mail.subject for mail in post.inbox_of(ALEX)] == [
            f"Please look: {JO} sends a file upon each of our answers"
        ]
        for _ in range(24):
            post.clock.advance(hours=1)
            await post.settle()
            rounds += await run(post, JO, transcribing, seen=rounds)
        assert rounds < 60
        assert len(post.inbox_of(JO)) == rounds


async def test_an_administrators_machine_that_answers_alerts_with_a_file_is_not_told_of_itself_for_ever(
    post: TestOffice,
) -> None:
    def helpful(mail: Answer) -> tuple[EmailMessage, str, str]:
        message, sender, recipient = transcribing(mail)
        message["Auto-Submitted"] = "auto-replied"
        return message, sender, recipient

    await post.email(JO, attach=PLAN, headers={"Precedence": "bulk"})
    assert await run(post, ALEX, helpful) == 4
    assert "no further alert" in post.inbox_of(ALEX)[-1].text


async def test_the_same_advice_goes_to_one_address_once_a_day(post: TestOffice) -> None:
    """Lesson L18."""
    for _ in range(3):
        await post.email(STRANGER, subject="status")
    post.clock.advance(hours=25)
    await post.email(STRANGER, subject="status")
    assert [mail.kind for mail in post.inbox_of(STRANGER)] == ["not-authorised"] * 2


async def test_who_is_not_on_the_list_gets_nothing_of_their_mail_back(post: TestOffice) -> None:
    """Lesson L19."""
    await post.email(STRANGER, subject="SECRET subject", text="SECRET words", attach="SECRET.docx")
    (answer,) = post.inbox_of(STRANGER)
    assert "SECRET" not in answer.message.as_string()


async def test_every_mail_of_ours_says_that_a_machine_wrote_it_and_comes_back_to_its_own_address(
    post: TestOffice,
) -> None:
    """Lesson L20: answers and what nobody asked for alike."""
    asked = await post.email(JO, attach=PLAN)
    await post.email(SAM, text="reject Wrong child", reply_to=post.expect(SAM, "new-files"))
    receipt = post.expect(JO, "receipt")
    assert receipt.message["In-Reply-To"] == asked["Message-ID"]
    assert str(asked["Message-ID"]) in str(receipt.message["References"])
    assert len(post.mailboxes.delivered) >= 5
    for mail in post.mailboxes.delivered:
        assert str(mail.message["Auto-Submitted"]).startswith("auto-"), mail.kind
        assert mail.message["X-Auto-Response-Suppress"] == "All"
        assert mail.envelope_from == mail.message["Reply-To"]
        assert mail.envelope_from.startswith("returns+")
    assert len({mail.envelope_from for mail in post.mailboxes.delivered}) == len(post.mailboxes.delivered)


async def test_our_own_mail_that_comes_back_to_us_is_dropped(post: TestOffice) -> None:
    """Lessons L11 and L23: by somebody's rule that redirects it, or with our address as its sender."""
    await post.email(JO, attach=PLAN)
    receipt = post.expect(JO, "receipt")
    told = len(post.mailboxes.delivered)
    await post.post(receipt.message, JO, RETURNS)
    await post.post(receipt.message, receipt.envelope_from, receipt.envelope_from)
    for sender in (RETURNS, receipt.envelope_from):
        await post.email(sender, subject="help", envelope_from=JO)
    assert len(post.mailboxes.delivered) == told
    assert len(post.files()) == 1


async def test_another_postrooms_notice_that_somebody_sends_on_is_known_for_one(post: TestOffice) -> None:
    await post.email(JO, subject="help", headers={"Postroom-Notice": "receipt"})
    assert not post.inbox_of(JO)


@pytest.mark.parametrize(
    "sender", ["no-reply@leysjunior.example", "donotreply@leysjunior.example", "postmaster@leysjunior.example"]
)
async def test_who_wants_no_reply_gets_none_though_they_are_on_the_list(post: TestOffice, sender: str) -> None:
    """Lesson L16: a file of theirs is kept aside for a person (lesson L13)."""
    await enrol(post, sender)
    await post.email(sender, subject="help")
    await post.email(sender, attach=PLAN)
    assert not post.inbox_of(sender)
    assert [item.state for item in post.waiting()] == [InboxState.DONE, InboxState.QUARANTINED]
    assert [mail.kind for mail in post.inbox_of(ALEX)] == ["alert"]


async def test_the_subject_of_a_machines_mail_leads_the_administrators_nowhere(post: TestOffice) -> None:
    machine = {"Auto-Submitted": "auto-generated"}
    await post.email(JO, subject="Sign in at https://evil.example/x now", attach=PLAN, headers=machine)
    alert = post.expect(ALEX, "alert")
    assert "evil" not in alert.text + alert.html
    assert "[link removed]" in alert.text
