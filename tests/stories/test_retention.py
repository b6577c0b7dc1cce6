"""What is kept comes to its end: contents, held files, quarantine (docs/rules.md, «Retention»)."""

from datetime import UTC, datetime

from bot.ledger import history
from bot.ledger.tables import Contents
from bot.rules.lifecycle import Act, Status
from tests.office import Answer, TestOffice, one_line
from tests.people import ALEX, JO, PLAN, SAM


async def wait(post: TestOffice, **by: float) -> None:
    """So much later the office is as it was left, and does what has become due."""
    post.clock.advance(**by)
    await post.settle()


async def days_pass(post: TestOffice, days: int) -> None:
    """Day by day, as a service that is always on sees them."""
    for _ in range(days):
        await wait(post, days=1)


async def received(post: TestOffice, name: str = PLAN) -> str:
    """A file that its service has received; its reference."""
    await post.email(JO, attach=name)
    (reference,) = post.expect(JO, "receipt").references
    await post.email(SAM, text=f"receive {reference}")
    assert post.file(reference).status is Status.RECEIVED
    return reference


def acts(post: TestOffice, reference: str) -> list[tuple[str, str]]:
    """What befell a file, and why, oldest first."""
    file = post.file(reference)
    return post.rooms.ledger.read_now(lambda tx: [(entry.act.value, entry.why) for entry in history.of(tx, file)])


async def test_contents_are_kept_for_ninety_whole_days_and_not_a_moment_longer(post: TestOffice) -> None:
    reference = await received(post)
    await days_pass(post, 90)
    post.clock.advance(hours=14, minutes=59)  # 1 September, 09:00, became 30 November, 08:00; now it is 22:59
    await post.settle()
    assert post.file(reference).contents is Contents.KEPT
    assert post.contents(post.file(reference))

    await wait(post, hours=1, minutes=1)  # midnight
    assert post.clock.now() == datetime(2026, 12, 1, tzinfo=UTC)
    file = post.file(reference)
    assert file.contents is Contents.DESTROYED
    assert not post.rooms.vault.holds(file.object_id)
    assert acts(post, reference)[-1] == ("destroyed", "kept for 90 days")


async def test_the_record_of_a_destroyed_file_stays_and_is_whole(post: TestOffice) -> None:
    reference = await received(post)
    await days_pass(post, 91)

    await post.email(JO, text=f"history {reference}")
    assert "destroyed" in one_line(post.expect(JO, "history"))
    await post.email(JO, text=f"copy {reference}")
    assert "destroyed" in one_line(post.expect(JO, "too-late"))
    assert post.rooms.ledger.read_now(lambda tx: list(history.faults(tx))) == []


async def test_contents_of_a_rejected_file_go_as_those_of_a_received_one(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    (reference,) = post.expect(JO, "receipt").references
    await post.email(SAM, text=f"reject {reference} Wrong child")
    await days_pass(post, 91)
    assert post.file(reference).contents is Contents.DESTROYED


async def test_what_an_officer_receives_on_the_last_day_can_still_be_had_for_a_week(post: TestOffice) -> None:
    # lesson L67
    await post.email(JO, attach=PLAN)
    (reference,) = post.expect(JO, "receipt").references
    await days_pass(post, 90)
    await post.email(SAM, text=f"receive {reference}")
    await days_pass(post, 7)
    assert post.file(reference).contents is Contents.KEPT
    await days_pass(post, 1)
    assert post.file(reference).contents is Contents.DESTROYED


async def test_contents_that_nobody_received_are_not_destroyed_by_themselves(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    (reference,) = post.expect(JO, "receipt").references
    await days_pass(post, 200)
    assert post.file(reference).contents is Contents.KEPT


async def test_a_held_file_is_discarded_after_seven_whole_days_and_its_sender_told_once(post: TestOffice) -> None:
    await post.email(
        JO,
        attach={"8302000 SENplan20260901.docx": b"PK\x03\x04 one", "8302000 SENnote20260901.docx": b"PK\x03\x04 two"},
    )
    post.unread()
    await days_pass(post, 7)
    assert {file.status for file in post.files()} == {Status.HELD}

    await days_pass(post, 1)
    assert {file.status for file in post.files()} == {Status.DISCARDED}
    assert {file.contents for file in post.files()} == {Contents.DESTROYED}
    (told,) = [answer for answer in post.unread() if answer.kind == "discarded"]
    assert told.recipient == JO
    assert "heard nothing within 7 days" in one_line(told)
    assert "8302000 SENplan20260901.docx" in one_line(told)
    (entry,) = [why for act, why in acts(post, post.files()[0].reference) if act == Act.DISCARDED]
    assert entry == "no answer within 7 days"


def warnings(post: TestOffice, recipient: str) -> list[Answer]:
    """What this address was told of files that nobody receives."""
    return [answer for answer in post.inbox_of(recipient) if answer.kind == "unreceived"]


async def test_from_day_sixty_the_service_and_the_administrators_are_warned_of_what_nobody_received(
    post: TestOffice,
) -> None:
    await post.email(JO, attach=PLAN)
    (reference,) = post.expect(JO, "receipt").references
    await days_pass(post, 59)
    assert not warnings(post, SAM)
    await days_pass(post, 1)
    (officer,), (administrator,) = warnings(post, SAM), warnings(post, ALEX)
    assert officer.subject == f"Nobody has received {PLAN} ({reference})"
    assert "60 days ago" in one_line(officer)
    assert "kept at least until 30 November 2026" in one_line(administrator)
    assert acts(post, reference)[-1] == ("warned", "60 days after it was sent")

    await post.email(SAM, text="receive", reply_to=officer)
    assert post.file(reference).status is Status.RECEIVED
    await days_pass(post, 25)
    assert len(warnings(post, ALEX)) == 1


async def test_they_are_warned_weekly_and_once_more_before_the_end_and_then_go_on(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    days: list[int] = []
    for day in range(1, 104):
        await days_pass(post, 1)
        days += [day] if len(warnings(post, ALEX)) > len(days) else []
    assert days == [60, 67, 74, 81, 88, 95, 102]
    assert "postroom files destroy" in one_line(warnings(post, ALEX)[-1])


async def test_one_notice_tells_each_reader_of_all_files(post: TestOffice) -> None:
    await post.email(JO, attach=[PLAN, "8302000_SENreview20260901.docx"])
    await post.email(JO, attach="8302000_SENnote20260901.docx")
    await days_pass(post, 60)
    for reader in (SAM, ALEX):
        (told,) = warnings(post, reader)
        assert len(told.references) == 3


async def test_a_frozen_file_is_named_though_it_was_received(post: TestOffice) -> None:
    reference = await received(post)
    await post.email(JO, text=f"freeze {reference}")
    await days_pass(post, 60)
    (told,) = warnings(post, ALEX)
    assert told.subject == f"Still frozen: {PLAN} ({reference})"
    await days_pass(post, 31)
    assert post.file(reference).contents is Contents.DESTROYED
    assert post.file(reference).frozen_at is None
