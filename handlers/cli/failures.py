"""What the reader is told when a command fails. Imported only then: it knows the failures of every room."""

import os
import tempfile
import traceback
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from bot.backup import BackupFailed
from bot.ledger import Later
from bot.roster.imports import TooManyLeavers, Unfit
from bot.settings import Misconfigured
from bot.vault import BadMasterKey, BadPublicKey, Damaged, Destroyed, InUse, Unavailable, Unpaired
from handlers.cli import show
from handlers.mail.imap import BadMailbox
from handlers.rooms import NotReady
from handlers.slack.secrets import BadSecrets

FAULTS_MAX = 200
"""Faults of one file that are shown: more would only be scrolled past."""


def _as_it_says(fault: Exception) -> str:
    return str(fault)


def _of_a_table(fault: Exception) -> str:
    assert isinstance(fault, Unfit)  # noqa: S101 - the table below says so
    first, more = fault.faults[:FAULTS_MAX], fault.faults[FAULTS_MAX:]
    rest = [f"… and {len(more)} more."] if more else []
    return "\n".join(("Nothing was imported. Put this right and try again:", *map(str, first), *rest))


def _of_a_file(fault: Exception) -> str:
    assert isinstance(fault, OSError)  # noqa: S101 - the table below says so
    return f"{fault.filename or 'The disk'}: {fault.strerror or fault}."


SENTENCES: dict[type[Exception], Callable[[Exception], str]] = {
    show.Problem: _as_it_says,
    Misconfigured: _as_it_says,
    NotReady: _as_it_says,
    BackupFailed: _as_it_says,
    BadMasterKey: _as_it_says,
    BadPublicKey: _as_it_says,
    BadMailbox: _as_it_says,
    BadSecrets: _as_it_says,
    Unfit: _of_a_table,
    TooManyLeavers: lambda fault: (
        f"Nothing was imported: {fault}. See with --dry-run who that is; if it is right, say --yes."
    ),
    InUse: _as_it_says,
    Unpaired: lambda fault: f"{fault}.",
    Unavailable: lambda fault: (
        f"The vault cannot be used now ({fault}). Nothing was changed that is not said above; try again."
    ),
    Damaged: lambda fault: f"The stored contents are damaged ({fault}). Restore the vault from its backup.",
    Destroyed: lambda _: "The contents are destroyed, and nobody can bring them back.",
    Later: lambda fault: f"It could not be done now ({fault}). Nothing was changed; try again.",
    SQLAlchemyError: lambda fault: f"The database cannot be used ({type(fault).__name__}). Run: postroom ledger verify",
    OSError: _of_a_file,
}
"""By the nearest kind of failure."""


def sentence(fault: Exception) -> str:
    """The failure in words, with the next step."""
    for kind in type(fault).__mro__:
        if kind in SENTENCES:
            return show.safe(SENTENCES[kind](fault))
    return f"Postroom failed in a way that it should not. {_kept(fault)}"


def _kept(fault: Exception) -> str:
    """Where the details are: in a file for its owner alone, for they may hold names."""
    try:
        descriptor, path = tempfile.mkstemp(prefix="postroom-fault-", suffix=".log", text=True)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            traceback.print_exception(fault, file=file)
    except OSError:
        return "Where the details should be kept, nothing can be written; run it again where something can."
    return f"Show {path} to whoever looks after it."
