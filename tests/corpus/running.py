"""Sends a message through the office as somebody's, and sees whether what follows is what should."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from email import message_from_bytes, policy

import aiosmtplib

from bot.ledger.tables import InboxState
from tests.office import TestOffice

OWN_FIELDS = re.compile(
    rb"^(?:from|sender|reply-to|return-path|to|cc|bcc|message-id|delivered-to|x-original-to|in-reply-to|references|resent-[\w-]+"
    rb"|authentication-results|arc-[\w-]+)[ \t]*:",
    re.IGNORECASE,
)
"""What says who sent it, to whom, and as an answer to what: here it is somebody else's."""
ENDED = {InboxState.DONE, InboxState.QUARANTINED}
ROBOTS = (
    ("auto-submitted", r"(?!\s*(no\b|$))."),
    ("precedence", r"\s*(bulk|junk|list|auto[_-]reply)\b"),
    ("list-id", r"\s*\S"),
    ("content-type", r"\s*multipart/report\b"),
    ("x-failed-recipients", r"\s*\S"),
)
"""Fields by which machines are known (lesson L13), read by the standard library: no answer is due."""
SUBJECTS = re.compile(
    r"\s*(auto(matic|mated)?[ -]?(reply|response)|out of (the )?office|abwesen|réponse auto)", re.IGNORECASE
)


@dataclass
class Figures:
    """What became of the messages of one kind of sender."""

    count: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """What should not have been, in words."""


def as_of(sender: str, octets: bytes, number: int) -> bytes:
    """The same message as if this person had sent it to us."""
    lines = octets.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    head, passing = [], False
    end = next((at for at, line in enumerate(lines) if not line.strip()), len(lines))
    for line in lines[:end]:
        passing = bool(OWN_FIELDS.match(line)) or (passing and line[:1] in (b" ", b"\t"))
        if not passing and not line.startswith(b"From "):
            head.append(line)
    own = [f"From: {sender}", "To: returns@derbyshire.example", f"Message-ID: <corpus{number}@mail.example>"]
    return b"\r\n".join([*(line.encode() for line in own), *head, *lines[end:]]) + b"\r\n"


def is_a_robots(octets: bytes) -> bool:
    """Whether a machine sent it, as the standard library reads it."""
    message = message_from_bytes(octets, policy=policy.compat32)
    said = any(
        re.match(pattern, str(value), re.IGNORECASE) for name, pattern in ROBOTS for value in message.get_all(name, [])
    )
    suppressed = "all" in str(message.get("X-Auto-Response-Suppress", "")).lower()
    return said or bool(suppressed and message.get("X-MS-Exchange-Inbox-Rules-Loop"))


async def run(post: TestOffice, messages: Iterable[tuple[str, bytes]], sender: str) -> Figures:
    """Send each message as this sender's (`{}` becomes its number), on a day of its own."""
    figures = Figures()
    for number, (path, octets) in enumerate(messages):
        who = sender.format(number)
        post.clock.advance(days=1, hours=1)
        await _one(post, path, as_of(who, octets, number), who, number=number, figures=figures)
    return figures


async def _one(post: TestOffice, path: str, octets: bytes, who: str, *, number: int, figures: Figures) -> None:
    figures.count["sent"] += 1
    before = len(post.waiting())
    try:
        await post.post(octets, who)
    except aiosmtplib.SMTPResponseException as refusal:
        figures.count[f"refused in the dialogue ({refusal.code})"] += 1
        return
    except aiosmtplib.SMTPException as fault:
        figures.wrong.append(f"{path}: {fault}")
        return
    items = post.waiting()[before:]
    if len(items) != 1 or items[0].state not in ENDED:
        figures.wrong.append(f"{path}: lost or not ended: {[(item.state, item.why) for item in items]}")
        return
    figures.count[str(items[0].state)] += 1
    answers = [one for one in post.unread() if one.message["In-Reply-To"] == f"<corpus{number}@mail.example>"]
    _judge(path, octets, figures, answered=bool(answers), why=items[0].why or "")
    figures.count.update(f"answered: {answer.kind}" for answer in answers)
    if any(answer.recipient != who for answer in answers):
        figures.wrong.append(f"{path}: answered to somebody else")


def _judge(path: str, octets: bytes, figures: Figures, *, answered: bool, why: str) -> None:
    robot = is_a_robots(octets)
    weak = bool(SUBJECTS.match(str(message_from_bytes(octets)["Subject"]))) or "subject" in why
    figures.count["answered" if answered else "not answered"] += 1
    figures.count["of a machine"] += robot
    if answered and robot:
        figures.wrong.append(f"{path}: a machine was answered")
    if not answered and not robot and not weak:
        figures.wrong.append(f"{path}: not answered: {why}")
