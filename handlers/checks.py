"""What `postroom doctor` finds: the answers of every part of Postroom, in one form."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from bot.clock import Clock
from bot.ledger import Ledger
from bot.settings import Settings


class Check(BaseModel):
    """One thing that was looked at."""

    model_config = ConfigDict(frozen=True)

    check: str
    """What it is, in a few words; the same whatever is found."""
    ok: bool
    detail: str
    """What was found, as a sentence."""
    remedy: str
    """What to do; empty where nothing need be done. Where all is well, an advice: what could be done."""


@dataclass(frozen=True)
class Patient:
    """What may be looked at."""

    settings: Settings
    clock: Clock
    ledger: Ledger | None
    """None where the record cannot be opened."""


def passed(check: str, detail: str) -> Check:
    """All is well."""
    return Check(check=check, ok=True, detail=detail, remedy="")


def advised(check: str, detail: str, remedy: str) -> Check:
    """Nothing is wrong, and there is something that is not there though most would want it."""
    return Check(check=check, ok=True, detail=detail, remedy=remedy)


def failed(check: str, detail: str, remedy: str) -> Check:
    """Something is not as it should be."""
    return Check(check=check, ok=False, detail=detail, remedy=remedy)
