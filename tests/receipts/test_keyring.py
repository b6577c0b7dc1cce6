"""The file of public keys only ever grows, so that what was signed with an earlier master key stays provable."""

from pathlib import Path

import pytest

from bot.notices import Verdict
from bot.receipts import add, judge, known
from bot.vault import BadPublicKey
from tests.receipts import EARLIER, OURS, STRANGER, issued


def test_without_a_file_no_key_is_known(tmp_path: Path) -> None:
    assert known(tmp_path / "receipts.pub") == {}


def test_a_key_is_added_once_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "receipts.pub"
    assert add(path, EARLIER.public)
    first = path.read_bytes()
    assert add(path, OURS.public)
    assert not add(path, EARLIER.public)
    assert not add(path, OURS.public)
    assert path.read_bytes().startswith(first)
    assert path.read_text().count("BEGIN PUBLIC KEY") == 2
    assert list(known(path)) == [EARLIER.public.id, OURS.public.id]


def test_receipts_of_every_key_in_it_stay_genuine(tmp_path: Path) -> None:
    path = tmp_path / "receipts.pub"
    for signer in (EARLIER, OURS):
        add(path, signer.public)
    found = [judge(issued(signer=signer).octets, known(path)) for signer in (EARLIER, OURS, STRANGER)]
    assert [one.verdict for one in found if one] == [Verdict.GENUINE, Verdict.GENUINE, Verdict.FOREIGN]


@pytest.mark.parametrize("before", [EARLIER.public.pem.rstrip(), f"by hand: {EARLIER.public.pem}", ""])
def test_what_people_made_of_the_file_is_kept(tmp_path: Path, before: str) -> None:
    path = tmp_path / "receipts.pub"
    path.write_text(before)
    add(path, OURS.public)
    assert path.read_text().startswith(before)
    assert path.read_text().endswith(f"\n{OURS.public.pem}")
    assert OURS.public.id in known(path)
    assert len(known(path)) == before.count("BEGIN") + 1


def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "receipts.pub"
    path.write_text("-----BEGIN PUBLIC KEY-----\nMCow")
    for act in (known, lambda place: add(place, OURS.public)):
        with pytest.raises(BadPublicKey, match=r"receipts\.pub"):
            act(path)
    assert path.read_text() == "-----BEGIN PUBLIC KEY-----\nMCow"
