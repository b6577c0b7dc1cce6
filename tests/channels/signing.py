"""Mail that is signed: keys, the zones that publish them, and a signer that can be told to sign anything."""

import base64
import hashlib
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from dkim import hash_headers, rfc822_parse
from dkim.canonicalization import CanonicalizationPolicy

from handlers.mail.trust.dns import DnsTrouble
from handlers.mail.trust.signatures import Chain, Signature, Signatures

DOMAIN = "leysjunior.example"
SELECTOR = "sept26"
NOW = datetime.now(UTC)
"""dkimpy reads the clock, and cannot be told another time."""
MAIL = (
    b"From: Jo Sands <jo.sands@leysjunior.example>\r\n"
    b"To: returns@derbyshire.example\r\n"
    b"Subject: SEN plan\r\n"
    b"Date: %b\r\n"
    b"Message-ID: <1@leysjunior.example>\r\n"
    b"\r\n"
    b"Please find it attached.  \r\n"
    b"\tJo\r\n"
) % format_datetime(NOW).encode()
Key = RSAPrivateKey | Ed25519PrivateKey


class Zone:
    """What is published; whatever is named in `silent` cannot be looked up just now."""

    def __init__(self, records: Mapping[str, bytes | tuple[bytes, ...]], *silent: str) -> None:
        self.records, self.silent = records, silent
        self.asked: list[str] = []

    async def txt(self, name: str) -> tuple[bytes, ...]:
        """What our side asks."""
        self.asked.append(name)
        if name in self.silent:
            raise DnsTrouble(name)
        found = self.records.get(name, ())
        return (found,) if isinstance(found, bytes) else found

    def dnsfunc(self, name: bytes, timeout: int) -> bytes | None:  # noqa: ARG002  # it passes one by name
        """What dkimpy asks."""
        found = self.records.get(name.decode().rstrip("."))
        return found if isinstance(found, bytes) else None


@cache
def rsa(bits: int = 2048) -> RSAPrivateKey:
    """A key of so many bits; always the same."""
    if bits >= 1024:
        return generate_private_key(65537, bits)
    short = subprocess.run(["openssl", "genrsa", str(bits)], capture_output=True, check=True).stdout
    key = load_pem_private_key(short, None)
    assert isinstance(key, RSAPrivateKey)
    return key


@cache
def ed25519() -> Ed25519PrivateKey:
    """A key; always the same."""
    return Ed25519PrivateKey.generate()


def private(key: Key) -> bytes:
    """A key as dkimpy wants it."""
    if isinstance(key, Ed25519PrivateKey):
        return base64.b64encode(key.private_bytes_raw())
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def record(key: Key, rest: str = "") -> bytes:
    """How a key is published."""
    if isinstance(key, Ed25519PrivateKey):
        return f"v=DKIM1; k=ed25519; {rest}p={base64.b64encode(key.public_key().public_bytes_raw()).decode()}".encode()
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; {rest}p={base64.b64encode(public).decode()}".encode()


def zone(key: Key, rest: str = "", domain: str = DOMAIN) -> Zone:
    """A zone that publishes one key."""
    return Zone({f"{SELECTOR}._domainkey.{domain}": record(key, rest)})


def sign(mail: bytes, key: Key | None = None, field: bytes = b"DKIM-Signature", **changed: str | None) -> bytes:
    """The mail with a signature on top that has these tags changed; None takes one out. Tags are signed as they are."""
    given = rsa() if key is None else key
    tags: dict[str, str | None] = {
        "v": "1", "a": "ed25519-sha256" if isinstance(given, Ed25519PrivateKey) else "rsa-sha256", "c": "relaxed/relaxed",
        "d": DOMAIN, "s": SELECTOR, "h": "from:to:subject:date:message-id:from", "bh": body_hash(mail, changed),
    } | changed | {"b": ""}  # fmt: skip
    written = "; ".join(f"{name}={value}" for name, value in tags.items() if value is not None)
    value = b" " + written.encode("utf-8", "surrogateescape")
    made = base64.b64encode(_signature(mail, given, tags, (field, value)))
    return field + b":" + value.replace(b"; b=", b"; b=" + made) + b"\r\n" + mail


def body_hash(mail: bytes, tags: Mapping[str, str | None]) -> str:
    """The hash of the body, as these tags want it canonicalised."""
    body = _policy(tags).canonicalize_body(rfc822_parse(mail)[1])
    length = tags.get("l")
    return base64.b64encode(
        hashlib.sha256(body[: int(length)] if length and length.isdigit() else body).digest()
    ).decode()


def _policy(tags: Mapping[str, str | None]) -> CanonicalizationPolicy:
    try:
        return CanonicalizationPolicy.from_c_value((tags.get("c", "relaxed/relaxed") or "simple/simple").encode())
    except Exception:  # noqa: BLE001  # one that nobody knows: then it does not matter
        return CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")


def _signature(mail: bytes, key: Key, tags: Mapping[str, str | None], field: tuple[bytes, bytes]) -> bytes:
    policy, hashed = _policy(tags), hashlib.sha256()
    names = [name.strip().lower().encode() for name in (tags.get("h") or "").split(":")]
    seen = _Seen()
    hash_headers(seen, policy, policy.canonicalize_headers(rfc822_parse(mail)[0]), names, field, None)
    hashed.update(seen.data)
    if isinstance(key, Ed25519PrivateKey):
        return key.sign(hashed.digest())
    return key.sign(seen.data, PKCS1v15(), SHA256())


class _Seen:
    def __init__(self) -> None:
        self.data = b""

    def update(self, data: bytes) -> None:
        self.data += data


def fed(mail: bytes, step: int = 1 << 16, now: datetime = NOW) -> Signatures:
    """Our side, having read the mail in pieces of this size."""
    head, _, body = mail.partition(b"\r\n\r\n")
    signatures = Signatures(head + b"\r\n", now)
    for at in range(0, len(body), step):
        signatures.write(body[at : at + step])
    return signatures


async def verdicts(mail: bytes, published: Zone, step: int = 1 << 16, now: datetime = NOW) -> tuple[Signature, ...]:
    """What our side makes of its signatures."""
    return await fed(mail, step, now).verdicts(published)


async def verdict(mail: bytes, published: Zone, step: int = 1 << 16, now: datetime = NOW) -> Signature:
    """What our side makes of its only signature."""
    (only,) = await verdicts(mail, published, step, now)
    return only


async def chain(mail: bytes, published: Zone, *sealers: str, step: int = 1 << 16, now: datetime = NOW) -> Chain:
    """What our side makes of its seals, where these sealers count."""
    return await fed(mail, step, now).chain(published, sealers)
