"""What arrives in the place of a file that nobody but its sender can turn into one: for each an advice (lessons L36, L42)."""

import re
from dataclasses import dataclass
from functools import cached_property

from handlers.mail.message.part import Part


@dataclass(frozen=True)
class Hindrance:
    """A kind of part, by its content type or by its name."""

    fault: str
    """What is said of it: `mail_templates/faults/<fault>.md`."""
    types: frozenset[str] = frozenset()
    names: str = r"(?!)"
    """A pattern for the whole name, in either case of letters."""
    is_letter: bool = True
    """It stands for all of the mail: its own name, made up by a program, says nothing to its sender."""

    def fits(self, part: Part) -> bool:
        """Whether this part is of the kind."""
        return part.kind.value in self.types or bool(self._named.fullmatch(part.name.text))

    @cached_property
    def _named(self) -> re.Pattern[str]:
        return re.compile(self.names, re.IGNORECASE | re.DOTALL)


PAGE = r"\.html?"
NOTE = r"\.(txt|html?|pdf|eml)"
GONE = r"(removed|deleted|blocked|stripped|quarantined|withheld)"

HINDRANCES = (
    Hindrance("in-pieces", frozenset({"message/partial"})),  # RFC 2046, section 5.2.2
    Hindrance("external-body", frozenset({"message/external-body"})),  # RFC 2046, section 5.2.3
    Hindrance(
        "encrypted-office",
        frozenset({"application/x-microsoft-rpmsg-message"}),
        r".*\.rpmsg|message_zdm" + PAGE,  # Microsoft Purview; Office 365 Message Encryption before it
    ),
    Hindrance("encrypted-egress", frozenset({"application/x-egress-switch"}), r".*\.switch"),
    Hindrance("encrypted-cisco", names=r"securedoc[\w-]*" + PAGE),
    Hindrance("encrypted-proofpoint", names=r"SecureMessageAtt[\w-]*" + PAGE),
    Hindrance("encrypted-zix", names=r"Zix(Message|Secure)[\w -]*" + PAGE),
    Hindrance("encrypted-mimecast", names=r"Mimecast[ _-]?(Secure|Encrypted)[\w -]*" + PAGE),
    Hindrance("encrypted-pgp", names=r"encrypted\.asc|pgp(mime|exch)[\w-]*\.(asc|pgp|htm)"),
    Hindrance("encrypted-pgp", names=r"(?!0x|signature|OpenPGP_).*\.(pgp|gpg|asc)", is_letter=False),
    Hindrance("outlook-item", frozenset({"application/vnd.ms-outlook"}), r".*\.msg", is_letter=False),
    Hindrance("removed", frozenset({"text/x-moz-deleted"}), r"Deleted: .*"),  # Thunderbird
    Hindrance(
        "removed",
        names=rf"malware alert text{NOTE}|deleted\d*{NOTE}|{GONE}[ _-]?(attachments?|files?)[ _-]?\w*{NOTE}"
        rf"|(.*[ _-])?attachments?[ _-]?({GONE}|warning|alert)[\w -]*{NOTE}|virus[ _-]?(warning|alert|info)\w*{NOTE}"
        rf"|mimecast attachment protection[\w -]*{NOTE}|safe attachments? (report|notice|alert){NOTE}",
    ),
)
"""Products by how they name what they attach. The first that fits counts."""
HINDERED_TYPES = frozenset().union(*(one.types for one in HINDRANCES))
HINDERED_NAMES = re.compile("|".join(f"(?:{one.names})" for one in HINDRANCES), re.IGNORECASE | re.DOTALL)
"""Of all of them: hardly any part fits one, and that is told by one look."""

NOTE_BYTES_MAX = 4096
"""Octets of a note that are looked at: a gateway says in its first lines what it did."""
IN_SENTENCE = r"(?:[^.\n]|\.(?=\w))"
"""A character that does not end a sentence: names of files have dots."""
REMOVED = re.compile(
    rf"\battachments?\b{IN_SENTENCE}{{0,200}}?\b(?:was|were|has been|have been|is|been|being)\s+(?:automatically\s+)?{GONE}\b"
    rf"|\b{GONE}\b{IN_SENTENCE}{{0,60}}?\battachments?\b{IN_SENTENCE}{{0,120}}?\b(?:malware|virus|security|policy|unsafe|threat)"
    r"|\[attachment \"[^\"\n]{1,300}\" (?:deleted|removed) by "  # Lotus Notes
    r"|\[The attachment .{1,300} has been manually removed\]",  # Apple Mail
    re.IGNORECASE,
)
"""How security programs, and mail programs, say that they took a file out."""


def hindrance(part: Part) -> Hindrance | None:
    """What stands here in the place of a file."""
    if part.encrypted and part.kind.value != "application/pgp-encrypted":
        return Hindrance("encrypted-pgp")
    if part.kind.value not in HINDERED_TYPES and not HINDERED_NAMES.fullmatch(part.name.text):
        return None
    return next((one for one in HINDRANCES if one.fits(part)), None)


def says_removed(words: str) -> bool:
    """Whether this says that an attachment was taken out."""
    return REMOVED.search(words) is not None
