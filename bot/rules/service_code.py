"""The service's code in a name and the description after it: what stands there, or what may have been meant."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from bot.rules.convention import WHITE, Convention, Fault, Finding
from bot.rules.writing import SEPARATORS, trimmed

NEAR_EDITS_MAX = 1
WORD_LETTERS_MIN = 4
WORD_SERVICES_MAX = 2
"""A word that more services have in their names says nothing."""
WORD_CHOICES_MAX = 3
COMMON_WORDS = frozenset({"from", "with"})
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@dataclass(frozen=True)
class Coded:
    """A code that may have been meant, as it is written, and the text that is left for the description."""

    code: str
    written: str
    about: str
    sure: bool


@dataclass(frozen=True)
class ServicePart:
    """The codes that may have been meant, and what is at fault with code and description as they stand."""

    guesses: tuple[Coded, ...]
    findings: tuple[Finding, ...]


def read_service(text: str, by: Convention) -> ServicePart:
    """Which service the document is for, and what describes it. `text`: all between number and date."""
    middle = trimmed(text)
    first = tuple(_first_word(middle, by))
    findings = tuple(_faults(text.removeprefix(_match(SEPARATORS, text)), first))
    if any(coded.sure for coded in first):
        return ServicePart(first, findings)
    further = tuple(_elsewhere(middle, by))
    if any(coded.written == coded.code for coded in further):
        return ServicePart(further, findings)
    named = tuple(_named_in_words(middle, by))
    in_words = {coded.code for coded in named}
    first = tuple(coded for coded in first if coded.written.isupper() or coded.code not in in_words)
    return ServicePart((*further, *first, *named), findings)


def _first_word(text: str, by: Convention) -> Iterator[Coded]:
    """The code with which the text begins."""
    word = _match(r"[A-Za-z]+", text)
    run = _match(r"[A-Z]+", text)
    after = text[len(word) :]
    ended = not after[:1].isalnum()
    whole = [word[:end] for end in _ends(word, ended=ended) if word[:end].upper() in by.services]
    if run in by.services:
        yield Coded(run, run, text[len(run) :], sure=True)
    elif whole:
        yield from (Coded(code.upper(), code, text[len(code) :], sure=True) for code in whole)
    elif len(run) > 1:
        yield from _capitals(run, text, by, apart=ended and run == word and bool(after))
    else:
        yield from _run_in(word, text, by, ended=ended)


def _ends(word: str, *, ended: bool) -> Iterator[int]:
    """Where a separator or a change of case ends the code."""
    yield from (at for at in range(1, len(word)) if word[at - 1].isupper() != word[at].isupper())
    if ended and word:
        yield len(word)


def _capitals(run: str, text: str, by: Convention, *, apart: bool) -> Iterator[Coded]:
    """Capitals that run into the description: each known code that begins them, and a code one edit from all of them.

    `apart`: a separator ends the capitals, so they may just as well be a misspelt code by themselves.
    """
    begins = sorted((code for code in by.services if run.startswith(code)), key=len)
    near = [code for code in by.services if _is_near(code, run) and (apart or code not in begins)]
    misspelt = [Coded(code, run, text[len(run) :], sure=False) for code in near]
    prefixes = [Coded(code, code, text[len(code) :], sure=len(begins) == 1 and not near) for code in begins]
    yield from (*misspelt, *prefixes) if apart else (*prefixes, *misspelt)


def _run_in(word: str, text: str, by: Convention, *, ended: bool) -> Iterator[Coded]:
    """Codes in small letters that run into the description, and near misses: never sure."""
    begins = [code for code in by.services if word.upper().startswith(code)]
    begins.sort(key=len, reverse=True)
    for code in begins:
        yield Coded(code, text[: len(code)], text[len(code) :], sure=False)
    for code in by.services:
        if ended and len(word) > 1 and _is_near(code, word.upper()) and code not in begins:
            yield Coded(code, word, text[len(word) :], sure=False)


def _elsewhere(text: str, by: Convention) -> Iterator[Coded]:
    """A whole code that stands further on, by itself or in capitals within a word."""
    for pattern in (r"(?<![A-Za-z])[A-Za-z]+(?![A-Za-z])", r"[A-Z]{2,}"):
        for match in re.finditer(pattern, text):
            if match.start() and match[0].upper() in by.services:
                around = f"{text[: match.start()]} {text[match.end() :]}"
                yield Coded(match[0].upper(), match[0], around, sure=False)


def _named_in_words(text: str, by: Convention) -> Iterator[Coded]:
    """Services whose names share words with the text, the likest first; the words stay in the description."""
    said = [word.lower() for word in WORD.findall(text)]
    scores = Counter({code: _shared(said, words) for code, words in _telling_words(by.services).items()})
    for code, score in scores.most_common(WORD_CHOICES_MAX):
        if score:
            yield Coded(code, "", text, sure=False)


def _telling_words(services: Mapping[str, str]) -> dict[str, list[str]]:
    """For each service the words of its name that tell it from others, and those words run together."""
    words = {code: set(_words(name)) - COMMON_WORDS - {code.lower()} for code, name in services.items()}
    uses = Counter(word for several in words.values() for word in several)
    return {code: sorted(word for word in words[code] if uses[word] <= WORD_SERVICES_MAX) for code in services}


def _words(name: str) -> Iterator[str]:
    for phrase in re.split(r"[^A-Za-z ]+", name):
        several = WORD.findall(phrase)
        yield from (word.lower() for word in several if len(word) >= WORD_LETTERS_MIN or word.isupper())
        if len(several) > 1:
            yield "".join(several).lower()


def _shared(said: list[str], telling: list[str]) -> int:
    """How many letters of telling words are said, as words by themselves or as the beginning of longer ones."""
    return sum(len(word) for word in telling if any(_is_said(word, one) for one in said))


def _is_said(word: str, one: str) -> bool:
    if one == word:
        return True
    return len(word) > WORD_LETTERS_MIN and (one.startswith(word) or _is_near(word, one))


def _is_near(one: str, other: str) -> bool:
    return OSA.distance(one, other, score_cutoff=NEAR_EDITS_MAX) <= NEAR_EDITS_MAX


def _match(pattern: str | re.Pattern[str], text: str) -> str:
    match = re.match(pattern, text)
    return match[0] if match else ""


def _faults(text: str, first: tuple[Coded, ...]) -> Iterator[Finding]:
    sure = next((coded for coded in first if coded.sure), None)
    run = _match(r"[A-Z]+", text)
    written = sure.written if sure else run if len(run) > 1 else ""
    if not written:
        yield Finding(Fault.SERVICE_MISSING, "")
    elif not sure:
        yield Finding(Fault.SERVICE_UNKNOWN, written)
        if first and written == text:
            return
    elif sure.written != sure.code:
        yield Finding(Fault.SERVICE_CASE, written)
    yield from _faults_of_description(written, text[len(written) :])


def _faults_of_description(code: str, about: str) -> Iterator[Finding]:
    bare = trimmed(about)
    if not bare:
        yield Finding(Fault.DESCRIPTION_MISSING, "")
        return
    if re.match(r"[0-9]", bare):
        yield Finding(Fault.DESCRIPTION_START, bare)
    if re.search(r"[A-Z]", bare):
        yield Finding(Fault.DESCRIPTION_CAPITALS, bare)
    if re.search(r"[^A-Za-z0-9]", about):
        yield Finding(Fault.DESCRIPTION_CHARACTERS, f"{code}{about}".strip(WHITE))
