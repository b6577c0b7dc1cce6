"""Real programs that tests talk to or watch with (scripts/peers installs them)."""

import os
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest


def lacking(what: str) -> NoReturn:
    """Skip the test that needs this; where `CI` says that all must run, it fails."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"needs {what}: scripts/peers")


LIBFAKETIME = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


def faketime(later: timedelta) -> dict[str, str]:
    """The environment of a process whose clock is ahead of ours."""
    if not LIBFAKETIME:
        lacking("faketime")
    return {
        "LD_PRELOAD": str(LIBFAKETIME[0]), "FAKETIME": f"+{later.total_seconds():.0f}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip
