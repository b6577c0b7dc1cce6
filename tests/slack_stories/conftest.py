"""An office with a workspace."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.slack_office import SlackOffice, open_slack_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    async with open_slack_office(tmp_path) as opened:
        yield opened
