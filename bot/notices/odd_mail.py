"""What is said of odd mail, for whoever previews, reads or looks at all messages (docs/mail.md, «Odd mail»)."""

from collections.abc import Iterator

from bot.notices.answers import UnknownCommand
from bot.notices.examples import FILE, MODEL, REVIEW, SENT
from bot.notices.facts import Finding, Notice, Outcome
from bot.notices.outcomes import Advice, Mixed, NothingAttached, Receipt

INSTEAD = (
    ("cut-short", FILE.name, "The email was cut short, and the file with it."),
    ("winmail-broken", "", "Outlook's parcel arrived damaged."),
    ("winmail-object", "Chart", "Something was put into the text that only Outlook can open."),
    ("smime-broken", "", "A signed email arrived damaged."),
    ("compressed-smime", "", "The email is compressed as a whole."),
    ("encrypted-smime", "", "The email is encrypted (S/MIME)."),
    ("encrypted-pgp", f"{FILE.name}.gpg", "The file is encrypted (PGP)."),
    ("encrypted-office", "", "The email is encrypted by Microsoft 365."),
    ("encrypted-egress", "", "The email is encrypted by Egress."),
    ("encrypted-cisco", "", "The email is encrypted by Cisco."),
    ("encrypted-mimecast", "", "The email is encrypted by Mimecast."),
    ("encrypted-proofpoint", "", "The email is encrypted by Proofpoint."),
    ("encrypted-zix", "", "The email is encrypted by Zix."),
    ("outlook-item", "FW Autumn plan.msg", "An email was attached as Outlook saves it."),
    ("in-pieces", "", "The email came in several pieces."),
    ("external-body", "", "A note came of where the file lies."),
    ("uuencoded", FILE.name, "The file was written into the text."),
)
"""What came in the place of a file: its fault, its name, and when that is said."""
MISSING = (
    ("removed", "A security program took the file out."),
    ("mail-cut-short", "The email was cut short before any file."),
    ("winmail-empty", "Outlook's parcel came, with nothing in it."),
    ("message-without-file", "The attached email holds no file."),
    ("link-onedrive", "A link to OneDrive came in place of a file."),
    ("link-sharepoint", "A link to SharePoint or Teams came in place of a file."),
    ("link-google", "A link to Google Drive came in place of a file."),
    ("link-dropbox", "A link to Dropbox came in place of a file."),
    ("link-wetransfer", "A link to WeTransfer came in place of a file."),
    ("link-icloud", "Mail Drop sent a link in place of a file."),
    ("link-elsewhere", "A link to another such service came in place of a file."),
)
"""Why no file came, and when that is said."""


def examples() -> Iterator[tuple[str, str, Notice]]:
    """A notice of each: its name, when it is told, and itself."""
    for fault, given, when in INSTEAD:
        yield f"advice-{fault}", when, Advice(outcomes=(_refused(given, fault),))
    for fault, when in MISSING:
        yield f"nothing-attached-{fault}", when, NothingAttached(model=MODEL, missing=(Finding(fault=fault),))
    yield (
        "receipt-more", "Beside the file there was a link to another.",
        Receipt(outcomes=(SENT,), missing=(Finding(fault="link-onedrive"),)),
    )  # fmt: skip
    yield (
        "unknown-command-link", "A reply says something that is not understood, and has a link.",
        UnknownCommand(
            said="The right one is here", files=(FILE,), can=("recall",), missing=(Finding(fault="link-onedrive"),)
        ),
    )  # fmt: skip
    yield (
        "mixed-cut", "The email ended too soon: one file came whole, the other did not.",
        Mixed(outcomes=(SENT, _refused(REVIEW.name, "cut-short"))),
    )  # fmt: skip


def _refused(given: str, fault: str) -> Outcome:
    return Outcome(verdict="refused", given=given, findings=(Finding(fault=fault),), whole_mail=not given)
