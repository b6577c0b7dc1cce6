"""Tells a genuine receipt from any other. Anybody may send one: whatever came, nothing here raises or takes long."""

import base64
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from bot.notices import Verdict
from bot.receipts.document import ALGORITHM, FORMAT, FORMAT_KEY, SIGNATURE_KEY, Document, canonical
from bot.vault import PublicKey

WHOLE_MAX = 2**53 - 1
"""Beyond it programs read different numbers in one text (RFC 8785, appendix D; RFC 7493, section 2.2)."""
DIGITS_MAX = len(f"-{WHOLE_MAX}")


@dataclass(frozen=True)
class Judged:
    """A receipt, judged."""

    verdict: Verdict
    document: Document | None = None
    """What it says, where it is genuine; what any other says is not to be repeated."""


def judge(octets: bytes, keys: Mapping[str, PublicKey]) -> Judged | None:
    """What is to be said of these contents; None: they are no receipt. `keys`: ours, by their ids."""
    found = said_in(octets, keys, FORMAT_KEY, FORMAT)
    if found is None:
        return None
    verdict, said = found
    return Judged(verdict, Document.model_validate(said) if said else None)


def said_in(
    octets: bytes, keys: Mapping[str, PublicKey], format_key: str, number: int
) -> tuple[Verdict, dict[str, Any] | None] | None:
    """What a signed document of this kind says, where it is genuine; None: these contents are none of that kind."""
    document = _read(octets)
    if document is None or document.get(format_key) != number:
        return None
    signature = document.pop(SIGNATURE_KEY, None)
    named = signature.get("key") if isinstance(signature, dict) else None
    key = keys.get(named) if isinstance(named, str) else None
    if key is None:
        return Verdict.FOREIGN, None
    if not _proven(document, signature, key):
        return Verdict.ALTERED, None
    del document[format_key]
    return Verdict.GENUINE, document


def _read(octets: bytes) -> dict[str, Any] | None:
    """The document, where there is exactly one way to read it."""
    try:
        document = json.loads(
            octets.decode("utf-8-sig"), object_pairs_hook=_object, parse_int=_whole, parse_float=_never,
            parse_constant=_never,
        )  # fmt: skip
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values under one key every program believes another one."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _whole(digits: str) -> int:
    if len(digits) > DIGITS_MAX or abs(number := int(digits)) > WHOLE_MAX:
        raise ValueError("a number is too large")
    return number


def _never(_: str) -> NoReturn:
    raise ValueError("a number is not whole")


def _proven(document: dict[str, Any], signature: dict[str, Any], key: PublicKey) -> bool:
    """Whether this key signed all that is there. The signature is held to the letter, for nothing signs itself."""
    with suppress(KeyError, TypeError, ValueError, RecursionError):
        value = base64.b64decode(signature["value"])
        written = {"algorithm": ALGORITHM, "key": key.id, "value": base64.b64encode(value).decode()}
        return signature == written and key.proves(value, canonical(document))
    return False
