"""The email channel's way in: a message is sealed while it arrives, its head judged, and the whole made durable.

Nothing is opened here. What cannot be taken is refused in the dialogue, while its sender's server still has it.
"""

import hashlib
from datetime import datetime

import structlog

from bot.arrival import MAIL, Arrival, Route
from bot.canary import LIFE, CanaryKey
from bot.clock import Clock
from bot.inbox import Inbox
from bot.ledger import Later
from bot.settings import Settings
from bot.space import Space
from handlers.mail.addresses import Mailboxes
from handlers.mail.automatic import is_returned, marker
from handlers.mail.message.head import HEAD_BYTES_MAX, Head, message_ids
from handlers.mail.smtp import Envelope
from handlers.mail.trust import Origin, Proven, Signatures, Undecided, Unproven, examine, wants_proof
from handlers.mail.trust.dmarc import suffixes
from handlers.mail.trust.dns import Dns
from handlers.mail.trust.verdict import Step

log = structlog.get_logger(__name__)

SUBJECT_CHARACTERS_MAX = 500
REFERENCES_MAX = 50
RETURNED_BYTES_MAX = 2_000_000
"""Octets of a report on delivery that is let in unproven: many times what any notice of ours has, were it quoted whole."""

CANARY = "Postroom-Canary"
"""The field by which a mail of ours to ourselves is recognised."""
CANARY_TAG = "canary"
"""What stands after the + in the address to which reports on it go."""
CANARY_BYTES_MAX = 100_000
"""What is larger is none: mail systems add some lines to one, and no more."""

TAKEN = "250 2.0.0 Taken in. The answer comes by mail."
CANNOT_STORE = "451 4.3.0 It cannot be stored just now. Nothing was kept; please try again later."
NO_ROOM = (
    "452 4.3.1 It is not proven who sent this mail, and there is no room for such mail just now. "
    "Nothing was kept; please try again later."
)


class MailDoor:
    """Where messages come in, by SMTP or out of a mailbox. Call it for each one."""

    def __init__(self, settings: Settings, clock: Clock, inbox: Inbox, canary: CanaryKey | None = None) -> None:
        """`canary`: what proves a mail of ours to ourselves; None where it is a mail like any other."""
        self.settings, self.clock, self.inbox, self.canary = settings, clock, inbox, canary
        self.mailboxes = Mailboxes.of(settings)
        self.dns: Dns | None = None
        self.space = Space.of(settings)
        if settings.email.trust.authenticate:
            from handlers.mail.trust.resolver import Resolver  # noqa: PLC0415 - 3 MiB: only where it is used

            self.dns = Resolver(settings.dns.nameservers)
            suffixes()

    def __call__(self, envelope: Envelope, *, oversize: int = 0) -> "IncomingMail":
        """The next message begins. `oversize`: it has so many octets that no more than its head is to come."""
        return IncomingMail(self, envelope, oversize)


