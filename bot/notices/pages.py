"""Every page as a type: what somebody with a one-time link is shown. `mail_templates/pages/<kind>.md` words it.

Of each page the first rule that is drawn is where its forms stand.
"""

from datetime import datetime
from typing import Literal

from bot.notices.examples import FILE, FROM_INFO, HISTORY, NOON, RECEIVED
from bot.notices.facts import Entry, FileFacts, Notice

Done = Literal["", "received", "downloaded", "copied"]
Stale = Literal["used", "elsewhere", "expired", "outdated", "first"]
"""Why a link opens nothing; `first`: somebody else did something while the page was open."""
StaleProving = Literal["linked", "taken", "used", "expired"]
"""Why a link by which an account is proven does nothing: the account is the reader's already, or somebody else's; the link
was used, and the account is nobody's any more; it is too old."""
Wish = Literal["receive", "download", "copy", "reject", "move"]


class Page(Notice):
    """Something to be shown, not sent."""

    @property
    def template(self) -> str:
        """Below `mail_templates`."""
        return f"pages/{self.kind}.md"


class OfFile(Page):
    """A page about a single file."""

    file: FileFacts

    def mentioned(self) -> tuple[FileFacts, ...]:
        """That file."""
        return (self.file,)


class FilePage(OfFile):
    """A file, and what its reader may do with it."""

    kind = "file"
    entries: tuple[Entry, ...]
    reader: str
    """Whose link it is."""
    school: bool = False
    """The reader has it as somebody of the school, not as an officer."""
    version: int = 1
    """The file's, which whatever is pressed here speaks of."""
    may: tuple[Wish, ...] = ()
    done: Done = ""
    """What this link has just been used for."""
    until: datetime | None = None
    """How long it may go on being used."""
    services: tuple[tuple[str, str], ...] = ()
    """Code and name of each service that it may be moved to."""
    fault: str = ""
    """Why what was asked could not be done, as a sentence."""
    asked: str = ""
    """What that was."""
    said: str = ""
    """The words that came with it, so that nobody types them twice."""


class DecidedPage(OfFile):
    """What an officer has just decided, and that is all there was to do."""

    kind = "decided"
    act: Literal["rejected", "moved"]
    why: str = ""


class StaleLink(OfFile):
    """A link that opens nothing any more, and what became of its file."""

    kind = "stale"
    why: Stale
    renewable: bool = False
    """A fresh link can be mailed to its owner."""


class LinkSent(Page):
    """A fresh link is on its way to its owner."""

    kind = "link-sent"
    enough: bool = False
    """It is not: several were sent within this hour."""


class OfProof(Page):
    """A page about an account of a chat and the person whose it is said to be."""

    name: str
    """What the account is called, in its owner's words."""
    workspace: str
    reader: str
    """The person whose mailbox had the link."""


class ProvePage(OfProof):
    """An account of a chat that says it is the reader's: only they can say whether it is."""

    kind = "prove"
    address: str
    """The mailbox that the account says is its owner's."""
    until: datetime
    """How long the link works."""


class ProvenPage(OfProof):
    """The reader has just said that the account is theirs."""

    kind = "proven"


class StaleProof(OfProof):
    """A link of that sort that does nothing any more."""

    kind = "stale-proof"
    why: StaleProving


class UnknownLink(Page):
    """Not a link of ours, or one whose owner may not see the file any more: nothing is told."""

    kind = "unknown"
    proving: bool = False
    """It would be one that links an account of a chat."""


class LapsedForm(Page):
    """A form that this page did not show, or too long ago: nothing was done."""

    kind = "lapsed"


class NotNow(Page):
    """Our own trouble: nothing was done."""

    kind = "not-now"


class Home(Page):
    """The front of the house: there is nothing to do here without a link."""

    kind = "home"
    address: str


FilePage.example = FilePage(
    file=FILE, entries=HISTORY[:1], reader="Sam Hale", may=("receive", "reject", "move"),
    services=(("EP", "Education Psychology"), ("FIN", "Finance")),
)  # fmt: skip
DecidedPage.example = DecidedPage(
    file=FILE.model_copy(update={"status": "Rejected", "rejected_by": "Sam Hale", "rejected_at": NOON, "reason": "Wrong child"}),
    act="rejected", why="Wrong child",
)  # fmt: skip
StaleLink.example = StaleLink(file=RECEIVED, why="outdated", renewable=True)
LinkSent.example = LinkSent()
ACCOUNT = {"name": "Jo Sands", "workspace": "Derbyshire Schools", "reader": "Jo Sands"}
ProvePage.example = ProvePage(**ACCOUNT, address="jo.sands@leysjunior.example", until=NOON)
ProvenPage.example = ProvenPage(**ACCOUNT)
StaleProof.example = StaleProof(**ACCOUNT, why="linked")
UnknownLink.example = UnknownLink()
LapsedForm.example = LapsedForm()
NotNow.example = NotNow()
Home.example = Home(address="returns@derbyshire.example")

PAGES: dict[str, type[Page]] = {
    page.kind: page
    for page in (
        FilePage, DecidedPage, StaleLink, LinkSent, ProvePage, ProvenPage, StaleProof, UnknownLink, LapsedForm, NotNow, Home,
    )
}  # fmt: skip
"""Every page by its kind."""

VARIANTS: dict[str, Page] = {
    "file-received": FilePage(
        file=RECEIVED, entries=HISTORY, reader="Sam Hale", may=("download", "reject", "move"), done="received", until=NOON,
        services=(("EP", "Education Psychology"),),
    ),
    "file-again": FilePage(file=RECEIVED, entries=HISTORY, reader="Sam Hale", may=("download", "reject"), version=2),
    "file-fault": FilePage(
        file=FILE, entries=HISTORY[:1], reader="Sam Hale", may=("receive", "reject"), asked="reject",
        fault="Say why you reject the file. The sender and the headteacher are told the reason.",
    ),
    "copy": FilePage(file=RECEIVED, entries=HISTORY, reader="Jo Sands", school=True, may=("copy",)),
    "copy-open": FilePage(
        file=RECEIVED, entries=HISTORY, reader="Jo Sands", school=True, may=("copy",), done="copied", until=NOON
    ),
    "copy-gone": FilePage(
        file=RECEIVED.model_copy(update={"contents": "destroyed"}), entries=HISTORY, reader="Jo Sands", school=True
    ),
    "decided-moved": DecidedPage(file=FILE.model_copy(update=FROM_INFO), act="moved"),
    "stale-used": StaleLink(file=RECEIVED, why="used", renewable=True),
    "stale-elsewhere": StaleLink(file=RECEIVED, why="elsewhere"),
    "stale-expired": StaleLink(file=FILE, why="expired", renewable=True),
    "stale-first": StaleLink(file=RECEIVED, why="first"),
    "link-sent-enough": LinkSent(enough=True),
    "stale-proof-taken": StaleProof(**ACCOUNT, why="taken"),
    "stale-proof-used": StaleProof(**ACCOUNT, why="used"),
    "stale-proof-expired": StaleProof(**ACCOUNT, why="expired"),
    "unknown-proving": UnknownLink(proving=True),
}  # fmt: skip
"""Pages of the same kinds that look different."""
