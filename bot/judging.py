"""How names are judged for one sender, and what is told of a file that waits for its name."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from bot import roster
from bot.ledger.tables import File
from bot.notices import Finding, Offer, Outcome
from bot.rules import filename
from bot.rules.filename import Convention, Verdict
from bot.telling import Asking, facts


def convention(tx: Session, asking: Asking) -> Convention:
    """The filename convention as it binds this sender."""
    settings = asking.settings
    return Convention(
        authority=settings.authority.number,
        services={service.code: service.name for service in settings.services},
        extensions=frozenset(settings.files.extensions),
        schools=tuple(roster.numbers_of(tx, asking.person)),
        roster=roster.Numbers(tx),
    )


def today(asking: Asking) -> date:
    """The day it is for the authority."""
    return asking.now.astimezone(asking.settings.timezone).date()


def numbered(outcomes: Sequence[Outcome], start: int = 1) -> list[Outcome]:
    """The same, with their offers numbered through the whole of one reply."""
    told = []
    for outcome in outcomes:
        offers = tuple(offer.model_copy(update={"number": start + at}) for at, offer in enumerate(outcome.offers))
        start += len(offers)
        told.append(outcome.model_copy(update={"offers": offers}))
    return told


def held_outcome(file: File, verdict: Verdict, by: Convention, asking: Asking) -> Outcome:
    """What is told of a file that waits for its name. Where nothing can be guessed, a nameless number stands for it."""
    names = [verdict.meant] if verdict.meant else list(verdict.choices)
    offers = [Offer(number=0, name=name, sure=bool(verdict.meant)) for name in names if name]
    return Outcome(
        verdict="held",
        given=file.given,
        file=facts(file, asking.settings),
        findings=findings(verdict.faults),
        from_subject=verdict.from_subject,
        offers=tuple(offers or [Offer(number=0, name="", sure=False)]),
        model=filename.model_file(by, today(asking), file.given),
    )


def held_still(file: File, by: Convention, asking: Asking) -> Outcome:
    """The same for a file that is held already, judged by its given name as it is today."""
    verdict = suggested(filename.judge(file.given, by, today(asking)), file.choices)
    return held_outcome(file, verdict, by, asking)


def suggested(verdict: Verdict, names: Sequence[str]) -> Verdict:
    """The same verdict on a name of which nothing can be guessed, with names that the subject of its mail suggests."""
    if verdict.name or verdict.meant or verdict.choices or verdict.refused or not names:
        return verdict
    return replace(verdict, choices=tuple(names), from_subject=True)


def findings(said: Sequence[filename.Finding]) -> tuple[Finding, ...]:
    """What is at fault with a name, or worth a second look in it, as facts for its reader."""
    return tuple(Finding(fault=one.fault.value, found=one.found) for one in said)
