"""Signatures, and the public keys that prove them."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from bot.vault import BadPublicKey, MasterKey, Signer, public_keys

SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
SIGNATURE = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)
"""RFC 8032, section 7.1, test 1: of no octets at all."""
ONE, TWO = Signer(SEED), Signer(bytes(32))
RSA = """-----BEGIN PUBLIC KEY-----
MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL8eJ5AKoIsjURpcEoGubZMxLD7+kT+T
Lr7UkvEtFrRhDDKMtuIIq19FrL4pUIMymPMSLBn3hJLe30Dw48GQM4UCAwEAAQ==
-----END PUBLIC KEY-----
"""


def test_a_signature_is_that_of_rfc_8032() -> None:
    assert ONE.sign(b"") == SIGNATURE
    assert ONE.public.proves(SIGNATURE, b"")


def test_it_proves_these_octets_of_this_signer_and_nothing_else() -> None:
    signature = ONE.sign(b"signed")
    assert ONE.public.proves(signature, b"signed")
    assert not ONE.public.proves(signature, b"signed.")
    assert not TWO.public.proves(signature, b"signed")
    assert not ONE.public.proves(signature[:-1], b"signed")
    assert not ONE.public.proves(b"", b"signed")
    for at in range(len(signature)):
        changed = bytearray(signature)
        changed[at] ^= 1
        assert not ONE.public.proves(bytes(changed), b"signed")


def test_the_master_key_derives_the_same_signer_every_time(tmp_path: Path) -> None:
    master = MasterKey.generate(tmp_path / "key")
    again = MasterKey.load(tmp_path / "key")
    assert Signer(master.derive("receipts")).public.id == Signer(again.derive("receipts")).public.id
    assert Signer(master.derive("receipts")).public.id != Signer(master.derive("history")).public.id


def test_a_public_key_comes_back_from_its_text_whatever_stands_around_it() -> None:
    text = f"# Keep every key.\n{ONE.public.pem}\nAn older one, - of 2026 -:\n\n{TWO.public.pem}"
    for written in (text, text.replace("\n", "\r\n"), text.rstrip()):
        assert [key.id for key in public_keys(written, "receipts.pub")] == [ONE.public.id, TWO.public.id]


def test_openssl_reads_a_public_key_and_finds_its_id(tmp_path: Path) -> None:
    path = tmp_path / "receipts.pub"
    path.write_text(f"# The key.\n{ONE.public.pem}")
    command = ["openssl", "pkey", "-pubin", "-in", str(path), "-outform", "DER"]
    der = subprocess.run(command, capture_output=True, check=True).stdout
    assert hashlib.sha256(der).hexdigest().startswith(ONE.public.id)
    assert len(ONE.public.id) == 16


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no public key"),
        ("MCowBQYDK2VwAyEA", "no public key"),
        (ONE.public.pem[:60], "not all of one"),
        (ONE.public.pem[:60] + "\n" + TWO.public.pem, "not all of one"),
        (ONE.public.pem.replace("MCow", "MCox"), "damaged"),
        (ONE.public.pem.replace("K2Vw", "K2V9"), "damaged"),
        (RSA, "another kind"),
        (f"{ONE.public.pem}{RSA}", "another kind"),
    ],
)
def test_what_holds_no_sound_keys_is_refused_by_name(text: str, why: str) -> None:
    with pytest.raises(BadPublicKey, match=f"receipts.pub: .*{why}"):
        public_keys(text, "receipts.pub")


def test_no_text_shows_what_signs() -> None:
    assert SEED.hex() not in f"{ONE!r} {ONE.public!r} {vars(ONE)!r}"
