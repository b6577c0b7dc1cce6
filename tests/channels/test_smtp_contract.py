"""The private names that the SMTP server uses. When one of these fails, read handlers/mail/smtp/session.py anew."""

import asyncio
import inspect

import aiosmtpd
import pytest
from aiosmtpd import smtp as theirs

from handlers.mail.smtp.session import Session


def test_the_version_is_the_one_that_was_read() -> None:
    assert aiosmtpd.__version__ == "1.4.6"


@pytest.mark.parametrize(
    "name",
    [
        "_handle_client",
        "_timeout_cb",
        "_reset_timeout",
        "smtp_STARTTLS",
        "connection_made",
        "connection_lost",
        "eof_received",
        "push",
    ],
)
def test_what_is_called_or_replaced_is_there(name: str) -> None:
    assert callable(getattr(theirs.SMTP, name))


def test_the_conversation_is_run_by_one_task_which_is_ended_with_the_connection() -> None:
    assert "create_task(\n                self._handle_client())" in inspect.getsource(theirs.SMTP.connection_made)
    assert "_handler_coroutine.cancel()" in inspect.getsource(theirs.SMTP.connection_lost)


def test_what_was_sent_in_clear_is_thrown_away_when_tls_begins() -> None:
    assert "self._reader._buffer.clear()" in inspect.getsource(theirs.SMTP.connection_made)
    assert "self.session.ssl = self._tls_protocol._extra" in inspect.getsource(theirs.SMTP.connection_made)


def test_the_timer_ends_in_the_method_that_is_replaced() -> None:
    assert "self._timeout_cb" in inspect.getsource(theirs.SMTP._reset_timeout)


def test_the_limit_of_reading_ahead_is_the_length_of_a_line() -> None:
    assert "asyncio.StreamReader(loop=self.loop, limit=self.line_length_limit)" in inspect.getsource(
        theirs.SMTP.__init__
    )
    assert Session.line_length_limit == 1 << 18


async def test_octets_can_be_put_back_before_what_is_unread() -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(b"second")
    reader.feed_eof()
    reader._buffer[:0] = b"first "  # type: ignore[attr-defined]  # the very name that is tested
    assert await reader.read() == b"first second"
