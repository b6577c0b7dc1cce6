"""Presses of buttons at a steady rate: how soon Slack is acknowledged, and how soon every surface shows what was done.

    python -m bench.slack --rate 100 --presses 600

`postroom serve` runs in a process of its own, as does its peer in the same run: a Bolt app that acknowledges and does
nothing else, which is as fast as an acknowledgement can be had here. The local Slack and its people are in this process.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiosmtpd.smtp import SMTP

from bot import data
from bot.vault import MasterKey
from handlers.slack.channel import PATH
from tests.office import Mailboxes, free_port, places
from tests.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Ack, Conversation, Message, Slack, User, open_slack
from tests.slack_office import configure_slack

OFFICERS = 50
FILES_A_MESSAGE = 20
READY_SECONDS = 30
SETTLED_SECONDS = 120
NULL_APP = """
import sys, uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette
from starlette.routing import Route
import re
async def authorize(enterprise_id, team_id):
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-none")
app = AsyncApp(signing_secret=sys.argv[2], authorize=authorize, process_before_response=True)
@app.action(re.compile(".*"))
async def press(ack):
    await ack()
served = Starlette(routes=[Route(sys.argv[3], AsyncSlackRequestHandler(app).handle, methods=["POST"])])
uvicorn.run(served, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
"""


async def main(arguments: argparse.Namespace) -> None:
    """Measure both and print the figures as JSON."""
    async with open_slack() as slack:
        slack.echoes = False
        officers = [slack.world.user(f"officer{number}", officer(number)) for number in range(OFFICERS)]
        sender = slack.world.user("jo", "jo.sands@leysjunior.example")
        sen = slack.world.channel("sen", *officers, kind="private")
        with tempfile.TemporaryDirectory() as folder:
            async with at_work(Path(folder), slack, sen) as (url, pid):
                slack.use_http(url)
                await introduced(slack, officers)
                cards = await a_morning(slack, sender, sen, arguments.presses)
                before = cpu_seconds(pid)
                acks, redrawn = await press_all(slack, officers, cards, arguments.rate)
                spent = cpu_seconds(pid) - before
        async with null_app() as url:
            slack.use_http(url)
            null, _ = await presses(slack, officers, cards, arguments.rate, "History")
    print(json.dumps({
        "presses": len(cards), "rate": arguments.rate, "acknowledged": figures([ack.seconds for ack in acks]),
        "refused": sum(not ack.ok for ack in acks), "redrawn": figures(redrawn),
        "CPU ms a press": round(spent / len(cards) * 1000, 1),
        "null app acknowledged": figures([ack.seconds for ack in null]),
    }, indent=2))  # fmt: skip


def officer(number: int) -> str:
    """The address of an officer."""
    return f"officer{number}@derbyshire.example"


async def introduced(slack: Slack, officers: Sequence[User]) -> None:
    """Each officer has spoken to Postroom before, so that what stands in the channel is theirs to see."""
    for one in officers:
        await slack.post(one, slack.world.dm(one), "help")
    async with asyncio.timeout(SETTLED_SECONDS):
        while not all(slack.told(one) for one in officers):
            await asyncio.sleep(0.1)


async def a_morning(slack: Slack, sender: User, sen: Conversation, count: int) -> list[Message]:
    """So many files are sent, and stand on cards."""
    names = [f"8302000_SENplan{number}x20260901.docx" for number in range(count)]
    for at in range(0, count, FILES_A_MESSAGE):
        files = [slack.world.file(sender, name, b"PK" + name.encode()) for name in names[at : at + FILES_A_MESSAGE]]
        await slack.post(sender, slack.world.dm(sender), "", files=files)
    async with asyncio.timeout(SETTLED_SECONDS):
        while len(slack.said_by_bot(sen)) < count:
            await asyncio.sleep(0.1)
    return slack.said_by_bot(sen)


async def press_all(
    slack: Slack, officers: Sequence[User], cards: Sequence[Message], rate: float
) -> tuple[list[Ack], list[float]]:
    """Receive each: the acknowledgements, and seconds until its card showed it."""
    acks, pressed = await presses(slack, officers, cards, rate, "Receive")
    async with asyncio.timeout(SETTLED_SECONDS):
        while any("Receive" in card.buttons for card in cards):
            await asyncio.sleep(0.1)
    drawn = {str(call.args["ts"]): call.at for call in slack.calls_of("chat.update")}
    return acks, [drawn[card.ts] - pressed[card.ts] for card in cards]


async def presses(
    slack: Slack, officers: Sequence[User], cards: Sequence[Message], rate: float, button: str
) -> tuple[list[Ack], dict[str, float]]:
    """Press a button of each card, so many a second: the acknowledgements, and when each was pressed."""
    pressed: dict[str, float] = {}
    begun = time.monotonic()

    async def press(number: int, card: Message) -> Ack:
        await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
        pressed[card.ts] = time.time()
        return await slack.press(officers[number % len(officers)], card, button)

    acks = await asyncio.gather(*(press(number, card) for number, card in enumerate(cards)))
    return list(acks), pressed


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processors so far (proc_pid_stat(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def figures(seconds: Sequence[float]) -> dict[str, float]:
    """Milliseconds: the median, the 99th percentile, the longest."""
    ordered = sorted(seconds)
    at = {"p50": statistics.median(ordered), "p99": ordered[int(len(ordered) * 0.99) - 1], "max": ordered[-1]}
    return {name: round(value * 1000, 1) for name, value in at.items()}


@asynccontextmanager
async def at_work(folder: Path, slack: Slack, sen: Conversation) -> AsyncIterator[tuple[str, int]]:
    """`postroom serve` with many officers: where Slack calls it, and its process."""
    web, mailboxes = free_port(), Mailboxes()
    smtp = await asyncio.get_running_loop().create_server(lambda: SMTP(mailboxes), "127.0.0.1", 0)
    environ = os.environ | places(folder) | {
        "POSTROOM__EMAIL__SMTP__PORT": "0", "POSTROOM__WEB__PORT": str(web),
        "POSTROOM__WEB__BASE_URL": f"http://127.0.0.1:{web}",
        "POSTROOM__EMAIL__OUTGOING__PORT": str(smtp.sockets[0].getsockname()[1]),
        "POSTROOM__SLACK__BOT_TOKEN": BOT_TOKEN, "POSTROOM__SLACK__APP_TOKEN": APP_TOKEN,
        "POSTROOM__SLACK__SIGNING_SECRET": SIGNING_SECRET,
    }  # fmt: skip
    config = folder / "config"
    await asyncio.to_thread(_set_up, config, environ, slack.api_url, sen.id)
    async with _process([_postroom(), "--config", str(config), "serve"], environ) as (log, pid):
        await _ready(log)
        yield f"http://127.0.0.1:{web}{PATH}", pid
    smtp.close()


def _set_up(config: Path, environ: dict[str, str], api_url: str, channel: str) -> None:
    demo = data.folder("config") / "demo"
    shutil.copytree(demo, config)
    configure_slack({"mode": "http", "api_url": api_url}, {"SEN": channel}, config)
    lines = [f"{officer(number)},Officer {number},officer,,SEN," for number in range(OFFICERS)]
    people = config.parent / "people.csv"
    people.write_text((demo / "people.csv").read_text("utf-8").strip() + "\n" + "\n".join(lines) + "\n", "utf-8")
    MasterKey.generate(Path(environ["POSTROOM__KEYS__MASTER_KEY_FILE"]))
    for command in (["migrate"], ["schools", "import", str(demo / "schools.csv")], ["people", "import", str(people)]):
        subprocess.run(
            [_postroom(), "--config", str(config), *command], env=environ, check=True, stdout=subprocess.DEVNULL
        )


@asynccontextmanager
async def null_app() -> AsyncIterator[str]:
    """The peer: where Slack calls it."""
    port = free_port()
    command = [sys.executable, "-c", NULL_APP, str(port), SIGNING_SECRET, PATH]
    async with _process(command, dict(os.environ)):
        for _ in range(READY_SECONDS * 10):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                break
        yield f"http://127.0.0.1:{port}{PATH}"


@asynccontextmanager
async def _process(command: Sequence[str], environ: dict[str, str]) -> AsyncIterator[tuple[Path, int]]:
    """A process at work: where its standard error is kept, and its number."""
    with tempfile.NamedTemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(*command, env=environ, stderr=log)
        try:
            yield Path(log.name), process.pid
        finally:
            process.terminate()
            await process.wait()


async def _ready(log: Path) -> None:
    async with asyncio.timeout(READY_SECONDS):
        while "ready" not in log.read_text("utf-8").splitlines():
            await asyncio.sleep(0.1)


def _postroom() -> str:
    return str(Path(sys.executable).with_name("postroom"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=100, help="presses a second")
    parser.add_argument("--presses", type=int, default=600)
    asyncio.run(main(parser.parse_args()))
