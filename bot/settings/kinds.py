"""The kinds of value that a configuration is made of. What a kind refuses, it refuses with what would be right."""

import ipaddress
import os
import re
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    Strict,
    ValidationInfo,
)

from bot.rules.likeness import likeness

T = TypeVar("T")
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
ALIKE = 65
"""From this likeness on one word may have been meant by another."""


class Table(BaseModel):
    """One table of the configuration: immutable, and refusing keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)


def is_loopback(host: str) -> bool:
    """Whether what is said to this host stays on this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def nearest(word: str, known: list[str]) -> str | None:
    """The known word that was most likely meant; None where none is near."""
    likest = max(known, key=lambda one: likeness(word.lower(), one.lower()), default=None)
    return likest if likest and likeness(word.lower(), likest.lower()) >= ALIKE else None


def _line(text: str) -> str:
    text = text.strip()
    if any(not character.isprintable() for character in text):
        raise ValueError("one line of text, without control characters")
    return text


def _filled(text: str) -> str:
    if not text:
        raise ValueError("some text: it must not be empty")
    return text


def _day(value: object) -> object:
    if isinstance(value, str):
        with suppress(ValueError):
            return date.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("days, such as 2023-05-08")


def _some(entries: tuple[T, ...]) -> tuple[T, ...]:
    if not entries:
        raise ValueError("at least one entry")
    return entries


def _matching(pattern: str, right: str) -> AfterValidator:
    shape = re.compile(pattern)

    def check(text: str) -> str:
        if not shape.fullmatch(text):
            raise ValueError(right)
        return text

    return AfterValidator(check)


