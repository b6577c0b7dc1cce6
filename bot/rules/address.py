"""Email addresses as they are compared (lesson L12), and which mailboxes nobody may act from (docs/rules.md, «Duties»)."""

import re
import unicodedata
from collections.abc import Collection

CHARACTERS_MAX = 254
"""RFC 5321, section 4.5.3.1.3, less the angle brackets."""
LOCAL_OCTETS_MAX = 64
"""RFC 5321, section 4.5.3.1.1."""
WRAPPINGS = ("<>", '""', "''", "‘’", "“”")
"""What mail programs and spreadsheets put around an address; only in pairs, for an apostrophe may be part of it."""
ATOM = r"[^\x00-\x20\x7f-\x9f\s\"(),.:;<>@\[\\\]]+"
LOCAL = re.compile(rf"(?!'){ATOM}(?:\.{ATOM})*")
"""RFC 5322, section 3.2.3, and RFC 6531: nobody's mailbox needs quotes. A lone apostrophe before it is read in two ways."""
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
PLAIN = re.compile(
    r"(?=[^@]{1,64}@)[a-z0-9!#$%&*+/=?^_`{|}~-]++(?:\.[a-z0-9!#$%&*+/=?^_`{|}~-]++)*+"
    rf"@(?:{LABEL.pattern}\.)+(?![0-9]+\Z){LABEL.pattern}",
    re.IGNORECASE | re.ASCII,
)
"""An address as nearly all of them are: ASCII, in no wrapping, of which only the case may have to be folded."""
ANY_ENDING = ".*"
ENDING = re.compile(r"[a-z]{2,}|(?:co|com|org|net)\.[a-z]{2}")
"""What `.*` stands for: hotmail.com and hotmail.co.uk, and not live.school.sch.uk."""


def normal(text: str) -> str | None:
    """The form in which addresses are compared: trimmed, case folded, the domain in ASCII. Plus-tags stay distinct.

    None where it is not exactly one plausible address. Never raises.
    """
    if len(text) <= CHARACTERS_MAX and PLAIN.fullmatch(text):
        return text.lower()
    local, at, domain = _unwrapped(text[: 2 * CHARACTERS_MAX]).rpartition("@")
    host = _ascii_domain(domain)
    if not at or host is None or not _is_local(local):
        return None
    folded = _folded(unicodedata.normalize("NFC", local))
    return f"{folded}@{host}" if len(folded) + len(host) < CHARACTERS_MAX else None


def is_shared(address: str, mailboxes: Collection[str]) -> bool:
    """Whether several people read this mailbox, by its name: with or without a plus-tag."""
    local = address.rpartition("@")[0].partition("+")[0]
    return local.casefold() in {mailbox.casefold() for mailbox in mailboxes}


def is_personal(address: str, domains: Collection[str]) -> bool:
    """Whether it is a private mailbox: at one of these domains or below it; `hotmail.*` stands for every ending."""
    labels = address.rpartition("@")[2].casefold().split(".")
    tails = [".".join(labels[at:]) for at in range(len(labels))]
    return any(_is_under(tail, domain.casefold()) for domain in domains for tail in tails)


def _is_under(tail: str, domain: str) -> bool:
    if not domain.endswith(ANY_ENDING):
        return tail == domain
    begins = domain.removesuffix("*")
    return tail.startswith(begins) and ENDING.fullmatch(tail.removeprefix(begins)) is not None


def _unwrapped(text: str) -> str:
    """Without what is written around an address, however often."""
    while True:
        bare = text.strip(" \t\u00a0").rstrip(".")
        if len(bare) > 1 and bare[0] + bare[-1] in WRAPPINGS:
            bare = bare[1:-1]
        if bare == text:
            return text
        text = bare


def _is_local(local: str) -> bool:
    """Whether this can stand before the @: nothing that does not show, and no character that is half of one."""
    shown = not any(unicodedata.category(character)[0] == "C" or _is_disguised(character) for character in local)
    return shown and LOCAL.fullmatch(local) is not None and len(local.encode()) <= LOCAL_OCTETS_MAX


def _is_disguised(character: str) -> bool:
    """Whether it becomes an ASCII character as soon as anybody writes it in its canonical form (Kelvin sign)."""
    return not character.isascii() and unicodedata.normalize("NFC", character).isascii()


def _folded(local: str) -> str:
    """In lower case. What would only then become an ASCII letter (long s) stays: it is another mailbox."""
    return "".join(_fold(character) for character in local)


def _fold(character: str) -> str:
    folded = character.casefold()
    return character if folded.isascii() and not character.isascii() else folded


def _ascii_domain(domain: str) -> str | None:
    """The domain as the DNS has it (RFC 5890), in lower case; None for a single label, an IP address or no domain."""
    labels = [_ascii_label(label) for label in domain.split(".")]
    known = [label for label in labels if label is not None]
    if len(known) < len(labels) or len(known) < 2 or known[-1].isdigit():
        return None
    return ".".join(known)


def _ascii_label(label: str) -> str | None:
    """One label; None where it is none, or where its ASCII form would be that of a label written otherwise."""
    if any(_is_disguised(character) for character in label):
        return None
    folded = unicodedata.normalize("NFC", label).lower()
    try:
        encoded = folded.encode("idna").decode()
        same = folded.isascii() or encoded.encode().decode("idna") == folded
    except UnicodeError:
        return None
    return encoded if same and LABEL.fullmatch(encoded) else None
