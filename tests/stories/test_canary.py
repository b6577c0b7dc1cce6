"""The mail that we send to ourselves through the whole path (lesson L23)."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import aiosmtplib
import pytest

from bot.canary import CanaryKey, Flight, flight
from bot.ledger import upkeep
from bot.ledger.upkeep import Chore
from handlers.mail.canary import canary_mail
from tests.office import MORNING, RETURNS, Answer, Opener, TestOffice, one_line
from tests.people import ALEX, JO, PLAN
from tests.watching import FAR, asked, measured

EVERY = {"POSTROOM__EMAIL__CANARY_MINUTES": "15"}
UNPROVEN = {"POSTROOM__EMAIL__TRUST__SUBMISSION_NETWORKS": "[]"}


@pytest.fixture
async def office(post_with: Opener) -> AsyncIterator[TestOffice]:
    """An office that sends one each quarter of an hour, to which everybody's mail must be proven."""
    async with post_with(EVERY | UNPROVEN) as post:
        yield post


def stands(post: TestOffice) -> Flight:
    """How it stands in the record."""
    return post.rooms.ledger.read_now(flight)


def canaries(post: TestOffice) -> list[Answer]:
    """All that were handed to the outgoing server."""
    return [mail for mail in post.inbox_of(RETURNS) if mail.message["Postroom-Canary"]]


def alerts(post: TestOffice) -> list[Answer]:
    """What the administrator was told."""
    return [mail for mail in post.inbox_of(ALEX) if mail.kind == "alert"]


async def comes_home(post: TestOffice) -> None:
    """The newest is handed to our own door."""
    mail = canaries(post)[-1]
    await post.post(mail.message, mail.envelope_from)


async def pass_time(post: TestOffice, minutes: int) -> None:
    """Minute by minute, as a service lives through it."""
    for _ in range(minutes):
        post.clock.advance(minutes=1)
        await post.settle()


async def test_one_is_sent_each_quarter_of_an_hour_though_nothing_else_happens(office: TestOffice) -> None:
    await office.settle()
    await pass_time(office, 60)
    assert len(canaries(office)) == 5
    assert stands(office).sent_at == MORNING + timedelta(minutes=60)


async def test_a_clock_that_is_set_back_stops_none(office: TestOffice) -> None:
    await office.settle()
    for days in (400, -400):
        office.clock.advance(days=days, minutes=1)
        await office.settle()
    assert len(canaries(office)) == 3


async def test_a_clock_that_was_ahead_makes_no_dead_path_look_alive(office: TestOffice) -> None:
    office.clock.advance(days=400)
    await office.settle()
    await comes_home(office)
    told = len(alerts(office))
    office.clock.advance(days=-400)
    await pass_time(office, 60)
    assert len(alerts(office)) == told + 1

    await comes_home(office)
    back = stands(office).back_at
    assert back is not None
    assert back <= office.clock.now()


async def test_a_service_that_was_off_for_a_day_waits_for_its_own_before_it_alarms(office: TestOffice) -> None:
    before = MORNING - timedelta(days=1)
    office.rooms.ledger.write_now(lambda tx: upkeep.note(tx, Chore.CANARY_BACK, before))
    await pass_time(office, 45)
    assert alerts(office) == []
    await pass_time(office, 15)
    assert len(alerts(office)) == 1


async def test_it_comes_home_without_any_other_proof_and_nothing_of_it_stays(office: TestOffice) -> None:
    with pytest.raises(aiosmtplib.SMTPException):  # our own address proves nothing here (lesson L11)
        await office.email(RETURNS, attach=PLAN)
    await office.settle()
    await comes_home(office)

    assert stands(office).back_at == MORNING
    assert (office.waiting(), office.files(), office.told()) == ([], [], [])
    assert list((office.directory / "vault").rglob("raw-*")) == []
    assert [mail.recipient for mail in office.mailboxes.delivered] == [RETURNS]


async def test_a_path_that_is_sound_alarms_nobody(office: TestOffice) -> None:
    for _ in range(8):
        await office.settle()
        await comes_home(office)
        await pass_time(office, 15)
    assert alerts(office) == []
    assert (await measured(office))["postroom_canary_back_timestamp_seconds"] >= MORNING.timestamp()


async def test_how_old_the_newest_is_that_came_back_is_told_to_whoever_watches(office: TestOffice) -> None:
    async def age() -> object:
        return (await asked(office, "/readyz")).json()["canary_age_seconds"]

    await office.settle()
    assert await age() is None
    await comes_home(office)
    await pass_time(office, 5)
    assert await age() == 5 * 60
    await pass_time(office, 25)  # the two since then have not come back
    assert await age() == 30 * 60
    office.clock.advance(days=-1)
    assert await age() is None, "a clock that was ahead says nothing"
    assert (await asked(office, "/readyz", by=FAR)).json().keys() == {"ready"}