def _address(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        raise ValueError("an email address, such as name@council.example") from None


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        hint = nearest(name, sorted(available_timezones()))
        raise ValueError(f'a time zone by its IANA name, such as "{hint or "Europe/London"}"') from None


def _network(value: object) -> object:
    if isinstance(value, IPNetwork):
        return value
    if not isinstance(value, str):
        raise ValueError('a network in quotes, such as "192.0.2.0/24"')  # noqa: TRY004 (pydantic takes a ValueError)
    try:
        return ipaddress.ip_network(value)
    except ValueError:
        pass
    try:
        inside = ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise ValueError('a network or one IP address, such as "192.0.2.0/24" or "192.0.2.7"') from None
    raise ValueError(f'the network itself, "{inside}", or the one address "{value.partition("/")[0]}"')


def _some_hours(text: str) -> str:
    opens, _, closes = text.rpartition(" ")[2].partition("-")
    if opens >= closes:
        raise ValueError("hours that end later than they begin, on one day")
    return text


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host or port == 0 or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        raise ValueError("an address beginning with https://, such as https://returns.council.example")
    if parts.username is not None:
        raise ValueError("an address without a user name or a password in it")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("an address beginning with https://; plain http:// is for this machine alone (127.0.0.1)")
    return text


def _nameserver(text: str) -> str:
    host, _, port = text.rpartition(":") if text.count(":") == 1 or "]:" in text else (text, "", "53")
    try:
        ipaddress.ip_address(host.strip("[]"))
        sound = port.isascii() and port.isdigit() and 0 < int(port) < 65_536
    except ValueError:
        sound = False
    if not sound:
        raise ValueError('an IP address, with a port or without, such as "192.0.2.53" or "127.0.0.1:5353"')
    return text


def resolved(path: Path, info: ValidationInfo) -> Path:
    """Where a path leads: relative ones start at the configuration folder, which the context carries.

    The last step stays as written: where it is a link that is renewed (a certificate), it must be followed when read.
    """
    directory: Path | None = info.context
    return path if directory is None else Path(os.path.normpath(directory.resolve() / path))


def _unset(value: object) -> object:
    return None if value == "" else value


def _named(value: object) -> object:
    if value == "":
        raise ValueError("the path of a file")
    return value


Whole = Annotated[int, Strict()]
Switch = Annotated[bool, Strict()]
Port = Annotated[Whole, Field(ge=0, le=65_535)]
"""A port to listen on; 0 takes any that is free."""
PeerPort = Annotated[Whole, Field(ge=1, le=65_535)]
Days = Annotated[Whole, Field(ge=1, le=3_650)]
Workdays = Annotated[Whole, Field(ge=0, le=30)]
Years = Annotated[Whole, Field(ge=1, le=100)]
Count = Annotated[Whole, Field(ge=1, le=1_000_000)]
Hours = Annotated[Whole, Field(ge=1, le=8_760)]
Minutes = Annotated[Whole, Field(ge=0, le=1_440)]
Octets = Annotated[Whole, Field(ge=1, le=10_000_000_000)]

AtLeastOne = AfterValidator(_some)

OptionalLine = Annotated[str, AfterValidator(_line)]
Line = Annotated[OptionalLine, AfterValidator(_filled)]
Digits3 = Annotated[str, _matching("[0-9]{3}", 'three digits, such as "830"')]
Code = Annotated[str, _matching("[A-Z]+", "capital letters alone, such as SEN")]
Address = Annotated[str, AfterValidator(_address)]
OptionalAddress = Annotated[Address | None, BeforeValidator(_unset)]
Mailbox = Annotated[
    str, _matching(r"[a-z0-9._'-]+", "the part of an address before the @, in lower case, such as office")
]
Domain = Annotated[
    str,
    _matching(r"([a-z0-9-]+\.)+([a-z0-9-]+|\*)", 'a domain in lower case, such as "gmail.com" or "hotmail.*"'),
]
Zone = Annotated[str, AfterValidator(_zone)]
WholeDomain = Annotated[
    str, _matching(r"([a-z0-9-]+\.)+[a-z0-9-]+", 'a domain in lower case, such as "council.example"')
]
Host = Annotated[str, _matching(r"[A-Za-z0-9._:-]+", "a host name or an IP address, without a port")]
ListenHost = Annotated[
    str,
    _matching(
        r"(?!unix:)[A-Za-z0-9._:-]+|unix:/.+", 'a host name or an IP address, without a port, or "unix:/path/of/socket"'
    ),
]
AuthservId = Annotated[str, _matching(r"[A-Za-z0-9._-]+", "a host name, as it stands in Authentication-Results")]
NAMELESS = "nameless"
"""In the place of such a name: of a server that writes none, as Microsoft 365; its field begins with the first result."""
NOBODY = "nobody.invalid"
"""In the place of such a name, as long as nobody has looked it up: a guess could be a name that anybody can write."""
AccountName = Annotated[
    str, _matching("[a-z0-9]+(_[a-z0-9]+)*", "a name in lower-case letters, digits and single underscores")
]
DIRECT = "direct"
"""In the place of a channel: each person is told by direct message."""
_CHANNEL_ID = "[CG][A-Z0-9]{8,}"
ChannelId = Annotated[
    str, _matching(_CHANNEL_ID, "the id of a channel, such as C0123456789; it ends the channel's link")
]
ChannelOrDirect = Annotated[
    str,
    _matching(
        f"|{DIRECT}|{_CHANNEL_ID}",
        f'empty, "{DIRECT}", or the id of a channel, such as C0123456789; it ends the channel\'s link',
    ),
]
Day = Annotated[date, BeforeValidator(_day)]
OfficeHours = Annotated[
    str,
    _matching(
        "(Mon|Tue|Wed|Thu|Fri|Sat|Sun)-(Mon|Tue|Wed|Thu|Fri|Sat|Sun) "
        "([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]",
        'days and times, such as "Mon-Fri 08:30-17:00"',
    ),
    AfterValidator(_some_hours),
]
Nameserver = Annotated[str, AfterValidator(_nameserver)]
Clamd = Annotated[str, _matching(r"|unix:/.+|tcp:.+:[0-9]{1,5}", 'empty, "unix:/path/of/socket" or "tcp:host:port"')]
Url = Annotated[str, AfterValidator(_url)]
Network = Annotated[IPNetwork, BeforeValidator(_network)]
FilePath = Annotated[Path, BeforeValidator(_named), AfterValidator(resolved)]
OptionalPath = Annotated[Annotated[Path, AfterValidator(resolved)] | None, BeforeValidator(_unset)]
Secret = Annotated[SecretStr | None, BeforeValidator(_unset)]
"""Never written in a file of the configuration: it comes from the environment, or its `_file` names where it lies."""
