"""`config/*.toml` and the environment as one frozen `Settings`; every mistake in them reported at once."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from bot.settings.authority import Access, Authority, Files, Help, Retention
from bot.settings.channels import Dns, Email, Imap, Outgoing, SignIn, Slack, Smtp, Teams, Trust, Web
from bot.settings.judging import judge
from bot.settings.mistakes import Misconfigured, Problem
from bot.settings.reading import read
from bot.settings.services import Reason, Service
from bot.settings.storage import Keys, Ledger, Scanner, Vault
from bot.settings.tables import Settings

__all__ = [
    "Access",
    "Authority",
    "Dns",
    "Email",
    "Files",
    "Help",
    "Imap",
    "Keys",
    "Ledger",
    "Misconfigured",
    "Outgoing",
    "Problem",
    "Reason",
    "Retention",
    "Scanner",
    "Service",
    "Settings",
    "SignIn",
    "Slack",
    "Smtp",
    "Teams",
    "Trust",
    "Vault",
    "Web",
    "load",
    "reveal",
]


def load(directory: Path, environ: Mapping[str, str]) -> Settings:
    """The settings in a folder's `*.toml`, with what `POSTROOM__…` variables override. Raises Misconfigured."""
    return judge(read(directory, environ), directory.absolute())


def reveal(given: SecretStr | None, file: Path | None) -> str | None:
    """A secret: as the environment gave it, else as its file holds it; None where there is neither.

    Raises OSError where the file cannot be read.
    """
    if given is not None:
        return given.get_secret_value()
    return file.read_text("utf-8").strip() if file else None
