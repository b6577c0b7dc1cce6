"""What is counted while Postroom works, for its metrics. Names, kinds and codes only: nothing of any person or school.

Names are by the conventions of Prometheus (https://prometheus.io/docs/practices/naming/). Each office has a registry of its
own; nothing is global. What can be read from the record is not counted here: see `bot.readings`.
"""

import re
from datetime import timedelta
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30)
"""Of what a server or a person waits for."""
ANSWER_SECONDS = (1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600, 4 * 3600, 24 * 3600)
"""Of what is answered by mail or in a chat."""
REPLY = re.compile(r"([45][0-9]{2})[ -](?:([45]\.[0-9]{1,3}\.[0-9]{1,3}) )?")
"""A refusal in SMTP, perhaps with an enhanced code (RFC 2034)."""


class Measures:
    """Everything that one office counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        counter, histogram = partial(Counter, registry=self.registry), partial(Histogram, registry=self.registry)
        self._taken = counter(
            "postroom_arrivals", "Messages made durable; repeated: seen before.", ["channel", "outcome"]
        )
        self._bytes = counter("postroom_arrival_bytes", "Octets of the messages that were new.", ["channel"])
        self._handled = counter(
            "postroom_messages_handled", "Attempts to handle a message, by how they ended.", ["channel", "outcome"]
        )
        self._handling = histogram(
            "postroom_handling_seconds", "From when a message was durable until it was handled.", ["channel"],
            buckets=ANSWER_SECONDS,
        )  # fmt: skip
        self._delivered = counter(
            "postroom_deliveries", "Deliveries of notices, by how they ended.", ["channel", "outcome"]
        )
        self._answering = histogram(
            "postroom_answer_seconds", "From when a message was durable until its answer was delivered.", ["channel"],
            buckets=ANSWER_SECONDS,
        )  # fmt: skip
        self._refused = counter(
            "postroom_smtp_refusals", "Replies by which SMTP refused something, for now (4xx) or for good (5xx).",
            ["code", "status"],
        )  # fmt: skip
        self._commits = histogram(
            "postroom_ledger_commit_seconds", "How long a commit of the record took, with all that shared it.",
            buckets=SECONDS,
        )  # fmt: skip
        self._writes = counter(
            "postroom_ledger_writes", "Functions that wrote into the record; several share a commit."
        )
        self._failed_commits = counter("postroom_ledger_commit_failures", "Commits of the record that failed.")
        self._faults = counter(
            "postroom_worker_faults", "Steps of a worker that ended with an error of ours.", ["worker"]
        )
        self._acknowledged = histogram(
            "postroom_slack_acknowledge_seconds", "How long Slack waited until what it brought was acknowledged.",
            ["kind"], buckets=SECONDS,
        )  # fmt: skip
        self._looked = Gauge(
            "postroom_imap_last_look_timestamp_seconds", "When all mail of a mailbox was fetched last.", ["mailbox"],
            registry=self.registry,
        )  # fmt: skip

    def taken(self, channel: str, octets: int, *, new: bool) -> None:
        """A message was made durable, or had been before."""
        self._taken.labels(channel, "new" if new else "repeated").inc()
        if new:
            self._bytes.labels(channel).inc(octets)

    def handled(self, channel: str, outcome: str, waited: timedelta | None = None) -> None:
        """An attempt to handle one ended: `handled`, `postponed`, `failed` or `lost`. `waited`: since it was durable."""
        self._handled.labels(channel, outcome).inc()
        if waited is not None:
            self._handling.labels(channel).observe(max(0.0, waited.total_seconds()))

    def delivered(self, channel: str, outcome: str, waited: timedelta | None = None) -> None:
        """A delivery ended: `sent`, `postponed`, `busy` or `refused`. `waited`: since the message that it answers."""
        self._delivered.labels(channel, outcome).inc()
        if waited is not None:
            self._answering.labels(channel).observe(max(0.0, waited.total_seconds()))

    def replied(self, reply: str) -> None:
        """SMTP gave this reply; those that refuse nothing are not counted."""
        if found := REPLY.match(reply):
            self._refused.labels(found[1], found[2] or "").inc()

    def committed(self, seconds: float, writes: int, *, failed: bool) -> None:
        """The record was committed, or could not be."""
        self._writes.inc(writes)
        if failed:
            self._failed_commits.inc()
        else:
            self._commits.observe(seconds)

    def faulted(self, worker: str) -> None:
        """A worker's step ended with an error."""
        self._faults.labels(worker).inc()

    def acknowledged(self, kind: str, seconds: float) -> None:
        """What Slack brought was acknowledged: an `event`, `press`, `form` or `command`."""
        self._acknowledged.labels(kind).observe(seconds)

    def looked(self, mailbox: str, at: float) -> None:
        """All mail of a mailbox was fetched at this moment (seconds since 1970)."""
        self._looked.labels(mailbox).set(at)
