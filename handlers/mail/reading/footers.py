"""What a mail gateway or an employer puts into every letter: warnings above it, disclaimers below it.

Neither is anybody's comment, and a warning would hide a command that stands below it (lesson L46). Only whole sentences
of a known wording are taken away: what somebody says of the same things in their own words stays.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, Self

BANNER_LINES_MAX = 12
"""Lines over which a warning stretches; there may be several, one below the other."""
BANNERS_MAX = 5

WARNS = r"(?:caution|warning|attention|alert|notice|external(?: e-?mail| sender| message)?|be careful|security notice|rhybudd)"
OUTSIDE = (
    r"(?:(?:e-?mail|message|sender)\b[^.!]{0,40}\b(?:originate[ds]?|came|comes|received|sent|is|was|from)\b[^.!]{0,40}"
    r"\b(?:outside|external)|external (?:e-?mail|sender|message|source)|do not (?:click|open)|e-bost hwn o'r tu allan"
    r"|from an external)"
)
BANNER = re.compile(
    rf"\W{{0,12}}{WARNS}\W{{0,6}}(?:[^.!]{{0,120}}{OUTSIDE}|{OUTSIDE})[^.!]{{0,200}}(?:[.!]|$)\W{{0,6}}"
    r"|\W{0,12}(?:this )(?:e-?mail|message) (?:has )?(?:originated|was sent|came|comes|was received|is) "
    r"(?:from )?(?:an )?(?:outside|external)[^.!]{0,200}(?:[.!]|$)\W{0,6}"
    r"|\W{0,12}(?:you don['’]t often get e-?mail from|some people who received this message don['’]t often get e-?mail from)"
    r" \S{1,200}\W{0,3}(?:\[?learn why this is important\]?[^\w\n]{0,3}(?:\s?[<(]?https?://\S{1,200}[>)]?)?\W{0,3})?",
    re.IGNORECASE,
)
"""Its first sentence."""
SUBJECTS = (
    r"\b(?:click|clicking|open|opening|links?|attachments?|sender|content|safe|phishing|suspicious|passwords?|credentials"
    r"|service ?desk|help ?desk|outside|external|important|trust|recogni[sz]e)\b"
)
STOCK = re.compile(SUBJECTS, re.IGNORECASE)
ENDS = (".", "!", "*")
WRAPPED_MIN = 50
"""Characters of a line that may have been broken."""
BANNER_GOES_ON = re.compile(
    r"(?:please )?(?:do not|don['’]t|never|only|always|be (?:careful|cautious|vigilant|wary)|take care|treat|think before"
    r"|exercise caution|use caution|verify|unless you|if you (?:are|do|did|have|think|suspect)|report|learn why this is important"
    r"|contact (?:the )?(?:it|ict)|the (?:sender|original sender)|this (?:e-?mail|message|sender) (?:originated|came|is|was))\b"
    rf"[^.!]{{0,60}}{SUBJECTS}[^.!]{{0,200}}(?:[.!]|$)\W{{0,6}}",
    re.IGNORECASE,
)
"""A further sentence of one."""
MARKING = re.compile(
    r"\W{0,4}(?:(?:security )?(?:classification|protective marking)\s?:\s?)?official(?:\W{1,3}sensitive)?(?:\W{1,3}personal)?\W{0,4}$"
    r"|\W{0,4}\[?external(?: e-?mail| sender| message)?\]?\W{0,4}$",
    re.IGNORECASE,
)
"""A line of its own: how far the letter may be passed on, as public authorities mark it."""

CLOSES_MAX = 600
"""Characters of a disclaimer that are looked at."""
CLOSE_BEGINS = re.compile(
    r"\W{0,12}(?:p )?(?:this (?:e-?mail|message|communication|transmission|correspondence)\b"
    r"|th(?:e|is) (?:information|contents?|views|opinions)\b|any (?:views|opinions)\b|views or opinions"
    r"|if you (?:are not the|have received|received|receive)\b|disclaimer\b|confidential(?:ity)?(?: notice| note)?\W"
    r"|confidential(?:ity)?$|(?:legal|important|privacy|data protection|email|e-mail) (?:notice|disclaimer)\b"
    r"|please (?:consider|think|note that this e-?mail)|think before|consider the environment|save (?:paper|a tree)"
    r"|e-?mails? (?:sent|to and from|may be)\b|all e-?mails?\b|mae['’]r (?:e-bost|neges|wybodaeth)|scanned by\b|sent securely\b)",
    re.IGNORECASE,
)
CLOSE_SAYS = re.compile(
    r"any (?:files|attachments?|attached files|attached documents)|attachments?,? (?:is|are) (?:confidential|intended)"
    r"|intended (?:solely|only|for|recipient)|named (?:recipient|addressee|person)|addressee|in error\b|privileged"
    r"|virus(?:es)?\b|malware|liab(?:le|ility)|unauthori[sz]ed|not necessarily|may be monitored|are monitored|be recorded"
    r"|before (?:you )?print|the environment|mimecast|egress|barracuda|sophos|securely (?:by|using|via|with)|message labs"
    r"|freedom of information|how we use|privacy notice|gyfrinachol|cyfrinachol|bwriadu|derbynnydd",
    re.IGNORECASE,
)
"""The first line of a disclaimer begins with one of the former, and it says one of the latter."""
CLOSE_BY_ITSELF = re.compile(
    r"\W{0,12}(?:disclaimer|confidentiality(?: notice)?|legal notice|e-?mail disclaimer)\W{0,12}$", re.IGNORECASE
)
"""A heading that needs to say no more."""


class Wordings(NamedTuple):
    """What is put above and below letters in some place, besides what is known everywhere."""

    warnings: tuple[re.Pattern[str], ...] = ()
    disclaimers: tuple[re.Pattern[str], ...] = ()

    @classmethod
    def of(cls, warnings: Iterable[str], disclaimers: Iterable[str]) -> Self:
        """Of a warning all words, of a disclaimer the first."""
        return cls(tuple(map(_worded, warnings)), tuple(map(_worded, disclaimers)))


NOWHERE = Wordings()


def below_banner(lines: Sequence[str], here: Wordings = NOWHERE) -> list[str]:
    """The lines without the warnings above them."""
    left = list(lines)
    for _ in range(BANNERS_MAX):
        begins = next((at for at, line in enumerate(left) if line.strip()), len(left))
        paragraph = _paragraph(left, begins)
        rest = _after_banner(paragraph)
        if rest is None:
            paragraph = left[begins : begins + BANNER_LINES_MAX]
            rest = _after_wording(paragraph, here)
        if rest is None:
            return left
        left = [*rest, *left[begins + len(paragraph) :]]
    return left


def above_footer(lines: Sequence[str], here: Wordings = NOWHERE) -> list[str]:
    """The lines without the disclaimer below them: from where one begins, no more is somebody's own."""
    ends = next((at for at in range(len(lines)) if _closes(lines, at, here)), len(lines))
    return list(lines[:ends])


