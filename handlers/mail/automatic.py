"""Did a machine send this mail? Then it is never answered (lessons L11 and L13 to L17)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.rules.address import normal
from handlers.mail.message.head import Head
from handlers.mail.trust.author import author
from handlers.mail.trust.lexical import Doubtful

COMMENT = re.compile(r"\([^()]*\)")
BULK = {"bulk", "junk", "list", "auto_reply", "auto-reply"}
BOUNCER = re.compile(
    r"(?:mailer-daemon|postmaster|microsoftexchange[0-9a-f]{32})(?:\+.*)?@.*|mailer-daemon", re.IGNORECASE
)
"""Whom mail systems write as; Exchange by a number of its own, under whatever name."""
NO_REPLY = re.compile(
    r"(?:[a-z0-9.+_-]*[.+_-])?(?:no|do[-_.]?not)[-_.]?reply(?:[.+_-][a-z0-9.+_-]*)?@.*", re.IGNORECASE
)
NOTICE = "Postroom-Notice"
"""What every notice bears, ours and another Postroom's: also where somebody's rule sends it on (lesson L11)."""
AUTORESPONDERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder")
"""What programs add that answer by themselves and know nothing of RFC 3834."""
AUTOMATIC_SUBJECTS = (
    "automatic reply",
    "automated reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "auto-response",
    "autoresponse",
    "out of office",
    "out of the office",
    "ateb awtomatig",
    "absence du bureau",
    "réponse automatique",
    "automatische antwort",
    "abwesenheitsnotiz",
    "abwesend:",
    "automatisch antwoord",
    "afwezigheidsmelding",
    "respuesta automática",
    "fuera de la oficina",
    "resposta automática",
    "ausência temporária",
    "risposta automatica",
    "fuori sede:",
    "autosvar",
    "automatiskt svar",
    "automatisk svar",
    "automaattinen vastaus",
    "automatyczna odpowiedź",
    "odpowiedź automatyczna",
    "automatická odpověď",
    "automatikus válasz",
    "răspuns automat",
    "otomatik yanıt",
    "αυτόματη απάντηση",
    "автоматический ответ",
    "автоматична відповідь",
    "رد تلقائي",
    "自动回复",
    "自動回覆",
    "自動応答",
    "자동 회신",
)
"""How mail programs begin the subject of an automatic answer, in lower case (lesson L15)."""
AWAY = re.compile(r"\bis (?:currently )?out of (?:the )?office\b", re.IGNORECASE)


@dataclass(frozen=True)
class Marker:
    """The sign by which a machine is known."""

    why: str
    """In words, for the record."""
    sure: bool = True
    """False for a mere subject, which counts only where nothing is attached: a teacher may forward one (lesson L15)."""


def marker(head: Head, mail_from: str | None, own: Callable[[str], bool]) -> Marker | None:
    """The first sign that a machine sent this mail; None for a person's.

    `mail_from` is the envelope sender, "" the null one, None where it is not known; `own` says whether an address (in
    normal form) is one that we send from. X-Auto-Response-Suppress alone is a wish about replies, and no sign (lesson
    L14). Signs of a bounce come first, so that nothing is ever said to one (lesson L17). Never raises.
    """
    sure = next(_signs(head, mail_from, own), None)
    if sure is not None:
        return Marker(sure)
    if weak := _subject(head.text("Subject")):
        return Marker(weak, sure=False)
    return None


def is_returned(head: Head, mail_from: str | None) -> bool:
    """Whether a mail bears a sign of a report on the delivery of other mail, so far as its head and envelope tell."""
    envelope = None if mail_from is None else mail_from.strip("<> ")
    return next(_bounces(head, envelope, _author(head)), None) is not None


def is_mail_system(head: Head) -> bool:
    """Whether a mail system, no person, stands in From."""
    address = _author(head)
    return any(BOUNCER.fullmatch(who) for who in (address, head.text("From").rpartition("<")[2].strip("> ")) if who)


def _signs(head: Head, mail_from: str | None, own: Callable[[str], bool]) -> Iterator[str]:
    address = _author(head)
    envelope = None if mail_from is None else mail_from.strip("<> ")
    yield from _bounces(head, envelope, address)
    yield from _ourselves(head, envelope, address, own)
    yield from _robots(head)
    if address and NO_REPLY.fullmatch(address):  # lesson L16
        yield f"it is from {address.partition('@')[0]}@"


def _bounces(head: Head, envelope: str | None, address: str | None) -> Iterator[str]:
    """Lesson L17."""
    if envelope == "" or "<>" in (value.strip() for value in head.all("Return-Path")):
        yield "its envelope sender is empty"
    if any(_word(value) == "multipart/report" for value in head.all("Content-Type")):
        yield "it is a multipart/report"
    if head.all("X-Failed-Recipients"):
        yield "X-Failed-Recipients"
    for who in (address, envelope):
        if who and BOUNCER.fullmatch(who):  # lesson L16
            yield f"it is from {who.partition('@')[0].lower()}"


def _ourselves(head: Head, envelope: str | None, address: str | None, own: Callable[[str], bool]) -> Iterator[str]:
    """Lessons L11 and L13."""
    if any(who and own(who) for who in (address, normal(envelope or ""))):
        yield "it is from an address of our own"
    looped = (normal(value) for value in head.all("X-Loop"))
    if any(who and own(who) for who in looped):
        yield "X-Loop names an address of our own"


def _robots(head: Head) -> Iterator[str]:
    """Lesson L13."""
    for value in head.all("Auto-Submitted"):
        if (word := _word(value)) not in {"no", ""}:
            yield f"Auto-Submitted: {word}"
    for value in head.all("Precedence"):
        if (word := _word(value)) in BULK:
            yield f"Precedence: {word}"
    if any(value.strip() for value in head.all("List-Id")):
        yield "List-Id"
    if head.all(NOTICE):
        yield f"{NOTICE}: it is a notice of a Postroom"
    for name in AUTORESPONDERS:
        if any(_word(value) not in {"no", ""} for value in head.all(name)):
            yield name
    suppressed = ",".join(head.all("X-Auto-Response-Suppress")).lower()
    if head.all("X-MS-Exchange-Inbox-Rules-Loop") and "all" in re.split(r"[,;\s]+", suppressed):
        yield "X-MS-Exchange-Inbox-Rules-Loop, with every answer suppressed"


def _subject(subject: str) -> str | None:
    folded = " ".join(subject.split()).lower()
    if folded.startswith(AUTOMATIC_SUBJECTS) or AWAY.search(folded):
        return "its subject is that of an automatic answer"
    return None


def _author(head: Head) -> str | None:
    try:
        return author(head)
    except Doubtful:
        return None


def _word(value: str) -> str:
    """The first word of a field such as `auto-replied; owner-email="…"`, without comments, in lower case."""
    return COMMENT.sub("", value).partition(";")[0].strip().lower()
