"""Whoever is on no list, in numbers: each is told so, and no crowd of them makes us a nuisance to anybody."""

from pathlib import Path

from tests.people import ALEX, JO, PLAN
from tests.proving import HERE, SCHOOL, facing_the_internet

FEW = {"POSTROOM__EMAIL__STRANGERS_PER_HOUR": "3"}


async def test_any_number_of_addresses_of_one_domain_are_not_answered(tmp_path: Path) -> None:
    """Lesson L19: the mail server of that domain may be somebody else's."""
    async with facing_the_internet(tmp_path, FEW) as (post, dns):
        dns.txt("evil.example", HERE)
        dns.txt(SCHOOL, HERE)
        for number in range(8):
            await post.email(f"x{number}@evil.example", text="hello")
        await post.email("x1@evil.example", text="hello again")
        assert [mail.recipient for mail in post.mailboxes.delivered if mail.recipient.endswith("@evil.example")] == [
            f"x{number}@evil.example" for number in range(3)
        ]
        (alert,) = [mail for mail in post.inbox_of(ALEX) if mail.kind == "alert"]
        assert "on no list" in alert.subject

        await post.email(JO, attach=PLAN)  # whoever is on one is answered all the same
        assert post.expect(JO, "receipt")

        post.clock.advance(hours=1, seconds=1)
        await post.email("y@evil.example", text="hello")
        assert post.inbox_of("y@evil.example")
        for number in range(8):
            await post.email(f"z{number}@evil.example", text="hello")
        assert len([mail for mail in post.inbox_of(ALEX) if mail.kind == "alert"]) == 1


async def test_who_was_told_today_takes_nobody_elses_turn(tmp_path: Path) -> None:
    async with facing_the_internet(tmp_path, FEW) as (post, dns):
        dns.txt("other.example", HERE)
        for _ in range(4):
            await post.email("x0@other.example", text="hello")
        for number in (1, 2):
            await post.email(f"x{number}@other.example", text="hello")
            assert post.inbox_of(f"x{number}@other.example")
        assert len(post.inbox_of("x0@other.example")) == 1
