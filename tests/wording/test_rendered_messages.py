"""`docs/messages/` shows every message and page as it is now."""

import pytest

from bot.notices import KINDS
from bot.notices.variants import VARIANTS, every
from tests.messages import FOLDER, PICTURES
from tests.messages.sheets import sheets
from tests.messages.writing import files

WRITTEN = files(sheets())
REMEDY = "`make messages` writes docs/messages anew"


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_shown_is_current(name: str) -> None:
    path = FOLDER / name
    assert path.is_file(), REMEDY
    assert path.read_text(encoding="utf-8") == WRITTEN[name], REMEDY


def test_nothing_is_shown_that_nobody_is_sent() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_file()} == set(WRITTEN), REMEDY


def test_each_has_its_picture() -> None:
    assert {path.stem for path in PICTURES.iterdir()} == {sheet.name for sheet in sheets()}, REMEDY


def test_each_has_a_name_of_its_own() -> None:
    names = [sheet.name for sheet in sheets()]
    assert sorted(names) == sorted(set(names))


def test_a_variant_is_named_after_its_kind_and_says_what_is_different() -> None:
    for variant in VARIANTS:
        assert variant.name.startswith(f"{variant.notice.kind}-")
        assert variant.when.endswith(".")
    assert {variant.notice.kind for variant in every()} == set(KINDS)