class IncomingMail:
    """One message on its way in (`handlers.mail.smtp.Incoming`)."""

    def __init__(self, door: MailDoor, envelope: Envelope, oversize: int = 0) -> None:
        self._door, self._envelope, self._oversize = door, envelope, oversize
        self._head = bytearray()
        self._in_head = True
        self._body = hashlib.sha256()
        self._size = 0
        self._raw = door.inbox.begin()
        self._origin = Origin(envelope.peer, envelope.helo, envelope.mail_from or "")
        self._signatures: Signatures | None = None
        self.steps: tuple[Step, ...] = ()
        """What was looked at to find out who sent it, once it was."""

    def write(self, chunk: bytes) -> None:
        """Seal the next piece; keep the head, and digest what follows it."""
        self._size += len(chunk)
        self._raw.write(chunk)
        if not self._in_head:
            self._write_body(chunk)
            return
        seen = max(0, len(self._head) - 3)
        self._head += chunk
        end = 0 if self._head.startswith(b"\r\n") else self._head.find(b"\r\n\r\n", seen)
        if end >= 0 or len(self._head) > HEAD_BYTES_MAX:
            cut = end + 2 if end >= 0 else HEAD_BYTES_MAX + 1  # one more, by which it is known to go on
            body = bytes(self._head[cut:])
            del self._head[cut:]
            self._end_head()
            self._body.update(body[:2])
            self._write_body(body[2:])

    def _end_head(self) -> None:
        """The head is whole: from now on the body is hashed as well, where that can prove something."""
        self._in_head = False
        if wants_proof(self._origin, self._door.settings.email.trust):
            self._signatures = Signatures(bytes(self._head), self._door.clock.now())

    def _write_body(self, octets: bytes) -> None:
        """More of what follows the empty line after the head."""
        self._body.update(octets)
        if self._signatures:
            self._signatures.write(octets)

    async def accept(self) -> str:
        """The reply, once the message is durable or was refused."""
        if self._in_head:
            self._end_head()
        head = Head.parse(bytes(self._head))
        if sent_at := self._canary(head):  # before our own address is looked at as a sender (lessons L11, L23)
            return await self._home(sent_at)
        if self._is_of_canary(head):
            self.abandon()
            return TAKEN
        verdict = await self._verdict(head)
        refusal = self._refusal(verdict)
        if refusal and not await self._is_expected(head):
            self.abandon()
            return refusal
        return await self._store(self._arrival(head, verdict))

    async def _home(self, sent_at: datetime) -> str:
        """One of ours is back. One that is too old is noted nowhere, so nothing of it is kept: its token could be repeated
        for ever, and would let in any number of mails."""
        if sent_at <= self._door.clock.now() - LIFE:
            self.abandon()
            return TAKEN
        return await self._store(canary_arrival(sent_at, self._door.mailboxes.returns.address, self._size))

    async def _store(self, arrival: Arrival) -> str:
        try:
            await self._door.inbox.accept(arrival, self._raw)
        except Later:
            log.warning("mail could not be stored")
            return CANNOT_STORE
        return TAKEN

    def _canary(self, head: Head) -> datetime | None:
        """When it was sent, if it is a mail of ours to ourselves: its token is proof enough."""
        token = head.first(CANARY)
        if not (self._door.canary and token) or self._size > CANARY_BYTES_MAX:
            return None
        return self._door.canary.sent_at(token)

    def _is_of_canary(self, head: Head) -> bool:
        """Whether a mail system reports on one: the administrators hear of it when none comes back."""
        tag = self._door.mailboxes.returns.token(self._envelope.recipients)
        return tag == CANARY_TAG and self._size <= CANARY_BYTES_MAX and is_returned(head, self._envelope.mail_from)

    async def _verdict(self, head: Head) -> Proven | Unproven | Undecided:
        door = self._door
        found = await examine(head, self._origin, door.settings.email.trust, door.dns, self._signatures)
        self.steps = found.steps
        if not isinstance(found.verdict, Proven):
            checks = [f"{step.check}={step.result}" for step in found.steps]
            log.info("mail whose sender is not proven", peer=self._envelope.peer, checks=checks)
        return found.verdict

    def _refusal(self, verdict: Proven | Unproven | Undecided) -> str | None:
        """What the peer is told where the mail is not to come in, for good or for now; None where it is."""
        if isinstance(verdict, Undecided):
            return verdict.reply()
        if isinstance(verdict, Proven):
            return None
        if verdict.relayed:
            return None if self._door.space.for_strangers else NO_ROOM
        return verdict.reply(self._contact())

    def abandon(self) -> None:
        """Nothing is kept."""
        self._raw.abandon()

    def _is_returned(self, head: Head) -> bool:
        """Whether it seems to report on the delivery of a notice, to whose own address it came."""
        token = self._door.mailboxes.returns.token(self._envelope.recipients)
        return token is not None and is_returned(head, self._envelope.mail_from)

    async def _is_expected(self, head: Head) -> bool:
        """Whether it may come in unproven: a mail system that reports to a notice's address, which nobody can guess."""
        token = self._door.mailboxes.returns.token(self._envelope.recipients)
        if token is None or self._size > RETURNED_BYTES_MAX or not self._is_returned(head):
            return False
        return await self._door.inbox.has_sent(token)

    def _arrival(self, head: Head, verdict: Proven | Unproven | Undecided) -> Arrival:
        proven = verdict if isinstance(verdict, Proven) else None
        machine = marker(head, self._envelope.mail_from, self._door.mailboxes.is_ours)
        message_id = next(iter(message_ids(head.first("Message-ID") or "")), None)
        trial = self._door.mailboxes.is_trial(self._envelope.recipients, head)
        return Arrival(
            channel=MAIL,
            key=self._key(head, message_id, None if machine and machine.sure else proven, trial=trial),
            sender=proven.address if proven else head.text("From")[:SUBJECT_CHARACTERS_MAX],
            believed=proven.why if proven else "",
            subject=head.text("Subject")[:SUBJECT_CHARACTERS_MAX],
            automatic=machine.why if machine else None,
            automatic_sure=machine.sure if machine else True,
            returned=self._is_returned(head),
            posted_by=proven.sender if proven else None,
            unproven=None if proven else verdict.why,
            trial=trial,
            size=self._size,
            oversize=self._oversize,
            route=Route(
                message_id=message_id,
                references=references(head),
                token=self._door.mailboxes.returns.token(self._envelope.recipients),
            ),
        )

    def _key(self, head: Head, message_id: str | None, heard: Proven | None, *, trial: bool) -> str:
        """The same for the same mail, however often and by whatever way it comes (lesson L24).

        A copy that is not heard, because it came by a mailing list or its proof got lost, does not take its place, nor
        does one that is only tried out.
        """
        named = [message_id] if message_id else [head.first(name) or "" for name in ("From", "Date", "Subject")]
        named += [heard.address, heard.sender or ""] if heard else []
        named += [str(self._oversize)] if self._oversize else []
        named += ["trial"] if trial else []
        return hashlib.sha256(repr(named).encode("utf-8", "replace") + self._body.digest()).hexdigest()

    def _contact(self) -> str:
        contact = self._door.settings.help
        return f"Help: {contact.team}, {contact.phone}."


def canary_arrival(sent_at: datetime, address: str, size: int) -> Arrival:
    """A mail of ours to ourselves, as the inbox has it: of what it says nothing is kept."""
    key = hashlib.sha256(f"canary {sent_at.isoformat()}".encode()).hexdigest()
    return Arrival(
        channel=MAIL, key=key, sender=address, believed="its token", automatic="canary", size=size, canary=sent_at
    )


def references(head: Head) -> tuple[str, ...]:
    """What the mail says it answers: In-Reply-To first, then References from the newest to the oldest."""
    answered = [one for value in head.all("In-Reply-To") for one in message_ids(value)]
    thread = [one for value in head.all("References") for one in message_ids(value)]
    return tuple(dict.fromkeys([*answered, *reversed(thread)]))[:REFERENCES_MAX]
