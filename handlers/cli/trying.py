"""`postroom try`: what would become of a mail, and why. It is judged and handled as always, and nothing of it stays."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated

import typer

from bot import receipts
from bot.arrival import MAIL, Arrival
from bot.inbox import Inbox
from bot.ledger.tables import InboxState
from bot.notices import Outcome, Outcomes
from bot.reception.rehearsing import Rehearsal, Rehearsed, Told
from bot.settings import Settings
from bot.vault import Writing
from bot.wording import Wording
from handlers.cli import show
from handlers.cli.opening import rooms
from handlers.cli.show import Json, Line
from handlers.mail.door import MailDoor
from handlers.mail.imap import addressed
from handlers.mail.message.head import HEAD_BYTES_MAX, Head
from handlers.mail.receive import reader_of
from handlers.mail.render.text import text
from handlers.mail.smtp import Envelope
from handlers.mail.trust import MAILBOX
from handlers.rooms import Rooms

OUTCOMES = {
    InboxState.DONE: "handled",
    InboxState.WORKING: "handled",
    InboxState.QUARANTINED: "kept aside for an administrator",
}
NOBODY = "192.0.2.1"
"""An address of no server (RFC 5737): whoever calls from it is neither relay nor submission host."""


class FaultLine(Line):
    """One thing that is at fault with a file."""

    code: str
    text: str


class FileLine(Line):
    """One attached file."""

    name: str
    """As it was sent."""
    verdict: str
    taken_as: str | None
    """The name under which it would be kept; null where it would not be."""
    service: str | None
    faults: tuple[FaultLine, ...]
    offers: tuple[str, ...]
    """The names that it may be given by a reply."""


class NoticeLine(Line):
    """One notice that would be sent."""

    kind: str
    to: str
    subject: str
    text: str | None
    """Of the sender's own answers; null for what others would be told."""


class StepLine(Line):
    """One thing that was looked at to find out who sent it."""

    check: str
    result: str
    words: str


class TrialLine(Line):
    """All that would happen."""

    sender: str = ""
    believed: str | None = None
    """Why it is believed who sent it; null where it is not."""
    unproven: str | None = None
    steps: tuple[StepLine, ...] = ()
    automatic: str | None = None
    practice: bool = False
    """It is addressed to the mailbox for trying out: nothing of it would stay in truth."""
    person: str | None = None
    """Who that is on the roster."""
    outcome: str
    why: str
    files: tuple[FileLine, ...] = ()
    replies: tuple[NoticeLine, ...] = ()
    others_told: tuple[NoticeLine, ...] = ()


class Trial(Inbox):
    """An inbox that takes nothing in: it only sees what it would be given."""

    arrival: Arrival | None = None

    async def accept(self, arrival: Arrival, raw: Writing) -> bool:
        """It would now be made durable."""
        raw.abandon()
        self.arrival = arrival
        return True


def try_mail(
    ctx: typer.Context,
    *,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.eml", help="The mail, as it was saved.", exists=True, dir_okay=False, readable=True
        ),
    ],
    from_ip: Annotated[
        str, typer.Option(metavar="IP", help="The server that delivers it. By default the first of relay_networks.")
    ] = "",
    helo: Annotated[str, typer.Option(metavar="NAME", help="What that server calls itself.")] = "localhost",
    mail_from: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="The envelope sender. By default Return-Path, else From.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what would happen to a mail, and why; nothing of it is stored and nobody is told."""
    with rooms(ctx) as opened:
        settings = opened.settings
        head = Head.parse(_head(file))
        carried = addressed.envelope(head)
        sender = carried.mail_from if mail_from is None else mail_from
        envelope = replace(
            carried, peer=from_ip or _usual_peer(settings), helo=helo,
            mail_from=parseaddr(head.first("From") or "")[1] if sender is None else sender,
        )  # fmt: skip
        line = _line(opened, file, envelope)
    if as_json:
        show.document(line.document())
    else:
        _tell(line)


def _line(opened: Rooms, file: Path, envelope: Envelope) -> TrialLine:
    trial = Trial(opened.ledger, opened.vault, opened.clock)
    incoming = MailDoor(opened.settings, opened.clock, trial)(envelope)
    for chunk in _crlf(file):
        incoming.write(chunk)
    reply = asyncio.run(incoming.accept())
    steps = tuple(StepLine(check=one.check, result=one.result, words=one.words) for one in incoming.steps)
    if trial.arrival is None:
        doubt = next((one.words for one in steps if one.result == "unproven"), None)
        return TrialLine(
            sender=envelope.mail_from or "", unproven=doubt, outcome="refused in the dialogue", why=reply, steps=steps
        )
    rehearsal = Rehearsal(
        opened.ledger,
        opened.vault,
        opened.clock,
        opened.settings,
        {MAIL: reader_of(opened.settings)},
        keys=receipts.proving(opened.settings.directory, opened.signer.public),
    )
    told = _told(trial.arrival, rehearsal.rehearse(trial.arrival, _crlf(file)), Wording.of(opened.settings))
    return told.model_copy(update={"steps": steps})


