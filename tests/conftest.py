"""What every test may ask for."""

import gc
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.async_api import Browser

from tests.browser import browser_or_skip
from tests.office import Opener, TestOffice, open_office

# No deadline: a busy machine is no fault of ours. The same examples every time, so that what fails once fails everywhere;
# others with EXPLORE=1 in the environment.
settings.register_profile("postroom", deadline=None, derandomize="EXPLORE" not in os.environ)
settings.load_profile("postroom")

MEMORY = Path("/dev/shm")
ROOM_OCTETS_MIN = 2_000_000_000


def pytest_configure() -> None:
    """Make ready for all tests."""
    _write_into_memory()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as where the shell began us in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)  # what tests start would be deaf to it, too


def _write_into_memory() -> None:
    """Where there is room, and nobody has said otherwise: all sync as ever, but no disk keeps them waiting.

    Not so in tests/durability.
    """
    has_room = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_OCTETS_MIN
    if has_room and "TMPDIR" not in os.environ:
        tempfile.tempdir = str(MEMORY)


def pytest_collection_finish() -> None:
    """Spare the collector of garbage what stays until the end: all modules and all tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[TestOffice]:
    """The whole office, with the demo's schools and people, on the first morning of a school year."""
    async with open_office(tmp_path) as office:
        yield office


@pytest.fixture
def post_with(tmp_path: Path) -> Opener:
    """The same, configured otherwise."""
    return partial(open_office, tmp_path)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A real browser; where there is none the test is skipped."""
    async with browser_or_skip() as chromium:
        yield chromium
