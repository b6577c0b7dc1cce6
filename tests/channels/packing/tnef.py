"""Writes Outlook's parcels, `winmail.dat`, as MS-OXTNEF has them."""

import struct
from collections.abc import Iterable

MESSAGE, FILE = 1, 2
HEAD = struct.pack("<IH", 0x223E9F78, 1)
UNICODE, STRING, BINARY, OBJECT, BOOLEAN = 0x1F, 0x1E, 0x0102, 0x0D, 0x0B


def attribute(level: int, number: int, body: bytes, checksum: int | None = None) -> bytes:
    """One attribute."""
    summed = sum(body) & 0xFFFF if checksum is None else checksum
    return struct.pack("<BII", level, number, len(body)) + body + struct.pack("<H", summed)


def codepage(number: int = 1252) -> bytes:
    """Which character set names without one are in."""
    return attribute(MESSAGE, 0x00069007, struct.pack("<II", number, 0))


def properties(*written: bytes) -> bytes:
    """A list of properties."""
    return struct.pack("<I", len(written)) + b"".join(written)


def value(number: int, kind: int, octets: bytes) -> bytes:
    """A property of any length."""
    padding = b"\0" * (-len(octets) % 4)
    return struct.pack("<HHII", kind, number, 1, len(octets)) + octets + padding


def words(number: int, text: str, *, charset: str = "") -> bytes:
    """A property in Unicode, or in this character set."""
    if charset:
        return value(number, STRING, text.encode(charset) + b"\0")
    return value(number, UNICODE, f"{text}\0".encode("utf-16-le"))


def flag(number: int, *, on: bool) -> bytes:
    """A property that is true or false."""
    return struct.pack("<HHI", BOOLEAN, number, on)


def of_message(*written: bytes) -> bytes:
    """The properties of the message."""
    return attribute(MESSAGE, 0x00069003, properties(*written))


def file(contents: bytes | None, *written: bytes, title: bytes = b"", checksum: int | None = None) -> bytes:
    """A file: its contents, its short title, its properties."""
    parts = [attribute(FILE, 0x00069002, struct.pack("<HIIII", 1, 0xFFFFFFFF, 0, 0, 0)[:14])]
    if contents is not None:
        parts.append(attribute(FILE, 0x0006800F, contents, checksum))
    if title:
        parts.append(attribute(FILE, 0x00018010, title + b"\0"))
    if written:
        parts.append(attribute(FILE, 0x00069005, properties(*written)))
    return b"".join(parts)


def attached_message(*inner: bytes) -> bytes:
    """A file that is a message, itself a parcel."""
    interface = bytes.fromhex("0703020000000000c000000000000046")
    return file(None, value(0x3701, OBJECT, interface + parcel(*inner)), words(0x3001, "An older message"))


def parcel(*attributes: bytes) -> bytes:
    """All of it."""
    return HEAD + codepage() + b"".join(attributes)


def outlook(files: Iterable[tuple[str, bytes]], *, text: str = "") -> bytes:
    """As Outlook writes it: long names in Unicode, short ones that Outlook makes up besides."""
    body = [of_message(words(0x1000, text))] if text else []
    return parcel(*body, *(file(contents, words(0x3707, name), title=b"SHORT~1.DAT") for name, contents in files))
