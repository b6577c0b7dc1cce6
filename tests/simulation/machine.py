"""One run of the simulation: the office, the model beside it, what was asked of both, and how they are compared."""

import json
from collections import Counter
from copy import deepcopy
from itertools import permutations
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from tests.people import ALEX, BETH, DEE, IAN, JO, NADIA, PRIYA, SAM, TOM
from tests.simulation.chat_model import NAME_OF, ChatModel, Wish, alone, changes, own
from tests.simulation.model import Return, Told, service_in
from tests.simulation.standing import Standing
from tests.simulation.town import Town
from tests.slack import Message, View
from tests.slack.messages import elements, label
from tests.slack_office import MEMBERS

MEANS = {
    "Receive": "received", "Reject…": "rejected", "Not ours…": "moved", "Recall": "recalled", "Send as": "accepted",
    "Don’t send": "discarded", "History": "history", "Download": "copied",
}  # fmt: skip
"""What the buttons stand for, by how they begin."""
BY_FORM = ("rejected", "moved")
AT_ONCE_MAX = 3
SURFACES_MAX = 40


class Machine(RuleBasedStateMachine):
    """The real office with a workspace beside the model."""

    @initialize(channel=st.sampled_from(["SEN", "SEN", "EP"]), known=st.booleans())
    def open(self, channel: str, *, known: bool) -> None:
        """`known`: the officers have spoken in Slack before."""
        self.town, self.model, self.expected = Town(channel), ChatModel(channel=channel), Counter[Told]()
        self.office = self.town.office
        self.office.sen.members += [self.office.people[name].id for name in ("ian", "alex")]
        self.pending: list[Wish] = []
        self.forms: dict[str, Wish] = {}
        self.words = 0
        self.dies = self.limited = False
        self.standing = Standing(self.town)
        if known:
            self.town.know(SAM, NADIA, DEE)
            self.model.linked |= {SAM, NADIA, DEE}

    def teardown(self) -> None:
        if hasattr(self, "town"):
            self.town.close()

    # --- what comes of it

    def arrived(self, sender: str, given: str, content: str, reader: str) -> None:
        """A file has come: it is taken in, or it is said why not."""
        verdict, known = self.model.taken_in(sender, given, content)
        self.town.settle()
        kind = {"sent": "receipt", "duplicate": "duplicate"}.get(verdict, "advice")
        told: list[Told] = []
        if verdict == "duplicate" or known:
            assert known
            about = known.reference
        else:
            (about,) = set(self.town.order) - set(self.model.files)
            made = self.entered(about, sender, given, content, settled=verdict == "sent")
            if reader[0] in "@#":
                self.model.came_by_chat.add(about)
            told = self.model.enter(made) if verdict == "sent" else []
        self.expected.update([(reader, kind, (about,)), *told])
        self.flush()

    def entered(self, reference: str, sender: str, given: str, content: str, *, settled: bool) -> Return:
        made = Return(
            reference, sender, given, content, "Sent" if settled else "Held", given[:7] if settled else None,
            service_in(given) if settled else None, given, ["sent" if settled else "held"],
        )  # fmt: skip
        made.words = f"word{self.words}word"
        self.model.files[reference] = made
        return made

    def say(self, by: str, line: str, way: str) -> None:
        if way == "mail":
            message = self.office.post.compose(by, text=line)
            self.town.run(self.office.post.post(message, by))
            return
        user, dm = self.office.people[NAME_OF[by]], self.office.dm(NAME_OF[by])
        slack = self.office.slack
        if way == "command":
            assert self.town.run(slack.command(user, dm, "/postroom", line)).ok
        else:
            assert self.town.run(slack.post(user, dm, line)).ack.ok

    def wish(self, wish: Wish, *, later: bool) -> None:
        """It was asked for; perhaps others ask before the office comes to it."""
        self.pending.append(wish)
        if not later or len(self.pending) >= AT_ONCE_MAX:
            self.flush()

    def flush(self) -> None:
        """The office does all that was asked of it, and all is as some order of the acts would have it."""
        if self.dies:
            self.town.crash()
        before = self.model
        self.town.settle()
        self.follow()
        self.standing.check(self.model, before, exact=not self.dies)
        self.dies = False

    def follow(self) -> None:
        """Find the order in which the office did it."""
        seen, stands = self.town.told(), self.town.stands()
        told: list[Counter[Told]] = []
        for order in permutations(self.pending):
            trial = deepcopy(self.model)
            told.append(self.expected + Counter(one for wish in order for one in trial.done(wish)))
            if told[-1] == seen and trial.stands() == stands:
                trial.shredded()
                self.model, self.expected, self.pending = trial, told[-1], []
                return
        missing, excess = told[0] - seen, seen - told[0]
        raise AssertionError(f"of {self.pending}: not told {dict(missing)}, told besides {dict(excess)}; {stands}")

    # --- how

    def word(self, by: str) -> str:
        """Something that nobody but its author may read who may not see what it is said of."""
        self.words += 1
        word = f"word{self.words}word"
        self.standing.read.add((by, word))
        return word

    def file(self, wish: Wish) -> Return:
        return self.model.files[wish.file]

    def pressable(self, word: str) -> list[tuple[Wish, Message | View, str]]:
        """Every button that begins so, with what its press means."""
        found: list[tuple[Wish, Message | View, str]] = []
        for where, readers, surface in self.surfaces():
            for _, element in elements(surface.blocks):
                if element["type"] != "button" or not label(element).startswith(word) or "value" not in element:
                    continue
                about, seen = self.about(element)
                if about is None or (word == "Receive" and label(element) != word):
                    continue
                for person in readers:
                    reader = alone(person) if where.startswith("#") else own(person)
                    wish = Wish(person, MEANS[word], about.reference, where, reader, seen)
                    found.append((wish, surface, element["action_id"]))
        return found

    def surfaces(self) -> list[tuple[str, list[str], Message | View]]:
        """All with buttons: where, who can press there, and the thing itself. The newest alone, for cost."""
        members = {"#sen": [SAM, NADIA, DEE, IAN, ALEX], "#returns": [JO, TOM, PRIYA, BETH]}
        shown: list[tuple[str, list[str], Message | View]] = [
            (where, members.get(where) or [MEMBERS[where[1:]]], one) for where, one in self.town.messages()
        ]
        shown += [("home", [MEMBERS[name]], view) for name, view in self.town.views() if view.type == "home"]
        for name in self.office.people:
            for one in self.town.whispered(name):
                place = self.office.slack.world.conversations[one.channel]
                shown.append(("@" if place.kind == "im" else "#", [MEMBERS[name]], one))
        return shown[-SURFACES_MAX:]

    def about(self, element: dict[str, Any]) -> tuple[Return | None, int | None]:
        """The file that a button is about, and how much had befallen it when it was drawn."""
        value = json.loads(element["value"])
        words = value["say"].split()
        named = next((word for word in words if word.startswith("PR-")), "")
        if not named and words[-1].isdigit() and value["notice"] in self.town.told_of:
            named = self.town.told_of[value["notice"]][2][int(words[-1]) - 1]
        file = self.model.files.get(named)
        version = value["seen"].get(named)
        if file is None or version is None:
            return file, None
        return file, changes(file, version)
