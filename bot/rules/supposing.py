"""Who may have sent a message that nobody can be sure of, and what sent it: supposed from marks that prove nothing.

What is supposed is told to an administrator, who makes sure. Nothing is ever done for its sake, and it adds no trust.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.rules import address

NUMBER = re.compile(r"(?<![0-9])([0-9]{7})(?![0-9])")
NAMED_WORDS_MIN = 2
"""A school's name of fewer words stands in too many subjects to mean it."""


class Source(StrEnum):
    """What may have sent a message, where it was no person by hand. In the words in which it is told."""

    PHOTOCOPIER = "from a photocopier"
    SCHOOL_SYSTEM = "from a school’s management system"
    RULE = "sent on by a rule of a mailbox"
    ABSENCE = "from an automatic answer to which a file clings"
    LIST = "by way of a mailing list"
    MAIL_SYSTEM = "from a mail system, about mail that was not delivered"


@dataclass(frozen=True)
class Clues:
    """What a message says of itself. All of it may be forged."""

    sender: str
    """The address in From, in normal form; empty where there is not exactly one."""
    subject: str = ""
    shown: str = ""
    """The name beside the address."""
    files: tuple[str, ...] = ()
    """The names of what is attached."""
    program: str = ""
    """What X-Mailer, User-Agent and the like call the program or device."""
    automatic: str = ""
    """The mark by which a machine was recognised."""
    forwarded: bool = False
    """Its header says that a rule passed it on."""


@dataclass(frozen=True)
class Known:
    """Somebody who may send."""

    name: str
    email: str
    schools: frozenset[str]
    """Numbers; none of who may send for every school."""


@dataclass(frozen=True)
class Roll:
    """Those who may send, by each of their addresses, and all schools by their numbers."""

    people: Mapping[str, Known] = field(default_factory=dict)
    schools: Mapping[str, str] = field(default_factory=dict)
    personal_domains: Collection[str] = ()
    shared_mailboxes: Collection[str] = ()


@dataclass(frozen=True)
class Supposed:
    """What is supposed; nothing where all is empty."""

    schools: tuple[str, ...] = ()
    """Numbers. More than one: the marks contradict each other, or lead to somebody who acts for several."""
    email: str = ""
    """Who may send and may have sent it: their address on the roster."""
    source: Source | None = None
    because: tuple[str, ...] = ()
    """Why, as sentences."""


def suppose(clues: Clues, roll: Roll) -> Supposed:
    """Who may have sent it, and what. Linear in what it is given; never raises."""
    person, why_person = _person(clues, roll)
    votes = list(_votes(clues, roll, person))
    source, why_source = _source(clues)
    because = (*why_person, *(why for _, why in votes), *why_source)
    return Supposed(_elected(votes, person), person.email if person else "", source, tuple(dict.fromkeys(because)))


def spoken(supposed: Supposed, schools: Mapping[str, str]) -> str:
    """«probably 8302000 Leys Junior School, from a photocopier»; empty where nothing is supposed."""
    names = [f"{number} {schools.get(number, '')}".strip() for number in supposed.schools]
    parts = [" or ".join(names)] if names else []
    parts += [supposed.source.value] if supposed.source else []
    certainty = "perhaps" if len(names) > 1 else "probably"
    return f"{certainty} {', '.join(parts)}" if parts else ""


Vote = tuple[str, str]
"""The number of a school, and why."""


def _elected(votes: list[Vote], person: Known | None) -> tuple[str, ...]:
    """The schools that the marks lead to: all that do, those with the most marks first."""
    count = Counter(number for number, _ in votes)
    if count:
        return tuple(sorted(count, key=lambda number: (-count[number], number)))
    return tuple(sorted(person.schools)) if person else ()


def _person(clues: Clues, roll: Roll) -> tuple[Known | None, list[str]]:
    if known := roll.people.get(clues.sender):
        return known, [f"From names {known.name}, who may send"]
    local = clues.sender.partition("@")[0].partition("+")[0]
    if not local or address.is_shared(f"{local}@", roll.shared_mailboxes):
        return None, []
    alike = {one.email: one for value, one in roll.people.items() if value.partition("@")[0] == local}
    if len(alike) != 1:
        return None, []
    (known,) = alike.values()
    return known, [f"{known.name}, who may send, is known as {known.email}: the same name at another domain"]


