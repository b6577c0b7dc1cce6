"""A message from Slack opened: its words, and its files, which are fetched piece by piece into the vault.

Runs on a worker's thread, outside any transaction, after the message itself has been acknowledged.
"""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.arrival import Attachment, Kept, Opened, Sink
from bot.clock import Clock
from bot.faults import of
from bot.ledger import Later
from handlers.slack.calling import ACCOUNT, CALL_SECONDS, FOR_NOW, NO_FILE, RATE_LIMITED
from handlers.slack.receive import TOMBSTONE, me
from handlers.slack.text import mentions, plain

log = structlog.get_logger()

PIECE_BYTES = 256 * 1024
FETCHED_FOR = timedelta(hours=4)
"""So long it is tried to fetch a file before its sender is told to bring it otherwise."""
SOMEBODY = "somebody"
NAMED_MAX = 20
"""So many people that one message mentions are asked for; the others are «somebody»."""
FETCHING = timedelta(minutes=8)
"""So long the files of one message may take to come, in one try: less than `bot.inbox.LEASE`, after which another begins."""
FILES_HOST = ("https", "files.slack.com")
"""Nobody else is shown our token, and nobody can read it on the way."""
BY_LINK = "check_file_info"
"""`file_access` of a file of which an event tells the id alone (lesson L60)."""
HELP = "help"
"""What somebody wants who calls us and says nothing."""
OWN_DOCUMENTS = frozenset({"canvas", "quip", "list", "post", "space"})
"""Modes of what Slack keeps as its own documents."""
NOT_KEPT = frozenset({"canvas", "external", "gone"})
"""Faults of what Slack does not keep, or keeps in a way of its own: nobody is asked to delete it."""


class Gone(Exception):
    """The file is not there, or not to be had: the name of a fault."""

    def __init__(self, fault: str, size: int = 0) -> None:
        """`size`: how much of it there is, where that is more than Slack said."""
        super().__init__(fault)
        self.size = size


