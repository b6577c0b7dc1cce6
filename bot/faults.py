"""What may be logged of an error: its kind and its code. Its words may be anybody's data: an address, a name, a subject."""

import re

WORD = re.compile(r"[a-z_]{1,60}")
CAUSES_MAX = 3
CODES = ("code", "smtp_code", "status", "errno")
"""Where libraries keep the code of an answer (aiosmtplib, aiohttp, the system)."""


def of(fault: BaseException) -> str:
    """The kind of an error, with its code, and what brought it about: `SMTPDataError 451`, `Later from Unavailable`."""
    told, cause = [_one(fault)], fault.__cause__
    while cause and len(told) < CAUSES_MAX:  # they may go round in a circle
        told.append(_one(cause))
        cause = cause.__cause__
    return " from ".join(told)


def _one(fault: BaseException) -> str:
    codes = (getattr(fault, name, None) for name in CODES)
    code = next((str(code) for code in codes if isinstance(code, int)), "")
    return " ".join(filter(None, (type(fault).__name__, code, _slack(fault))))


def _slack(fault: BaseException) -> str:
    """The word by which Slack says what was wrong, such as `invalid_auth`."""
    answer = getattr(getattr(fault, "response", None), "data", None)
    word = answer.get("error") if isinstance(answer, dict) else None
    return word if isinstance(word, str) and WORD.fullmatch(word) else ""
