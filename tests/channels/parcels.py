"""Parcels to be rendered and sent."""

from datetime import UTC, datetime

from bot.arrival import Route
from bot.notices import Notice, Receipt
from bot.outbox import Parcel
from handlers.mail.render import From, MailRenderer
from tests.wording.speaker import TEMPLATES, speaker

RETURNS = From("returns@council.example", "School returns")
RECIPIENT = "jo@leys.example"
TOKEN = "abcdefghijklmnopqrstuvwxyz"
RENDERER = MailRenderer(TEMPLATES, RETURNS)
WORDING = speaker()


def parcel(notice: Notice = Receipt.example, *, recipient: str = RECIPIENT, route: Route | None = None) -> Parcel:
    """A notice on its way to Jo."""
    return Parcel(
        id="7" * 26, token=TOKEN, recipient=recipient, notice=notice, letter=WORDING.letter(notice),
        route=route or Route(), created_at=datetime(2026, 9, 1, 12, 0, tzinfo=UTC),
    )  # fmt: skip
