"""What is due at a moment: the same conditions for the keeper, who acts on them, and for those who only ask."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select

from bot.ledger.tables import Contents, DestroyOrder, File, InboxItem, InboxState
from bot.rules import retention as rules
from bot.rules.lifecycle import FREEZABLE, Status
from bot.settings import Settings
from bot.settings.authority import Retention


class Due:
    """The conditions at one moment, under these settings."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self.now, self._kept, self._zone = now, settings.retention, settings.timezone
        self._holidays = frozenset(settings.authority.extra_holidays)

    @property
    def kept(self) -> Retention:
        """How long what is kept."""
        return self._kept

    @property
    def zone(self) -> ZoneInfo:
        """In which days are counted."""
        return self._zone

    def contents(self) -> ColumnElement[bool]:
        """Files whose contents are to be destroyed for their age."""
        kept = self._kept
        decided = rules.came_before(self.now, kept.grace_days, self._zone)
        return and_(
            _kept(Status.RECEIVED, Status.REJECTED),
            File.sent_at < rules.came_before(self.now, kept.contents_days, self._zone),
            or_(File.received_at.is_(None), File.received_at < decided),
            or_(File.rejected_at.is_(None), File.rejected_at < decided),
        )

    def held(self) -> ColumnElement[bool]:
        """Files whose sender did not answer in time."""
        bound = rules.came_before(self.now, self._kept.held_days, self._zone)
        return and_(_kept(Status.HELD), File.sent_at < bound)

    def expiring(self) -> ColumnElement[bool]:
        """Held files of which it is to be said now that they wait, before they are discarded."""
        kept = self._kept
        bound = rules.expiring_before(self.now, kept.held_days, kept.held_remind_days, self._zone, self._holidays)
        return and_(_kept(Status.HELD), File.sent_at < bound)

    def overdue(self) -> ColumnElement[bool]:
        """Files that nobody received, whose contents wait for an administrator's word."""
        bound = rules.came_before(self.now, self._kept.contents_days, self._zone)
        return and_(_kept(Status.SENT), File.sent_at < bound)

    def unreceived(self) -> ColumnElement[bool]:
        """Files of which it is said again and again that nobody receives them, or that they stay frozen."""
        bound = rules.came_before(self.now, self._kept.warn_days - 1, self._zone)
        frozen = and_(_kept(*FREEZABLE), File.frozen_at.is_not(None))
        return and_(or_(_kept(Status.SENT), frozen), File.sent_at < bound)

    def is_warning_due(self, sent_at: datetime, warned_at: datetime | None) -> bool:
        """Whether it is to be said today."""
        kept = self._kept
        return rules.is_warning_due(
            sent_at, warned_at, self.now, warn_days=kept.warn_days, contents_days=kept.contents_days, zone=self._zone
        )

    def quarantined(self) -> ColumnElement[bool]:
        """Messages that have lain in quarantine for long enough."""
        bound = rules.came_before(self.now, self._kept.quarantine_days, self._zone)
        return and_(InboxItem.state == InboxState.QUARANTINED, InboxItem.arrived_at < bound)

    def letters_bound(self) -> datetime:
        """What was written before then is remembered no more."""
        return rules.came_before(self.now, self._kept.letters_days, self._zone)

    def records_bound(self) -> datetime:
        """Records of files sent before then end."""
        return rules.recorded_before(self.now, self._kept.record_years, self._zone)


def _kept(*statuses: Status) -> ColumnElement[bool]:
    """Files that stand there, with contents that nobody has ordered to be destroyed yet."""
    ordered = select(DestroyOrder.object_id).where(DestroyOrder.object_id == File.object_id).exists()
    return and_(File.contents == Contents.KEPT, File.status.in_(statuses), ~ordered)
