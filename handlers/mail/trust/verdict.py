"""What is found out about who sent a mail, and what is answered where that is not proven."""

from dataclasses import dataclass

WHAT_TO_DO = (
    "Please send it from your own work mailbox, in the ordinary way. If that is what you did, show this text to whoever "
    "runs your mail: "
)
NO_LIST = "It came by way of a mailing list: please send it straight to us."
BY_RELAY = "the mail has to reach us by way of a mail service that has proven who sent it."
BY_PROOF = "their domain has to publish SPF or sign with DKIM, for the domain that is in From (DMARC)."
UNDECIDED = (
    "451 4.7.0 It cannot be found out just now who sent this mail: {why}. Nothing was kept; please try again later."
)


@dataclass(frozen=True)
class Proven:
    """It is known who sent the mail."""

    address: str
    """The one address in From, in its normal form."""
    why: str
    """For the record."""
    sender: str | None = None
    """The address in Sender, in its normal form, where another one sent the mail on behalf of the author (lesson L6)."""


@dataclass(frozen=True)
class Unproven:
    """It is not known who sent the mail; it is never answered by mail (lesson L19)."""

    why: str
    """In words that may be shown to anybody: what was missing."""
    relayed: bool
    """A relay of ours brought it: refusing would make the relay write to whoever is named, so it goes to quarantine."""
    authenticated: bool = False
    """Proof by SPF, DKIM and DMARC was looked for."""
    by_list: bool = False
    """A mailing list handed it on, which often spoils the proof."""

    def reply(self, contact: str = "") -> str:
        """The refusal in the SMTP dialogue, for a peer that is no relay; `contact` says whom to ask for help."""
        remedy = WHAT_TO_DO + (BY_PROOF if self.authenticated else BY_RELAY)
        if self.by_list:
            remedy = f"{NO_LIST} {remedy}"
        return f"550 5.7.1 Nothing was kept, because it is not proven who sent this mail: {self.why}. {remedy} {contact}".rstrip()


@dataclass(frozen=True)
class Undecided:
    """Nobody knows yet: what would prove it could not be looked up. Neither proof nor refusal (RFC 7208, section 8.6)."""

    why: str
    """In words that may be shown to anybody."""

    def reply(self) -> str:
        """What asks the peer to come again."""
        return UNDECIDED.format(why=self.why)


@dataclass(frozen=True)
class Step:
    """One thing that was looked at."""

    check: str
    """Such as "SPF", or the name of a field."""
    result: str
    """Such as "pass"; in the words of the standard where it has one."""
    words: str = ""
    """What that means here."""


class Steps(list[Step]):
    """What was looked at, in order."""

    def note(self, check: str, result: str, words: str = "") -> None:
        """This came next."""
        self.append(Step(check, result, words))


@dataclass(frozen=True)
class Examination:
    """Who sent a mail, and how that was found out."""

    verdict: Proven | Unproven | Undecided
    steps: tuple[Step, ...]
