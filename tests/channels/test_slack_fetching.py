"""Files fetched from Slack's own hosts alone, in flat memory."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from slack_sdk import WebClient

from bot.arrival import Attachment
from bot.ledger import Later
from handlers.slack.fetching import Fetcher
from tests.channels.opening import HashSink
from tests.measuring import held
from tests.office import HandWoundClock

TOKEN = "xoxb-secret"
MEGABYTES = 1 << 20
LIMIT = 150 * MEGABYTES


class Host(BaseHTTPRequestHandler):
    """Gives a file of as many megabytes as its path says, or sends whoever asks to another host."""

    asked: ClassVar[list[tuple[str, str | None]]] = []
    elsewhere: ClassVar[str] = ""

    def do_GET(self) -> None:
        """Remember who was shown what."""
        self.asked.append((str(self.headers["Host"]), self.headers["Authorization"]))
        if self.path.startswith("/away"):
            self.send_response(302)
            self.send_header("Location", self.elsewhere)
            self.end_headers()
            return
        octets = int(self.path.rpartition("/")[2]) * MEGABYTES
        self.send_response(200)
        self.send_header("Content-Type", "application/zip")
        self.send_header("Content-Length", str(octets))
        self.end_headers()
        for _ in range(octets // MEGABYTES):
            self.wfile.write(bytes(MEGABYTES))

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def slack() -> Iterator[str]:
    with host() as address:
        Host.asked.clear()
        yield address


def fetched(slack: str, url: str, size: int = 0, **more: object) -> Attachment:
    """What is had of a file that lies there."""
    clock = HandWoundClock()
    client = WebClient(TOKEN, base_url=f"http://{slack}/api/")
    file = {"id": "F1", "name": "a.zip", "mode": "hosted", "size": size, "url_private_download": url, **more}
    event = {"ts": f"{clock.now().timestamp():.6f}", "text": "", "files": [file]}
    sink: Any = HashSink
    fetcher = Fetcher(client, TOKEN, clock, attachment_bytes_max=LIMIT)
    (attachment,) = fetcher.open_message(iter([json.dumps({"event": event}).encode()]), sink).attachments
    return attachment


def peak(slack: str, megabytes: int) -> int:
    """Most memory held at any moment, on both sides."""
    with held() as memory:
        had = fetched(slack, f"http://{slack}/{megabytes}", megabytes * MEGABYTES)
    assert had.size == megabytes * MEGABYTES
    return memory.octets


def test_memory_does_not_grow_with_the_file(slack: str) -> None:
    small, large = peak(slack, 10), peak(slack, 150)
    assert large < 1.5 * small
    assert large < 8 * MEGABYTES


def test_what_is_longer_than_the_limit_is_given_up_on_the_way(slack: str) -> None:
    had = fetched(slack, f"http://{slack}/400", 5)
    assert (had.absent, had.object_id) == ("too-large", "")
    assert LIMIT < had.size < LIMIT + MEGABYTES


def test_our_token_is_for_slack_alone(slack: str) -> None:
    with host() as other:
        for url in (
            f"http://{other}/1",
            f"http://{slack}@{other}/1",
            "http://files.slack.com/1",
            "file:///etc/hosts",
        ):
            assert fetched(slack, url).absent == "external"
    assert not Host.asked


def test_a_redirection_is_not_followed(slack: str) -> None:
    with host() as other:
        Host.elsewhere = f"http://{other}/1"
        with pytest.raises(Later):
            fetched(slack, f"http://{slack}/away", 1)
    assert Host.asked == [(slack, f"Bearer {TOKEN}")]


def test_a_file_that_is_said_to_be_too_large_is_not_asked_for(slack: str) -> None:
    assert fetched(slack, f"http://{slack}/1", LIMIT + 1).absent == "too-large"
    assert not Host.asked
