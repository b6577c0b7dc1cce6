"""Mail is opened, and written, in a process aside: what a mail does to that process it does to nobody else."""

import os
import signal
import textwrap
from contextlib import AbstractAsyncContextManager
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.inbox import TRIES_MAX
from bot.ledger.tables import InboxItem, InboxState
from handlers.aside.asking import Limits
from tests.bounces import UNKNOWN, bounce_of
from tests.office import HandWoundClock, TestOffice, one_line, open_office
from tests.people import ALEX, BETH, JO, PLAN, SAM
from tests.stories.test_trouble import leave_lying
from tests.watching import asked

SCHOOL = {JO: PLAN, BETH: PLAN.replace("8302000", "8309001")}
READING = """
import os
import handlers.mail.receive as receive

opened = receive.open_message

def hostile(chunks, sink_for, **here):
    octets = b"".join(chunks)
    if b"POISON" in octets:
        poison()
    elif b"BYSTANDER" in octets:
        stand_by()
    return opened(iter([octets]), sink_for, **here)

receive.open_message = hostile
"""


def office(tmp_path: Path, **limits: float) -> AbstractAsyncContextManager[TestOffice]:
    """One that has a process aside."""
    return open_office(tmp_path, aside=Limits(**limits))


def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *functions: str) -> None:
    """Every process aside that is begun from now on does this to a mail that says POISON: our readers have no such fault."""
    folder = tmp_path / "planted"
    folder.mkdir()
    code = "\n".join([READING, *map(textwrap.dedent, functions)])
    (folder / "sitecustomize.py").write_text(code, "utf-8")  # imported by whatever Python starts (the module `site`)
    monkeypatch.syspath_prepend(folder)


def pid(post: TestOffice) -> int:
    assert post.office.aside
    assert post.office.aside.pid
    return post.office.aside.pid


def kill(post: TestOffice) -> int:
    """End the process, and be sure that it has."""
    os.kill(pid(post), signal.SIGKILL)
    os.waitid(os.P_PID, pid(post), os.WEXITED | os.WNOWAIT)
    return pid(post)


def mail(post: TestOffice, sender: str, word: str) -> EmailMessage:
    return post.compose(sender, subject="Plan", text=f"The {word} plan", attach=SCHOOL[sender])


async def until_given_up(post: TestOffice) -> InboxItem:
    """Let it be tried as often as it is."""
    for _ in range(TRIES_MAX):
        await post.settle()
        post.clock.advance(hours=1)
    return next(item for item in post.waiting() if item.sender == JO)


SAME = {
    "POSTROOM__KEYS__MASTER_KEY": "5a" * 32,
    "POSTROOM__WEB__PORT": "0",
    "POSTROOM__WEB__BASE_URL": "http://127.0.0.1:8025",
}
"""What receipts and links are made of."""


async def test_what_is_done_aside_is_what_is_done_here(tmp_path: Path) -> None:
    found: list[list[bytes]] = []
    for name, limits in (("here", None), ("aside", Limits())):
        (tmp_path / name).mkdir()
        async with open_office(tmp_path / name, SAME, aside=limits, clock=HandWoundClock()) as post:
            await post.email(JO, subject="Plan", text="The autumn plan", attach=[PLAN, "my holiday.docx"])
            await post.email(JO, text="status", reply_to=post.expect(JO, "mixed"))
            await post.email(JO, to="returns-try@derbyshire.example", attach=PLAN)
            await post.email(JO, subject="Is it genuine?", attach=post.expect(JO, "mixed").attached)
            assert "genuine" in post.expect(JO, "verified").text
            found.append(sorted(answer.message.as_bytes(policy=policy.SMTP) for answer in post.mailboxes.delivered))
            assert all(
                post.contents(file) == b"PK\x03\x04 a small document" + file.name.encode() for file in post.files()
            )
    assert len(found[0]) > 4
    assert found[0] == found[1]


async def test_what_comes_back_to_a_notice_is_read_aside(tmp_path: Path) -> None:
    async with office(tmp_path) as post:
        await post.email(JO, attach=PLAN)
        told = post.expect(SAM, "new-files")
        await post.post(bounce_of(told, {**UNKNOWN, "Final-Recipient": f"rfc822; {SAM}"}), "", told.envelope_from)
        assert post.waiting()[-1].state is InboxState.DONE
        assert "5.1.1" in post.waiting()[-1].why