async def test_one_that_does_not_come_back_is_told_once_a_day(office: TestOffice) -> None:
    await office.settle()
    await pass_time(office, 120)
    (alert,) = alerts(office)
    assert alert.subject == "Please look: The canary has not come back: mail may not reach Postroom, or not leave it"
    assert "it did not come in again" in one_line(alert)
    assert "canary" in (await asked(office, "/readyz")).json()["failing"]

    await pass_time(office, 24 * 60)
    assert len(alerts(office)) == 2


async def test_where_it_cannot_even_be_sent_that_is_what_is_told(office: TestOffice) -> None:
    office.mailboxes.refused[RETURNS] = "550 5.7.60 send as denied for Wren"
    await pass_time(office, 60)
    (alert,) = alerts(office)
    assert "did not take it: Undeliverable from SMTPRecipientRefused 550" in one_line(alert)
    assert "Wren" not in alert.text


async def test_one_that_is_sent_again_later_does_not_make_a_dead_path_look_alive(office: TestOffice) -> None:
    await office.settle()
    await comes_home(office)
    first = canaries(office)[0]

    for minutes in (20, 40, 600):
        office.clock.advance(minutes=minutes)
        await office.post(first.message, first.envelope_from)
        assert stands(office).back_at == MORNING
    assert office.waiting() == []
    await office.settle()
    assert len(alerts(office)) == 1


async def test_one_that_was_half_an_hour_under_way_is_not_noted(office: TestOffice) -> None:
    await office.settle()
    office.clock.advance(minutes=30)
    await comes_home(office)
    assert stands(office).back_at is None


async def test_a_token_that_is_too_old_lets_nothing_in(office: TestOffice) -> None:
    """Whoever has seen one once would have it for ever."""

    def taken() -> float:
        counted = office.rooms.measures.registry.get_sample_value
        return counted("postroom_arrivals_total", {"channel": "email", "outcome": "new"}) or 0

    await office.settle()
    await comes_home(office)
    assert taken() == 1
    office.clock.advance(days=400)
    await comes_home(office)
    forged = office.compose(JO, attach=PLAN, headers={"Postroom-Canary": office.rooms.canary.token(MORNING)})
    await office.post(forged, JO)
    assert (taken(), office.waiting(), office.files()) == (1, [], [])


@pytest.mark.parametrize("token", ["1788249600." + "0" * 64, "x", "1788249600", ""])
async def test_a_forged_one_is_a_mail_like_any_other(office: TestOffice, token: str) -> None:
    forged = office.compose(RETURNS, headers={"Postroom-Canary": token} if token else {})
    with pytest.raises(aiosmtplib.SMTPException):
        await office.post(forged, RETURNS)
    assert stands(office).back_at is None


async def test_another_offices_canary_is_none_of_ours(office: TestOffice) -> None:
    token = CanaryKey(b"another").token(MORNING)
    with pytest.raises(aiosmtplib.SMTPException):
        await office.post(canary_mail(token, RETURNS, MORNING).octets, RETURNS)


async def test_a_token_shelters_no_large_mail(office: TestOffice) -> None:
    token = office.rooms.canary.token(office.clock.now())
    large = office.compose(JO, attach={PLAN: b"x" * 200_000}, headers={"Postroom-Canary": token})
    with pytest.raises(aiosmtplib.SMTPException):
        await office.post(large, JO)


async def test_a_report_that_one_was_not_delivered_ends_quietly(office: TestOffice) -> None:
    await office.settle()
    report = office.compose(
        "postmaster@mail.example", subject="Undelivered", headers={"Auto-Submitted": "auto-replied"}
    )
    await office.post(report, "", canaries(office)[0].envelope_from)
    assert (office.waiting(), alerts(office)) == ([], [])


async def test_none_is_sent_where_none_is_wanted(post: TestOffice) -> None:
    await post.settle()
    post.clock.advance(days=1)
    await post.settle()
    assert post.mailboxes.delivered == []
    told = (await asked(post, "/readyz")).json()
    assert "canary" not in told["parts"]
    assert "canary_age_seconds" not in told


def test_a_token_tells_when_it_was_made_and_no_other_can_be_made_of_it() -> None:
    key = CanaryKey(b"secret")
    at = datetime.fromisoformat("2026-09-01T08:00:00+00:00")
    token = key.token(at)
    assert key.sent_at(token) == at
    later = f"{int(at.timestamp()) + 60}.{token.partition('.')[2]}"
    assert key.sent_at(later) is None
