"""Signatures that anybody can check for years: Ed25519 (RFC 8032), with public keys as openssl reads them."""

import hashlib
import re

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

_BEGIN = "-----BEGIN PUBLIC KEY-----"
_BLOCK = re.compile(rf"{_BEGIN}[^-]*-----END PUBLIC KEY-----")


class BadPublicKey(Exception):
    """What should hold public keys does not, or not whole ones; says the remedy."""


class PublicKey:
    """Proves what its owner signed, and gives nothing away: it may be shown to everybody."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.id = hashlib.sha256(der).hexdigest()[:16]
        """Which key this is, in 16 hexadecimal digits."""

    @property
    def pem(self) -> str:
        """The key as text (RFC 8410)."""
        return self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def proves(self, signature: bytes, octets: bytes) -> bool:
        """Whether its owner signed exactly these octets."""
        try:
            self._key.verify(signature, octets)
        except InvalidSignature:
            return False
        return True


class Signer:
    """Signs. The same octets have the same signature every time."""

    def __init__(self, seed: bytes) -> None:
        """`seed`: 32 secret octets, such as those that the master key derives for one purpose."""
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey(self._key.public_key())

    def sign(self, octets: bytes) -> bytes:
        """The signature of these octets: 64 of its own."""
        return self._key.sign(octets)


def public_keys(text: str, origin: str) -> tuple[PublicKey, ...]:
    """Every key in a text of PEM blocks, whatever stands between them. Raises BadPublicKey, naming the origin."""
    blocks = _BLOCK.findall(text)
    if not blocks or len(blocks) != text.count(_BEGIN):
        raise BadPublicKey(f"{origin}: no public key is in it, or not all of one. Get a whole copy of it.")
    return tuple(_public_key(block, origin) for block in blocks)


def _public_key(block: str, origin: str) -> PublicKey:
    try:
        key = load_pem_public_key(block.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise BadPublicKey(f"{origin}: a public key in it is damaged. Get a sound copy of the file.") from None
    if not isinstance(key, Ed25519PublicKey):
        raise BadPublicKey(f"{origin}: a public key in it is of another kind than Ed25519. Take it out.")
    return PublicKey(key)