def _told(arrival: Arrival, found: Rehearsed, wording: Wording) -> TrialLine:
    mine = [one for one in found.told if one.to == arrival.sender]
    return TrialLine(
        sender=arrival.sender,
        believed=arrival.believed or None,
        unproven=arrival.unproven,
        automatic=arrival.automatic,
        practice=arrival.trial,
        person=found.person or None,
        outcome=OUTCOMES[found.state],
        why=found.why,
        files=tuple(_file(outcome, wording) for one in mine for outcome in _outcomes(one)),
        replies=tuple(_notice(one, wording, whole=True) for one in mine),
        others_told=tuple(_notice(one, wording, whole=False) for one in found.told if one not in mine),
    )


def _outcomes(told: Told) -> Sequence[Outcome]:
    return told.notice.outcomes if isinstance(told.notice, Outcomes) else ()


def _file(outcome: Outcome, wording: Wording) -> FileLine:
    kept = outcome.file if outcome.verdict == "sent" else None
    return FileLine(
        name=outcome.given, verdict=outcome.verdict, taken_as=kept.name if kept else None,
        service=kept.service if kept else None,
        faults=tuple(FaultLine(code=one.fault, text=wording.fault(one, outcome.model)) for one in outcome.findings),
        offers=tuple(offer.name for offer in outcome.offers if offer.name),
    )  # fmt: skip


def _notice(told: Told, wording: Wording, *, whole: bool) -> NoticeLine:
    letter = wording.letter(told.notice)
    return NoticeLine(kind=told.notice.kind, to=told.to, subject=letter.subject, text=text(letter) if whole else None)


def _usual_peer(settings: Settings) -> str:
    """Where such mail would come from: a relay, else a mailbox, else whoever may submit, else anybody."""
    trust = settings.email.trust
    networks = (*trust.relay_networks, *(() if settings.email.imap else trust.submission_networks))
    return str(networks[0].network_address) if networks else MAILBOX if settings.email.imap else NOBODY


def _head(file: Path) -> bytes:
    """All above the first empty line, or as much of it as is ever looked at."""
    head, size = list[bytes](), 0
    for line in _crlf(file):
        if line == b"\r\n" or size > HEAD_BYTES_MAX:
            break
        head.append(line)
        size += len(line)
    return b"".join(head)


def _crlf(file: Path) -> Iterator[bytes]:
    """The mail with the line ends that it has on its way, whatever its file has (RFC 5322, section 2.3)."""
    with file.open("rb") as lines:
        for line in lines:
            yield line.rstrip(b"\r\n") + b"\r\n"


def _tell(line: TrialLine) -> None:
    """The same, for reading."""
    show.say(f"Sender: {line.sender}" + (f" ({line.person})" if line.person else ""))
    show.say(f"Believed: {line.believed}" if line.believed else f"Not believed: {line.unproven or line.why}")
    for step in line.steps:
        show.say(f"  {step.check}: {step.result}" + (f" ({step.words})" if step.words else ""))
    if line.automatic:
        show.say(f"Sent by a machine: {line.automatic}")
    show.say(f"What becomes of it: {line.outcome}" + (f" ({line.why})" if line.why else ""))
    if line.practice:
        show.say("It is addressed for practice: nothing listed below would be done, and its sender is told so.")
    for one in line.files:
        show.say(
            f"{f'File {one.name}' if one.name else 'The email itself'}: {one.verdict}"
            + (f", to {one.service}" if one.service else "")
        )
        for sentence in (*(fault.text for fault in one.faults), *(f"offered: {name}" for name in one.offers)):
            show.say(f"  {sentence}")
    for reply in line.replies:
        show.say(f"\nReply to {reply.to}\nSubject: {reply.subject}\n\n{reply.text}")
    if not line.replies:
        show.say("No reply would be sent.")
    for other in line.others_told:
        show.say(f"Also told: {other.to}: {other.subject}")
    show.say("\nNothing was stored and nobody was told. References above are placeholders for real ones.")
