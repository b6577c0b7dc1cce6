"""Real programs that tests talk to or watch with (scripts/peers installs them)."""

import os
from typing import NoReturn

import pytest


def lacking(what: str) -> NoReturn:
    """Skip the test that needs this; where `CI` says that all must run, it fails."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"needs {what}: scripts/peers")
