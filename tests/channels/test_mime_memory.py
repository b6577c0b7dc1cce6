"""A mail of any size is opened in the memory of a small one (docs/rules.md knows no upper bound but the configured one)."""

import base64
import hashlib
from collections.abc import Iterator

import pytest

from handlers.mail.message.mime import BLOCK_BYTES
from handlers.mail.receive import open_message
from tests.channels.opening import HashSink
from tests.measuring import held

MEGABYTES = 1 << 20
FILE_HEAD = b'--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="a.pdf"\r\n'


LINE = base64.b64encode(bytes(range(57))) + b"\r\n"
BODIES = {
    "base64": (b"Content-Transfer-Encoding: base64\r\n", LINE),
    "base64 without line ends": (b"Content-Transfer-Encoding: base64\r\n", LINE.strip()),
    "base64 in odd lines": (b"Content-Transfer-Encoding: base64\r\n", LINE[:-5] + b"\n" + LINE[-5:-2]),
    "quoted-printable": (b"Content-Transfer-Encoding: quoted-printable\r\n", b"=C3=A9 and plain words, and then =\r\n"),
    "binary": (b"Content-Transfer-Encoding: binary\r\n", bytes(range(256))),
}


def mail(octets: int, encoding: bytes, unit: bytes) -> Iterator[bytes]:
    """A mail with one file of about so many octets on the wire, made as it is read."""
    yield b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n" + FILE_HEAD + encoding + b"\r\n"
    block = unit * (BLOCK_BYTES // len(unit))
    for _ in range(octets // len(block)):
        yield block
    yield b"\r\n--b--\r\n"


def peak(chunks: Iterator[bytes]) -> tuple[int, int]:
    """Most memory held at any moment, and octets of the file."""
    with held() as memory:
        opened = open_message(chunks, HashSink)
    return memory.octets, sum(file.size for file in opened.attachments)


@pytest.mark.parametrize("body", BODIES)
def test_memory_does_not_grow_with_the_mail(body: str) -> None:
    small, small_size = peak(mail(5 * MEGABYTES, *BODIES[body]))
    large, large_size = peak(mail(20 * MEGABYTES, *BODIES[body]))
    assert large_size > 3.5 * small_size > 10 * MEGABYTES // 4
    assert large <= 1.1 * small
    assert large < 4 * MEGABYTES


@pytest.mark.parametrize(
    "endless",
    [
        b"Content-Type: text/plain\r\n\r\n",
        b"Content-Type: text/html\r\n\r\n<p>",
        b"Content-Type: multipart/mixed; boundary=nowhere\r\n\r\n",
        b"Content-Type: multipart/mixed\r\n\r\n",
        b"Content-Type: text/calendar\r\n\r\n",
    ],
)
@pytest.mark.parametrize("unit", [b"words - and -- more\r\n", b"x", b"\n--x y", b'<img src="cid:a@b">'])
def test_what_is_no_file_is_not_kept_either(endless: bytes, unit: bytes) -> None:
    def chunks() -> Iterator[bytes]:
        yield endless
        for _ in range(32):
            yield unit * (BLOCK_BYTES // len(unit))

    assert peak(chunks())[0] < 8 * MEGABYTES


def test_a_large_file_is_read_octet_by_octet_right() -> None:
    contents = bytes(range(256)) * 20_000
    lines = base64.encodebytes(contents).replace(b"\n", b"\r\n")
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + FILE_HEAD
        + BODIES["base64"][0]
        + b"\r\n"
        + lines
        + b"\r\n--b--"
    )
    for size in (len(raw), 1 << 20, 65_537, 4096):
        pieces = (raw[at : at + size] for at in range(0, len(raw), size))
        (file,) = open_message(pieces, HashSink).attachments
        assert file.sha256 == hashlib.sha256(contents).hexdigest()
