"""`postroom doctor --canary`: a mail to ourselves through the whole path, sent now and waited for (lesson L23)."""

import asyncio
import time
from collections.abc import Iterator
from datetime import datetime

from aiosmtplib import SMTPException

from bot import canary, faults
from bot.canary import CanaryKey
from bot.ledger import Later, Ledger
from bot.parcels import Undeliverable
from bot.vault import BadMasterKey
from handlers.checks import Check, Patient, failed, passed
from handlers.cli.doctor.service import runs
from handlers.mail.canary import canary_mail
from handlers.mail.imap.faults import words
from handlers.mail.oauth import BadApplication, NoToken
from handlers.mail.send import Smarthost
from handlers.rooms import canary_key_of, master_key

CANARY = "canary"
WAIT_SECONDS = 120
"""How long it may be under way: mail systems that filter need a while."""
LOOK_SECONDS = 0.25
REFUSED = (Undeliverable, SMTPException, OSError, BadApplication, NoToken)
"""How it may fail to be handed to the outgoing server."""


def checks(patient: Patient) -> Iterator[Check]:
    """Whether it comes back, or where it was lost."""
    if patient.ledger is None:
        yield failed(CANARY, "There is no database in which its coming back could be noted.", "Run: postroom migrate")
    elif not runs(patient.settings.ledger.file):
        yield failed(CANARY, "Nobody would take it in: postroom serve does not run.", "Start it, and ask again.")
    else:
        yield _flown(patient, patient.ledger)


def _flown(patient: Patient, ledger: Ledger) -> Check:
    outgoing = patient.settings.email.outgoing
    where = f"{outgoing.host}:{outgoing.port}"
    try:
        sent_at = asyncio.run(_release(patient, ledger, canary_key_of(master_key(patient.settings))))
    except BadMasterKey as fault:
        return failed(CANARY, str(fault), fault.remedy)
    except REFUSED as fault:
        remedy = "Put right what stands in [email.outgoing], or let that server take mail from the returns mailbox to itself."
        return failed(CANARY, f"It was not sent: {where} did not take it ({words(fault)}).", remedy)
    except Later as fault:
        return failed(
            CANARY, f"It was sent, but that could not be noted ({faults.of(fault)}).", "See the check “database”."
        )
    begun = time.monotonic()
    while time.monotonic() < begun + WAIT_SECONDS:
        if _is_back(ledger, sent_at):
            return passed(CANARY, f"It left by {where} and was back after {time.monotonic() - begun:.0f} seconds.")
        time.sleep(LOOK_SECONDS)
    return failed(
        CANARY, f"{where} took it, but it did not come in again within {WAIT_SECONDS} seconds.",
        "Look for it with the mail system (subject “Postroom canary”). Mail for the returns mailbox must be handed to "
        "[email.smtp], or lie in a mailbox of [email.imap]. It may only be slow: postroom doctor --canary sends another.",
    )  # fmt: skip


async def _release(patient: Patient, ledger: Ledger, key: CanaryKey) -> datetime:
    smarthost = Smarthost.of(patient.settings)

    async def send(token: str) -> None:
        await smarthost.send(canary_mail(token, patient.settings.email.address, patient.clock.now()))

    try:
        return await canary.release(ledger, patient.clock, key, send)
    finally:
        await smarthost.close()


def _is_back(ledger: Ledger, sent_at: datetime) -> bool:
    back_at = ledger.read_now(canary.flight).back_at
    return back_at is not None and back_at >= sent_at
