"""What came back to the address of a notice of ours, read as reports on its delivery (lessons L17 and L21).

A report is a `message/delivery-status` part (RFC 3464; in a multipart/report, RFC 6522), of which every section is read,
or, where there is none, the words of a mail system. What it quotes of our mail is never read: neither for a status,
nor for files, nor for commands. Memory and time are bounded, whatever comes.
"""

import re
from collections.abc import Iterable, Iterator

from bot.rules.bounce import Report, Returned, status_in
from handlers.mail.automatic import is_mail_system
from handlers.mail.message.charset import decoded
from handlers.mail.message.head import Head
from handlers.mail.message.mime import Part, parts
from handlers.mail.message.parameters import Field
from handlers.mail.message.transfer import decoder
from handlers.mail.message.words import shown
from handlers.mail.opening.sorting import Sort, sort
from handlers.mail.reading.markup import lines_of

OCTETS_MAX = 1 << 17
"""Octets that are read of a report: a few thousand recipients, and each mail of ours has one."""
HEAD_OCTETS_MAX = 1 << 16
"""Octets of the mail's own header that are looked at."""
DIAGNOSTIC_MAX = 300
"""Characters of what a mail system said that are kept."""
WORDS_MAX = 1 << 14
"""Characters that are read of a report in words; what it says stands at its top."""

DELIVERY_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
"""RFC 3464, and RFC 6533 for addresses beyond ASCII."""
SECTION = re.compile(rb"(?:\r?\n[ \t]*){2,}")
"""What parts the sections of a delivery status: empty lines."""
TYPED = re.compile(r"\s*[A-Za-z0-9-]{1,40}\s*;\s*")
"""What stands before an address or a diagnostic: of what kind it is (RFC 3464, section 2.1.2)."""
XTEXT = re.compile(r"\+([0-9A-F]{2})")
"""RFC 3461, section 4."""

QUOTED_BELOW = re.compile(
    r"^(?:-{1,10} ?(?:below this line is|this is|original message|returned message|the following is|message header)"
    r"|>? ?(?:original message headers|the headers of the original|return-path:|received:|reporting-mta:))",
    re.IGNORECASE | re.MULTILINE,
)
"""Where the words of a report end and our own mail begins, as qmail, Exim, Exchange, Google and Sendmail write it."""
FAILED_SUBJECT = re.compile(
    r"\W*(?:(?:mail |message |your )*(?:undeliver|unzustellbar|non remis|no se puede entregar|onbestelbaar|failure notice"
    r"|delivery (?:has )?fail|delivery incomplete|returned mail|mail system error|system error"
    r"|delivery (?:status )?notification:? ?\(?(?:delivery )?(?:has )?(?:fail|delay))"
    r"|(?:your |the )?(?:mail|message)[^:]{0,60} (?:could |was |has )?not (?:be |been )?delivered)",
    re.IGNORECASE,
)
"""How the subjects of reports begin. Only how: an absence note to one of our alerts says in its midst what ours said."""
DELAYED = re.compile(
    r"\bdelay(?:ed)?\b|not yet been delivered|warning message only|will (?:continue|be retried|keep trying)|still being retried",
    re.IGNORECASE,
)
PHRASES = tuple(
    (re.compile(words, re.IGNORECASE), status)
    for words, status in (
        (r"no mailbox here by that name|no such (?:user|mailbox|recipient|address)|unrouteable address", "5.1.1"),
        (
            r"user (?:is )?unknown|unknown (?:user|recipient|address|mailbox)|is not a known user|wasn't found at",
            "5.1.1",
        ),
        (r"(?:address|account|mailbox|recipient)[^.\n]{0,60}(?:n[o']t exist|not found|n't be found|unknown)", "5.1.1"),
        (r"invalid (?:recipient|mailbox)", "5.1.1"),
        (r"n't find any host|(?:host|domain)[^.\n]{0,40}(?:not found|not exist)|no such domain", "5.1.2"),
        (r"(?:mailbox|account|inbox)[^.\n]{0,40}(?:disabled|suspended|inactive|deactivated)", "5.2.1"),
        (r"(?:mailbox|inbox)[^.\n]{0,40}\bfull\b|over (?:its |the )?quota|exceeds?[^.\n]{0,30}quota", "5.2.2"),
        (r"message[^.\n]{0,40}too (?:large|big)|exceeds?[^.\n]{0,30}size", "5.2.3"),
        (r"retry time(?:out)? (?:was )?exceeded|in the queue too long|message expired", "4.4.7"),
    )
)
"""How mail systems that give no status code say what is wrong, and the code of it."""
CODE = re.compile(r"(?:^|[#:;(<>]\s?|said: |server: )([45])[0-9]{2}[ -]", re.MULTILINE)
"""A reply in an SMTP dialogue (RFC 5321, section 4.2)."""


def read_returned(chunks: Iterable[bytes]) -> Returned:
    """What a mail that came back says of delivery. Unreadable: it is hostile."""
    reading = _Reading()
    for event in parts(reading.head_seen(chunks)):
        if isinstance(event, Part):
            reading.begin(event)
        elif isinstance(event, bytes):
            reading.write(event)
    return reading.returned()