class Fetcher:
    """Opens the messages of one workspace (`bot.reception.OpenMessage`)."""

    def __init__(self, client: WebClient, token: str, clock: Clock, *, attachment_bytes_max: int) -> None:
        self._client, self._token, self._clock = client, token, clock
        self._bytes_max = attachment_bytes_max
        self._trusted = {FILES_HOST, _host(client.base_url)}

    def open_message(self, chunks: Iterator[bytes], sink_for: Callable[[str], Sink]) -> Opened:
        """The words and files of an event as it arrived. Raises `Later` where a file cannot be fetched now."""
        body: Mapping[str, Any] = json.loads(b"".join(chunks))
        if "event" not in body:
            return Opened(text=body.get("text") or (HELP if "command" in body else ""))
        listed = body["event"].get("files") or ()
        now = self._clock.now()
        late = now.timestamp() - float(body["event"]["ts"]) > FETCHED_FOR.total_seconds()
        fetch = self._fetch_at_last if late else self._fetch
        files = [fetch(str(number), one, sink_for, now + FETCHING) for number, one in enumerate(listed, start=1)]
        text = body["event"].get("text") or ""
        said = plain(text, me(body), self._namer())
        called = mentions(text, me(body)) and not files
        return Opened(text=said or (HELP if called else ""), attachments=tuple(files))

    def _namer(self) -> Callable[[str], str]:
        """What those are called whom one message mentions, each asked for once."""
        known: dict[str, str] = {}

        def named(user: str) -> str:
            if user not in known:
                known[user] = self._named(user) if len(known) < NAMED_MAX else SOMEBODY
            return known[user]

        return named

    def _named(self, user: str) -> str:
        """What a user is called. Raises `Later`."""
        try:
            found: Mapping[str, Any] = self._ask(lambda: self._client.users_info(user=user))["user"]
        except Gone:
            return SOMEBODY
        profile = found.get("profile") or {}
        return str(profile.get("real_name") or found.get("real_name") or found.get("name") or SOMEBODY)

    def _fetch_at_last(
        self, part: str, told: Mapping[str, Any], sink_for: Callable[[str], Sink], until: datetime
    ) -> Attachment:
        """As `_fetch`, but whoever has waited so long waits no longer."""
        try:
            return self._fetch(part, told, sink_for, until)
        except Later as fault:
            log.warning("a file was not to be had", fault=of(fault))
            return _absent(part, told, Gone("unreachable"))

    def _fetch(
        self, part: str, told: Mapping[str, Any], sink_for: Callable[[str], Sink], until: datetime
    ) -> Attachment:
        try:
            known = self._described(told)
        except Gone as fault:
            return _absent(part, told, fault)
        if unfit := self._unfit(known):
            return _absent(part, known, Gone(unfit))
        try:
            kept = self._kept(known, sink_for(part), until)
        except Gone as fault:
            return _absent(part, known, fault)
        return Attachment(
            part=part, name=_name(known), size=kept.size, sha256=kept.sha256, object_id=kept.object_id, copy_id=known["id"]
        )  # fmt: skip

    def _kept(self, known: Mapping[str, Any], sink: Sink, until: datetime) -> Kept:
        """The contents, all of them in the sink. Raises `Gone`, `Later`; then nothing is left there."""
        try:
            for piece in self._contents(known):
                sink.write(piece)
                self._hurry(until)
            return sink.finish()
        except BaseException:
            sink.abandon()
            raise

    def _hurry(self, until: datetime) -> None:
        """Raises `Later` where it takes too long: then it is begun again."""
        if self._clock.now() > until:
            raise Later("Slack gives the files too slowly")

    def _described(self, told: Mapping[str, Any]) -> Mapping[str, Any]:
        """All that is known of the file. Raises `Gone`, `Later`."""
        if self._unfit(told) or (told.get("file_access") != BY_LINK and told.get("url_private_download")):
            return told
        found: Mapping[str, Any] = self._ask(lambda: self._client.files_info(file=told["id"]))["file"]
        return found

    def _ask(self, call: Callable[[], SlackResponse]) -> SlackResponse:
        """What Slack answers. Raises `Gone`, `Later`."""
        try:
            return call()
        except SlackApiError as fault:
            error = "" if fault.response.status_code >= 500 else fault.response.get("error", "")
            if error in NO_FILE:
                raise Gone("gone") from fault
            if fault.response.status_code == RATE_LIMITED or not error or error in FOR_NOW | ACCOUNT:
                raise Later(f"Slack does not answer now: {error}") from fault
            raise Gone("unreachable") from fault
        except (OSError, http.client.HTTPException, SlackClientError) as fault:
            raise Later(f"Slack cannot be reached: {fault!r}") from fault

    def _unfit(self, known: Mapping[str, Any]) -> str:
        """Why it is not fetched at all."""
        mode = known.get("mode")
        if mode in OWN_DOCUMENTS:
            return "canvas"
        if mode == TOMBSTONE:
            return "gone"
        if known.get("is_external") or mode == "external":
            return "external"
        return "too-large" if int(known.get("size") or 0) > self._bytes_max else ""

    def _contents(self, known: Mapping[str, Any]) -> Iterator[bytes]:
        """The file, in pieces. Raises `Gone`, and `Later` where it breaks off: then it is begun again."""
        url = str(known.get("url_private_download") or known.get("url_private") or "")
        if _host(url) not in self._trusted:
            raise Gone("external")
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {self._token}"})  # noqa: S310 - Slack's own host
        try:
            with OPENER.open(request, timeout=CALL_SECONDS) as response:
                if _is_page(response, known):
                    raise Later("Slack showed a page in place of the file: the bot may lack the scope files:read")
                yield from self._pieces(response, int(known.get("size") or 0))
        except urllib.error.HTTPError as fault:
            fault.close()
            if fault.code in (404, 410):
                raise Gone("gone") from fault
            raise Later(f"Slack does not give the file now: {fault.code}") from fault
        except (OSError, http.client.HTTPException) as fault:
            raise Later(f"Slack cannot be reached: {fault!r}") from fault

    def _pieces(self, response: Any, size: int) -> Iterator[bytes]:
        had = 0
        while piece := response.read1(PIECE_BYTES):  # what has come, for the rest may come as slowly as it likes
            had += len(piece)
            if had > self._bytes_max:
                raise Gone("too-large", had)
            yield piece
        if size and had != size:
            raise Later(f"the file broke off after {had} of {size} octets")


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: our token is for the host that was asked."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Nowhere."""


OPENER = urllib.request.build_opener(_Stay)


def _is_page(response: Any, known: Mapping[str, Any]) -> bool:
    """A download without the scope is answered with a page, as if all were well."""
    a_page = str(response.headers.get("Content-Type") or "").startswith("text/html")
    return a_page and not str(known.get("mimetype") or "").startswith("text/html")


def _absent(part: str, told: Mapping[str, Any], fault: Gone) -> Attachment:
    size = fault.size or int(told.get("size") or 0)
    kept = "" if str(fault) in NOT_KEPT else str(told.get("id") or "")
    return Attachment(
        part=part, name=_name(told), size=size, sha256="", object_id="", copy_id=kept, absent=str(fault)
    )  # fmt: skip


def _host(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _name(told: Mapping[str, Any]) -> str:
    return str(told.get("name") or told.get("title") or "")
