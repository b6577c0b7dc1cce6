"""Which addresses are ours, what they may carry, and which of them a mail was meant for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from bot.settings import Settings
from handlers.mail.message.head import Head

WRITTEN_BY_SENDERS = ("To", "Cc")
BETWEEN = re.compile(r'[\s<>,;:"()\[\]]+')
NAMED_MAX = 1000
"""Addresses of one mail that are looked at."""


def named(head: Head, fields: Sequence[str] = WRITTEN_BY_SENDERS) -> tuple[str, ...]:
    """The addresses that stand in these fields, each once. Never raises."""
    values = (value for name in fields for value in head.all(name))
    found = (word for value in values for word in BETWEEN.split(value) if "@" in word)
    return tuple(dict.fromkeys(found))[:NAMED_MAX]


@dataclass(frozen=True)
class Mailbox:
    """One mailbox of ours, and what its address may carry."""

    address: str

    def is_ours(self, recipient: str) -> bool:
        """Whether this is the mailbox, with or without a `+token`."""
        local, _, domain = recipient.lower().rpartition("@")
        own, _, own_domain = self._own
        return domain == own_domain and local.partition("+")[0] == own

    @cached_property
    def _own(self) -> tuple[str, str, str]:
        return self.address.lower().rpartition("@")

    def token(self, recipients: tuple[str, ...]) -> str | None:
        """The reply token in the first address that has one."""
        tags = (recipient.rpartition("@")[0].partition("+")[2] for recipient in recipients if self.is_ours(recipient))
        return next((tag.lower() for tag in tags if tag), None)


@dataclass(frozen=True)
class Mailboxes:
    """The returns mailbox, and the one for trying out where there is one."""

    returns: Mailbox
    trial: Mailbox | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As configured."""
        email = settings.email
        return cls(Mailbox(email.address), Mailbox(email.try_address) if email.try_address else None)

    def is_ours(self, recipient: str) -> bool:
        """Whether mail to this address comes to us, and mail from it from us (lesson L11)."""
        return self.returns.is_ours(recipient) or self.is_trial_address(recipient)

    def is_trial_address(self, recipient: str) -> bool:
        """Whether this is the mailbox for trying out."""
        return self.trial is not None and self.trial.is_ours(recipient)

    def is_trial_user(self, user: str) -> bool:
        """Whether who logs in so opens the mailbox for trying out."""
        domain = self.trial.address.rpartition("@")[2] if self.trial else ""
        return self.is_trial_address(user if "@" in user else f"{user}@{domain}")

    def is_trial(self, recipients: Sequence[str], head: Head) -> bool:
        """Whether a mail is only tried out. What names the returns mailbox anywhere is for real, and so once: its copy
        for the other mailbox is the same mail, whichever of the two comes first (lesson L25)."""
        if not any(map(self.is_trial_address, recipients)):
            return False
        return not any(map(self.returns.is_ours, (*recipients, *named(head))))
