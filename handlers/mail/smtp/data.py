"""The text of a message as SMTP's DATA carries it: its end found, its dots undone, its faults noticed. No IO."""

from enum import Enum

END = b"\r\n.\r\n"
LINE_OCTETS_MAX = 1 << 20
"""RFC 5321, section 4.5.3.1.6 allows 1,000; mail programs that write one endless line of base64 are heard all the same."""


class Fault(Enum):
    """What no message may contain; such a message is read to its end and refused."""

    LINE_END = "a CR or an LF that stands alone (RFC 5321, section 2.3.8)"
    LINE_LENGTH = f"a line of more than {LINE_OCTETS_MAX:,} octets"


class Text:
    """The text of one message, fed as it arrives, in pieces of any size below `LINE_OCTETS_MAX`.

    Only CR LF . CR LF ends a message. A CR or LF that stands alone never does: other servers disagree about it, and
    that is how one mail is smuggled in behind another (CVE-2023-51764).
    """

    def __init__(self) -> None:
        """Nothing has been read yet."""
        self.rest: bytes | None = None
        """Once the end was found: what was sent after it. None before."""
        self.fault: Fault | None = None
        """The first fault found."""
        self._held = END[:2]  # the line end of the DATA command itself: a message may begin with a dot
        self._begun = False
        self._line = 0

    def feed(self, piece: bytes) -> bytes:
        """The text that is certain by now, CRLF lines without the dots of transparency (RFC 5321, section 4.5.2).

        Nothing once a fault was found. Not to be called again once `rest` is set.
        """
        text = self._held + piece
        dotted = b"." in text  # base64 holds no dot, and one byte is found far faster than five
        end = text.find(END) if dotted else -1
        if end >= 0:
            self.rest = text[end + len(END) :]
            text = text[: end + 2]
        else:
            kept = len(text) - _undecided(text)
            self._held = text[kept:]
            text = text[:kept]
        self._look_for_faults(text)
        return self._unstuffed(text, dotted) if self.fault is None else b""

    def _unstuffed(self, text: bytes, dotted: bool) -> bytes:
        if dotted:
            text = text.replace(END[:3], END[:2])
        if text and not self._begun:
            self._begun = True
            return text[2:]
        return text

    def _look_for_faults(self, text: bytes) -> None:
        """No piece of text ends between a CR and its LF, so that each can be judged by itself."""
        if not (_all_lines_alike(text) or _no_line_end_alone(text)):
            self.fault = self.fault or Fault.LINE_END
        first = text.find(b"\r\n")
        self._line += len(text) if first < 0 else first
        if self._line > LINE_OCTETS_MAX:
            self.fault = self.fault or Fault.LINE_LENGTH
        if first >= 0:
            self._line = len(text) - text.rfind(b"\r\n") - 2


class Pace:
    """A least rate of transfer in place of a cut : no slow but live transfer is ever cut.

    Whoever sends at least `octets_per_second` may go on for as long as it takes. Whoever sends less, or nothing, has
    `patience` seconds. No speed earns more patience than that.
    """

    def __init__(self, octets_per_second: float, patience: float, now: float) -> None:
        """Now, in seconds of any steady clock, the transfer begins."""
        self._octets_per_second = octets_per_second
        self._patience = patience
        self.deadline = now + patience
        """When patience ends, should nothing more arrive."""

    def took(self, octets: int, now: float) -> None:
        """So much has arrived."""
        self.deadline = min(now + self._patience, self.deadline + octets / self._octets_per_second)


def _undecided(text: bytes) -> int:
    """How many octets at the end of the text may be the beginning of the end."""
    return next((size for size in (4, 3, 2, 1) if text.endswith(END[:size])), 0)


def _no_line_end_alone(text: bytes) -> bool:
    line_ends = text.count(b"\r\n")
    return text.count(b"\n") == line_ends == text.count(b"\r")


def _all_lines_alike(text: bytes) -> bool:
    """Whether lines of one length make up the text, and no CR or LF stands elsewhere.

    So it is with nearly all of a large mail, which is base64, and this tells ten times as fast as counting does: blank
    what stands where line ends have to, and one look for each octet shows that no other is left.
    """
    first = text.find(b"\r\n")
    step = text.find(b"\r\n", first + 2) - first
    if first < 0 or step < 0:
        return False
    returns, feeds = text[first::step], text[first + 1 :: step]
    lines = len(feeds)
    if returns != b"\r" * lines or feeds != b"\n" * lines:
        return False
    rest = bytearray(text)
    rest[first::step] = rest[first + 1 :: step] = bytes(lines)
    return b"\r" not in rest and b"\n" not in rest
