"""Whoever watches over Postroom hears of a process aside that cannot be begun: all mail waits for it, and nothing fails."""

from pathlib import Path

import pytest

from tests.people import JO, PLAN
from tests.stories.test_aside import kill, office
from tests.watching import asked


async def test_mail_that_waits_for_the_process_is_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with office(tmp_path) as post:

        async def told() -> object:
            post.clock.advance(minutes=1)
            return (await asked(post, "/readyz")).json()["failing"].get("aside")

        assert await told() is None
        kill(post)
        with monkeypatch.context() as broken:
            broken.setattr("sys.executable", str(tmp_path / "no-python"))
            await post.email(JO, attach=PLAN)
            assert "cannot begin" in str(await told())
        post.clock.advance(minutes=1)
        await post.settle()
        assert await told() is None
        assert post.expect(JO, "receipt")
