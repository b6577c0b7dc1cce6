"""The master key's file, and what is derived of it."""

import hashlib
import hmac
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.vault import BadMasterKey, MasterKey, Unavailable, open_vault
from tests.vault import contents, store

ZEROS = MasterKey(bytes(32))


def test_a_generated_key_loads_again(tmp_path: Path) -> None:
    made = MasterKey.generate(tmp_path / "key")

    assert MasterKey.load(tmp_path / "key") == made
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert MasterKey.generate(tmp_path / "other") != made


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    made = MasterKey.generate(tmp_path / "key")

    with pytest.raises(BadMasterKey, match="never overwritten"):
        MasterKey.generate(tmp_path / "key")
    assert MasterKey.load(tmp_path / "key") == made


def test_a_key_that_cannot_be_made_says_where(tmp_path: Path) -> None:
    with pytest.raises(BadMasterKey, match=f"{tmp_path}/nowhere/key: .*cannot be made"):
        MasterKey.generate(tmp_path / "nowhere" / "key")


def test_a_missing_key_says_where_it_belongs(tmp_path: Path) -> None:
    with pytest.raises(BadMasterKey, match=f"{tmp_path}/key: .*missing.*safe copy"):
        MasterKey.load(tmp_path / "key")


def test_a_key_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadMasterKey, match=f"{tmp_path}: .*cannot be read"):
        MasterKey.load(tmp_path)


@pytest.mark.parametrize("content", ["", "abc", "0" * 63, "0" * 65, "g" * 64, "0" * 64 + "\n" + "0" * 64, "é" * 64])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)

    with pytest.raises(BadMasterKey, match=f"{path}: .*64 hexadecimal digits"):
        MasterKey.load(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_key_that_others_can_read_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    MasterKey.generate(path)
    path.chmod(mode)

    with pytest.raises(BadMasterKey, match=f"chmod 600 {path}"):
        MasterKey.load(path)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_that_its_owner_alone_can_read_is_taken(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    made = MasterKey.generate(path)
    path.chmod(mode)

    assert MasterKey.load(path) == made


def test_a_key_may_come_as_text() -> None:
    assert MasterKey.from_text(" " + "0" * 64 + "\r\n", "POSTROOM__KEYS__MASTER_KEY") == ZEROS
    with pytest.raises(BadMasterKey, match="POSTROOM__KEYS__MASTER_KEY"):
        MasterKey.from_text("secret", "POSTROOM__KEYS__MASTER_KEY")


def test_derivation_is_rfc_5869_with_sha256() -> None:
    extracted = hmac.digest(bytes(32), ZEROS.secret, hashlib.sha256)

    assert ZEROS.derive("history") == hmac.digest(extracted, b"postroom history\x01", hashlib.sha256)
    assert ZEROS.derive("history") != ZEROS.derive("wrap")


def test_a_fingerprint_tells_keys_apart_and_no_text_shows_the_secret() -> None:
    secret = os.urandom(32)
    key = MasterKey(secret)

    assert key.fingerprint == MasterKey(secret).fingerprint != ZEROS.fingerprint
    assert len(key.fingerprint) == 16
    assert repr(secret) not in repr(key)
    assert secret.hex() not in f"{key!r} {key}"


def test_keys_made_with_another_master_key_are_refused_by_name(tmp_path: Path) -> None:
    right, wrong = MasterKey.generate(tmp_path / "right"), MasterKey.generate(tmp_path / "wrong")
    vault = open_vault(tmp_path / "shelf", tmp_path / "keys.db", right)
    store(vault, "a", b"contents")
    vault.close()

    with pytest.raises(BadMasterKey, match=f"keys.db: .*{right.fingerprint}.*{wrong.fingerprint}.*Put the right"):
        open_vault(tmp_path / "shelf", tmp_path / "keys.db", wrong)

    vault = open_vault(tmp_path / "shelf", tmp_path / "keys.db", right)
    assert contents(vault, "a") == b"contents"
    vault.close()


def test_an_empty_key_file_belongs_to_the_master_key_that_it_was_made_with(tmp_path: Path) -> None:
    right, wrong = MasterKey.generate(tmp_path / "right"), MasterKey.generate(tmp_path / "wrong")
    open_vault(tmp_path / "shelf", tmp_path / "keys.db", right).close()

    with pytest.raises(BadMasterKey, match=right.fingerprint):
        open_vault(tmp_path / "shelf", tmp_path / "keys.db", wrong)


def test_a_key_file_of_the_first_version_is_opened_and_belongs_to_the_master_key_of_its_keys(tmp_path: Path) -> None:
    right, wrong = MasterKey.generate(tmp_path / "right"), MasterKey.generate(tmp_path / "wrong")
    vault = open_vault(tmp_path / "shelf", tmp_path / "keys.db", right)
    store(vault, "a", b"contents")
    vault.close()
    with closing(sqlite3.connect(tmp_path / "keys.db", isolation_level=None)) as database:
        database.executescript("DROP TABLE file; DROP TABLE earlier; PRAGMA user_version = 0")

    with pytest.raises(BadMasterKey, match=right.fingerprint):
        open_vault(tmp_path / "shelf", tmp_path / "keys.db", wrong)
    vault = open_vault(tmp_path / "shelf", tmp_path / "keys.db", right)
    assert contents(vault, "a") == b"contents"
    vault.close()


def test_a_key_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    open_vault(tmp_path / "shelf", tmp_path / "keys.db", ZEROS).close()
    with closing(sqlite3.connect(tmp_path / "keys.db", isolation_level=None)) as database:
        database.execute("PRAGMA user_version = 99")

    with pytest.raises(Unavailable, match="newer version"):
        open_vault(tmp_path / "shelf", tmp_path / "keys.db", ZEROS)


def test_a_file_that_is_no_key_file_is_unavailable_and_named(tmp_path: Path) -> None:
    (tmp_path / "keys.db").write_bytes(b"something else entirely" * 100)

    with pytest.raises(Unavailable, match=r"keys\.db"):
        open_vault(tmp_path / "shelf", tmp_path / "keys.db", ZEROS)


def test_a_key_that_the_service_manager_hands_over_may_show_the_mask_of_its_access_list(tmp_path: Path) -> None:
    path = tmp_path / "key"
    made = MasterKey.generate(path)
    path.chmod(0o440)
    assert MasterKey.load(path, handed_over=True) == made
    path.chmod(0o444)
    with pytest.raises(BadMasterKey, match="others can read"):
        MasterKey.load(path, handed_over=True)
