"""A certificate of this machine, and mailboxes that do not wait long before they try again."""

import pytest

from handlers.mail.imap import collecting
from tests.channels.conftest import certificate

__all__ = ["certificate"]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "PAUSE_SECONDS", 0.02)
