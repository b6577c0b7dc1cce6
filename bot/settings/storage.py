"""The tables of `storage.toml`: where everything lies, and who works on it."""

from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, ConfigDict, ValidationInfo

from bot.settings.kinds import Clamd, FilePath, Octets, OptionalPath, Secret, Table, resolved

SQLITE = "sqlite:///"
FILE = "file://"


def _ledger_url(text: str, info: ValidationInfo) -> str:
    path = text.removeprefix(SQLITE)
    if path == text or not path or path.startswith(":") or "?" in path:
        raise ValueError(f"{SQLITE} and the path of a file, such as {SQLITE}../var/ledger.db: it is kept in SQLite")
    return SQLITE + str(resolved(Path(path), info))


def _vault_url(text: str, info: ValidationInfo) -> str:
    parts = urlsplit(text)
    path = unquote(parts.path) if text.startswith(FILE) else text
    if not path or (parts.scheme and not text.startswith(FILE)) or (text.startswith(FILE) and parts.netloc):
        raise ValueError("a folder, such as ../var/vault or file:///srv/postroom/vault")
    folder = resolved(Path(path), info)
    return folder.as_uri() if folder.is_absolute() else str(folder)


class Place(Table):
    """A table whose defaults are paths, which must be resolved as any other."""

    model_config = ConfigDict(validate_default=True)


class Ledger(Place):
    """`[ledger]`: the record."""

    url: Annotated[str, AfterValidator(_ledger_url)] = "sqlite:///../var/ledger.db"
    """The database."""

    @property
    def file(self) -> Path:
        """The file that the database is."""
        return Path(self.url.removeprefix(SQLITE))


class Vault(Place):
    """`[vault]`: sealed contents."""

    url: Annotated[str, AfterValidator(_vault_url)] = "../var/vault"
    """The folder, as `file:///…` or as a path."""
    free_bytes_min: Octets = 1_000_000_000
    """Octets that stay free on the disks of the vault, the record and the keys: with fewer, new mail has to wait."""

    @property
    def folder(self) -> Path:
        """The folder that the URL names."""
        return Path(unquote(urlsplit(self.url).path) if self.url.startswith(FILE) else self.url)


class Keys(Place):
    """`[keys]`: without them the contents in the vault can never be read."""

    path: FilePath = Path("../var/keys.db")
    """The database of the keys of stored contents."""
    mirror: OptionalPath = None
    """A second live copy of it, on another disk."""
    master_key_file: FilePath = Path("../var/master.key")
    """The file that holds the master key."""
    master_key: Secret = None
    """The master key, from the environment alone."""


class Scanner(Table):
    """`[scanner]`"""

    clamd: Clamd = ""
    """Where ClamAV's daemon listens; empty: files are not scanned."""


class Work(Table):
    """`[work]`: how it is done."""

    aside: bool = True
    """Mail is opened, and written, in a process of its own."""
