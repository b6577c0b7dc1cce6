"""What stands in Slack is held against the model: buttons, verdicts, whispers, and who may read what."""

import re
from collections import Counter

from sqlalchemy import select

from bot.ledger.tables import Person
from bot.notices import KINDS
from tests.simulation.chat_model import LISTED, Buttons, ChatModel
from tests.simulation.model import Return
from tests.simulation.town import Town, buttons_of, notice_of
from tests.slack import Message, View
from tests.slack_office import MEMBERS

WORDS = re.compile("word[0-9]+word")
ACTS = {"Receive": ("Sent",), "Recall": ("Sent",), "Reject…": ("Sent", "Received"), "Not ours…": ("Sent", "Received")}
"""Where a file stands while these buttons apply."""
SHOWS_VERDICT = {"new-files", "receipt", "duplicate", "advice", "settled"}


class Standing:
    """Looks at everything in Slack, and at every mail."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.read: set[tuple[str, str]] = set()
        """Who has read which words."""
        self.mails = 0
        people = town.office.post.rooms.ledger.read_now(lambda tx: list(tx.scalars(select(Person))))
        self.people = {person.id: person.email for person in people}

    def check(self, model: ChatModel, before: ChatModel, *, exact: bool) -> None:
        """All is as it should be. `exact`: no process died that may have whispered something twice."""
        self.whispers(exact=exact)
        order = self.town.order
        for where, message in self.town.messages():
            self.message(model, where, message)
        for name, view in self.town.views():
            if view.type == "home":
                assert buttons_of(view) == model.home(MEMBERS[name], order), f"the home of {name}"
        self.readers(model, before)
        assert not self.town.office.slack.complaints

    def whispers(self, *, exact: bool) -> None:
        """What one person alone is told, they are told once."""
        due = Counter(where for where, _, _ in self.town.told_of.values() if where[0] == "~") + self.town.repeated
        shown = self.town.whispers()
        if not exact:
            self.town.repeated += shown - due
            due |= shown
        assert shown == due, "what they alone see"

    def message(self, model: ChatModel, where: str, message: Message) -> None:
        """It shows how its files stand, and what can be done to them."""
        _, item, about = self.town.told_of[notice_of(message)]
        reader = self.people.get(item.person_id or 0, "")
        if where[0] == "@" and reader in model.left:
            return  # no leaver is shown more than they were
        files = [model.files[one] for one in about]
        found = buttons_of(message)
        told = (
            f"{item.kind} in {where} of {[(one.reference, one.status, one.service) for one in files]}: {message.words}"
        )
        if item.kind == "status":
            assert found == self.listed(model, reader, item.facts, found), told
            return
        due = self.due(model, item.kind, item.facts, files)
        if due is not None:
            assert found == due, told
        for word, reference in found:
            if word in ACTS:
                assert model.files[reference].status in ACTS[word], told
                assert word != "Recall" or not model.files[reference].had, told
        if item.kind in SHOWS_VERDICT and files and not self.is_open(item.kind, item.facts, files[0]):
            assert model.verdict(files[0]) in message.words, told

    def due(self, model: ChatModel, kind: str, facts: dict[str, object], files: list[Return]) -> Buttons | None:
        """Its buttons, where it is a message that is kept up to date."""
        if kind == "new-files":
            return model.card(files[0], str(facts["service"]))
        if kind in ("receipt", "duplicate"):
            return model.receipt(files[0])
        if kind == "advice":
            return model.held(files[0]) if files else Counter()
        return Counter() if kind == "discarded" else None

    def listed(self, model: ChatModel, reader: str, facts: dict[str, object], found: Buttons) -> Buttons:
        """A list shows what had come when it was last drawn, and each of that as it is by now."""
        held = [model.files[str(one.file.reference)] for one in KINDS["status"].model_validate(facts).held]  # type: ignore[attr-defined]
        all_wait = len(held) > 1 and all(one.status == "Held" for one in held)
        whole = Counter([(f"Send all {len(held)}", "")] if all_wait else [])
        shown = [model.files[one] for one in {about for _, about in found if about}]
        theirs = (model.line(reader, one) for one in shown if one.status in LISTED and model.sees(reader, one))
        return sum((model.held(one) for one in held), Counter()) + whole + sum(theirs, Counter())

    def is_open(self, kind: str, facts: dict[str, object], file: Return) -> bool:
        """Whether it tells what it told at first."""
        return file.status == "Held" or (
            kind == "new-files" and (file.status, file.service) == ("Sent", facts["service"])
        )

    # --- who reads what

    def readers(self, model: ChatModel, before: ChatModel) -> None:
        """Nobody reads what was said of a file that they may not see; in a channel nobody reads what anybody said."""
        for where, message in self.town.messages():
            self.reads(model, before, where, message)
        for name in self.town.office.people:
            for message in self.town.whispered(name):
                self.reads(model, before, f"~{name}", message)
        for name, view in self.town.views():
            self.reads(model, before, f"@{name}", view)
        mailed = self.town.office.post.mailboxes.delivered
        for one in mailed[self.mails :]:
            self.may_read(model, before, one.recipient, one.text)
        self.mails = len(mailed)

    def reads(self, model: ChatModel, before: ChatModel, where: str, surface: Message | View) -> None:
        if where[0] == "#":
            assert not WORDS.search(surface.words), f"in {where} all read {surface.words}"
        else:
            self.may_read(model, before, MEMBERS[where[1:]], surface.words)

    def may_read(self, model: ChatModel, before: ChatModel, reader: str, text: str) -> None:
        """They may now, or could when it was told to them, or said it themselves."""
        for word in set(WORDS.findall(text)):
            if (reader, word) in self.read:
                continue
            (file,) = (one for one in model.files.values() if word in one.words.split())
            then = before.files.get(file.reference)
            head = reader.endswith(("head@moorview.example", "ruth.calder@hollybank.example"))
            may = model.sees(reader, file) or (then is not None and before.sees(reader, then)) or head
            assert may, f"{reader} reads {text}"
            self.read.add((reader, word))
