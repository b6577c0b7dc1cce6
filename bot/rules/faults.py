"""All that is at fault with a name, each thing by itself, in the order in which the name is read."""

import re
import unicodedata
from collections.abc import Iterator

from bot.rules.convention import (
    NAME_CHARACTERS_MAX,
    UNSEEN,
    Convention,
    Fault,
    Finding,
    day_of,
    is_foreign,
    ours,
)
from bot.rules.readings import NUMBER, SEPARATORS, without_copy_marks

FULL_DATE = re.compile(
    r"(?<![0-9])(?:[0-9]{4}[\s_./–—-]+[0-9]{1,2}[\s_./–—-]+[0-9]{1,2}|[0-9]{1,2}[\s_./–—-]+[0-9]{1,2}[\s_./–—-]+[0-9]{4})$"
)
ENDING_DIGITS = re.compile(r"[0-9]+$")
VERSION = re.compile(r"(?:(?<=[^A-Z])|(?<=[A-Z]{3}))V(?P<digits>[0-9]*)$|(?<=[\s_.-])v(?P<small>[0-9]+)$")
WITHIN = re.compile(r"[0-9]{8}$")


def faults_of(name: str, stem: str, extension: str, by: Convention) -> tuple[Finding, ...]:
    """What is wrong; never nothing for a name that is not valid."""
    found = [*_of_characters(name, stem), *_of_extension(extension, by), *_of_stem(without_copy_marks(stem), by)]
    return tuple(dict.fromkeys(found)) or (Finding(Fault.DESCRIPTION_CHARACTERS, name),)


def _of_characters(name: str, stem: str) -> Iterator[Finding]:
    if len(name) > NAME_CHARACTERS_MAX:
        yield Finding(Fault.TOO_LONG, name[:40])
    if hidden := next((character for character in name if unicodedata.category(character) in UNSEEN), None):
        yield Finding(Fault.UNSEEN_CHARACTER, f"U+{ord(hidden):04X}")
    if stem != stem.rstrip():
        yield Finding(Fault.SPACE_BEFORE_DOT, stem)
    if (bare := without_copy_marks(stem)) != stem.strip():
        yield Finding(Fault.COPY_MARK, stem.replace(bare, "…", 1).strip(" …") or stem)


def _of_extension(extension: str, by: Convention) -> Iterator[Finding]:
    if not extension:
        yield Finding(Fault.EXTENSION_MISSING, "")
    elif extension.lower() not in by.extensions:
        yield Finding(Fault.EXTENSION_FORBIDDEN, extension)


def _of_stem(stem: str, by: Convention) -> Iterator[Finding]:
    foreign = next((one[0] for one in NUMBER.finditer(stem) if is_foreign(one[0], by)), None)
    if foreign:
        yield Finding(Fault.SCHOOL_FOREIGN, foreign)
    number = re.match(r"[0-9]{7}(?![0-9])", stem)
    digits = re.match(r"[0-9]+", stem)
    if number:
        rest = stem[7:]
        if not foreign and not ours(number[0], by):
            yield Finding(Fault.SCHOOL_UNKNOWN, number[0])
        if not re.match(r"_(?![\s_-])", rest):
            yield Finding(Fault.SEPARATOR, (re.match(rf"{SEPARATORS}*", rest) or [""])[0])
    elif digits and not day_of(digits[0]):
        rest = stem[digits.end() :]
        yield Finding(Fault.SCHOOL_UNKNOWN, digits[0])
    else:
        rest = stem
        yield Finding(Fault.SCHOOL_MISSING, "")
    yield from _of_rest(rest.strip(" _.-–—"), by)


def _of_rest(rest: str, by: Convention) -> Iterator[Finding]:
    middle, of_when = _when(rest)
    yield from _of_service(middle, by)
    yield from of_when


def _of_service(middle: str, by: Convention) -> Iterator[Finding]:
    """Faults of the code and of the description after it."""
    run = (re.match(r"[A-Z]+", middle) or [""])[0]
    token = (re.match(r"[A-Za-z]+", middle) or [""])[0]
    about = middle[len(run) :]
    if run in by.services:
        pass
    elif token.upper() in by.services:
        yield Finding(Fault.SERVICE_CASE, token)
        about = middle[len(token) :]
    elif code := next((code for code in sorted(by.services, key=len, reverse=True) if run.startswith(code)), ""):
        yield Finding(Fault.DESCRIPTION_CAPITALS, run[len(code) :] + about[:12])
        about = middle[len(code) :].lower()
    elif len(run) > 1:
        yield Finding(Fault.SERVICE_UNKNOWN, run)
    else:
        yield Finding(Fault.SERVICE_MISSING, middle[:40])
        return
    yield from _of_description(about)


def _of_description(about: str) -> Iterator[Finding]:
    bare = about.strip(" _.-–—")
    if not bare:
        yield Finding(Fault.DESCRIPTION_MISSING, "")
        return
    if re.match(r"[0-9]", bare):
        yield Finding(Fault.DESCRIPTION_START, bare)
    if re.search(r"[^A-Za-z0-9]", about):
        yield Finding(Fault.DESCRIPTION_CHARACTERS, about.strip())
    if re.search(r"[A-Z]", bare):
        yield Finding(Fault.DESCRIPTION_CAPITALS, bare)


def _when(rest: str) -> tuple[str, list[Finding]]:
    """What stands before the date or version, and what is wrong with that."""
    if match := VERSION.search(rest):
        return _version(rest[: match.start()], match["digits"] or match["small"] or "", match[0])
    if match := FULL_DATE.search(rest):
        return rest[: match.start()], [Finding(Fault.DATE_FORM, match[0])]
    match = ENDING_DIGITS.search(rest)
    if not match:
        return rest, [Finding(Fault.DATE_MISSING, "")]
    if len(match[0]) >= 8:
        before, digits = rest[: match.end() - 8], match[0][-8:]
        return before, _date(digits)
    fault = Fault.DATE_SHORT if len(match[0]) >= 4 else Fault.DATE_MISSING
    return (
        (rest[: match.start()], [Finding(fault, match[0])])
        if fault is Fault.DATE_SHORT
        else (rest, [Finding(fault, "")])
    )


def _date(digits: str) -> list[Finding]:
    if day_of(digits):
        return []
    turned = any(day_of(other) for other in (digits[4:] + digits[2:4] + digits[:2], digits[4:] + digits[:4]))
    return [Finding(Fault.DATE_FORM if turned else Fault.DATE_IMPOSSIBLE, digits)]


def _version(before: str, digits: str, said: str) -> tuple[str, list[Finding]]:
    ending = WITHIN.search(before.rstrip(" _.-–—"))
    if ending and day_of(ending[0]):
        return before.rstrip(" _.-–—")[:-8], [Finding(Fault.DATE_AND_VERSION, ending[0] + said.strip(" _.-"))]
    fine = len(digits) == 2 and digits != "00" and said.startswith("V")
    return before, [] if fine else [Finding(Fault.VERSION, said)]
