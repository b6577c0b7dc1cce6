"""Parcels to be rendered and sent."""

from datetime import UTC, datetime

from bot.arrival import Route
from bot.notices import Notice, Receipt
from bot.parcels import Enclosure, Parcel
from handlers.mail.render import From, MailRenderer
from tests.wording.speaker import TEMPLATES, speaker

RETURNS = From("returns@council.example", "School returns")
RECIPIENT = "jo@leys.example"
TOKEN = "abcdefghijklmnopqrstuvwxyz"
RENDERER = MailRenderer(TEMPLATES, RETURNS)
WORDING = speaker()


ENCLOSURE = Enclosure("receipt-PR-7K3Q-M2XW.json", "application/json", '{"é":\r\n"\n.\n--"}'.encode() * 40)


def parcel(
    notice: Notice = Receipt.example, *, recipient: str = RECIPIENT, route: Route | None = None,
    enclosures: tuple[Enclosure, ...] = (),
) -> Parcel:  # fmt: skip
    """A notice on its way to Jo."""
    return Parcel(
        id="7" * 26, token=TOKEN, recipient=recipient, notice=notice, letter=WORDING.letter(notice),
        route=route or Route(), created_at=datetime(2026, 9, 1, 12, 0, tzinfo=UTC),
        enclosures=enclosures,
    )  # fmt: skip
