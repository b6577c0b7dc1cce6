"""Which mailboxes mail cannot be delivered to, as far as is known from what came back (lesson L21)."""

from collections.abc import Iterator

from bot import bouncing
from bot.ledger.tables import Unreachable
from handlers.checks import Check, Patient, failed, passed

MAILBOXES = "mailboxes"
NAMED_MAX = 10
"""So many are named; postroom people list shows all that are people's."""


def checks(patient: Patient) -> Iterator[Check]:
    """Nothing where the record cannot be read: that is a finding of its own."""
    if patient.ledger is None:
        return
    now = patient.clock.now()
    marks = patient.ledger.read_now(lambda tx: bouncing.marked(tx, patient.settings, now))
    if not marks:
        yield passed(MAILBOXES, "Nothing that we told anybody has come back of late.")
        return
    named = "; ".join(map(_named, marks[:NAMED_MAX]))
    more = f"; and {len(marks) - NAMED_MAX} more" if len(marks) > NAMED_MAX else ""
    yield failed(
        MAILBOXES, f"Mail cannot be delivered to {named}{more}.",
        "Telephone them, and correct their addresses (postroom people add and remove, or the file that you import). "
        "It is forgotten when they write to us from there, or when mail to them arrives again.",
    )  # fmt: skip


def _named(mark: Unreachable) -> str:
    times = "once" if mark.times == 1 else f"{mark.times} times"
    return f"{mark.address} ({times} since {mark.since:%-d %B %Y}: {mark.why})"