def _votes(clues: Clues, roll: Roll, person: Known | None) -> Iterator[Vote]:
    if person and len(person.schools) == 1 and (number := next(iter(person.schools))) in roll.schools:
        yield number, f"{person.name} acts for {number}"
    yield from _by_domain(clues, roll)
    for name in clues.files:
        for number in dict.fromkeys(NUMBER.findall(name)):
            if number in roll.schools:
                yield number, f"the name of an attached file holds {number}"
    for where, text in (("the subject", clues.subject), ("the name in From", clues.shown)):
        for number in _named(text, roll):
            yield number, f"{where} names {number}"


def _by_domain(clues: Clues, roll: Roll) -> Iterator[Vote]:
    domain = clues.sender.partition("@")[2]
    if not domain or address.is_personal(clues.sender, roll.personal_domains):
        return
    theirs = {
        number
        for value, one in roll.people.items()
        if value.partition("@")[2] == domain
        for number in one.schools
        if len(one.schools) == 1
    }
    if len(theirs) == 1 and (number := theirs.pop()) in roll.schools:
        yield number, f"all who write from {domain} and act for one school act for {number}"


def _named(text: str, roll: Roll) -> Iterator[str]:
    """The schools that a text names, by number or by their whole name where no other has it."""
    yield from (number for number in dict.fromkeys(NUMBER.findall(text)) if number in roll.schools)
    said = f" {_words(text)} "
    names = Counter(map(_words, roll.schools.values()))
    for number, name in roll.schools.items():
        words = _words(name)
        if words.count(" ") + 1 >= NAMED_WORDS_MIN and names[words] == 1 and f" {words} " in said:
            yield number


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold().replace("'", "").replace("’", "")))


MAKERS = "|".join((
    "ricoh", "savin", "lanier", "nashuatec", "gestetner", "konica", "bizhub", "xerox", "workcentre", "altalink", "versalink",
    "canon", "imagerunner", "ir-?adv", "kyocera", "taskalfa", "ecosys", "sharp", "toshiba", "e-?studio", "lexmark", "brother",
    "epson", "oki", "olivetti", "develop ineo", "samsung", "hp (?:laserjet|officejet|pagewide|color|digital)",
    "hewlett.packard", "digital sender", "papercut", "mfp", "multifunction",
))  # fmt: skip
"""What devices that scan call themselves by, as patterns."""
PROGRAM_OF_A_COPIER = re.compile(rf"\b(?:{MAKERS})\b|scan[- ]?(?:to[- ]?)?(?:e-?)?mail|scanner", re.IGNORECASE)
SUBJECT_OF_A_COPIER = re.compile(
    rf"(?:scan(?:ned)? (?:from|image|document|data|file)|message from (?:km|[\"“]?rnp|sharp|bizhub|ricoh|hp|brother|.{{0,20}}mfp)|"
    rf"attached image|image data from|this e-?mail was sent from [\"“]|\b(?:{MAKERS})\b.{{0,30}}scan|scan to e-?mail|"
    rf"digital sender|send from a .{{0,20}}copier)",
    re.IGNORECASE,
)  # fmt: skip
FILE_OF_A_COPIER = re.compile(
    r"(?:s?km?[-_]?c?[0-9]{3,4}i?[0-9]{8,}|s?kmbt_?.{0,24}|skm[-_a-z0-9]{6,}|scan(?:ned)?[-_ ]?(?:doc|document|image|from|[0-9]{3,}).{0,40}|"
    r"doc[0-9]{8,}|img[-_]?[0-9]{8,}|[0-9]{12,17}(?:[-_][0-9]{1,4})?|xerox scan.{0,24}|[a-z]{2,12}_?mfp_?.{0,24}|"
    r"scan|scan[0-9]{2,}|image[-_]?[0-9]{8,})\.(?:pdf|tiff?|jpe?g|xps)",
    re.IGNORECASE,
)  # fmt: skip
MAILBOX_OF_A_COPIER = re.compile(
    r"(?:.*[._-])?(?:scan(?:s|ner|ning|ned|2email|toemail)?|copier|photocopier|mfp|mfd|printer|ricoh|xerox|bizhub|kyocera|konica|canon|sharp)"
    r"(?:[._-].*|[0-9]*)",
    re.IGNORECASE,
)  # fmt: skip
SYSTEMS = re.compile(
    r"\b(?:arbor|bromcom|scholarpack|sims(?: ?\.?net)?|capita sims|ess sims|cpoms|myconcern|provision map|integris|rm integris|"
    r"pupil asset|isams|edukey|parentpay|parentmail|schoolcomms|evolve|target tracker|insight tracking)\b",
    re.IGNORECASE,
)  # fmt: skip
SYSTEM_DOMAINS = re.compile(
    r"(?:.*\.)?(?:arbor-education\.com|arbor\.sc|bromcomcloud\.com|bromcom\.com|scholarpack\.com|cpoms\.(?:net|co\.uk)|"
    r"myconcern\.education|parentpay\.com|parentmail\.co\.uk|schoolcomms\.com|isams\.cloud|ess\.co\.uk)",
    re.IGNORECASE,
)  # fmt: skip
AWAY = re.compile(r"(?:automatic|auto)[ -]?(?:reply|response)|out of (?:the )?office", re.IGNORECASE)

