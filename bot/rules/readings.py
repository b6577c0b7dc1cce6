"""What a badly named file may have been meant to be called: every reading of the name, and whether each step was sure.

A step is sure only if docs/rules.md lists it («A correction is sure»); whatever else can be guessed is a choice.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from bot.rules.convention import Convention, Name, day_of, is_foreign, parse

SEPARATORS = r"[\s_.–—-]"
SEPARATOR_RUN = re.compile(rf"{SEPARATORS}+")
COPY = r"copy(?:\s*\(\s*[0-9]{1,3}\s*\))?"
COPY_BEFORE = re.compile(rf"^{COPY}{SEPARATORS}+of{SEPARATORS}+", re.IGNORECASE)
COPY_AFTER = re.compile(rf"(?:{SEPARATORS}+{COPY}|\s*\([0-9]{{1,3}}\))$", re.IGNORECASE)
"""The marks that a computer leaves on a copy: `copy of`, `copy (2) of`, `- copy`, ` (1)`."""
NUMBER = re.compile(r"(?<![0-9])[0-9]{7}(?![0-9])")
LEADING_DIGITS = re.compile(r"[0-9]{4,8}(?![0-9])")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NEAR_EDITS = 1
READINGS_MAX = 64
UNDATED = re.compile(r"(?:V[0-9]*|[0-9]{4,})$")
"""What stands where a date or a version should: a month without a day is never completed."""


@dataclass(frozen=True)
class Guess:
    """A value for one part, and whether only sure steps led to it."""

    value: str
    sure: bool


@dataclass(frozen=True)
class Reading:
    """One whole name that may have been meant."""

    name: Name
    sure: bool


def without_copy_marks(stem: str) -> str:
    """The name without the marks of a copy, however often it was copied."""
    while (bare := COPY_AFTER.sub("", COPY_BEFORE.sub("", stem)).strip()) != stem and bare:
        stem = bare
    return stem


def readings(stem: str, extension: str, by: Convention) -> list[Reading]:
    """Every valid name that the stem may stand for; sure ones first."""
    seen: dict[str, Reading] = {}
    plain = without_copy_marks(
        "".join(character for character in stem if character.isprintable() or character.isspace())
    )
    hidden = plain != without_copy_marks(stem)
    schools, rest = _schools(plain, by)
    for when, middle in _whens(rest):
        for service, about in _services(middle, by):
            for school in schools:
                name = Name(school.value, service.value, about.value, when.value, extension)
                sure = not hidden and all(part.sure for part in (school, service, about, when))
                known = seen.get(str(name))
                if parse(str(name), by) == name and (known is None or (sure and not known.sure)):
                    seen[str(name)] = Reading(name, sure)
        if len(seen) > READINGS_MAX:
            break
    return sorted(seen.values(), key=lambda reading: not reading.sure)


def _schools(stem: str, by: Convention) -> tuple[list[Guess], str]:
    """The numbers that may have been meant, and what follows the number."""
    leading = LEADING_DIGITS.match(stem)
    if leading and len(leading[0]) == 7 and not is_foreign(leading[0], by):
        number, rest = leading[0], stem[7:]
        if _fits(number, by):
            return [Guess(number, sure=True)], rest
        return [Guess(school, sure=False) for school in by.schools], rest
    if leading and len(leading[0]) != 8:
        close = [one for one in by.schools if one.endswith(leading[0]) or OSA.distance(one, leading[0]) <= NEAR_EDITS]
        return [Guess(school, sure=False) for school in close or by.schools], stem[leading.end() :]
    if (inside := NUMBER.search(stem)) and _fits(inside[0], by):
        return [Guess(inside[0], sure=False)], f"{stem[: inside.start()]} {stem[inside.end() :]}"
    return [Guess(school, sure=len(by.schools) == 1) for school in by.schools], stem


def _fits(number: str, by: Convention) -> bool:
    return number in by.schools if by.schools else number.startswith(by.authority)


def _whens(text: str) -> Iterator[tuple[Guess, str]]:
    """The dates and versions that may have been meant, each with the text that is left."""
    text = SEPARATOR_RUN.sub(lambda run: run[0], text).rstrip(" _.-–—")
    found = False
    for pattern, sure, value in ENDINGS:
        if (match := pattern.search(text)) and (when := value(match)):
            found = True
            left = text[: match.start()]
            earlier = re.search(r"[0-9]{8}$", left.rstrip(" _.-–—"))
            both = when.startswith("V") and earlier is not None and day_of(earlier[0]) is not None
            if both and earlier:
                bare = left.rstrip(" _.-–—")[:-8]
                yield Guess(when, sure=False), bare
                yield Guess(earlier[0], sure=False), bare
            else:
                yield Guess(when, sure=sure), left
            if sure:
                return
    if found:
        return
    for match in re.finditer(r"(?<![0-9])[0-9]{8}(?![0-9])", text):
        if day_of(match[0]):
            yield Guess(match[0], sure=False), f"{text[: match.start()]} {text[match.end() :]}"
            return
    yield Guess("V01", sure=False), UNDATED.sub("", text)


def _ymd(match: re.Match[str]) -> str | None:
    return _date(match["y"], match["m"], match["d"])


def _date(year: str, month: str, day: str) -> str | None:
    digits = f"{int(year):04d}{int(month):02d}{int(day):02d}"
    return digits if day_of(digits) else None


def _in_words(match: re.Match[str]) -> str | None:
    month = MONTHS.index(match["m"][:3].lower()) + 1
    return _date(match["y"], str(month), match["d"])


def _this_century(match: re.Match[str]) -> str | None:
    return _date(f"20{match['y']}", match["m"], match["d"])


def _version(match: re.Match[str]) -> str | None:
    number = int(match["n"])
    return f"V{number:02d}" if 0 < number < 100 else None


def _month_only(match: re.Match[str]) -> str | None:
    return "V01" if 1 <= int(match["m"]) <= 12 else None


SEP = r"(?:[\s_./–—-]{1,3})"
NOT_IN_DIGITS = r"(?<![0-9])"
ENDINGS = tuple(
    (re.compile(pattern, re.IGNORECASE), sure, value)
    for pattern, sure, value in (
        (r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})$", True, _ymd),
        (rf"{NOT_IN_DIGITS}(?P<y>[0-9]{{4}}){SEP}(?P<m>[0-9]{{1,2}}){SEP}(?P<d>[0-9]{{1,2}})$", True, _ymd),
        (rf"{NOT_IN_DIGITS}(?P<d>[0-9]{{1,2}}){SEP}(?P<m>[0-9]{{1,2}}){SEP}(?P<y>[0-9]{{4}})$", True, _ymd),
        (rf"{NOT_IN_DIGITS}(?P<d>[0-9]{{2}})(?P<m>[0-9]{{2}})(?P<y>[0-9]{{4}})$", True, _ymd),
        (rf"{SEP}V\s?(?P<n>[0-9]{{1,2}})$", True, _version),
        (r"(?<=[a-z0-9])(?-i:V)(?P<n>[0-9]{1,2})$", True, _version),
        (r"(?<=[a-z])v(?P<n>[0-9]{1,2})$", False, _version),
        (
            rf"{NOT_IN_DIGITS}(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?{SEP}?(?P<m>{'|'.join(MONTHS)})[a-z]{{0,6}}{SEP}?(?P<y>[0-9]{{4}})$",
            False,
            _in_words,
        ),
        (rf"{NOT_IN_DIGITS}(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}})(?P<y>[0-9]{{4}})$", False, _ymd),
        (rf"{NOT_IN_DIGITS}(?P<d>[0-9]{{1,2}}){SEP}(?P<m>[0-9]{{1,2}}){SEP}(?P<y>[0-9]{{2}})$", False, _this_century),
        (rf"{NOT_IN_DIGITS}(?P<d>[0-9]{{2}})(?P<m>[0-9]{{2}})(?P<y>[0-9]{{2}})$", False, _this_century),
        (rf"{NOT_IN_DIGITS}(?P<y>[0-9]{{2}})(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}})$", False, _this_century),
        (rf"{NOT_IN_DIGITS}20[0-9]{{2}}{SEP}?(?P<m>[0-9]{{2}})$", False, _month_only),
        (rf"{NOT_IN_DIGITS}(?P<m>[0-9]{{2}}){SEP}?20[0-9]{{2}}$", False, _month_only),
    )
)
"""How dates and versions are written at the end of a name, whether that is sure, and what it becomes."""


def _services(middle: str, by: Convention) -> Iterator[tuple[Guess, Guess]]:
    """The codes that may have been meant, each with the description that is left."""
    text = middle.strip(" _.-–—\t\n")
    match = re.match(r"[A-Za-z]+", text)
    if not match:
        return
    token, after = match[0], text[match.end() :]
    ended = after == "" or re.match(SEPARATORS, after) is not None
    capitals = re.match(r"[A-Z]*", token)
    run = capitals[0] if capitals else ""
    yield from _whole_code(token, run, after, by, ended=ended)
    yield from _words(text, by)
    yield from _code_elsewhere(text, by)


def _whole_code(token: str, run: str, after: str, by: Convention, *, ended: bool) -> Iterator[tuple[Guess, Guess]]:
    lower = token[len(run) :]
    if run in by.services and (lower or ended):
        yield from _pair(run, lower + after, sure=True)
    elif len(run) > 1:
        apart = ended and not lower and after != ""
        yield from _run_in(run, lower + after, by, apart=apart)
    elif ended and token.upper() in by.services:
        yield from _pair(token.upper(), after, sure=True)
    elif (split := re.match(r"([A-Z]?[a-z]+)(?=[A-Z])", token)) and split[1].upper() in by.services:
        yield from _pair(split[1].upper(), token[split.end() :] + after, sure=True)
    else:
        yield from _lower_run_in(token, after, by, ended=ended)


def _run_in(run: str, rest: str, by: Convention, *, apart: bool) -> Iterator[tuple[Guess, Guess]]:
    """Capitals that run into the description: each known code that begins them, and a code one edit away from all.

    `apart`: a separator ends the capitals, so they may just as well be a misspelt code by themselves.
    """
    begins = sorted((code for code in by.services if run.startswith(code)), key=len, reverse=True)
    near = [code for code in by.services if OSA.distance(code, run) <= NEAR_EDITS and (apart or code not in begins)]
    sure = bool(begins) and not (apart and near)
    for code in near:
        yield from _pair(code, rest, sure=sure)
    for code in begins:
        yield from _pair(code, run[len(code) :] + rest, sure=sure)


def _lower_run_in(token: str, after: str, by: Convention, *, ended: bool) -> Iterator[tuple[Guess, Guess]]:
    """Codes in lower case that run into the description, and near misses: never sure."""
    upper = token.upper()
    for code in sorted((code for code in by.services if upper.startswith(code)), key=len, reverse=True):
        yield from _pair(code, token[len(code) :] + after, sure=False)
    if ended:
        for code in by.services:
            if OSA.distance(code, upper) <= NEAR_EDITS and not upper.startswith(code) and len(upper) > 2:
                yield from _pair(code, after, sure=False)


def _words(text: str, by: Convention) -> Iterator[tuple[Guess, Guess]]:
    """A service named in words: the words stay part of the description."""
    flat = re.sub(r"[^a-z0-9]", "", text.lower())
    for code, name in by.services.items():
        for part in re.split(r"\s[–-]\s|[,(/]", name):
            words = re.sub(r"[^a-z0-9]", "", part.lower())
            if len(words) > 4 and flat.startswith(words):
                yield from _pair(code, text, sure=False)


def _code_elsewhere(text: str, by: Convention) -> Iterator[tuple[Guess, Guess]]:
    parts = SEPARATOR_RUN.split(text)
    for at, part in enumerate(parts[1:], start=1):
        if part in by.services:
            yield from _pair(part, " ".join([*parts[:at], *parts[at + 1 :]]), sure=False)


def _pair(code: str, rest: str, *, sure: bool) -> Iterator[tuple[Guess, Guess]]:
    """A code with the description that follows: lower-cased and joined. Dropping other characters is no sure step."""
    joined = SEPARATOR_RUN.sub("", rest).lower()
    about = re.sub(r"[^a-z0-9]", "", joined)
    if re.match(r"[a-z]", about):
        yield Guess(code, sure=sure), Guess(about, sure=about == joined)
