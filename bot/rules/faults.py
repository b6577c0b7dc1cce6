"""What is at fault with how a name is written, whatever it says."""

from collections.abc import Iterator

from bot.rules.convention import NAME_CHARACTERS_MAX, WHITE, Convention, Fault, Finding
from bot.rules.writing import EDGES, first_unseen, first_unusual, seen, uncopied

QUOTED_MAX = 40
"""Characters of a name that are quoted where quoting all would say no more."""


def faults_of_writing(name: str, by: Convention) -> tuple[Finding, ...]:
    """What is at fault with length, characters, edges, marks of a copy and extension."""
    stem, extension = split(name)
    return (*_of_characters(name), *_of_edges(stem), *_of_extension(extension, by))


def split(name: str) -> tuple[str, str]:
    """The name before its last dot, and the extension after it."""
    stem, dot, extension = name.rpartition(".")
    return (stem, extension) if dot else (name, "")


def extension_of(name: str) -> str:
    """The extension without white space and characters that cannot be seen."""
    return seen(split(name)[1]).strip(WHITE)


def _of_characters(name: str) -> Iterator[Finding]:
    if len(name) > NAME_CHARACTERS_MAX:
        yield Finding(Fault.TOO_LONG, str(len(name)))
    if hidden := first_unseen(name):
        yield Finding(Fault.UNSEEN_CHARACTER, f"U+{ord(hidden):04X}")
    if unusual := first_unusual(seen(name)):
        yield Finding(Fault.UNUSUAL_CHARACTER, unusual)


def _of_edges(stem: str) -> Iterator[Finding]:
    bare, marks = uncopied(stem.strip(WHITE))
    if marks:
        yield Finding(Fault.COPY_MARK, ", ".join(marks)[:QUOTED_MAX])
    yield from (Finding(Fault.STRAY, run[0]) for run in EDGES.finditer(bare) if run[0].strip(WHITE))
    if stem != stem.rstrip(WHITE):
        yield Finding(Fault.SPACE_BEFORE_DOT, "")


def _of_extension(extension: str, by: Convention) -> Iterator[Finding]:
    plain = seen(extension).strip(WHITE)
    if not plain:
        yield Finding(Fault.EXTENSION_MISSING, "")
    elif plain.lower() not in by.extensions:
        yield Finding(Fault.EXTENSION_FORBIDDEN, plain[:QUOTED_MAX])
    elif extension != extension.strip(WHITE):
        yield Finding(Fault.SPACE_AFTER_DOT, "")
