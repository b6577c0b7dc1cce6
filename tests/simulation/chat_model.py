"""What the domain says where some are in Slack: who is told where, and what must stand there (docs/slack.md).

One of SEN and EP is told in a channel, the officers of the other each by direct message, all other services by mail.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.people import ALEX, IAN
from tests.simulation.model import PLACE_OF, SCHOOLS_OF, SERVICES_OF, Model, Return, Told
from tests.slack_office import MEMBERS

NAME_OF = {address: name for name, address in MEMBERS.items()}
LISTED = ("Sent", "Received", "Rejected")
PAGE = 5
"""Files of one page of a list."""
BY_FORM = {"rejected", "moved"}

Buttons = Counter[tuple[str, str]]
"""What stands on buttons, each with the reference of the file it is about."""


def own(person: str) -> str:
    """Their conversation with the bot."""
    return f"@{NAME_OF[person]}"


def alone(person: str) -> str:
    """What they alone see where others read, too."""
    return f"~{NAME_OF[person]}"


@dataclass(frozen=True)
class Wish:
    """What somebody wants of a file, and how they said so."""

    by: str
    what: str
    """As in histories; also `history`, `copied`."""
    file: str
    where: str
    """What was pressed: `home`, `@` a direct message, `#` a channel; a form by where it was opened. Else how it was written:
    by `mail`, in a `message` or in a `command`."""
    reader: str
    """Where they are answered."""
    seen: int | None = None
    """How much had befallen the file when the button was drawn."""
    to: str = ""
    is_form: bool = False

    @property
    def pressed(self) -> bool:
        """Not written."""
        return self.where not in ("mail", "message", "command")


@dataclass
class ChatModel(Model):
    """All files, and who is known in Slack."""

    channel: str = "SEN"
    """The service that is told in the channel."""
    linked: set[str] = field(default_factory=set)
    came_by_chat: set[str] = field(default_factory=set)
    """The references of the files that were sent in Slack."""

    def done(self, wish: Wish) -> list[Told]:
        """Whom this tells what."""
        file, person = self.files[wish.file], wish.by
        if person in self.left:
            return [(wish.reader, "not-authorised", ())]
        if wish.reader[0] in "@~":
            self.linked.add(person)
        if wish.what in ("accepted", "discarded"):
            return self.settled(wish, file)
        if not self.sees(person, file):
            return [(wish.reader, "not-authorised" if wish.pressed else "which", ())]
        if wish.what == "history":
            return [(wish.reader, "history", (file.reference,))]
        if wish.what == "copied":
            return self.copied(wish, file)
        return self.decided(wish, file)

    def decided(self, wish: Wish, file: Return) -> list[Told]:
        """Receive, reject, move, recall: those who act are answered where they are."""
        stale = wish.seen is not None and wish.seen != changes(file)
        repeats = (file.status, file.by) == ("Received", wish.by)
        if wish.what == "recalled":
            told = self.recall(wish.by, file, stale=stale)
        elif wish.what in BY_FORM and wish.pressed and not wish.is_form:
            told = [(wish.by, self.closed(wish, file), () if not self.decides(wish.by, file) else (file.reference,))]
        else:
            told = self.decide(wish.by, file, wish.what, stale=stale, to=wish.to)
        kinds = {kind for one, kind, _ in told if one == wish.by}
        links = wish.what == "received" and ("decided" in kinds or ("lost-race" in kinds and repeats))
        reader = self.reader(wish, links=links)
        theirs = ("decided", "recalled", "not-authorised", "lost-race", "too-late", "unknown-command")
        return [(reader if one == wish.by and kind in theirs else one, kind, refs) for one, kind, refs in told]

    def closed(self, wish: Wish, file: Return) -> str:
        """Why no form opened."""
        return "lost-race" if self.decides(wish.by, file) else "not-authorised"

    def opens(self, wish: Wish) -> bool:
        """Whether the button opens its form."""
        file = self.files[wish.file]
        fresh = wish.seen == changes(file)
        return fresh and self.is_open(wish.by, file, wish.what)

    def reader(self, wish: Wish, *, links: bool) -> str:
        """A link is shown to its reader alone, wherever they asked for it; what was asked nowhere comes as a message."""
        return alone(wish.by) if links and (wish.where[0] in "@#" or wish.where == "message") else wish.reader

    def copied(self, wish: Wish, file: Return) -> list[Told]:
        school = wish.by == ALEX or self.sends_for(wish.by, file)
        officer = self.decides(wish.by, file) and file.status in ("Sent", "Received")
        if not (school or officer):
            return [(wish.reader, "not-authorised", ())]
        if file.gone:
            return [(wish.reader, "too-late", (file.reference,))]
        return [(self.reader(wish, links=True), "copy", (file.reference,))]

    def settled(self, wish: Wish, file: Return) -> list[Told]:
        """A word about a file that was held, from its sender or from another who reads what they were asked."""
        if file.owner == wish.by and file.status == "Held":
            told = self.accept(wish.by, file) if wish.what == "accepted" else self.decline(wish.by, file)
            return [(wish.reader, *told[0][1:]), *told[1:]]
        if file.owner == wish.by:
            return [(wish.reader, "settled", (file.reference,))]
        if file.status == "Held":
            return [(wish.reader, "not-authorised", ())]
        about = (file.reference,) if self.sees(wish.by, file) else ()
        return [(wish.reader, "unknown-command" if about else "which", about)]

    # --- who is told, and where

    def announced(self, file: Return, mover: str = "") -> list[Told]:
        """A card in the channel of the service, or one to each of its officers; by mail to whom Slack does not know."""
        service, about = str(file.service), (file.reference,)
        takers = [
            one for one, theirs in SERVICES_OF.items()
            if service in theirs and one not in self.left and not self.sends_for(one, file)
        ]  # fmt: skip
        in_chat = [one for one in takers if service in ("SEN", "EP") and one in self.linked]
        mailed = [one for one in takers if one not in in_chat and one != mover]
        if not takers and service not in PLACE_OF and service != self.channel:
            mailed = [ALEX]
        file.told |= set(mailed)
        cards = [own(one) for one in in_chat if service != self.channel and one != mover]
        places = [*filter(None, [PLACE_OF.get(service)]), *["#sen"] * (service == self.channel)]
        return [(one, "new-files", about) for one in (*mailed, *cards, *places)]

    def told_the_school(self, file: Return, act: str) -> list[Told]:
        told = super().told_the_school(file, act)
        in_chat = file.reference in self.came_by_chat and file.owner in self.linked
        owner = (file.owner, act, (file.reference,))
        if not in_chat or owner not in told or not self.sees(file.owner, file):
            return told
        chat = (own(file.owner), *owner[1:])
        return [*told, chat] if act == "rejected" else [chat if one == owner else one for one in told]

    # --- what must stand

    def stands(self) -> dict[str, tuple[object, ...]]:
        """Each file as it is."""
        return {one.reference: (one.status, one.school, one.service, one.name, one.had) for one in self.files.values()}

    def verdict(self, file: Return) -> str:
        """How a file stands, in the words that every message has for it."""
        who = {address: " ".join(part.capitalize() for part in address.partition("@")[0].split(".")) for address in ALL}
        if file.status in ("Received", "Rejected", "Recalled"):
            return f"{file.status} by {who[file.by]} at "
        if file.status == "Discarded":
            return "Destroyed"
        return f"{'Moved' if 'moved' in file.acts else 'Sent'} to {file.service}"

    def card(self, file: Return, service: str) -> Buttons:
        """The buttons of a card that was shown to this service."""
        words = []
        if file.service == service and file.status in ("Sent", "Received"):
            words = ["Receive" if file.status == "Sent" else "Download", "Reject…", "Not ours…"]
        whole = ["Receive all from this school…"] if file.service == service and file.status == "Sent" else []
        return buttons(file, [*words, "History", *whole])

    def receipt(self, file: Return) -> Buttons:
        """The buttons below what its sender is told of a file."""
        if file.status == "Sent" and not file.had:
            return buttons(file, ["Recall", "History"])
        return buttons(file, ["Download a copy"] * (file.status in LISTED) + ["History"])

    def held(self, file: Return) -> Buttons:
        """The buttons of what waits for its name."""
        if file.status != "Held":
            return Counter()
        return Counter([(f"Send as {file.given[:7]}_{file.given[8:]}", ""), ("Don’t send", "")])

    def listed(self, person: str, order: Iterable[str], *, own_schools: bool = False) -> Buttons:
        """The buttons of the newest files that they may see. `order`: references as the files were sent."""
        seen = (self.files[one] for one in reversed(list(order)))
        theirs = [one for one in seen if one.status in LISTED and self.sees(person, one)]
        if own_schools:
            theirs = [one for one in theirs if one.school in SCHOOLS_OF.get(person, ())]
        return sum((self.line(person, one) for one in theirs[:PAGE]), Counter())

    def line(self, person: str, file: Return) -> Buttons:
        """What this person can do to a file."""
        decides, sends = self.decides(person, file), person == ALEX or self.sends_for(person, file)
        can = {
            "Receive": decides and file.status == "Sent",
            "Recall": sends and file.status == "Sent" and not file.had,
            "Download a copy": sends or (decides and file.status == "Received"),
            "Reject…": decides and file.status in ("Sent", "Received"),
            "Not ours…": decides and file.status in ("Sent", "Received"),
            "History": True,
        }
        return buttons(file, [word for word, is_so in can.items() if is_so])

    def home(self, person: str, order: list[str]) -> Buttons:
        """The buttons of somebody's home."""
        if person in self.left:
            return Counter()
        held = [one for one in self.files.values() if one.status == "Held" and one.owner == person]
        waiting = [
            self.files[one] for one in order if self.files[one].status == "Sent" and self.decides(person, self.files[one])
        ]  # fmt: skip
        cards = (buttons(one, ["Receive", "Reject…", "Not ours…", "History"]) for one in waiting[:PAGE])
        school = self.listed(person, order, own_schools=True) if person in SCHOOLS_OF else Counter()
        return sum((self.held(one) for one in held[:4]), Counter()) + school + sum(cards, Counter())


ALL = sorted({*SCHOOLS_OF, *SERVICES_OF, ALEX, IAN})


def changes(file: Return, version: int | None = None) -> int:
    """How much has befallen a file that changed where it stands. `version`: by then."""
    return sum(act != "destroyed" for act in file.acts[:version])


def buttons(file: Return, words: list[str]) -> Buttons:
    return Counter((word, file.reference) for word in words)
