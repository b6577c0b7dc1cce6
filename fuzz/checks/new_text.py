"""Any letter, as text or as a page: of what somebody writes the new is read, and nothing below our own line (lesson L40)."""

from handlers.mail.reading.markup import lines_of
from handlers.mail.reading.text import new_text
from handlers.mail.render.text import REPLY_ABOVE

OLD = "zq7recallzq7"
"""Stands for what was written before; no input holds it by chance."""


def check(data: bytes) -> None:
    """The first octet says what the rest is."""
    written = data[1:].decode("utf-8", "replace")
    if OLD in written:
        return
    if data[:1] < b"\x80":
        _check_new(written)
        assert OLD not in new_text(f"{written}\n{REPLY_ABOVE}\n{OLD}")
    else:
        _check_new(lines_of(written))
        assert OLD not in new_text(lines_of(f"{written}<p>{REPLY_ABOVE}</p><p>{OLD}</p>"))


def _check_new(written: str) -> None:
    said = new_text(written)
    assert said == said.strip()
    assert len(new_text(said)) <= len(said)
    left = iter(written.replace("\u00a0", " "))
    assert all(character in left for character in said if character not in {"\n", ">", " "})
