"""How everything stands, read when the metrics are asked for: one short look at the record, and at the disks.

A look at a record of a million files must stay cheap: what is open is counted by indexes that hold only little of it, and
what has ended is counted anew only now and then, for it only grows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path

import structlog
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.faults import of
from bot.ledger import Ledger, schema
from bot.ledger.upkeep import Chore
from bot.readings import record
from bot.readings.record import ENDED, Counted, Figures, age
from bot.settings import Settings
from bot.space import free_bytes
from bot.working import Worker

log = structlog.get_logger()

COUNT_ENDED_EVERY = timedelta(minutes=15)
"""How old the figures of files may be that are neither checked, held nor waiting to be received."""
DONE_LAST = {
    Chore.BACKED_UP: ("postroom_backup_timestamp_seconds", "When the last backup was complete."),
    Chore.RETENTION_LOOKED: (
        "postroom_retention_look_timestamp_seconds", "When it was looked last what is to be warned of or destroyed for its age.",
    ),
    Chore.RETENTION_RESTS: (
        "postroom_retention_rests_until_timestamp_seconds", "Until when nothing is destroyed for its age, after a backup was put back.",
    ),
    Chore.CANARY_SENT: ("postroom_canary_sent_timestamp_seconds", "When the last mail to ourselves was sent."),
    Chore.CANARY_BACK: (
        "postroom_canary_back_timestamp_seconds", "When the newest mail to ourselves was sent that has come back.",
    ),
}  # fmt: skip


@dataclass(eq=False)  # the registry tells collectors apart by themselves
class Readings(Collector):
    """A collector of Prometheus's: asked at each scrape, on a thread of the web's, and never in the writer's way."""

    ledger: Ledger
    clock: Clock
    settings: Settings
    workers: Sequence[Worker] = ()
    _ended: tuple[datetime, Counted] | None = field(default=None, init=False)

    def collect(self) -> Iterator[Metric]:
        """Every reading. Where the record cannot be read, that is one of them."""
        yield InfoMetricFamily(
            "postroom_build", "What runs.", {"version": metadata.version("postroom"), "schema": schema.newest()}
        )
        yield from self._of_workers()
        yield from self._of_disks()
        yield from self._of_settings()
        yield _family(
            "postroom_certificate_expiry_timestamp_seconds", "When a certificate ends that we show.", ("part",),
            self._certificates(),
        )  # fmt: skip
        try:
            figures, ended = self.ledger.read_now(self._figures), self.ledger.read_now(self._ended_files)
        except Exception as fault:  # noqa: BLE001 - a scrape that fails would hide all that can still be told
            log.warning("the record could not be read for metrics", fault=of(fault))
            yield _one("postroom_ledger_readable", "Whether the record could be read for these metrics.", 0)
            return
        yield _one("postroom_ledger_readable", "Whether the record could be read for these metrics.", 1)
        yield from self._of_record(figures, ended)

    def _of_record(self, figures: Figures, ended: Counted) -> Iterator[Metric]:
        yield _family(
            "postroom_inbox_messages", "Messages that are not done with.", ("channel", "state"), figures.inbox
        )
        yield _family("postroom_inbox_oldest_seconds", "Age of the eldest of them.", ("state",), figures.inbox_oldest)
        yield _family(
            "postroom_outbox_notices", "Notices that are not delivered.", ("channel", "state"), figures.outbox
        )
        yield _family(
            "postroom_outbox_overdue_seconds", "For how long the eldest notice has been due that waits.", ("channel",),
            figures.outbox_overdue,
        )  # fmt: skip
        yield _family(
            "postroom_files", "Files on record, by where they stand; what has ended is counted now and then.",
            ("service", "status"), [*figures.open_files, *ended],
        )  # fmt: skip
        yield _family(
            "postroom_unreceived_oldest_seconds", "Age of the eldest file that nobody has received.", ("service",),
            figures.unreceived,
        )  # fmt: skip
        yield _one(
            "postroom_destroy_orders", "Contents ordered to be destroyed that still are there.", figures.destroy_orders
        )
        yield _one("postroom_destroy_orders_oldest_seconds", "Age of the eldest such order.", figures.destroy_oldest)
        yield _one(
            "postroom_unreachable_mailboxes", "Mailboxes to which our mail cannot be delivered.", figures.unreachable
        )
        for chore, (name, help_) in DONE_LAST.items():
            if at := figures.done_last.get(chore.value):
                yield _one(name, help_, at.timestamp())

    def _figures(self, tx: Session) -> Figures:
        return record.figures(tx, self._services(), self.clock.now())

    def _services(self) -> list[str]:
        return [service.code for service in self.settings.services]

    def _ended_files(self, tx: Session) -> Counted:
        now = self.clock.now()
        if self._ended is None or not self._ended[0] <= now < self._ended[0] + COUNT_ENDED_EVERY:
            self._ended = now, record.files(tx, self._services(), ENDED)
        return self._ended[1]

    def _of_workers(self) -> Iterator[Metric]:
        now = self.clock.now()
        begun = [(worker.name, worker.pulse) for worker in self.workers if worker.pulse.stepped_at]
        yield _family(
            "postroom_worker_step_seconds", "How long ago a step of the worker ended.", ("worker",),
            [((name,), age(pulse.stepped_at, now)) for name, pulse in begun],
        )  # fmt: skip
        yield _family(
            "postroom_worker_failing_seconds", "For how long every step of the worker has failed.", ("worker",),
            [((name,), age(pulse.failing_since, now)) for name, pulse in begun],
        )  # fmt: skip

    def _of_settings(self) -> Iterator[Metric]:
        """What other figures are to be held against."""
        settings = self.settings
        minutes, days = settings.email.canary_minutes, settings.retention.warn_days
        yield _one("postroom_canary_interval_seconds", "Between two mails to ourselves; 0: none is sent.", minutes * 60)
        yield _one(
            "postroom_unreceived_warn_seconds", "When it is warned of a file that nobody has received: warn_days.",
            days * 86_400,
        )  # fmt: skip

    def _of_disks(self) -> Iterator[Metric]:
        settings = self.settings
        places = {"vault": settings.vault.folder, "ledger": settings.ledger.file, "keys": settings.keys.path}
        yield _family(
            "postroom_disk_free_bytes", "Octets that may still be written where this lies.", ("place",),
            [((name,), free) for name, path in places.items() if (free := _free(path)) is not None],
        )  # fmt: skip
        yield _one(
            "postroom_disk_free_bytes_min", "With fewer free, mail has to wait: free_bytes_min of [vault].",
            settings.vault.free_bytes_min,
        )  # fmt: skip

    def _certificates(self) -> Counted:
        shown = {"smtp": self.settings.email.smtp.tls_certificate, "web": self.settings.web.tls_certificate}
        ends = ((part, _expiry(path)) for part, path in shown.items() if path)
        return [((part,), end) for part, end in ends if end is not None]


def _free(path: Path) -> int | None:
    try:
        return free_bytes(path)
    except OSError:
        return None


def _expiry(path: Path) -> float | None:
    """When the first certificate in a PEM file ends; None where it cannot be read."""
    from cryptography import x509  # noqa: PLC0415 - 2 MiB: only where a certificate is shown

    try:
        return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc.timestamp()
    except (OSError, ValueError):
        return None


def _one(name: str, help_: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_, value=value)


def _family(name: str, help_: str, labels: Sequence[str], values: Counted) -> Metric:
    family = GaugeMetricFamily(name, help_, labels=labels)
    for given, value in values:
        family.add_metric(given, value)
    return family
