"""What the domain says, once more and by itself: a pure model that the real desks are held against (docs/rules.md).

It knows no database. Each act returns whom it would tell what, as (address, kind of notice, references).
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain

from tests.people import ALEX, BETH, DEE, JO, LENA, MINA, MOORVIEW_HEAD, NADIA, PRIYA, RAJ, SAM, TOM

Told = tuple[str, str, tuple[str, ...]]

LEYS, MOORVIEW, HOLLYBANK = "8302000", "8309001", "8309003"
SCHOOLS_OF: dict[str, set[str]] = {
    JO: {LEYS}, TOM: {LEYS}, PRIYA: {LEYS}, MINA: {LEYS, "8309002"}, BETH: {MOORVIEW}, MOORVIEW_HEAD: {MOORVIEW},
    LENA: {HOLLYBANK}, DEE: {HOLLYBANK},
}  # fmt: skip
SERVICES_OF: dict[str, set[str]] = {
    SAM: {"SEN", "EP"}, NADIA: {"SEN", "SPSS"}, DEE: {"SEN", "SP"}, RAJ: {"FIN", "SSF"},
}  # fmt: skip
HEAD_OF = {LEYS: PRIYA, MOORVIEW: MOORVIEW_HEAD, HOLLYBANK: "ruth.calder@hollybank.example"}
PLACE_OF = {"SEN": "senteam@derbyshire.example"}
EVERYBODY = sorted({*SCHOOLS_OF, *SERVICES_OF, ALEX})
TAKEN_IN_FOR = {"SEN", "EP", "SPSS", "SP", "FIN", "SSF"}
"""Of the services that files are moved to here, those with an officer or a place."""

BECOMES = {
    ("Held", "accepted"): "Sent",
    ("Held", "discarded"): "Discarded",
    ("Sent", "received"): "Received",
    ("Sent", "recalled"): "Recalled",
    ("Sent", "rejected"): "Rejected",
    ("Sent", "moved"): "Sent",
    ("Received", "rejected"): "Rejected",
    ("Received", "moved"): "Sent",
    **{(status, act): status for status in ("Sent", "Received", "Rejected") for act in ("frozen", "released")},
}
STANDING_STILL = ("frozen", "released")
"""After these a file stands where it stood, so that links to it are still good."""


@dataclass
class Return:
    """One file as it should stand."""

    reference: str
    owner: str
    given: str
    content: str
    status: str
    school: str | None
    service: str | None
    name: str
    acts: list[str]
    had: bool = False
    """An officer has received it once."""
    frozen: bool = False
    havers: set[str] = field(default_factory=set)
    """Who has received it."""
    told: set[str] = field(default_factory=set)
    """The officers to whom it was announced by mail."""
    by: str = ""
    """Who did what was done to it last."""
    words: str = ""
    """What was said of it that only those who may see it may read."""

    @property
    def gone(self) -> bool:
        """Its contents are to be destroyed at once."""
        return self.status in ("Discarded", "Recalled")

    @property
    def moves(self) -> int:
        """How much has befallen it that changed where it stands."""
        return len([act for act in self.acts if act not in STANDING_STILL])


@dataclass
class Link:
    """A one-time link that came with an announcement."""

    owner: str
    file: Return
    made_after: int
    """How much had befallen the file by then."""
    used: bool = False

    @property
    def is_open(self) -> bool:
        """Nobody has used it, and the file stands where it stood."""
        return not self.used and self.file.moves == self.made_after


@dataclass
class Model:
    """All files, and who is no more."""

    files: dict[str, Return] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    links: list[Link] = field(default_factory=list)

    # --- who may

    def sees(self, person: str, file: Return) -> bool:
        """Until its name is settled only its sender; then the school and the service."""
        if person in self.left:
            return False
        if file.school is None:
            return person == file.owner
        return person == ALEX or self.sends_for(person, file) or file.service in SERVICES_OF.get(person, ())

    def sends_for(self, person: str, file: Return) -> bool:
        return person not in self.left and file.school in SCHOOLS_OF.get(person, ())

    def decides(self, person: str, file: Return) -> bool:
        """An officer of the service or an administrator, unless they are on the school's list."""
        if person in self.left or file.school is None or self.sends_for(person, file):
            return False
        return person == ALEX or file.service in SERVICES_OF.get(person, ())

    def is_open(self, person: str, file: Return, act: str) -> bool:
        """Whether this act of this person would be done now."""
        if (file.status, act) not in BECOMES or person in self.left:
            return False
        if act in STANDING_STILL:
            return file.frozen == (act == "released") and self.guards(person, file)
        if file.frozen and act in ("received", "moved"):
            return False
        if act == "recalled":
            return not file.had and (person == ALEX or self.sends_for(person, file))
        return self.decides(person, file) if file.school else self.sees(person, file)

    def guards(self, person: str, file: Return) -> bool:
        """Whoever sends for the school, and an administrator, say that a file is the wrong one, or the right one."""
        return file.school is not None and (person == ALEX or self.sends_for(person, file))

    def hands_over(self, person: str, act: str, former: str | None) -> bool:
        """Who loses a file to another service hears of that, and of nothing after."""
        return act == "moved" and person not in self.left and former in SERVICES_OF.get(person, ())

    # --- acts of schools

    def taken_in(self, sender: str, given: str, content: str) -> tuple[str, Return | None]:
        """What should become of a file: the verdict, and the file that is here already."""
        school = given[:7]
        settled = given[7] == "_"
        if school not in SCHOOLS_OF[sender]:
            return "refused", None
        if not settled:
            for file in self.files.values():
                if (file.status, file.owner, file.given, file.content) == ("Held", sender, given, content):
                    return "held", file
        if known := self.same(f"{school}_{given[8:]}", content):
            return "duplicate", known
        return ("sent" if settled else "held"), None

    def same(self, name: str, content: str) -> Return | None:
        """The file that a rightly named one would repeat."""
        for file in self.files.values():
            if file.status in ("Sent", "Received") and (file.name, file.content) == (name, content):
                return file
        return None

    def enter(self, file: Return) -> list[Told]:
        """A file has become Sent: its twins still held go, and it is announced."""
        for twin in self.files.values():
            if twin is not file and twin.status == "Held" and (twin.owner, twin.content) == (file.owner, file.content):
                self.make(twin, "discarded")
        return self.announced(file)

    def announced(self, file: Return, mover: str = "") -> list[Told]:
        """To each officer who is not of the school and did not move it here, and to the place; where the service has
        neither, to the administrator."""
        service = str(file.service)
        officers = {
            one for one, theirs in SERVICES_OF.items()
            if service in theirs and one not in self.left and not self.sends_for(one, file)
        }  # fmt: skip
        unattended = not officers and service not in PLACE_OF
        officers = {ALEX} if unattended else officers - {mover}
        file.told |= officers
        self.links += [Link(one, file, file.moves) for one in officers]
        readers = [*officers, *([PLACE_OF[service]] if service in PLACE_OF else [])]
        return [(reader, "new-files", (file.reference,)) for reader in readers]

    def accept(self, person: str, file: Return) -> list[Told]:
        if file.status != "Held" or not self.sees(person, file):
            return [(person, "which", ())]
        name = f"{file.given[:7]}_{file.given[8:]}"
        if known := self.same(name, file.content):
            self.make(file, "discarded")
            return [(person, "duplicate", (known.reference,))]
        self.make(file, "accepted")
        file.name, file.school, file.service = name, name[:7], service_in(name)
        return [(person, "receipt", (file.reference,)), *self.enter(file)]

    def decline(self, person: str, file: Return) -> list[Told]:
        if file.status != "Held" or not self.sees(person, file):
            return [(person, "which", ())]
        self.make(file, "discarded", person)
        return [(person, "discarded", (file.reference,))]

    def recall(self, person: str, file: Return, *, stale: bool) -> list[Told]:
        unsettled = file.school is None
        allowed = self.sees(person, file) if unsettled else person == ALEX or self.sends_for(person, file)
        if not allowed:
            return [(person, "not-authorised", ())]
        act = "discarded" if unsettled else "recalled"
        if stale or file.had or (file.status, act) not in BECOMES:
            return [(person, "too-late", (file.reference,))]
        alarmed = self.alarmed(person, file) if file.frozen else []
        file.frozen = False
        self.make(file, act, person)
        return [(person, "recalled", (file.reference,)), *alarmed]

    def freeze(self, person: str, file: Return) -> list[Told]:
        if not self.guards(person, file):
            return [(person, "not-authorised", ())]
        if file.frozen:
            return [(person, "frozen", (file.reference,))]
        if (file.status, "frozen") not in BECOMES:
            return [(person, "too-late", (file.reference,))]
        file.frozen = True
        file.acts.append("frozen")
        return [(person, "frozen", (file.reference,)), *self.alarmed(person, file)]

    def release(self, person: str, file: Return) -> list[Told]:
        if not self.guards(person, file):
            return [(person, "not-authorised", ())]
        if not file.frozen:
            return [(person, "unknown-command", ())]
        file.frozen = False
        file.acts.append("released")
        return [(person, "released", (file.reference,)), *self.alarmed(person, file)]

    def alarmed(self, doer: str, file: Return) -> list[Told]:
        """Whoever takes it in or has had it, the headteacher, the administrator: each once, but not who did it."""
        officers = {
            one for one, theirs in SERVICES_OF.items() if file.service in theirs and not self.sends_for(one, file)
        }
        everybody = officers | file.havers | {HEAD_OF[str(file.school)], ALEX}
        return [(one, "wrong-file", (file.reference,)) for one in everybody - self.left - {doer}]

    # --- acts of officers

    def decide(self, person: str, file: Return, act: str, *, stale: bool, to: str = "") -> list[Told]:
        if act == "moved" and (to not in TAKEN_IN_FOR or to == file.service):
            return [(person, "unknown-command", (file.reference,) if self.sees(person, file) else ())]
        if not self.decides(person, file):
            return [(person, "not-authorised", ())]
        stopped = file.frozen and act in ("received", "moved")
        if stale or stopped or (file.status, act) not in BECOMES:
            return [(person, "lost-race", (file.reference,))]
        self.make(file, act, person)
        if act == "received":
            file.havers.add(person)
        file.had = file.had or act == "received"
        former, file.service = file.service, to or file.service
        others = {one for one in file.told if self.sees(one, file) or self.hands_over(one, act, former)}
        readers = {person, *others}
        hear: list[Told] = [(one, "decided", (file.reference,)) for one in readers]
        hear += self.told_the_school(file, act)
        return hear + (self.announced(file, mover=person) if act == "moved" else [])

    def told_the_school(self, file: Return, act: str) -> list[Told]:
        """Its sender, and of a rejection the headteacher or in their place the administrator."""
        owner = [file.owner] if self.sees(file.owner, file) else []
        if act == "rejected":
            head = HEAD_OF[str(file.school)]
            owner = sorted({*owner, ALEX if head in self.left else head})
        return [(one, act, (file.reference,)) for one in owner]

    def press(self, link: Link, act: str, to: str = "") -> list[Told]:
        """Decided on the link's page, which answers whoever pressed."""
        if not (link.is_open and self.is_open(link.owner, link.file, act) and self.decides(link.owner, link.file)):
            return []
        told = self.decide(link.owner, link.file, act, stale=False, to=to)
        link.used = not link.is_open
        spoken_of = (link.file.reference,)
        own = {(link.owner, "decided", spoken_of), (link.owner, "unknown-command", spoken_of)}
        return [one for one in told if one not in own]

    # --- what follows

    def make(self, file: Return, act: str, by: str = "") -> None:
        file.status, file.by = BECOMES[file.status, act], by
        file.acts.append(act)

    def shredded(self) -> None:
        """All that is to be destroyed is destroyed, and history says so."""
        for file in self.files.values():
            if file.gone and file.acts[-1] != "destroyed":
                file.acts.append("destroyed")


def service_in(name: str) -> str:
    """The code in a name: its first capitals."""
    found = re.search("[A-Z]+", name)
    assert found
    return found[0]


def counted(told: list[list[Told]]) -> Counter[Told]:
    """How often each was told what."""
    return Counter(chain.from_iterable(told))
