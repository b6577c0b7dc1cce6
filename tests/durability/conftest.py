"""What is proved here is proved on a disk."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

DISK = "/var/tmp"
"""Kept over a restart of the machine, and so never in memory (hier(7))."""


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    with TemporaryDirectory(prefix="postroom-", dir=DISK) as folder:
        yield Path(folder)
