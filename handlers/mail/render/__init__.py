"""A parcel as the octets of a mail: its header fields, the letter in plain text and in HTML, and what is attached.

Written octet by octet like the header fields: Python's own message takes ten times as long, and says no more.
"""

import base64
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bot import data
from bot.parcels import Enclosure, Parcel
from bot.settings import Settings
from handlers.mail.render.head import From, fields
from handlers.mail.render.quoted import quoted
from handlers.mail.render.text import text

if TYPE_CHECKING:
    from handlers.mail.render.page import Page

__all__ = ["From", "MailRenderer", "text"]


class MailRenderer:
    """Writes mail that comes from one mailbox."""

    def __init__(self, templates: Path, sender: From) -> None:
        """`templates`: the folder `mail_templates`, which holds `layout.html`."""
        self.sender = sender
        self._templates = templates

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As configured."""
        return cls(data.folder("mail_templates"), From(settings.email.address, settings.email.outgoing.from_name))

    def prepare(self) -> None:
        """Draw the layout, which takes some libraries and a tenth of a second, before the first mail is wanted."""
        assert self._page  # noqa: S101 - it is made when it is first looked at

    def message(self, parcel: Parcel) -> bytes:
        """The whole mail, lines ended by CR LF. A repeat has the same octets. Raises `Undeliverable`."""
        looks = (_text("plain", quoted(text(parcel.letter))), _text("html", self._page.quoted(parcel.letter)))
        body = _multipart("alternative", f"=_{parcel.id}", looks)
        if parcel.enclosures:  # its boundary is not one of which the letter's own is the beginning
            parts = (body, *map(_attached, parcel.enclosures))
            body = _multipart("mixed", f"=_whole_{parcel.id}", parts)
        return fields(parcel, self.sender) + b"MIME-Version: 1.0\r\n" + body

    @cached_property
    def _page(self) -> "Page":
        from handlers.mail.render.page import Page  # noqa: PLC0415 - as `bot.wording.speaker`: only where mail is written

        return Page(self._templates)


def _multipart(kind: str, boundary: str, parts: Iterable[bytes]) -> bytes:
    """RFC 2046, section 5.1.1."""
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n'.encode()
    between = f"\r\n--{boundary}".encode()
    return head + b"".join(between + b"\r\n" + part for part in parts) + between + b"--\r\n"


def _text(kind: str, words: bytes) -> bytes:
    """In 7 bits whatever it says, for no smarthost need know 8BITMIME."""
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + words


def _attached(enclosure: Enclosure) -> bytes:
    head = (
        f"Content-Type: {enclosure.media_type}\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{enclosure.name}"\r\n\r\n'
    )
    return head.encode() + base64.encodebytes(enclosure.contents).replace(b"\n", b"\r\n")
