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
        dot = text.find(END[:3]) if b"." in text else -1  # base64 holds no dot, and one byte is found far faster
        end = text.find(END, dot) if dot >= 0 else -1
        if end >= 0:
            self.rest = text[end + len(END) :]
            text = text[: end + 2]
        else:
            kept = len(text) - _undecided(text)
            self._held = text[kept:]
            text = text[:kept]
        self._look_for_faults(text)
        return self._unstuffed(text, dotted=0 <= dot < len(text) - 2) if self.fault is None else b""

    def _unstuffed(self, text: bytes, *, dotted: bool) -> bytes:
        if dotted:
            text = text.replace(END[:3], END[:2])
        if text and not self._begun:
            self._begun = True
            return text[2:]
        return text

    def _look_for_faults(self, text: bytes) -> None:
        """No piece of text ends between a CR and its LF, so that each can be judged by itself."""
        if not _no_line_end_alone(text):
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
    """Whether each CR is followed by an LF, and no LF stands elsewhere.

    Nearly all of most mails is base64, whose lines are of one length, and of such this tells ten times as fast as counting
    does: where line ends have to stand they are blanked, and one look for each octet shows that no other is left.
    """
    begin, end, step = _lines_alike(text)
    lines = bytearray(text[begin:end])
    lines[::step] = lines[1::step] = bytes(len(lines[::step]))
    if b"\r" in lines or b"\n" in lines:
        return _all_paired(text)
    return _all_paired(text[:begin]) and _all_paired(text[end:])


def _lines_alike(text: bytes) -> tuple[int, int, int]:
    """From where to where lines of one length lie about the middle of the text, and their length, line end and all.

    It begins and ends with a line end; empty where there are no two line ends there.
    """
    middle = text.find(b"\r\n", len(text) // 2)
    step = text.find(b"\r\n", middle + 2) - middle
    if middle < 0 or step <= 0:
        return 0, 0, 2
    before, after = text[middle % step : middle : step], text[middle::step]
    begin = middle - step * (len(before) - len(before.rstrip(b"\r")))
    end = middle + step * (len(after) - len(after.lstrip(b"\r")) - 1) + 2
    lines = len(text[begin:end:step])
    return (begin, end, step) if text[begin + 1 : end : step] == b"\n" * lines else (0, 0, 2)


def _all_paired(text: bytes) -> bool:
    line_ends = text.count(b"\r\n")
    return text.count(b"\n") == line_ends == text.count(b"\r")
