"""Lists of tags, as signatures and keys are written (RFC 6376, section 3.2)."""

import binascii
import re

from handlers.mail.trust.lexical import Doubtful

WHITE = b" \t\r\n"
NAME = re.compile(rb"[A-Za-z][A-Za-z0-9_]*")
NUMBER = re.compile(rb"[0-9]{1,76}")
"""RFC 6376, section 3.5: the longest that any tag may be."""
NAME_OCTETS_MAX = 253
"""Of a domain name (RFC 1035, section 2.3.4)."""
LABEL = rb"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
LABELS = re.compile(rb"%b(?:\.%b)*" % (LABEL, LABEL))


def tags(value: bytes) -> dict[str, bytes]:
    """Each tag's value, without the white space round it. Raises Doubtful where the list is malformed or names one twice."""
    found: dict[str, bytes] = {}
    for spec in value.strip(WHITE).removesuffix(b";").split(b";"):
        name, equals, text = spec.partition(b"=")
        name = name.strip(WHITE)
        if not equals or not NAME.fullmatch(name) or name.decode() in found:
            raise Doubtful("it is not written as a list of tags")
        found[name.decode()] = text.strip(WHITE)
    return found


def required(found: dict[str, bytes], name: str) -> bytes:
    """The value of a tag that must be there and must not be empty. Raises Doubtful."""
    if not (value := found.get(name)):
        raise Doubtful(f"it has no {name}=")
    return value


def listed(value: bytes) -> list[bytes]:
    """The words in a list with colons, in lower case."""
    return [word.strip(WHITE).lower() for word in value.split(b":")]


def octets(found: dict[str, bytes], name: str) -> bytes:
    """What a tag holds in base64, folded or not. Raises Doubtful."""
    try:
        return binascii.a2b_base64(b"".join(required(found, name).split()), strict_mode=True)
    except ValueError as error:
        raise Doubtful(f"its {name}= cannot be read") from error


def number(found: dict[str, bytes], name: str) -> int | None:
    """The number that a tag holds; None where it is absent. Raises Doubtful."""
    if (value := found.get(name)) is None:
        return None
    if not NUMBER.fullmatch(value):
        raise Doubtful(f"its {name}= is no number")
    return int(value)


def domain_name(found: dict[str, bytes], name: str, labels: int) -> str:
    """The domain name that a tag holds, in lower case, of so many labels at least. Raises Doubtful."""
    value = required(found, name)
    if len(value) > NAME_OCTETS_MAX or not LABELS.fullmatch(value) or value.count(b".") < labels - 1:
        raise Doubtful(f"its {name}= is no name that could be looked up")
    return value.decode().lower()
