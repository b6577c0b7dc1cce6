"""Files sent, held, accepted, recalled, received, rejected and moved by anybody in any order: the desks do what the model
does, tell whom it tells, and the record stays whole."""

import asyncio
import atexit
import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import data, freezing, handing_out, intake, officer_desk, roster, school_desk, telling
from bot import settings as configuration
from bot.arrival import Attachment
from bot.intake import offers
from bot.ledger import files, history, tables
from bot.ledger.tables import Contents, File, Mention, OutboxItem, Person
from bot.link_desk import LinkDesk, Pressed
from bot.links import Visit
from bot.notices import KINDS, Notice
from bot.retention import Shredder
from bot.roster import imports
from bot.rules.authority import Sight
from bot.rules.lifecycle import LEADS_TO, LEAVES_STANDING, Act, Status
from bot.settings import Settings
from bot.telling import Asking
from handlers.rooms import open_rooms
from tests.office import HandWoundClock, places, set_up
from tests.people import BETH, DEE, JO, LENA, MINA, NADIA, PRIYA, SAM, TOM
from tests.ready import share_statements
from tests.simulation.model import EVERYBODY, LEYS, SCHOOLS_OF, Link, Model, Return, Told

people = st.sampled_from(EVERYBODY)
names = st.builds("{}{}plan20260901.docx".format, st.sampled_from("__ "), st.sampled_from(["SEN", "SEN", "FIN"]))
schools = st.sampled_from([""] * 7 + [LEYS])
"""Mostly the sender's own."""
pick = st.integers(0, 10**6)
stale = st.sampled_from([False] * 5 + [True])
apt = st.sampled_from([True] * 4 + [False])
"""Mostly a file to which the act is open, and somebody who may; else any, and anybody."""


WISHES = {"receive": "received", "reject": "rejected", "move": "moved"}


def settings_in(directory: Path) -> Settings:
    return configuration.load(data.folder("config") / "demo", places(directory))


@cache
def empty_office() -> Path:
    """A folder with the demo's people and no file, made once and copied for each run."""
    directory = Path(tempfile.mkdtemp(prefix="postroom-"))
    atexit.register(shutil.rmtree, directory)
    set_up(settings_in(directory), HandWoundClock()).close()
    return directory