class _Reading:
    """What is known while the mail streams past."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._kept: list[tuple[Part, bytearray]] = []
        self._room = OCTETS_MAX
        self._decoder = decoder("")
        self._writes = False
        """Whether the present part is read."""
        self._attached = False

    def head_seen(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The same chunks; the beginning is kept."""
        for chunk in chunks:
            self._head += chunk[: HEAD_OCTETS_MAX - len(self._head)]
            yield chunk

    def begin(self, part: Part) -> None:
        """A part begins. What belongs to an attached message is a quotation of our own mail."""
        self._end()
        self._decoder = decoder(part.encoding)
        self._writes = not part.embedded and (part.kind.value in DELIVERY_STATUS or sort(part) is Sort.LETTER)
        self._attached = self._attached or (not part.embedded and sort(part) is Sort.FILE)
        if self._writes:
            self._kept.append((part, bytearray()))

    def write(self, octets: bytes) -> None:
        """More of the present part."""
        if self._writes and self._room:
            self._keep(self._decoder.decode(octets))

    def returned(self) -> Returned:
        """What it says, now that all has been seen."""
        self._end()
        reports = [
            report for part, octets in self._kept if part.kind.value in DELIVERY_STATUS for report in _told(octets)
        ]
        return Returned(tuple(reports or self._in_words()), attached=self._attached)

    def _in_words(self) -> list[Report]:
        head = Head.parse(bytes(self._head))
        if any(Field.parse(value).value == "multipart/report" for value in head.all("Content-Type")):
            kind = Field.parse(head.first("Content-Type") or "").get("report-type").lower()
            if kind and kind != "delivery-status":
                return []  # such as a read receipt
        said = "\n".join(_words(part, octets) for part, octets in self._kept)
        report = in_words(head, said)
        return [report] if report else []

    def _end(self) -> None:
        if self._kept and self._writes:
            self._keep(self._decoder.end())

    def _keep(self, octets: bytes) -> None:
        kept = octets[: self._room]
        self._kept[-1][1].extend(kept)
        self._room -= len(kept)


def in_words(head: Head, text: str) -> Report | None:
    """The report that a mail system wrote for people; None where it is no mail system's, or speaks of no failure."""
    subject = head.text("Subject")
    failed = head.first("X-Failed-Recipients") is not None or FAILED_SUBJECT.match(subject) is not None
    if not (is_mail_system(head) or failed):
        return None
    quoted = QUOTED_BELOW.search(text)
    said = text[: min(quoted.start() if quoted else WORDS_MAX, WORDS_MAX)]
    delayed = DELAYED.search(subject) or (not failed and DELAYED.search(said))
    status = status_in(said) or _phrased(said)
    if not (status or failed or delayed):
        return None
    return Report(
        recipient=_address((head.first("X-Failed-Recipients") or "").partition(",")[0]),
        action="delayed" if delayed else "failed",
        status=status,
        diagnostic=_line_with(said, status),
    )


def _phrased(said: str) -> str:
    """The status that words without one stand for; "" where they are not known."""
    known = next((status for words, status in PHRASES if words.search(said)), "")
    code = CODE.search(said)
    return known or (f"{code[1]}.0.0" if code else "")


def _line_with(said: str, status: str) -> str:
    """The line that says why."""
    lines = [line for line in map(shown, said.splitlines()) if line]
    plain = (line for line in lines if status and status in line)
    worded = (line for line in lines if any(words.search(line) for words, _ in PHRASES) or CODE.search(line))
    return next(plain, next(worded, ""))[:DIAGNOSTIC_MAX]


def _told(octets: bytearray) -> Iterator[Report]:
    """Each recipient's section of a delivery status (RFC 3464, section 2.3)."""
    for section in SECTION.split(bytes(octets).strip()):
        head = Head.parse(section)
        if head.first("Action") or head.first("Status") or head.first("Final-Recipient"):
            yield _report(head)


def _report(head: Head) -> Report:
    said = shown(TYPED.sub("", head.first("Diagnostic-Code") or "", count=1))[:DIAGNOSTIC_MAX]
    status = status_in(head.first("Status") or "")
    exact = status_in(said)
    if not status or (status.endswith(".0.0") and exact[:1] == status[:1]):
        status = exact or status
    if (head.first("Status") or "").strip().startswith("2"):
        status = "2.0.0"
    own = head.first("Original-Recipient")
    return Report(
        recipient=_address(XTEXT.sub(_character, own) if own else head.first("Final-Recipient") or ""),
        action=Field.parse(head.first("Action") or "").value.partition("(")[0].strip(),
        status=status,
        diagnostic=said.removeprefix(status).strip(),
    )


def _character(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _address(value: str) -> str:
    return shown(TYPED.sub("", value, count=1)).strip("<> ")


def _words(part: Part, octets: bytearray) -> str:
    said = decoded(bytes(octets), part.kind.get("charset"), cut=True)
    return lines_of(said) if part.kind.value == "text/html" else said
