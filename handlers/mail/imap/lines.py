"""Line ends made CR LF: servers hand out mail as they stored it, and one mail must be the same by every way it comes.

A CR that stands alone is no line end to the servers that judge who sent a mail, and so none here: else a From that they did not
see could stand behind one, and the one that they saw behind an empty line.
"""

LINE_END = b"\r\n"


class Lines:
    """The text of one message, fed in pieces; an LF that stands alone becomes a whole line end, a CR a space."""

    def __init__(self) -> None:
        """Nothing has been read yet."""
        self._held = b""
        self._ended = True

    def feed(self, piece: bytes) -> bytes:
        """The lines so far; a CR at the end is held back until it is known what follows."""
        text = self._held + piece
        self._held = b"\r" if text.endswith(b"\r") else b""
        text = whole(text[: len(text) - len(self._held)])
        if text:
            self._ended = text.endswith(LINE_END)
        return text

    def end(self) -> bytes:
        """What is still missing: a message ends with a line end, as it does by SMTP."""
        return LINE_END if self._held or not self._ended else b""


def whole(text: bytes) -> bytes:
    """The same text with CR LF at the end of each line."""
    ends = text.count(LINE_END)
    if text.count(b"\n") == ends == text.count(b"\r"):
        return text
    return text.replace(LINE_END, b"\n").replace(b"\r", b" ").replace(b"\n", LINE_END)
