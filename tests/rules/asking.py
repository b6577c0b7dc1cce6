"""A school with a few files, for tests of what is asked about them."""

from dataclasses import replace
from datetime import date

from bot.rules import reference
from bot.rules.commands import Command, Context, Reading, read

TODAY = date(2026, 9, 16)
PLAN = "8302000_SENplan20260901.docx"
EYFS = "8302000_INFOeyfsreturn20260901.zip"
REFERENCE, OTHER = reference.make(0x1234567), reference.make(0x7654321)
NO_WORDS = reference.make(0x3FF_0000)
"""Of no file that is known here."""


def is_file(text: str) -> bool:
    """As the record finds them: by reference, by name, by three characters of a name."""
    wanted = text.casefold()
    return text in (REFERENCE, OTHER) or (len(wanted) >= 3 and any(wanted in name.casefold() for name in (PLAN, EYFS)))


NEW = Context(
    today=TODAY, services=frozenset({"SEN", "INFO", "SP", "HR"}), is_file=is_file, replying=False, officer=False,
    has_files=False, tags=("Census", "KS2 TA"),
)  # fmt: skip
"""A mail of its own, from a school, without files."""
REPLY = replace(NEW, replying=True)
RETURN = replace(NEW, has_files=True)
"""A mail that brings files."""
OFFICER = replace(REPLY, officer=True)
EVERYWHERE = [replace(NEW, replying=reply, officer=officer, has_files=files)
              for reply in (False, True) for officer in (False, True) for files in (False, True)]  # fmt: skip


def asked(text: str, context: Context = REPLY) -> tuple[Command, ...]:
    """The commands in a text."""
    return read("", text, context).commands


def titled(subject: str, context: Context = NEW) -> Reading:
    """What a subject alone is read as."""
    return read(subject, "", context)
