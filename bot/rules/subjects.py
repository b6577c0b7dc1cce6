"""What gateways and mail programs put before the words of a subject: labels, and the signs of a reply and of old words."""

import re

LABEL = r"\[[^\]]{1,40}\]|external\s*:"
"""A gateway's, put there on the way there or back: `[EXTERNAL]`, `External:`."""
REPLY = r"(?:re|aw|sv|antw|atb)\s*(?:\[[0-9]+\])?\s*:"
"""In the languages of mail programs."""
FORWARDED = r"(?:fwd?|wg|tr)\s*(?:\[[0-9]+\])?\s*:"
"""The words behind it are somebody else's."""
LABELS = re.compile(rf"\s*(?:{LABEL})\s*", re.IGNORECASE)
SIGNS = re.compile(rf"\s*(?:{LABEL}|(?P<reply>{REPLY}))\s*", re.IGNORECASE)
OLD_WORDS = re.compile(FORWARDED, re.IGNORECASE)


def behind(mark: re.Pattern[str], subject: str) -> str:
    """The subject behind however many such marks. Linear in its length, if the mark is."""
    at = 0
    while found := mark.match(subject, at):
        at = found.end()
    return subject[at:]


def words(subject: str) -> tuple[str, bool]:
    """The subject without what is put before it, and whether it is a reply's. A forwarded one says nothing."""
    at, replied = 0, False
    while sign := SIGNS.match(subject, at):
        at, replied = sign.end(), replied or bool(sign["reply"])
    said = subject[at:].strip()
    return ("" if OLD_WORDS.match(said) else said), replied
