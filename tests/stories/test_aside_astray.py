"""What comes back from the process aside is held against what was asked: it can touch no other message, and hold up nobody."""

import textwrap
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.ledger.tables import Contents, InboxState
from tests.office import TestOffice
from tests.people import BETH, JO
from tests.stories.test_aside import SCHOOL, mail, office, plant, until_given_up
from tests.stories.test_trouble import leave_lying

ANSWERING = """
import json
import handlers.aside.frames as frames

framed = frames.framed

def answer(number, octets):
    if b"POISON" not in octets or octets[:1] != b"+":
        return framed(number, octets)
    said = json.loads(octets[1:])
    file = said["opened"]["attachments"][0]
    return framed(number, tell(said, file))

def say(said):
    return b"+" + json.dumps(said).encode()

frames.framed = answer
"""


def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    """So is answered from then on what a mail was found to hold that says POISON: by a process that somebody has taken over."""
    folder = tmp_path / "taken-over"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(f"{ANSWERING}\n{textwrap.dedent(function)}", "utf-8")
    monkeypatch.syspath_prepend(folder)


async def given_up(post: TestOffice) -> str:
    """Why Jo's mail lies in quarantine at last."""
    await leave_lying(post, mail(post, JO, "POISON"))
    lying = await until_given_up(post)
    assert lying.state is InboxState.QUARANTINED
    return lying.why


@pytest.mark.parametrize(
    "change",
    [
        'said["unwanted"] = ["f1-2"]',
        'file["object_id"] = "f1-2"',
        'said["unwanted"] = ["../keys.db"]',
        'said["unwanted"] = ["f2-2-f1-2"]',
        'said = {"why": "unreadable", "unwanted": ["f1-2"]}',
        'said = {"why": "x" * 501, "unwanted": []}',
        'said["receipts"] = [{"name": "a", "judged": {"verdict": "genuine", "document": None}}]',
    ],
)
async def test_no_answer_touches_what_is_anothers_or_says_what_cannot_be_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    answers(tmp_path, monkeypatch, f"def tell(said, file):\n    {change}\n    return say(said)")
    async with office(tmp_path) as post:
        await post.email(BETH, attach=SCHOOL[BETH])
        assert [file.object_id for file in post.files()] == ["f1-2"]
        assert await given_up(post) == "Astray"
        (hers,) = post.files()
        assert hers.contents is Contents.KEPT
        assert post.contents(hers)


async def test_an_answer_that_comes_in_drops_is_too_slow_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(
        tmp_path, monkeypatch,
        """
        import socket, time
        class Drops(bytes):
            pass
        sendall = socket.socket.sendall
        def drip(line, octets):
            sendall(line, octets)
            while isinstance(octets, Drops):
                sendall(line, b"+")
                time.sleep(0.05)
        socket.socket.sendall = drip
        whole = framed
        def framed(number, octets):
            return whole(number, octets) if octets else Drops(frames.HEAD.pack(number, 1 << 20))
        def tell(said, file):
            return b""
        """,
    )  # fmt: skip
    async with office(tmp_path, opening=0.5) as post:
        await leave_lying(post, mail(post, JO, "POISON"))
        await post.settle()
        assert [(item.tries, item.why) for item in post.waiting()] == [(1, "TooSlow")]


async def test_nothing_is_logged_for_it_but_kinds_and_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(
        tmp_path, monkeypatch,
        """
        def tell(said, file):
            return b"!" + json.dumps(["KeyError", ["Ann is ill", "bot/vault/seal.py:7 read"]]).encode()
        """,
    )  # fmt: skip
    async with office(tmp_path) as post:
        with capture_logs() as logged:
            assert await given_up(post) == "KeyError"
    assert "Ann" not in str(logged)
    assert ["bot/vault/seal.py:7 read"] in [line.get("where") for line in logged]


async def test_its_words_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(tmp_path, monkeypatch, 'def tell(said, file):\n    return b"~" + b"x" * 1000000')
    async with office(tmp_path) as post:
        await leave_lying(post, mail(post, JO, "POISON"))
        await post.settle()
        (waiting,) = post.waiting()
        assert (waiting.state, waiting.tries) == (InboxState.WAITING, 0)
        assert set(waiting.why) == {"x"}
        assert len(waiting.why) <= 500


async def test_whoever_was_asked_for_first_is_not_taken_for_the_slow_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "there"
    plant(
        tmp_path, monkeypatch,
        f"""
        import re, time
        def poison():
            while not os.path.exists({str(there)!r}):
                time.sleep(0.01)
            re.match("(a*)*b", "a" * 200)  # holds the interpreter's lock
        def stand_by():
            if not os.path.exists({str(there)!r}):
                open({str(there)!r}, "w").close()
                time.sleep(0.2)
        """,
    )  # fmt: skip
    async with office(tmp_path, opening=1.5) as post:
        await leave_lying(post, mail(post, BETH, "BYSTANDER"))
        await leave_lying(post, mail(post, JO, "POISON"))
        await post.settle()
        by_sender = {item.sender: item for item in post.waiting()}
        assert (by_sender[BETH].state, by_sender[BETH].tries) == (InboxState.DONE, 0)
        assert (by_sender[JO].state, by_sender[JO].tries) == (InboxState.WAITING, 1)


async def test_whoever_lacks_memory_because_another_swells_is_not_blamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, full = tmp_path / "there", tmp_path / "full"
    plant(
        tmp_path, monkeypatch,
        f"""
        import time
        def wait_for(path):
            while not os.path.exists(path):
                time.sleep(0.01)
        def poison():
            wait_for({str(there)!r})
            held = []
            try:
                for size in (1 << 28, 1 << 24, 1 << 20):
                    try:
                        while True:
                            held.append(bytearray(size))
                    except MemoryError:
                        pass
                raise MemoryError
            finally:
                open({str(full)!r}, "w").close()
                wait_for({str(there)!r} + ".tried")
        def stand_by():
            if not os.path.exists({str(there)!r}):
                open({str(there)!r}, "w").close()
                wait_for({str(full)!r})
                try:
                    bytearray(1 << 22)
                finally:
                    open({str(there)!r} + ".tried", "w").close()
        """,
    )  # fmt: skip
    async with office(tmp_path) as post:
        await leave_lying(post, mail(post, JO, "POISON"))
        await leave_lying(post, mail(post, BETH, "BYSTANDER"))
        await post.settle()
        by_sender = {item.sender: item for item in post.waiting()}
        assert (by_sender[BETH].state, by_sender[BETH].tries) == (InboxState.DONE, 0)
        assert (by_sender[JO].state, by_sender[JO].why) == (InboxState.WAITING, "MemoryError")
