"""What may be logged of an error: its kind, its code and where it happened. Its words may be anybody's data: an address, a name, a subject."""

import re
import traceback
from types import TracebackType

WORD = re.compile(r"[a-z_]{1,60}")
CAUSES_MAX = 3
FRAMES_MAX = 12
CODES = ("code", "smtp_code", "status", "errno")
"""Where libraries keep the code of an answer (aiosmtplib, aiohttp, the system)."""


def of(fault: BaseException) -> str:
    """The kind of an error, with its code, and what brought it about: `SMTPDataError 451`, `Later from Unavailable`."""
    told, cause = [_one(fault)], fault.__cause__
    while cause and len(told) < CAUSES_MAX:  # they may go round in a circle
        told.append(_one(cause))
        cause = cause.__cause__
    return " from ".join(told)


def places(trace: TracebackType | None) -> list[str]:
    """The innermost places that an error went through."""
    return list(map(_place, traceback.extract_tb(trace)[-FRAMES_MAX:]))


def _place(frame: traceback.FrameSummary) -> str:
    path = "/".join(frame.filename.rsplit("/", 3)[-3:])
    return f"{path}:{frame.lineno} {frame.name}"


def _one(fault: BaseException) -> str:
    codes = (getattr(fault, name, None) for name in CODES)
    code = next((str(code) for code in codes if isinstance(code, int)), "")
    return " ".join(filter(None, (type(fault).__name__, code, _slack(fault))))


def _slack(fault: BaseException) -> str:
    """The word by which Slack says what was wrong, such as `invalid_auth`."""
    answer = getattr(getattr(fault, "response", None), "data", None)
    word = answer.get("error") if isinstance(answer, dict) else None
    return word if isinstance(word, str) and WORD.fullmatch(word) else ""
