"""A parcel as the octets of a mail: its header fields, the letter in plain text and in HTML, and what is attached."""

from email import policy
from email.message import EmailMessage
from pathlib import Path

from bot.outbox import Parcel
from handlers.mail.render.head import From, fields
from handlers.mail.render.page import Page
from handlers.mail.render.text import text

__all__ = ["From", "MailRenderer", "Page", "text"]


class MailRenderer:
    """Writes mail that comes from one mailbox."""

    def __init__(self, templates: Path, sender: From) -> None:
        """`templates`: the folder `mail_templates`, which holds `layout.html`."""
        self.sender = sender
        self._page = Page(templates)

    def message(self, parcel: Parcel) -> bytes:
        """The whole mail, lines ended by CR LF. A repeat has the same octets. Raises `Undeliverable`."""
        body = EmailMessage(policy=policy.SMTP)
        # Encoded in 7 bits whatever the letter says, for no smarthost need know 8BITMIME.
        body.set_content(text(parcel.letter), cte="quoted-printable")
        body.add_alternative(self._page.html(parcel.letter), subtype="html", cte="quoted-printable")
        body.set_boundary(f"=_{parcel.id}")
        for enclosure in parcel.enclosures:
            maintype, _, subtype = enclosure.media_type.partition("/")
            body.add_attachment(enclosure.contents, maintype, subtype, filename=enclosure.name)
            body.set_boundary(f"=_whole_{parcel.id}")  # not one of which the letter's own is the beginning
        return fields(parcel, self.sender) + body.as_bytes()
