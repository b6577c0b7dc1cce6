"""The log: a message can be followed through it, and nothing of anybody is in it, whatever goes wrong."""

import asyncio
import gc
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiosmtplib
import httpx
import pytest
import structlog

from bot import faults
from bot.roster import imports
from handlers.cli import logs
from handlers.mail import send
from tests.office import RETURNS, TestOffice
from tests.people import ALEX, JO, PLAN, SAM
from tests.slack_office import open_slack_office
from tests.watching import asked

WREN = "wren.wrenfield@leysjunior.example"
"""Somebody whose every field holds the word that is looked for."""
WORD = "wren"
NAME = "8302000_SENwrenplan20260901.docx"
BAD_NAME = "wren plan of wrenna.docx"
LIBRARIES = ("aiosmtpd", "slack_bolt", "slack_sdk.web", "imapclient", "uvicorn.error", "sqlalchemy.pool", "msal", "x")
FROM = '"Wrenna Wrenfield" <wren.wrenfield@leysjunior.example>'
ROSTER = f"email,name,role,schools,services,other_emails\n{WREN},Wrenna Wrenfield,sender,8302000,,\n"


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """All that has been logged, at every level, as `postroom serve` logs it."""
    handlers, level = list(logging.root.handlers), logging.root.level
    logs.configure(least="debug")
    written: list[str] = []

    def read() -> list[dict[str, Any]]:
        written.extend(capsys.readouterr().err.splitlines())
        return [json.loads(line) for line in written]

    yield read
    structlog.reset_defaults()
    logging.raiseExceptions = True
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def is_clean(lines: list[dict[str, Any]]) -> bool:
    """Fails where the word, an address or a name stands in one of them."""
    for line in lines:
        said = json.dumps(line, ensure_ascii=False).lower()
        assert WORD not in said, line
        assert "@" not in said.replace("…@…", ""), line
        assert "leysjunior" not in said, line
    return bool(lines)


async def known(post: TestOffice) -> None:
    """Wren is on the roster."""
    rows = imports.read_people(ROSTER.encode())
    settings, now = post.rooms.settings, post.clock.now()
    await post.rooms.ledger.write(lambda tx: imports.import_people(tx, rows, settings, now))


async def a_day(post: TestOffice) -> None:
    """A little of everything that people do by mail."""
    await known(post)
    await post.email(WREN, subject="Wren's plan", text="Comment on Wrenna", attach=NAME)
    reference = post.expect(WREN, "receipt").references[0]
    await post.email(WREN, subject="Wren again", attach=BAD_NAME)
    await post.email(WREN, text="recall wren plan please")
    await post.email(SAM, text=f"reject {reference}\nWren is the wrong child")
    await post.email("wrenna@stranger.example", subject="Wren", attach=NAME)
    again = post.compose(WREN, subject="Wren once more", attach=NAME)
    for _ in range(2):
        await post.post(again, WREN, RETURNS)
    await post.email(WREN, subject="Out of office: Wren", headers={"Auto-Submitted": "auto-replied"}, attach=NAME)


async def test_a_day_of_traffic_leaves_nothing_of_anybody(
    post: TestOffice, log: Callable[[], list[dict[str, Any]]]
) -> None:
    await a_day(post)
    assert is_clean(log())


