"""The office through the term: it is closed and opened again each week, and its mail provider is down at times."""

import hashlib
import heapq
import random
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.ledger.tables import File
from bot.retention import by_word
from bot.roster import imports
from bot.settings import Settings
from handlers.cli.files.finding import asking, file_of
from handlers.rooms import Rooms, open_rooms
from tests.office import MORNING, Answer, HandWoundClock, TestOffice, open_office, set_up
from tests.people import ALEX
from tests.ready import share_statements
from tests.term.books import OFFICERS, Books, Return
from tests.term.traffic import DESTROYED, FORGOTTEN, LATE, Plan, plans, schools

Step = Callable[[], Awaitable[None]]

WEEK = timedelta(days=7)
LOOKS_EVERY = timedelta(hours=12)
"""The clock is wound on in steps of at most so long; all that is due is done at each."""
OTHER = {"SEN": "FIN", "FIN": "SEN", "INFO": "FIN"}
LARGE = 300_000


class Term:
    """What people do, and what they were told."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.directory, self.chance, self.clock = directory, random.Random(seed), HandWoundClock(MORNING)
        self.books = Books()
        self.delivered: list[Answer] = []
        """All that was delivered to anybody."""
        self.photocopied = 0
        self._agenda: list[tuple[datetime, int, Step]] = []
        self._order = count()
        self._begun = False
        self.post: TestOffice
        for plan in plans(MORNING, self.chance):
            self._at(plan.at, partial(self._send, plan))

    async def run(self, until: datetime) -> None:
        """Let it all happen up to this moment."""
        while self.clock.now() < until:
            end = min(self.clock.now() + WEEK, until)
            async with open_office(self.directory, rooms=self._open, clock=self.clock) as self.post:
                self._plan_failure(end)
                await self._work(end)
                self.delivered += self.post.mailboxes.delivered

    @property
    def settings(self) -> Settings:
        """As the office was last opened with."""
        return self.post.rooms.settings

    def _open(self, settings: Settings, clock: Clock) -> Rooms:
        """Empty at first, with the term's schools and people besides the demo's; then as it was left."""
        if self._begun:
            rooms = open_rooms(settings, clock)
            share_statements(rooms.ledger)
            return rooms
        self._begun = True
        rooms = set_up(settings, clock)
        register, people = imports.read_schools(_register(), "830"), imports.read_people(_people())
        rooms.ledger.write_now(lambda tx: imports.import_schools(tx, register))
        rooms.ledger.write_now(lambda tx: imports.import_people(tx, people, settings, clock.now()))
        return rooms

    def _plan_failure(self, end: datetime) -> None:
        """For some hours of the week nothing can be delivered."""
        down = self.clock.now() + timedelta(hours=self.chance.randrange(24, 120))
        if down + timedelta(hours=5) < end:
            self._at(down, lambda: self._say_to_mail("451 4.3.0 Not now"))
            self._at(down + timedelta(hours=5), lambda: self._say_to_mail(None))

    async def _say_to_mail(self, refusal: str | None) -> None:
        self.post.mailboxes.refusal = refusal

    def _at(self, moment: datetime, step: Step) -> None:
        heapq.heappush(self._agenda, (moment, next(self._order), step))

    async def _work(self, until: datetime) -> None:
        while self._agenda and self._agenda[0][0] < until:
            moment, _, step = heapq.heappop(self._agenda)
            await self._pass(moment)
            await step()
        await self._pass(until)

    async def _pass(self, until: datetime) -> None:
        """Time passes."""
        while (now := self.clock.now()) < until:
            self.clock.advance(seconds=min(LOOKS_EVERY, until - now).total_seconds())
            await self.post.settle()

    # --- what people do

    async def _send(self, plan: Plan) -> None:
        """A file is mailed; what becomes of it is put on the agenda."""
        held = plan.fate.startswith("held")
        rest = f"{plan.service}plan{plan.number}x20260901.docx"
        contents = f"canary {self.chance.randbytes(16).hex()} ".encode() * (LARGE // 40 if plan.large else 3)
        file = Return(
            plan.school, plan.sender, plan.service, f"{plan.school.number}_{rest}", contents, self.clock.now()
        )
        given = file.name.replace("_", " ") if held else file.name
        photocopied = plan.fate == "from a photocopier"
        marks = {"Auto-Submitted": "auto-generated"} if photocopied else {}
        await self.post.email(plan.sender, subject="Return", attach={given: contents}, headers=marks)
        self._follow(plan, file)

    def _follow(self, plan: Plan, file: Return) -> None:
        first = self.clock.now() + plan.after[0]
        if plan.fate == "from a photocopier":
            self.photocopied += 1
            self.books.photocopied(plan.sender)
            return
        stored = self._stored(file)
        file.reference, file.object_id = stored.reference, stored.object_id
        file.wrapped = self._wrapped(stored.object_id)
        self.books.files.append(file)
        if plan.fate.startswith("held"):
            self.books.held(file)
        else:
            self.books.sent(file, self.clock.now())
        self._plan_acts(plan, file, first, first + plan.after[1])

    def _plan_acts(self, plan: Plan, file: Return, first: datetime, second: datetime) -> None:
        match plan.fate:
            case "received":
                self._at(first, lambda: self._decide(file, "received"))
            case "rejected":
                self._at(first, lambda: self._decide(file, "rejected"))
            case "received then rejected":
                self._at(first, lambda: self._decide(file, "received"))
                self._at(second, lambda: self._decide(file, "rejected"))
            case "moved then received":
                self._at(first, lambda: self._decide(file, "moved"))
                self._at(second, lambda: self._decide(file, "received"))
            case "recalled":
                self._at(first, lambda: self._recall(file))
            case "frozen then recalled" | "frozen then released":
                self._at(first, lambda: self._freeze(file))
                last = self._recall if plan.fate.endswith("recalled") else self._release
                self._at(second, lambda: last(file))
            case "held then accepted":
                self._at(first, lambda: self._settle_name(file, "yes"))
                self._at(second, lambda: self._decide(file, "received"))
            case "held then declined":
                self._at(first, lambda: self._settle_name(file, "no"))
            case "sent twice":
                self._at(first, lambda: self._send_again(file))
                self._at(second, lambda: self._decide(file, "received"))
            case "nobody receives it until it is late":
                self._at(file.came_at + LATE, lambda: self._decide(file, "received"))
            case "nobody receives it until it is destroyed":
                self._at(file.came_at + DESTROYED, lambda: self._destroy(file))
            case "held and forgotten":
                self._at(file.came_at + FORGOTTEN, lambda: self._forget(file))
            case _:
                assert plan.fate == "nobody receives it"

    async def _decide(self, file: Return, act: str) -> None:
        """One of the officers of its service writes a word."""
        officer = self.chance.choice(sorted(file.officers or OFFICERS[file.service]))
        service = OTHER[file.service]
        word = {"received": "receive", "rejected": "reject {} not legible", "moved": f"move {{}} {service}"}[act]
        text = word.format(file.reference) if "{}" in word else f"{word} {file.reference}"
        await self.post.email(officer, subject="Files", text=text)
        if act == "received":
            file.received_at = file.received_at or self.clock.now()
        if act == "moved":
            self.books.moved(file, officer, service)
        else:
            self.books.decided(file, officer, act, warned=self.clock.now() - file.came_at >= LATE)

    async def _recall(self, file: Return) -> None:
        await self.post.email(file.owner, text=f"recall {file.name}")
        file.status = "Recalled"
        self.books.tell(file, "recalled", file.owner)
        if file.frozen:
            self.books.alarmed(file)

    async def _freeze(self, file: Return) -> None:
        await self.post.email(file.owner, text=f"freeze {file.reference}")
        file.frozen = True
        self.books.tell(file, "frozen", file.owner)
        self.books.alarmed(file)

    async def _release(self, file: Return) -> None:
        await self.post.email(file.owner, text=f"release {file.reference}")
        file.frozen = False
        self.books.tell(file, "released", file.owner)
        self.books.alarmed(file)

    async def _settle_name(self, file: Return, word: str) -> None:
        """They answer the advice, once they have it."""
        advice = self._answer(file.owner, "advice", file.reference)
        if advice is None:
            self._at(self.clock.now() + LOOKS_EVERY, lambda: self._settle_name(file, word))
            return
        await self.post.email(file.owner, text=word, reply_to=advice)
        if word == "no":
            file.status = "Discarded"
            self.books.tell(file, "discarded", file.owner)
        else:
            self.books.sent(file, self.clock.now())

    async def _forget(self, file: Return) -> None:
        """Nothing was said about a name within a week."""
        self.books.expired(file)

    async def _destroy(self, file: Return) -> None:
        """The administrator's word at the command line."""
        rooms, now = self.post.rooms, self.clock.now()

        def order(tx: Session) -> None:
            asked = asking(tx, ALEX, rooms)
            (done,) = by_word.destroy(tx, [file_of(tx, file.reference)], "nobody needs it", asked)
            assert done.kind == "destroyed"

        await rooms.ledger.write(order)
        await self.post.settle()
        self.books.destroyed(file, now)

    async def _send_again(self, file: Return) -> None:
        await self.post.email(file.owner, text="Once more, to be sure.", attach={file.name: file.contents})
        self.books.tell(file, "duplicate", file.owner)

    # --- what is on record

    def _answer(self, recipient: str, kind: str, reference: str) -> Answer | None:
        """What they were told of this file, if it was delivered."""
        everything = (*self.delivered, *self.post.mailboxes.delivered)
        theirs = (one for one in reversed(everything) if (one.recipient, one.kind) == (recipient, kind))
        return next((one for one in theirs if reference in one.references), None)

    def _stored(self, file: Return) -> File:
        """The newest file of these contents."""
        newest = self.post.files()[-1]
        assert newest.sha256 == hashlib.sha256(file.contents).hexdigest()
        return newest

    def _wrapped(self, object_id: str) -> bytes:
        with closing(sqlite3.connect(self.directory / "keys.db")) as keys:
            ((wrapped,),) = keys.execute("SELECT wrapped FROM keys WHERE object_id = ?", (object_id,)).fetchall()
        return bytes(wrapped)


def _register() -> bytes:
    columns = (
        "LA (code)", "EstablishmentNumber", "EstablishmentName", "PhaseOfEducation (name)",
        "EstablishmentStatus (name)", "HeadTitle (name)", "HeadFirstName", "HeadLastName",
    )  # fmt: skip
    rows = [f"830,{one.number[3:]},School {one.number},Primary,Open,Ms,Head,Teacher" for one in schools()]
    return "\n".join([",".join(columns), *rows]).encode()


def _people() -> bytes:
    lines = ["email,name,role,schools"]
    for school in schools():
        lines.append(f"{school.head},Head {school.number},headteacher,{school.number}")
        lines += [f"{one},{one.split('@')[0]},sender,{school.number}" for one in school.senders]
    return "\n".join(lines).encode()