class Lifecycle(RuleBasedStateMachine):
    """The real record and the real desks beside the model."""

    @initialize()
    def open(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="postroom-"))
        shutil.copytree(empty_office(), self.directory, dirs_exist_ok=True)
        self.clock = HandWoundClock()
        self.rooms = open_rooms(settings_in(self.directory), self.clock)
        share_statements(self.rooms.ledger)
        self.model, self.expected = Model(), Counter[Told]()
        self.sent = 0

    def teardown(self) -> None:
        if hasattr(self, "rooms"):
            self.rooms.close()
            shutil.rmtree(self.directory)

    # --- what schools do

    @rule(
        sender=st.sampled_from([JO, JO, TOM, PRIYA, MINA, BETH, LENA, DEE]), school=schools, name=names,
        content=st.sampled_from("ab"),
    )  # fmt: skip
    def send(self, sender: str, school: str, name: str, content: str) -> None:
        given = (school or min(SCHOOLS_OF[sender])) + name
        if sender in self.model.left:
            return
        verdict, known = self.model.taken_in(sender, given, content)
        attachment = self.sealed(given, content)
        self.act(sender, lambda tx, asking: [intake.take_in(tx, [attachment], intake.Letter(), asking)])
        kind = {"sent": "receipt", "duplicate": "duplicate"}.get(verdict, "advice")
        if verdict in ("refused", "duplicate") or known:
            self.expect([(sender, kind, (known.reference,) if known else ())])
            assert not self.open_order_or_bytes(attachment.object_id), "what is not taken in is not kept"
            return
        made = self.entered(sender, given, content, settled=verdict == "sent")
        told = self.model.enter(made) if verdict == "sent" else []
        self.expect([(sender, kind, (made.reference,)), *told])

    @precondition(lambda self: self.model.files)
    @rule(at=pick, by=people, how=st.sampled_from(["yes", "1", "name"]), apt=apt)
    def accept(self, at: int, by: str, how: str, *, apt: bool) -> None:
        file, by = self.file_and_actor(at, by, "accepted", apt=apt)
        name = f"{file.given[:7]}_{file.given[8:]}"
        ways: dict[str, Callable[[Session, Asking], Notice]] = {
            "yes": lambda tx, asking: offers.accept_sure(tx, asking, "yes"),
            "1": lambda tx, asking: offers.accept_numbers(tx, asking, "1", (1,)),
            "name": lambda tx, asking: offers.accept_name(tx, asking, name, name),
        }
        self.act(by, lambda tx, asking: [ways[how](tx, asking)], answering=file)
        self.expect(self.model.accept(by, file))

    @precondition(lambda self: self.model.files)
    @rule(at=pick, by=people, apt=apt)
    def decline(self, at: int, by: str, *, apt: bool) -> None:
        file, by = self.file_and_actor(at, by, "discarded", apt=apt)
        self.act(by, lambda tx, asking: [offers.decline(tx, asking, "no")], answering=file)
        self.expect(self.model.decline(by, file))

    @precondition(lambda self: self.model.files)
    @rule(at=pick, by=people, apt=apt, stale=stale)
    def recall(self, at: int, by: str, *, apt: bool, stale: bool) -> None:
        file, by = self.file_and_actor(at, by, "recalled", apt=apt)
        stale = stale and self.has_changed(file)
        self.act(
            by, lambda tx, asking: school_desk.recall(tx, [row(tx, file)], "recall", asking), shown=file, stale=stale
        )
        self.expect(self.model.recall(by, file, stale=stale))

    @precondition(lambda self: self.model.files)
    @rule(at=pick, by=people, apt=apt)
    def freeze(self, at: int, by: str, *, apt: bool) -> None:
        file, by = self.file_and_actor(at, by, "frozen", apt=apt)
        self.act(by, lambda tx, asking: freezing.freeze(tx, [row(tx, file)], "wrong child", asking))
        self.expect(self.model.freeze(by, file))

    @precondition(lambda self: self.model.files)
    @rule(at=pick, by=people, apt=apt)
    def release(self, at: int, by: str, *, apt: bool) -> None:
        file, by = self.file_and_actor(at, by, "released", apt=apt)
        self.act(by, lambda tx, asking: freezing.release(tx, [row(tx, file)], "release", asking))
        self.expect(self.model.release(by, file))

    # --- what officers do

    @precondition(lambda self: self.model.files)
    @rule(at=pick, by=people, apt=apt, stale=stale)
    def receive(self, at: int, by: str, *, apt: bool, stale: bool) -> None:
        file, by = self.file_and_actor(at, by, "received", apt=apt)
        stale = stale and self.has_changed(file)
        self.act(by, lambda tx, asking: officer_desk.receive(tx, [row(tx, file)], asking), shown=file, stale=stale)
        self.expect(self.model.decide(by, file, "received", stale=stale))

    @precondition(lambda self: self.model.files)
    @rule(at=pick, by=people, apt=apt, stale=stale)
    def reject(self, at: int, by: str, *, apt: bool, stale: bool) -> None:
        file, by = self.file_and_actor(at, by, "rejected", apt=apt)
        stale = stale and self.has_changed(file)
        self.act(
            by,
            lambda tx, asking: officer_desk.reject(tx, [row(tx, file)], "wrong term", asking),
            shown=file,
            stale=stale,
        )
        self.expect(self.model.decide(by, file, "rejected", stale=stale))

    @precondition(lambda self: self.model.files)
    @rule(at=pick, by=people, to=st.sampled_from(["SEN", "FIN", "SP", "AUD", "XYZ"]), apt=apt, stale=stale)
    def move(self, at: int, by: str, to: str, *, apt: bool, stale: bool) -> None:
        file, by = self.file_and_actor(at, by, "moved", apt=apt)
        stale = stale and self.has_changed(file)
        self.act(by, lambda tx, asking: officer_desk.move(tx, [row(tx, file)], to, asking), shown=file, stale=stale)
        self.expect(self.model.decide(by, file, "moved", stale=stale, to=to))

    @precondition(lambda self: self.model.links)
    @rule(at=pick, wish=st.sampled_from(sorted(WISHES)), to=st.sampled_from(["FIN", "SP", "AUD"]), fresh=st.booleans())
    def press(self, at: int, wish: str, to: str, *, fresh: bool) -> None:
        open_still = [link for link in self.model.links if link.is_open] if fresh else []
        chosen = open_still or self.model.links
        link = chosen[at % len(chosen)]
        self.clock.advance(minutes=1)
        row, number = link.file.reference, [one for one in self.model.links if alike(one, link)].index(link)
        link_id, seen = self.rooms.ledger.read_now(lambda tx: link_row(tx, link.owner, row, number))
        visit = Visit(self.rooms.link_key.token(link_id), self.clock.token())
        pressed = Pressed(wish, seen, "wrong term", to)
        asyncio.run(
            LinkDesk(self.rooms.ledger, self.clock, self.rooms.settings, self.rooms.link_key).press(visit, pressed)
        )
        self.expect(self.model.press(link, WISHES[wish], to if wish == "move" else ""))

    # --- what befalls all

    @precondition(lambda self: self.sent > 2 and not self.model.left)
    @rule(who=st.sampled_from([TOM, PRIYA, NADIA]))
    def leave(self, who: str) -> None:
        self.rooms.ledger.write_now(lambda tx: imports.remove_person(tx, who, self.clock.now()))
        self.model.left.add(who)

    @rule()
    def shred(self) -> None:
        shredder = Shredder(self.rooms.ledger, self.rooms.vault, self.clock)
        asyncio.run(shredder.step())
        self.model.shredded()
        for file in self.rows():
            should = not self.model.files[file.reference].gone
            assert self.rooms.vault.holds(file.object_id) == should, "contents are destroyed when the domain says"

    # --- what always holds

    @invariant()
    def nobody_can_have_what_is_frozen(self) -> None:
        def look(tx: Session) -> None:
            cold = tx.scalars(select(File).where(File.frozen_at.is_not(None))).unique().all()
            for person in tx.scalars(select(Person).where(Person.email.in_(EVERYBODY))):
                for file in cold:
                    assert handing_out.way(tx, person, file) is None
                    assert not handing_out.may_receive(tx, person, file)

        self.rooms.ledger.read_now(look)

    @invariant()
    def each_file_stands_as_the_model_says(self) -> None:
        found = {
            file.reference: (
                file.status.value,
                file.school,
                file.service,
                file.name,
                file.ever_received,
                file.frozen_at is not None,
            )
            for file in self.rows()
        }
        assert found == {
            one.reference: (one.status, one.school, one.service, one.name, one.had, one.frozen)
            for one in self.model.files.values()
        }

    @invariant()
    def contents_are_destroyed_or_ordered_to_be_exactly_where_a_file_is_gone(self) -> None:
        for file in self.rows():
            expected = self.model.files[file.reference]
            assert (file.contents is Contents.DESTROYED) == (expected.acts[-1] == "destroyed")
            if not expected.gone:
                assert self.rooms.vault.holds(file.object_id)

    @invariant()
    def history_is_whole_and_leads_where_the_table_says(self) -> None:
        read = self.rooms.ledger.read_now
        assert read(lambda tx: list(history.faults(tx))) == []
        for file in self.rows():
            entries = read(lambda tx, file=file: history.of(tx, file))  # type: ignore[misc]  # bound at once
            assert [entry.act.value for entry in entries] == self.model.files[file.reference].acts
            steps = [(Status(entry.implies["status"]), entry.act) for entry in entries]
            for (before, _), (after, act) in pairwise(steps):
                assert after is (before if act is Act.DESTROYED else LEADS_TO[before, act])

    @invariant()
    def what_is_listed_is_what_may_be_seen(self) -> None:
        def look(tx: Session) -> None:
            rows = list(tx.scalars(select(File)))
            for person in tx.scalars(select(Person).where(Person.email.in_(EVERYBODY))):
                listed = {file.reference for file in tx.scalars(select(File).where(roster.visible(person)))}
                assert listed == {file.reference for file in rows if roster.may(tx, person, Sight.SEE, file)}
                open_to_receive = {file.reference for file in tx.scalars(select(File).where(roster.takes_in(person)))}
                assert open_to_receive == {
                    file.reference for file in rows if roster.may(tx, person, Act.RECEIVED, file)
                }
                assert listed == {
                    one.reference for one in self.model.files.values() if self.model.sees(person.email, one)
                }, person.email

        self.rooms.ledger.read_now(look)

    @invariant()
    def everybody_was_told_what_the_domain_demands_once(self) -> None:
        assert self.rooms.ledger.read_now(told) == self.expected

    # --- how

    def has_changed(self, file: Return) -> bool:
        return self.rooms.ledger.read_now(lambda tx: shown_for(tx, file, stale=True)[file.reference] >= 0)

    def act(
        self, by: str, what: Callable[[Session, Asking], list[Notice]], answering: Return | None = None, *,
        shown: Return | None = None, stale: bool = False,
    ) -> None:  # fmt: skip
        """Have a desk do it and answer, in one transaction, as reception does."""
        self.clock.advance(minutes=1)
        rooms = self.rooms

        def work(tx: Session) -> None:
            person = tx.scalars(select(Person).where(Person.email == by)).one()
            asking = Asking(
                settings=rooms.settings, clock=rooms.clock, now=rooms.clock.now(), person=person, channel="email",
                address=by, answered=offer_of(tx, answering) if answering else None,
                seen=shown_for(tx, shown, stale=stale) if shown else {},
            )  # fmt: skip
            for answer in what(tx, asking):
                telling.reply(tx, answer, asking)

        rooms.ledger.write_now(work)

    def expect(self, told: list[Told]) -> None:
        self.expected.update(told)

    def sealed(self, given: str, content: str) -> Attachment:
        self.sent += 1
        writing = self.rooms.vault.begin(f"f{self.sent}-1")
        writing.write(content.encode())
        (kept,) = self.rooms.vault.finish(writing)
        sha256 = hashlib.sha256(content.encode()).hexdigest()
        return Attachment(part="1", name=given, size=1, sha256=sha256, object_id=kept.object_id)

    def entered(self, sender: str, given: str, content: str, *, settled: bool) -> Return:
        (new,) = [file for file in self.rows() if file.reference not in self.model.files]
        made = Return(
            new.reference, sender, given, content, "Sent" if settled else "Held", given[:7] if settled else None,
            given[8:11] if settled else None, given, ["sent" if settled else "held"],
        )  # fmt: skip
        self.model.files[made.reference] = made
        return made

    def open_order_or_bytes(self, object_id: str) -> bool:
        """Whether it would still be there once the shredder has run."""
        asyncio.run(Shredder(self.rooms.ledger, self.rooms.vault, self.clock).step())
        self.model.shredded()
        return self.rooms.vault.holds(object_id)

    def file_and_actor(self, at: int, by: str, act: str, *, apt: bool) -> tuple[Return, str]:
        everything = list(self.model.files.values())
        able = [(file, one) for file in everything for one in EVERYBODY if self.model.is_open(one, file, act)]
        if apt and able:
            return able[at % len(able)]
        return everything[at % len(everything)], (SAM if by in self.model.left else by)

    def rows(self) -> list[File]:
        return self.rooms.ledger.read_now(lambda tx: list(tx.scalars(select(File).order_by(File.id))))


