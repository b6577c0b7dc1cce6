"""Quoted-printable: whatever is said in 7 bits (RFC 2045, section 6.7)."""

from binascii import b2a_qp


def quoted(words: str) -> bytes:
    """The lines of a text, each ended by CR LF."""
    return b2a_qp(b"\r\n".join([*words.encode().splitlines(), b""]))