async def test_a_mail_that_kills_is_tried_six_times_and_lies_in_quarantine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # lesson L28
    plant(tmp_path, monkeypatch, "def poison(): os.abort()")
    async with office(tmp_path) as post:
        before = pid(post)
        await leave_lying(post, mail(post, JO, "POISON"))
        lying = await until_given_up(post)
        assert (lying.state, lying.tries, lying.why) == (InboxState.QUARANTINED, TRIES_MAX, "Died")
        assert post.expect(JO, "trouble"), "which was written by a process that was begun anew"
        await post.email(JO, attach=PLAN)
        assert post.expect(JO, "receipt")
        assert pid(post) != before


async def test_whoever_is_near_is_not_taken_for_the_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = tmp_path / "there"
    plant(
        tmp_path, monkeypatch,
        f"""
        import time
        def poison():
            while not os.path.exists({str(there)!r}):
                time.sleep(0.01)
            os.abort()
        def stand_by():
            if not os.path.exists({str(there)!r}):
                open({str(there)!r}, "w").close()
                time.sleep(3600)
        """,
    )  # fmt: skip
    async with office(tmp_path) as post:
        await leave_lying(post, mail(post, JO, "POISON"))
        await leave_lying(post, mail(post, BETH, "BYSTANDER"))
        await post.settle()
        by_sender = {item.sender: item for item in post.waiting()}
        assert (by_sender[BETH].state, by_sender[BETH].tries) == (InboxState.DONE, 0)
        assert (by_sender[JO].state, by_sender[JO].tries) == (InboxState.WAITING, 1)
        assert post.expect(BETH, "receipt")


async def test_a_mail_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(
        tmp_path, monkeypatch, "import re\ndef poison(): re.match('(a*)*b', 'a' * 200)"
    )  # holds the interpreter's lock
    async with office(tmp_path, opening=0.5) as post:
        await leave_lying(post, mail(post, JO, "POISON"))
        lying = await until_given_up(post)
        assert (lying.state, lying.why) == (InboxState.QUARANTINED, "TooSlow")
        assert post.expect(JO, "trouble")


async def test_a_mail_that_swells_fails_and_takes_nobody_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, monkeypatch, "def poison(): bytearray(64 << 30)")
    async with office(tmp_path) as post:
        before = pid(post)
        await leave_lying(post, mail(post, JO, "POISON"))
        lying = await until_given_up(post)
        assert (lying.state, lying.why) == (InboxState.QUARANTINED, "MemoryError")
        assert pid(post) == before


async def test_a_process_that_ended_while_nothing_was_to_do_is_nobodys_fault(tmp_path: Path) -> None:
    async with office(tmp_path) as post:
        before = kill(post)
        await post.email(JO, attach=PLAN)
        assert post.expect(JO, "receipt")
        assert [item.tries for item in post.waiting()] == [0]
        assert {item.tries for item in post.told()} == {1}
        assert pid(post) != before


async def test_while_it_cannot_begin_mail_waits_and_is_blamed_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office(tmp_path) as post:
        kill(post)
        with monkeypatch.context() as broken:
            broken.setattr("sys.executable", str(tmp_path / "no-python"))
            await post.email(JO, attach=PLAN)
            (item,) = post.waiting()
            assert (item.state, item.tries) == (InboxState.WAITING, 0)
            assert "cannot begin" in item.why
        post.clock.advance(minutes=1)
        await post.settle()
        assert post.expect(JO, "receipt")


async def test_while_it_cannot_begin_the_administrators_hear_of_it_all_the_same_and_it_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office(tmp_path) as post:
        assert "aside" not in await not_ready(post)
        kill(post)
        with monkeypatch.context() as broken:
            broken.setattr("sys.executable", str(tmp_path / "no-python"))
            await post.email(JO, attach=PLAN)
            await post.settle()
            (told,) = [one for one in post.inbox_of(ALEX) if one.kind == "alert"]
            assert told.subject == "Please look: Mail can be neither opened nor answered"
            assert "cannot begin (No such file or directory)" in one_line(told)
            assert "cannot begin" in (await not_ready(post))["aside"]
        post.clock.advance(minutes=1)
        await post.settle()
        assert "aside" not in await not_ready(post)
        assert len([one for one in post.inbox_of(ALEX) if one.kind == "alert"]) == 1


async def not_ready(post: TestOffice) -> dict[str, str]:
    """The parts that do not work, looked at anew."""
    post.clock.advance(seconds=11)
    failing: dict[str, str] = (await asked(post, "/readyz")).json()["failing"]
    return failing