def alike(one: Link, other: Link) -> bool:
    """Whether two links have one owner and lead to one file."""
    return one.owner == other.owner and one.file is other.file


def link_row(tx: Session, owner: str, reference: str, number: int) -> tuple[str, int]:
    """The id of this person's link of that number to a file, and the version that its page would show."""
    theirs = select(tables.Link).join(tables.Link.person).join(tables.Link.file)
    found = tx.scalars(
        theirs.where(Person.email == owner, File.reference == reference).order_by(tables.Link.made_at)
    ).all()
    return found[number].id, found[number].file.version


def row(tx: Session, file: Return) -> File:
    found = files.by_reference(tx, file.reference)
    assert found is not None
    return found


def shown_for(tx: Session, file: Return, *, stale: bool) -> dict[str, int]:
    """What a button was shown for: the file as it is, or as it was before the last act that changed where it stands."""
    found = row(tx, file)
    last = max((entry.sequence for entry in history.of(tx, found) if entry.act in CHANGING), default=0)
    return {found.reference: last - 1 if stale else found.version}


CHANGING = {act for _, act in LEADS_TO} - LEAVES_STANDING


def offer_of(tx: Session, file: Return) -> OutboxItem | None:
    """The newest notice that offers a name for the file, else one that speaks of it."""
    spoke = select(OutboxItem).join(Mention).join(File).where(File.reference == file.reference)
    order = (Mention.number.is_(None), OutboxItem.created_at.desc())
    return tx.scalars(spoke.order_by(*order).limit(1)).first()


def told(tx: Session) -> Counter[Told]:
    """All that stands in the outbox."""
    return Counter(
        (
            item.recipient,
            item.kind,
            tuple(file.reference for file in KINDS[item.kind].model_validate(item.facts).mentioned()),
        )
        for item in tx.scalars(select(OutboxItem))
    )


TestLifecycle = Lifecycle.TestCase
TestLifecycle.settings = profile(max_examples=18, stateful_step_count=30)
