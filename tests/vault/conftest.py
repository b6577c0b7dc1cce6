"""A vault in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.vault import MasterKey, Vault, open_vault


@pytest.fixture
def master(tmp_path: Path) -> MasterKey:
    return MasterKey.generate(tmp_path / "master.key")


@pytest.fixture
def vault(tmp_path: Path, master: MasterKey) -> Iterator[Vault]:
    opened = open_vault(tmp_path / "shelf", tmp_path / "keys.db", master)
    yield opened
    opened.close()
