"""The tokens of one-time links: what stands in their addresses (docs/decisions/0005). Knows no record."""

import base64
import hmac

ID_CHARACTERS = 26
MAC_OCTETS = 16
"""Octets of the HMAC in a token: as hard to guess as the id (RFC 2104, section 5)."""


class LinkKey:
    """Makes the tokens of links, and knows its own."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def token(self, link_id: str) -> str:
        """What stands in the address: lower-case letters and digits, which no mail program breaks."""
        return f"{link_id}{self._mac(link_id)}"

    def read(self, token: str) -> str | None:
        """The id in a token of ours; None for any other text."""
        link_id, mac = token[:ID_CHARACTERS], token[ID_CHARACTERS:]
        genuine = hmac.compare_digest(mac.encode("utf-8", "replace"), self._mac(link_id).encode())
        return link_id if genuine else None

    def form(self, token: str, browser: str) -> str:
        """What a form shown to this browser brings back, and no other page can know."""
        return hmac.digest(self._secret, f"form {token} {browser}".encode("utf-8", "replace"), "sha256").hex()

    def _mac(self, link_id: str) -> str:
        mac = hmac.digest(self._secret, f"link {link_id}".encode("utf-8", "replace"), "sha256")[:MAC_OCTETS]
        return base64.b32encode(mac).decode().rstrip("=").lower()
