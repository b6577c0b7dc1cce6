"""Any octets read as a report on delivery (lessons L17 and L21): bounded, the same however they come, and never our own words."""

from bot.arrival import Unreadable
from bot.rules.bounce import Returned
from handlers.mail.bounces import DIAGNOSTIC_MAX, OCTETS_MAX, read_returned


def check(data: bytes) -> None:
    """However the octets come in pieces, the same is read of them."""
    whole = _read([data])
    size = 1 + len(data) % 89
    assert whole == _read([data[at : at + size] for at in range(0, len(data), size)])
    for report in whole.reports if whole else ():
        assert len(report.diagnostic) <= DIAGNOSTIC_MAX
        assert len(report.recipient) <= OCTETS_MAX
        assert report.action == report.action.strip().lower()
        assert "\n" not in report.diagnostic
        assert not report.status or report.status[0] in "245"


def _read(chunks: list[bytes]) -> Returned | None:
    try:
        return read_returned(chunks)
    except Unreadable:
        return None
