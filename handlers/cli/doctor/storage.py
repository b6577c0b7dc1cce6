"""What is looked at on this machine: the database, the master key, the vault."""

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.ledger import Ledger, file_of, schema
from bot.ledger.tables import DestroyOrder
from bot.settings import Settings
from bot.space import Space
from bot.vault import BadMasterKey, Damaged, MasterKey, Unavailable, Unpaired, Vault, foreign, open_vault
from handlers.checks import Check, Patient, failed, passed
from handlers.cli.doctor import machine
from handlers.rooms import NotReady, check_built, master_key

PARTS, DATABASE, KEY, VAULT, ROOM = "parts", "database", "master key", "vault", "free space"
DESTRUCTION = "destruction"
LATE = timedelta(hours=1)
"""deploy/prometheus/alerts.yml has the same."""
TOLD_MAX = 5
"""So many things that lie where they should not are named."""
PROBE = b"Postroom was here."
WRITABLE = (
    "Give the user that runs Postroom the right to write there, and see that the disk is neither full nor read-only."
)


def checks(patient: Patient) -> Iterator[Check]:
    """All of it; the vault only with a sound master key."""
    settings = patient.settings
    if patient.ledger:
        yield destruction(patient.ledger, patient.clock.now())
    yield parts(settings)
    yield database(settings)
    try:
        master = master_key(settings)
    except BadMasterKey as fault:
        yield failed(KEY, str(fault), fault.remedy)
    else:
        yield passed(KEY, f"It is a master key (fingerprint {master.fingerprint}).")
        if machine.is_owner(settings):  # anybody else would leave files there that Postroom cannot read
            yield vault(settings, master, patient.clock)
    yield room(settings)


def parts(settings: Settings) -> Check:
    """Whether the configuration asks for no more than this version has."""
    try:
        check_built(settings)
    except NotReady as fault:
        return failed(PARTS, str(fault), "Take it out of the configuration.")
    return passed(PARTS, "This version has everything that the configuration asks for.")


def database(settings: Settings) -> Check:
    """Whether it is there, and has the shape that this version needs."""
    path, newest = file_of(settings.ledger.url), schema.newest()
    try:
        present = schema.present(settings.ledger.url)
    except SQLAlchemyError as fault:
        why = str(getattr(fault, "orig", None) or type(fault).__name__)
        return failed(
            DATABASE, f"{path} cannot be read ({why}).", "Restore it from its backup, or let Postroom's user read it."
        )
    if present is None:
        return failed(DATABASE, f"There is no database at {path} yet.", "Run: postroom migrate")
    if present != newest:
        return failed(DATABASE, f"{path} has shape {present}; this version needs {newest}.", "Run: postroom migrate")
    if path and not os.access(path, os.W_OK):
        return failed(DATABASE, f"{path} cannot be written.", WRITABLE)
    return passed(DATABASE, f"{path} has the shape that this version needs ({newest}).")


def vault(settings: Settings, master: MasterKey, clock: Clock) -> Check:
    """Whether contents can be stored, read back and destroyed; where there is no vault yet, whether it can be made."""
    folder, keys = settings.vault.folder, settings.keys.path
    if not (folder.is_dir() and keys.is_file()) and settings.keys.mirror is None:
        return _to_be_made(folder, keys)
    try:
        _try_out(settings, master, clock)
    except BadMasterKey as fault:
        return failed(VAULT, str(fault), "Put back the master key with which these contents were stored.")
    except Unpaired as fault:
        return failed(VAULT, f"{fault}.", "Do as it says, and run postroom doctor again.")
    except Unavailable as fault:
        return failed(VAULT, f"Nothing can be stored in {folder} with keys in {keys}: {fault}.", WRITABLE)
    except Damaged as fault:
        return failed(VAULT, f"What was stored in {folder} came back damaged: {fault}.", "See that the disk is sound.")
    return _foreign(folder) or passed(VAULT, f"Contents can be stored in {folder}, read back and destroyed.")


def _foreign(folder: Path) -> Check | None:
    strangers = [ascii(str(path)) for path in islice(foreign(folder), TOLD_MAX)]
    if not strangers:
        return None
    return failed(
        VAULT, f"What lies in it is not Postroom's, and nothing ever destroys it: {', '.join(strangers)}.",
        "Find out who put it there, and take it away.",
    )  # fmt: skip


def destruction(ledger: Ledger, now: datetime) -> Check:
    """Whether what was ordered to be destroyed is."""
    late = select(func.count()).where(DestroyOrder.done_at.is_(None), DestroyOrder.ordered_at < now - LATE)
    if count := ledger.read_now(lambda tx: tx.scalar(late)):
        return failed(
            DESTRUCTION, f"Ordered more than an hour ago, and not done yet: {count:,}.",
            "See that postroom serve runs, and what its log and its alerts say: docs/operations.md, «Contents are not destroyed».",
        )  # fmt: skip
    return passed(DESTRUCTION, "Whatever is to be destroyed is destroyed.")


def room(settings: Settings) -> Check:
    """Whether mail is let in, as far as the disks go."""
    if short := Space.of(settings).shortage():
        remedy = "Make room, or lower free_bytes_min in [vault]. Until then new mail has to wait."
        return failed(ROOM, f"{'. '.join(short)}.", remedy)
    return passed(ROOM, "The disks have room for more mail.")


def _try_out(settings: Settings, master: MasterKey, clock: Clock) -> None:
    probe = f"doctor-{clock.token()}"
    with closing(open_vault(settings.vault.folder, settings.keys.path, master, settings.keys.mirror)) as opened:
        try:
            _store(opened, probe)
            if b"".join(opened.read(probe)) != PROBE:
                raise Damaged(probe)
        finally:
            opened.destroy([probe])


def _store(opened: Vault, probe: str) -> None:
    writing = opened.begin(probe)
    writing.write(PROBE)
    opened.finish(writing)


def _to_be_made(*paths: Path) -> Check:
    for path in paths:
        there = next(parent for parent in (path, *path.parents) if parent.exists())
        if not os.access(there, os.W_OK):
            return failed(VAULT, f"{path} cannot be made: {there} cannot be written.", WRITABLE)
    return passed(VAULT, f"{' and '.join(map(str, paths))} will be made when Postroom starts.")
