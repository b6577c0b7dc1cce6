"""Whether somebody takes in what schools send, for each service."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from bot import roster
from bot.settings import Service, Settings
from handlers.checks import Check, Patient, advised, failed, passed

SERVICES = "services"


def checks(patient: Patient) -> Iterator[Check]:
    """Nothing where the record cannot be read: that is a finding of its own."""
    if patient.ledger is None:
        return
    settings = patient.settings
    alone = patient.ledger.read_now(lambda tx: _without_anybody(tx, settings))
    if len(alone) == len(settings.services):
        yield failed(
            SERVICES, "No service has an officer or a place: nobody but the administrators hears of new files.",
            "Name officers (postroom people import), or where each service is told: announce in services.toml.",
        )  # fmt: skip
    elif alone:
        yield advised(
            SERVICES, f"Administrators take in for {', '.join(alone)}: nobody else is named. All others have somebody.",
            "Name officers (postroom people import), or where each service is told: announce in services.toml.",
        )  # fmt: skip
    else:
        yield passed(SERVICES, "Every service has somebody who takes in.")


def _without_anybody(tx: Session, settings: Settings) -> list[str]:
    return [one.code for one in settings.services if not _has_place(one) and not roster.officers(tx, one.code)]


def _has_place(service: Service) -> bool:
    return bool(service.announce or service.slack_channel or service.teams_channel)