Mark = tuple[Source, Callable[[Clues], str]]
"""What is supposed, and a function that says why; it says nothing where the mark is not there."""


def _local(clues: Clues) -> str:
    return clues.sender.partition("@")[0]


def _copied_file(clues: Clues) -> str:
    found = next((name for name in clues.files if FILE_OF_A_COPIER.fullmatch(name)), "")
    return f"scanners name files so: {found[:60]}" if found else ""


MARKS: tuple[Mark, ...] = (
    (Source.MAIL_SYSTEM, lambda c: "it reports on mail" if re.search(r"mailer-daemon|postmaster|multipart/report", c.automatic) else ""),
    (Source.PHOTOCOPIER, lambda c: f"it calls itself «{c.program[:60]}»" if PROGRAM_OF_A_COPIER.search(c.program) else ""),
    (Source.PHOTOCOPIER, lambda c: "scanners write such subjects" if SUBJECT_OF_A_COPIER.search(c.subject) else ""),
    (Source.PHOTOCOPIER, lambda c: "the mailbox is a scanner’s by its name" if MAILBOX_OF_A_COPIER.fullmatch(_local(c)) else ""),
    (Source.PHOTOCOPIER, _copied_file),
    (Source.SCHOOL_SYSTEM, lambda c: f"it calls itself «{c.program[:60]}»" if SYSTEMS.search(c.program) else ""),
    (Source.SCHOOL_SYSTEM, lambda c: "its domain is that of such a system" if SYSTEM_DOMAINS.fullmatch(c.sender.partition("@")[2]) else ""),
    (Source.SCHOOL_SYSTEM, lambda c: "the name in From is that of such a system" if SYSTEMS.search(c.shown) else ""),
    (Source.RULE, lambda c: "its header says that a rule passed it on" if c.forwarded or "Inbox-Rules-Loop" in c.automatic else ""),
    (Source.ABSENCE, lambda c: "its subject is that of an automatic answer" if AWAY.search(c.subject) else ""),
    (Source.ABSENCE, lambda c: "it says of itself that it answers" if "auto-replied" in c.automatic else ""),
    (Source.LIST, lambda c: "it bears the mark of a list" if "List-Id" in c.automatic else ""),
)  # fmt: skip
"""The first source that has a mark is supposed, with all of its marks."""


def _source(clues: Clues) -> tuple[Source | None, list[str]]:
    said = [(source, why) for source, says in MARKS if (why := says(clues))]
    first = said[0][0] if said else None
    return first, [why for source, why in said if source is first]
