"""The service's code in a badly named file's name; what is left is the description."""

import re
from collections import Counter
from collections.abc import Iterator

from bot.rules.correction_reading import GAP, LIKELY, LOST, POSSIBLE, SURE, Reading, finding
from bot.rules.filename_shape import Convention, Fault, Finding
from bot.rules.likeness import likeness, slips

LONG_CODE = 6
"""A code of so many letters may be two edits away; a shorter one is another word by then."""
INITIALS_MIN = 3
"""The initials of fewer words than these are chance."""
WORDS_MAX = 40
"""So many words of a name are looked at for a service in words."""
LONG_WORD = "[a-z]{5,}"
TELLING_MAX = 2
"""A word in the names of more services than these tells nothing."""
ALIKE = 88
"""Of 100: words as near to each other as «Admission» and «Admissions»."""
HUMP = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def services(text: str, by: Convention, *, anchored: bool, ended: bool) -> list[Reading]:
    """The codes that may be meant, best first; the rest is the description as it was written.

    `anchored`: a school's number was written, so that what follows is meant for a code; `ended`: so was a date.
    """
    body = re.sub(f"^{GAP}+", "", text)
    word = _letters(body)
    found = _whole(word, body, by) or _run_in(word, body, by, anchored=anchored)
    if not any(one.doubt < POSSIBLE for one in found):
        found = [*_elsewhere(body, by), *_in_words(body, by), *_misspelt(word, body, by), *found]
    if (anchored and all(one.doubt for one in found)) or (ended and not found):
        named = {one.value for one in found}
        found = [*found, *(one for one in _small_run_in(word, body, by) if one.value not in named)]
    return found or [Reading(None, body, LOST, _nothing(word))]


def _letters(text: str) -> str:
    """The letters with which the text begins."""
    return text[: next((at for at, one in enumerate(text) if not one.isalpha()), len(text))]


def _capitals(word: str) -> str:
    return word[: next((at for at, one in enumerate(word) if not one.isupper()), len(word))]


def _nothing(word: str) -> tuple[Finding, ...]:
    run = _capitals(word)
    return finding(Fault.SERVICE_UNKNOWN, run) if len(run) > 1 else finding(Fault.SERVICE_MISSING)


def _whole(word: str, body: str, by: Convention) -> list[Reading]:
    """A whole code in any case that a separator or a change of case ends."""
    found = []
    for code in by.services:
        said, after = word[: len(code)], word[len(code) :]
        if said.upper() == code and (not after or said[-1].isupper() != after[0].isupper()):
            fault = None if said == code else Fault.SERVICE_CASE
            found.append(Reading(code, body[len(code) :], SURE, finding(fault, said), said))
    return found


def _run_in(word: str, body: str, by: Convention, *, anchored: bool) -> list[Reading]:
    """Capitals that run into the description, such as SENPlan, where one of the codes begins them.

    Each code that begins them is a reading, and a code one edit away from all of them is another. One is sure,
    several are choices. Capitals that are a word by themselves (FINAL REPORT) do not surely begin with a code.
    """
    run = _capitals(word)
    begun = sorted((code for code in by.services if run.startswith(code)), key=len, reverse=True)
    if not begun:
        return []
    by_itself = re.match(f"{GAP}.*[A-Za-z]", body[len(run) :], re.DOTALL) is not None
    near = [code for code in _near(run, by, edits=1) if by_itself or code not in begun]
    sure = len(begun) + len(near) == 1 and not by_itself and (anchored or run != word)
    fault = () if sure else finding(Fault.SERVICE_UNKNOWN, run)
    doubt = SURE if sure else POSSIBLE if by_itself else LIKELY
    runs = [Reading(code, body[len(code) :], doubt, fault, code) for code in begun]
    misspelt = [Reading(code, body[len(run) :], LIKELY, fault, run) for code in near]
    return [*misspelt, *runs] if by_itself else [*runs, *misspelt]