def _worded(words: str) -> re.Pattern[str]:
    """These words however they are broken into lines, with marks around them."""
    spaced = r"\s{1,5}".join(map(re.escape, words.split()))
    return re.compile(rf"\W{{0,12}}{spaced}\W{{0,6}}", re.IGNORECASE)


def _after_wording(paragraph: Sequence[str], here: Wordings) -> list[str] | None:
    """What of these lines is below the warning that this place puts above; None where there is none."""
    said = "\n".join(paragraph)
    found = next(filter(None, (warning.match(said) for warning in here.warnings)), None)
    return said[found.end() :].split("\n") if found else None


def _paragraph(lines: Sequence[str], at: int) -> list[str]:
    found: list[str] = []
    for line in lines[at : at + BANNER_LINES_MAX]:
        if not line.strip():
            break
        found.append(line)
    return found


def _after_banner(paragraph: Sequence[str]) -> list[str] | None:
    """What of a paragraph's lines is below the warning that it begins with; None where it begins with none."""
    if not paragraph or MARKING.match(paragraph[0]):
        return list(paragraph[1:]) if paragraph else None
    lines = _unwrapped(paragraph)
    if not (found := BANNER.match(lines[0], 0, CLOSES_MAX)):
        return None
    rest = [_after_warning(lines[0], found.end()), *lines[1:]]
    while rest and not rest[0]:
        rest = [_after_warning(line, 0) for line in rest[1:2]] + rest[2:]
    return rest


def _after_warning(line: str, at: int) -> str:
    """The line from here on, without further sentences of the warning."""
    while more := BANNER_GOES_ON.match(line, at, at + CLOSES_MAX):
        at = more.end()
    return line[at:]


def _unwrapped(paragraph: Sequence[str]) -> list[str]:
    """The lines of a warning, joined where a program seems to have broken them."""
    lines = [paragraph[0]]
    for above, line in pairwise(paragraph):
        goes_on = len(above) >= WRAPPED_MIN and not above.endswith(ENDS) and (STOCK.search(line) or line.endswith(ENDS))
        if goes_on:
            lines[-1] += f" {line}"
        else:
            lines.append(line)
    return lines


def _closes(lines: Sequence[str], at: int, here: Wordings) -> bool:
    """Whether a disclaimer begins at this line."""
    line = lines[at]
    if here.disclaimers and any(one.match("\n".join(_paragraph(lines, at))) for one in here.disclaimers):
        return True
    if not CLOSE_BEGINS.match(line):
        return False
    if CLOSE_BY_ITSELF.match(line):
        return True
    return CLOSE_SAYS.search(" ".join(_paragraph(lines, at))[:CLOSES_MAX]) is not None
