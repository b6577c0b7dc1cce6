"""A signer's public key, as the signer's domain publishes it (RFC 6376, section 3.6; RFC 8301; RFC 8463, section 4)."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from handlers.mail.trust.dns import Texts
from handlers.mail.trust.lexical import Doubtful
from handlers.mail.trust.signatures.mark import Mark
from handlers.mail.trust.signatures.tags import listed, octets, tags

BITS = range(1024, 4096 + 1)
"""RSA keys that are used: shorter ones can be broken, longer ones are only work (RFC 8301, section 3.2)."""


@dataclass(frozen=True)
class Key:
    """A key that may be used for mail."""

    public: RSAPublicKey | Ed25519PublicKey
    strict: bool = False
    """It speaks for its domain alone, not for the names below it (t=s)."""

    def made(self, signature: bytes, digest: bytes) -> bool:
        """Whether the signature is this key's, over what has this SHA-256."""
        try:
            if isinstance(self.public, RSAPublicKey):
                self.public.verify(signature, digest, PKCS1v15(), Prehashed(SHA256()))
            else:
                self.public.verify(signature, digest)
        except InvalidSignature:
            return False
        return True


async def published(dns: Texts, mark: Mark) -> Key:
    """The key that made this mark. Raises Doubtful where there is none that could have, DnsTrouble where nobody knows."""
    keys = [found for record in await dns.txt(mark.key_name) if (found := _tags(record))]
    if not keys:
        raise Doubtful(f"{mark.domain} publishes no key for it")
    if len(keys) > 1:
        raise Doubtful(f"{mark.domain} publishes more than one key for it under one name")
    return _key(keys[0], mark)


def _tags(record: bytes) -> dict[str, bytes] | None:
    """The tags of a record that is a key; None for whatever else is found under the name."""
    try:
        found = tags(record)
    except Doubtful:
        return None
    version = found.get("v")
    first = next(iter(found))
    return found if "p" in found and (version is None or (version == b"DKIM1" and first == "v")) else None


def _key(found: dict[str, bytes], mark: Mark) -> Key:
    flags = listed(found.get("t", b""))
    if not found["p"]:
        raise Doubtful(f"{mark.domain} has withdrawn its key")
    if b"y" in flags:
        raise Doubtful(f"{mark.domain} is only trying out its key")
    if not {b"*", b"email"} & set(listed(found.get("s", b"*"))):
        raise Doubtful(f"the key of {mark.domain} is not for mail")
    if b"sha256" not in listed(found.get("h", b"sha256")) or found.get("k", b"rsa").decode("latin-1") != mark.kind:
        raise Doubtful(f"the key of {mark.domain} is of another kind")
    return Key(_public(found, mark), strict=b"s" in flags)


def _public(found: dict[str, bytes], mark: Mark) -> RSAPublicKey | Ed25519PublicKey:
    try:
        encoded = octets(found, "p")
        public = Ed25519PublicKey.from_public_bytes(encoded) if mark.kind == "ed25519" else load_der_public_key(encoded)
    except (Doubtful, ValueError, UnsupportedAlgorithm) as error:
        raise Doubtful(f"the key of {mark.domain} cannot be read") from error
    if isinstance(public, RSAPublicKey) and public.key_size not in BITS:
        raise Doubtful(f"the key of {mark.domain} has {public.key_size} bits, and must have {BITS[0]} to {BITS[-1]}")
    if not isinstance(public, RSAPublicKey | Ed25519PublicKey) or isinstance(public, RSAPublicKey) != (
        mark.kind == "rsa"
    ):
        raise Doubtful(f"the key of {mark.domain} is of another kind")
    return public
