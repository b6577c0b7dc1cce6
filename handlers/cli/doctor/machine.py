"""The machine and who we are on it: whose files these are, who else can read them, and whether its clock is kept right."""

import ctypes
import os
import pwd
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel

from bot.settings import Settings
from handlers.checks import Check, Patient, failed, passed

USER, SECRETS, DATA, TIME = "user", "secret files", "data folders", "time"
TIME_ERROR = 5
"""What adjtimex(2) answers where nothing keeps the clock right."""
TIMEX_OCTETS = 512
"""More than its structure has on any machine; all zero asks and changes nothing."""


def checks(patient: Patient) -> Iterator[Check]:
    """All of it. Nothing is changed."""
    yield user(patient.settings)
    yield _secrets(patient.settings)
    yield _data(patient.settings)
    yield _time(patient)


def is_owner(settings: Settings) -> bool:
    """Whether what we write will be Postroom's own. True where there is nothing yet."""
    database = settings.ledger.file
    return not database.exists() or database.stat().st_uid == os.geteuid()


def user(settings: Settings) -> Check:
    """Whether these commands are typed as the user who runs Postroom."""
    us = _name(os.geteuid())
    if is_owner(settings):
        return passed(USER, f"We are {us}, whose {settings.ledger.file} is.")
    owner = _name(settings.ledger.file.stat().st_uid)
    return failed(
        USER, f"We are {us}, but {settings.ledger.file} belongs to {owner}: what we write, Postroom could not read.",
        f"Run every command of Postroom as {owner}: sudo -u {owner} postroom doctor",
    )  # fmt: skip


def secret_files(settings: BaseModel) -> Iterator[tuple[str, Path]]:
    """Every secret that lies in a file: its key, and the file."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, Path) and name.endswith("_file") and hasattr(settings, name.removesuffix("_file")):
            yield name, value
        for part in value.values() if isinstance(value, dict) else [value]:
            if isinstance(part, BaseModel):
                yield from secret_files(part)


def _secrets(settings: Settings) -> Check:
    """Whoever needs one that is not there says so. The master key is looked at by itself; what the service manager hands over
    is shut by it."""
    handed_over = os.environ.get("CREDENTIALS_DIRECTORY")
    found = {path: name for name, path in secret_files(settings) if name != "master_key_file" and path.exists()}
    for path, name in found.items():
        if str(path.parent) != handed_over and path.stat().st_mode & 0o077:
            return failed(SECRETS, f"Others can read {path} ({name}).", f"Run: chmod 600 {path}")
    if not found:
        return passed(SECRETS, "There are none but the master key.")
    return passed(SECRETS, f"Nobody else can read {', '.join(map(str, found))}.")


def _data(settings: Settings) -> Check:
    """What names schools and people is nobody else's to read."""
    folders = {settings.ledger.file.parent, settings.vault.folder, settings.keys.path.parent}
    open_to_others = _open_to_others(sorted(folders))
    if open_to_others:
        named = " ".join(map(str, open_to_others))
        return failed(DATA, f"Others on this machine can look into {named}.", f"Run: chmod 700 {named}")
    return passed(DATA, "Nobody else on this machine can look into the folders of the record, the vault and the keys.")


def _open_to_others(folders: Iterable[Path]) -> list[Path]:
    there = [folder for folder in folders if folder.is_dir()]
    shut = [folder for folder in there if not folder.stat().st_mode & 0o077]
    return [folder for folder in there if not any(folder == one or one in folder.parents for one in shut)]


def _time(patient: Patient) -> Check:
    """Signatures, links and days are judged by the clock: a wrong one refuses genuine mail."""
    now = patient.clock.now().astimezone(patient.settings.timezone)
    told = f"It is {now:%H:%M:%S on %A, %-d %B %Y} in {patient.settings.authority.timezone}"
    if is_kept() is False:
        remedy = "Install chrony or systemd-timesyncd on this machine, or on the one that lends it its clock."
        return failed(TIME, f"{told}, if the clock is right: nothing on this machine keeps it so.", remedy)
    return passed(TIME, f"{told}.")


def is_kept() -> bool | None:
    """Whether the kernel says that its clock follows others (adjtimex(2)); None where it does not say."""
    try:
        state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_OCTETS))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != TIME_ERROR


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