async def test_nor_do_failures_of_every_kind(
    post: TestOffice, log: Callable[[], list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    await known(post)
    post.mailboxes.refusal = f"451 4.2.0 the mailbox of Wrenna {WREN} is busy"
    await post.email(WREN, attach=NAME)
    post.mailboxes.refusal = f"550 5.7.1 Wrenna {WREN} has left"
    post.clock.advance(minutes=5)
    await post.settle()
    post.mailboxes.refusal = None

    nested = "".join(f"Content-Type: multipart/mixed; boundary=wren{n}\r\n\r\n--wren{n}\r\n" for n in range(200))
    await post.post(
        f"From: {FROM}\r\nTo: {RETURNS}\r\nSubject: Wren\r\nMessage-ID: <wren@x>\r\n{nested}\r\n".encode(), WREN
    )

    with monkeypatch.context() as broken:
        broken.setattr("bot.intake.take_in", raises(KeyError(NAME)))
        await post.email(WREN, subject="Wren", text="Wrenna", attach=NAME)
    with monkeypatch.context() as broken:
        broken.setattr("handlers.mail.door.Head.parse", raises(ValueError(f"Wren {WREN}")))
        with pytest.raises(aiosmtplib.SMTPException):
            await post.email(WREN, subject="Wren", attach=NAME)
    with monkeypatch.context() as broken:
        broken.setattr(send.Smarthost, "deliver", raises(OSError(113, f"no way to {WREN} of Wrenna")))
        await post.email(WREN, text="status")
    assert is_clean(log())
    assert {"a notice must wait", "a notice was refused", "a message failed", "mail not accepted"} <= {
        line["event"] for line in log()
    }


async def test_nor_does_a_page_that_fails(
    post: TestOffice, log: Callable[[], list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.link_desk.LinkDesk.show", raises(KeyError("Wren")))
    with pytest.raises(KeyError):
        await asked(post, "/get/wrensecrettoken")
    monkeypatch.undo()
    assert (await asked(post, "/get/wrensecrettoken")).status_code in (200, 404, 410)
    assert (await asked(post, "/wren")).status_code == httpx.codes.NOT_FOUND
    assert WORD not in str(log()).lower()


async def test_nor_do_libraries_which_may_quote_anything(
    log: Callable[[], list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.configure(least="debug")  # once more: pytest has taken our handler away since
    for name in ("uvicorn", *LIBRARIES):  # a server of another test may have set up logging in its own way
        monkeypatch.setattr(logging.getLogger(name), "handlers", [])
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
    for name in LIBRARIES:
        logging.getLogger(name).error("Wren of %s", WREN)
        logging.getLogger(name).critical(f"Wrenna wrote to {WREN}")  # noqa: G004 - as libraries do
        logging.getLogger(name).error("Wren", exc_info=ValueError(f"Wren {WREN}"))

    async def dies() -> None:
        raise ValueError(f"Wren {WREN}")

    task = asyncio.create_task(dies())
    await asyncio.wait([task])
    del task
    gc.collect()
    await asyncio.sleep(0)
    logging.getLogger("x").error("%d of it", "Wren")
    assert is_clean(log())
    assert len(log()) == len(LIBRARIES) * 3 + 1
    assert {line["library"] for line in log()} >= {"slack_bolt", "asyncio"}


def test_nor_does_what_looks_like_an_address_or_a_code_and_is_none_of_ours(
    log: Callable[[], list[dict[str, Any]]],
) -> None:
    """The last lines of defence."""

    class OfALibrary(Exception):
        code = "Wren's own"

    structlog.get_logger().warning("trouble", what=f"mail for {WREN}, and for wren@x", fault=faults.of(OfALibrary()))
    (line,) = log()
    assert (line["what"], line["fault"]) == ("mail for …@…, and for …@…", "OfALibrary")


async def test_nor_does_slack(
    tmp_path: Path, log: Callable[[], list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_slack_office(tmp_path) as office:
        office.people["jo"].name = "wrenna"
        await office.send("jo", NAME, BAD_NAME, text="Wren, as promised")
        with monkeypatch.context() as broken:
            broken.setattr("bot.intake.take_in", raises(KeyError(NAME)))
            await office.send("jo", NAME, text="Wrenna again")
        with monkeypatch.context() as broken:
            broken.setattr("handlers.slack.send.SlackCourier.deliver", raises(RuntimeError(f"Wren {WREN}")))
            await office.send("jo", text="status")
        assert is_clean(log())
        ids = [user.id for user in office.people.values()]
        assert not [line for line in log() if any(one in json.dumps(line) for one in ids)]


async def test_one_message_can_be_followed_from_its_arrival_to_its_answer(
    post: TestOffice, log: Callable[[], list[dict[str, Any]]]
) -> None:
    await post.email(SAM, text="status")
    await post.email(JO, attach=PLAN)

    (mine,) = [item.id for item in post.waiting() if item.sender == JO]
    (receipt,) = [item.id for item in post.told() if item.kind == "receipt"]
    followed = [(line["event"], line.get("notice"), line.get("kind")) for line in log() if line.get("message") == mine]
    assert followed[:2] == [("a message was taken in", None, None), ("a message was handled", None, None)]
    assert ("a notice was delivered", receipt, "receipt") in followed


async def test_what_fails_names_its_message_and_where_it_happened(
    post: TestOffice, log: Callable[[], list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.intake.take_in", raises(KeyError(NAME)))
    await post.email(JO, attach=PLAN)
    (line,) = [line for line in log() if line["event"] == "a message failed"]
    assert (line["message"], line["error"], line["level"]) == (post.waiting()[0].id, "KeyError", "error")
    assert any("answering.py" in place for place in line["where"])


async def test_every_event_is_in_the_manual(post: TestOffice, log: Callable[[], list[dict[str, Any]]]) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
    post.mailboxes.refused[ALEX] = "550 no"
    await a_day(post)
    assert {line["event"] for line in log() if line["level"] != "debug" and f"`{line['event']}`" not in manual} == set()


def raises(fault: Exception) -> Callable[..., Any]:
    """Something in the place of which this happens."""

    def fails(*_: object, **__: object) -> None:
        raise fault

    return fails
