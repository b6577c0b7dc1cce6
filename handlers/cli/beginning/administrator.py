"""The first administrator: without one nobody hears of what goes wrong."""

from dataclasses import dataclass
from email.utils import parseaddr
from typing import Self

import typer

from bot.rules import address
from bot.settings import Settings
from handlers.cli import show
from handlers.cli.beginning.answers import Unfit


@dataclass(frozen=True)
class Administrator:
    """Somebody of the authority's web team."""

    name: str
    email: str

    @classmethod
    def of(cls, settings: Settings, given: str, *, at_a_terminal: bool) -> Self | None:
        """As given, `Name <address>`, else as asked; None for nobody. Raises `typer.BadParameter` for what was given."""
        if given:
            try:
                return cls.read(given, settings)
            except Unfit as fault:
                raise typer.BadParameter(str(fault), param_hint="--administrator") from None
        return cls._asked(settings) if at_a_terminal else None

    @classmethod
    def read(cls, text: str, settings: Settings) -> Self:
        """Raises `Unfit`."""
        name, mailbox = parseaddr(text)
        email = address.normal(mailbox) or ""
        if not name or "@" not in email:
            raise Unfit("a name and an address, such as Alex Reed <alex.reed@council.example>")
        access = settings.access
        if address.is_shared(email, access.shared_mailboxes) or address.is_personal(email, access.personal_domains):
            raise Unfit(f"{email} is read by several people, or is private: a person's own address at work")
        return cls(name, email)

    @classmethod
    def _asked(cls, settings: Settings) -> Self | None:
        show.say(
            "\nWho hears of troubles, to begin with? Name and address, such as Alex Reed <alex.reed@council.example>. "
            "Most give themselves; Enter for nobody."
        )
        while text := str(typer.prompt(" ", default="", show_default=False)).strip():
            try:
                return cls.read(text, settings)
            except Unfit as fault:
                show.warn(f"That will not do: {fault}")
        return None
