"""How old the last complete backup is."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.ledger import upkeep
from bot.ledger.upkeep import Chore
from bot.wording.speaking import when
from handlers.checks import Check, Patient, advised, failed, passed

BACKUP = "backup"
AGE_MAX = timedelta(days=2)
"""A nightly one that failed once is no fault yet; deploy/prometheus/alerts.yml has the same."""


def checks(patient: Patient) -> Iterator[Check]:
    """Nothing where the record cannot be read: that is a finding of its own."""
    if patient.ledger:
        yield _judged(patient, patient.ledger.read_now(lambda tx: upkeep.when(tx, Chore.BACKED_UP)))


def _judged(patient: Patient, last: datetime | None) -> Check:
    if last is None:
        return advised(
            BACKUP, "None has been taken yet.",
            "Let one be taken each night (systemctl enable --now postroom-backup.timer), or take one now: postroom backup FOLDER",
        )  # fmt: skip
    told = f"The last one that is complete was taken at {when(last, patient.settings.timezone)}."
    if last >= patient.clock.now() - AGE_MAX:
        return passed(BACKUP, told)
    return failed(
        BACKUP, f"{told} It should be one a day.",
        "See what the log says (journalctl -u postroom-backup), or take one now: postroom backup FOLDER",
    )  # fmt: skip
