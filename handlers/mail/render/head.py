"""The header fields of our mail (design «Mail out», lesson L20). Written octet by octet: Python's own folding breaks long
message ids and parameters into encoded words, which other programs do not put together again.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.header import Header
from email.utils import format_datetime, formataddr
from urllib.parse import quote

from bot.notices import FileFacts
from bot.parcels import Parcel, Undeliverable

LINE_MAX = 78
"""Characters of a line (RFC 5322, section 2.1.1)."""
THREAD_MAX = 20
"""Message ids kept in References: the first, and the newest."""
MESSAGE_ID = re.compile(r"[!-;=?-~]{1,250}")
"""What may stand between the angle brackets: visible ASCII without them. Anything else of a remote is left out."""
ADDRESS = re.compile(r"""[^\s<>()\[\]:;,\\"@\x00-\x1f\x7f-\x9f]+@[^\s<>()\[\]:;,\\"@\x00-\x1f\x7f-\x9f]+""")
NOT_A_WORD = re.compile(r"[^A-Za-z0-9-]")
QUOTED_MAX = 60
"""Characters of a parameter that is written as it is."""


@dataclass(frozen=True)
class From:
    """The mailbox that our mail comes from."""

    address: str
    name: str

    def tagged(self, token: str) -> str:
        """The address for replies to one notice, and for its bounces."""
        local, _, domain = ascii_domain(self.address).rpartition("@")
        return f"{local}+{token}@{domain}"


def ascii_domain(address: str) -> str:
    """The address with its domain in ASCII (RFC 5890). Raises `Undeliverable` where it is none."""
    local, _, domain = address.rpartition("@")
    try:
        whole = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        whole = ""
    if not ADDRESS.fullmatch(whole):
        raise Undeliverable(f"{address!r} is not an email address")
    return whole


def fields(parcel: Parcel, sender: From) -> bytes:
    """All header fields but those of MIME. Raises `Undeliverable`."""
    return "".join(f"{line}\r\n" for line in _lines(parcel, sender)).encode()


def _lines(parcel: Parcel, sender: From) -> Iterator[str]:
    address = ascii_domain(sender.address)
    yield f"From: {formataddr((sender.name, address))}"
    yield f"To: {ascii_domain(parcel.recipient)}"
    yield f"Subject: {_encoded(parcel.letter.subject)}"
    yield f"Date: {format_datetime(parcel.created_at)}"
    yield f"Message-ID: <{parcel.id}@{address.rpartition('@')[2]}>"
    replies_to = parcel.notice.replies_to
    yield f"Reply-To: {ascii_domain(replies_to) if replies_to else sender.tagged(parcel.token)}"
    yield from _thread(parcel)
    yield "Auto-Submitted: auto-replied"
    yield "X-Auto-Response-Suppress: All"
    yield f"Postroom-Notice: {parcel.notice.kind}"
    for file in dict.fromkeys(parcel.notice.mentioned()):
        yield from _folded("Postroom-File:", _about(file))


def _encoded(words: str) -> str:
    """Words for the subject (RFC 2047); encoded also where a name itself looks like an encoded word."""
    as_it_is = words.isascii() and "=?" not in words
    if as_it_is and len("Subject: ") + len(words) <= LINE_MAX and words.isprintable() and words == words.strip():
        return words  # `Header` would come to the same
    return Header(words, "us-ascii" if as_it_is else "utf-8", header_name="Subject").encode(linesep="\r\n")


def _thread(parcel: Parcel) -> Iterator[str]:
    """What it answers (RFC 5322, section 3.6.4). A route has the newest first; References has it last."""
    known = [one for one in (parcel.route.message_id, *parcel.route.references) if one and MESSAGE_ID.fullmatch(one)]
    thread = list(dict.fromkeys(known))[::-1]
    if parcel.route.message_id in known:
        yield f"In-Reply-To: <{parcel.route.message_id}>"
    if thread:
        shown = thread if len(thread) <= THREAD_MAX else [thread[0], *thread[1 - THREAD_MAX :]]
        yield from _folded("References:", (f"<{one}>" for one in shown))


def _about(file: FileFacts) -> Iterator[str]:
    yield f"{NOT_A_WORD.sub('', file.reference)};"
    yield f"status={NOT_A_WORD.sub('', file.status)};"
    yield from _parameter("name", file.name)


def _parameter(name: str, value: str) -> Iterator[str]:
    """A parameter, in RFC 2231's way where it is long or not plain ASCII."""
    if value.isascii() and value.isprintable() and len(value) <= QUOTED_MAX and "=?" not in value:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        yield f'{name}="{escaped}"'
        return
    sound = value.encode("utf-8", "replace").decode()
    first, *others = _parts([quote(character, safe="") for character in sound])
    if not others:
        yield f"{name}*=utf-8''{first}"
        return
    yield f"{name}*0*=utf-8''{first};"
    for number, part in enumerate(others, start=1):
        yield f"{name}*{number}*={part}{'' if number == len(others) else ';'}"


def _parts(characters: Iterable[str]) -> list[str]:
    """Encoded characters in pieces of a line's length, none of them split (lesson L33)."""
    parts = [""]
    for character in characters:
        if len(parts[-1]) + len(character) > QUOTED_MAX:
            parts.append("")
        parts[-1] += character
    return parts


def _folded(name: str, words: Iterable[str]) -> Iterator[str]:
    """A field over as many lines as it needs, broken only between words."""
    line = name
    for word in words:
        if len(line) + 1 + len(word) > LINE_MAX and line != name:
            yield line
            line = ""
        line = f"{line} {word}"
    yield line
