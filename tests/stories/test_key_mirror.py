"""The disk of the keys' mirror goes away: new mail waits outside, what was taken in is safe, and it ends by itself."""

from pathlib import Path

import aiosmtplib
import pytest

from bot.ledger.tables import Contents, DestroyOrder
from tests.office import Opener, TestOffice
from tests.people import ALEX, JO, PLAN, SAM

OTHER = "8302000_SENother20260901.docx"


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """The folder of the second disk."""
    folder = tmp_path / "second"
    folder.mkdir()
    return folder


def mirrored(second: Path) -> dict[str, str]:
    return {"POSTROOM__KEYS__MIRROR": f"{second}/keys.db"}


def take_away(second: Path) -> None:
    second.rename(second.with_name("away"))


def bring_back(second: Path) -> None:
    second.with_name("away").rename(second)


def holding(folder: Path, octets: bytes) -> list[Path]:
    """The files of keys in which these octets are."""
    return [path for path in folder.rglob("keys.db*") if octets in path.read_bytes()]


def told(post: TestOffice) -> int:
    return sum(answer.kind == "alert" and "mirror of the keys" in answer.subject for answer in post.inbox_of(ALEX))


async def test_mail_waits_while_the_mirror_is_away_and_comes_in_by_itself_afterwards(
    post_with: Opener, second: Path
) -> None:
    async with post_with(mirrored(second)) as post:
        await post.email(JO, attach=PLAN)
        take_away(second)
        for _ in range(2):
            with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
                await post.email(JO, attach=OTHER)
            assert refused.value.code in {451, 452}
        await post.settle()
        assert told(post) == 1
        assert "Is its disk mounted" in " ".join(post.expect(ALEX, "alert").text.split())
        bring_back(second)
        await post.email(JO, attach=OTHER)
        assert len(post.files()) == 2
        await post.settle()
        assert told(post) == 1


async def test_what_is_due_to_be_destroyed_waits_for_the_mirror_and_then_goes_from_both(
    post_with: Opener, second: Path, tmp_path: Path
) -> None:
    async with post_with(mirrored(second)) as post:
        await post.email(JO, attach=PLAN)
        (reference,) = post.expect(JO, "receipt").references
        wrapped = post.rooms.vault._keys.find(post.files()[0].object_id)
        assert wrapped
        assert len(holding(tmp_path, wrapped.wrapped)) >= 2
        take_away(second)
        post.rooms.ledger.write_now(lambda tx: tx.add(order(post, reference)))
        await post.settle()
        assert post.rooms.vault.holds(wrapped.object_id)
        bring_back(second)
        await post.settle()
        assert not post.rooms.vault.holds(wrapped.object_id)
        assert holding(tmp_path, wrapped.wrapped) == []


async def test_what_is_ordered_once_is_not_ordered_again_while_it_waits_for_the_mirror(
    post_with: Opener, second: Path
) -> None:
    async with post_with(mirrored(second)) as post:
        await post.email(JO, attach=PLAN)
        await post.email(SAM, text="receive", reply_to=post.expect(SAM, "new-files"))
        for _ in range(3):
            post.clock.advance(days=29)
            await post.settle()
        take_away(second)
        post.clock.advance(days=4)
        await post.settle()
        due = post.clock.now()
        post.clock.advance(hours=5)
        await post.settle()
        (file,) = post.files()
        order = post.rooms.ledger.read_now(lambda tx: tx.get_one(DestroyOrder, file.object_id))
        assert (file.contents, order.ordered_at) == (Contents.KEPT, due)


def order(post: TestOffice, reference: str) -> DestroyOrder:
    """The word that its contents go."""
    (file,) = (one for one in post.files() if one.reference == reference)
    return DestroyOrder(object_id=file.object_id, file_id=None, ordered_at=post.clock.now(), why="")