def _misspelt(word: str, body: str, by: Convention) -> Iterator[Reading]:
    """A code that is nearly there: of capitals, or of a small word by itself if the code is long."""
    run = _capitals(word)
    if len(run) > 1:
        fault = finding(Fault.SERVICE_UNKNOWN, run)
        begins = run[:-1] if run != word else ""
        if len(begins) > 2:
            yield from (
                Reading(code, body[len(begins) :], POSSIBLE, fault, begins) for code in _near(begins, by, edits=1)
            )
        yield from (Reading(code, body[len(run) :], POSSIBLE, fault, run) for code in _near(run, by, edits=2))
    elif body[len(word) :]:
        fault = finding(Fault.SERVICE_UNKNOWN, word)
        long = (code for code in _near(word.upper(), by, edits=2) if len(code) >= LONG_CODE)
        yield from (Reading(code, body[len(word) :], POSSIBLE, fault, word) for code in long)


def _near(said: str, by: Convention, *, edits: int) -> list[str]:
    """The codes a slip of the hand away, the nearest first."""
    far = {code: slips(said, code) for code in by.services}
    allowed = {code: edits if len(code) >= LONG_CODE else 1 for code in far}
    return sorted((code for code in far if 0 < far[code] <= allowed[code]), key=lambda code: far[code])


def _small_run_in(word: str, body: str, by: Convention) -> Iterator[Reading]:
    """A code in small letters that runs into the description, such as senplan; the longest first."""
    begun = (code for code in by.services if word.upper().startswith(code) and len(_capitals(word)) < 2)
    for code in sorted(begun, key=len, reverse=True):
        said = word[: len(code)]
        yield Reading(code, body[len(code) :], LIKELY, finding(Fault.SERVICE_CASE, said), said)


def _elsewhere(body: str, by: Convention) -> Iterator[Reading]:
    """A code in capitals that begins a later word."""
    for match in re.finditer(f"(?<={GAP})[A-Z]+", body):
        if match[0] in by.services:
            rest = f"{body[: match.start()]}{body[match.end() :]}"
            yield Reading(match[0], rest, LIKELY, finding(Fault.SERVICE_PLACE, match[0]))


def _in_words(body: str, by: Convention) -> list[Reading]:
    """A service named in words, or by words of which its code is the initials; else by a word that few others have."""
    return list(_named(body, _wordings(by))) or list(_named(body, _telling_words(by)))


def _named(body: str, wordings: Iterator[tuple[str, int, str]]) -> Iterator[Reading]:
    words = list(HUMP.finditer(body))[:WORDS_MAX]
    for code, length, named in wordings:
        for at in range(len(words) - length + 1):
            some = words[at : at + length]
            said = "".join(word[0] for word in some).lower()
            if likeness(said, named) >= ALIKE if named else "".join(one[0][0] for one in some).upper() == code:
                first, last = some[0].start(), some[-1].end()
                rest = f"{body[:first]}{body[last:]}"
                kept = rest if re.search("[A-Za-z]", rest) else body
                yield Reading(code, kept, LIKELY, finding(Fault.SERVICE_MISSING, body[first:last]))


def _wordings(by: Convention) -> Iterator[tuple[str, int, str]]:
    """Each code with the number of words that name it and these words in one; "" where it is their initials."""
    for code, name in by.services.items():
        for part in re.split(r"[,;()–—]|\s-\s", name):
            if (words := re.findall("[a-z]+", part.lower())) and len("".join(words)) > 2:
                yield code, len(words), "".join(words)
                yield code, 1, "".join(words)
        if len(code) >= INITIALS_MIN:
            yield code, len(code), ""


def _telling_words(by: Convention) -> Iterator[tuple[str, int, str]]:
    """Each code with each long word of its service's name that few other services have in theirs."""
    words = {code: dict.fromkeys(re.findall(LONG_WORD, name.lower())) for code, name in by.services.items()}
    uses = Counter(word for several in words.values() for word in {one.rstrip("s") for one in several})
    yield from ((code, 1, word) for code in words for word in words[code] if uses[word.rstrip("s")] <= TELLING_MAX)
