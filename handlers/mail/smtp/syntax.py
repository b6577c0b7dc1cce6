"""How commands and replies are written: commands taken apart, replies put together. Pure."""

import re
import textwrap
from collections.abc import Sequence

PATH = re.compile(
    r'(?:<(?P<path>(?:"(?:[^"\\]|\\.)*"|[^<>"\s\x00-\x1f\x7f])*)>|(?P<bare>[^<>"\s\x00-\x1f\x7f]+))(?!\S)'
)
"""A path in angle brackets (RFC 5321, section 4.1.2); many scripts leave the brackets out."""
SOURCE_ROUTE = re.compile(r"@[^:]*:")
PLAIN = re.compile(r"[^\s\"%!@,:;<>()\[\]\\]+@[^\s\"%!@,:;<>()\[\]\\]+|postmaster", re.IGNORECASE)
"""An address that no server could take for a way to somewhere else: no source route, `%`, `!`, quotes or literal."""
PARAMETERS = {
    "SIZE": re.compile(r"[0-9]{1,20}"),
    "BODY": re.compile(r"7BIT|8BITMIME"),
    "SMTPUTF8": re.compile(r""),
}
"""What may follow the path in MAIL FROM (RFC 1870, 6152, 6531), and the form of its value."""
REPLY = re.compile(r"(?P<code>[2-5][0-9]{2}) (?:(?P<status>[245]\.[0-9]{1,3}\.[0-9]{1,3}) )?(?P<text>.*)", re.DOTALL)
REPLY_TEXT_MAX = 400
"""Characters of text in one line of a reply, of the 512 octets that a line may have (RFC 5321, section 4.5.3.1.5)."""


def path(keyword: str, argument: str) -> tuple[str, list[str]] | None:
    """The address and the parameters of `FROM:<address> A=B C`, or of `TO:`. None: malformed.

    The address is "" for the null sender. A source route is left in place.
    """
    if argument[: len(keyword)].upper() != keyword:
        return None
    rest = argument[len(keyword) :].lstrip()
    if not (match := PATH.match(rest)):
        return None
    return match["path"] if match["bare"] is None else match["bare"], rest[match.end() :].split()


def without_route(address: str) -> str:
    """The address itself, of one with a source route before it (RFC 5321, appendix C: it is to be ignored)."""
    return SOURCE_ROUTE.sub("", address, count=1) if address.startswith("@") else address


def is_plain(address: str) -> bool:
    """Whether a recipient can mean nothing but a mailbox at a domain."""
    return PLAIN.fullmatch(address) is not None


def parameters(words: Sequence[str]) -> dict[str, str] | None:
    """The parameters of MAIL FROM by name. None: one is unknown or malformed."""
    split = [word.upper().partition("=") for word in words]
    found = {name: value for name, _, value in split}
    sound = all(name in PARAMETERS and PARAMETERS[name].fullmatch(value) for name, value in found.items())
    return found if sound and len(found) == len(split) else None


def wire(reply: str) -> bytes:
    """A reply as it is sent: ASCII, each line short enough and with the code and status of the whole.

    A text of several lines stays one; whatever is no printable character is left out. Raises ValueError for what is no
    reply.
    """
    if not (match := REPLY.fullmatch(reply)):
        raise ValueError("a reply needs a code and a text")
    status = f"{match['status']} " if match["status"] else ""
    lines = [line for text in match["text"].split("\n") for line in _folded(text)]
    ends = ["-"] * (len(lines) - 1) + [" "]
    wired = (f"{match['code']}{end}{status}{line}".rstrip() for end, line in zip(ends, lines, strict=True))
    return "".join(f"{line}\r\n" for line in wired).encode("ascii", "replace")


def _folded(text: str) -> list[str]:
    readable = text if text.isprintable() else "".join(letter if letter.isprintable() else " " for letter in text)
    if len(readable) <= REPLY_TEXT_MAX:
        return [readable]
    return textwrap.wrap(readable, REPLY_TEXT_MAX, break_on_hyphens=False) or [""]
