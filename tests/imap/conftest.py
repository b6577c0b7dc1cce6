"""A certificate of this machine, and the office with a mailbox."""

from tests.channels.conftest import certificate

__all__ = ["certificate"]
