"""Any subject and any text: commands only from the top, from unquoted lines, and only of files that somebody may see (lesson L46)."""

from dataclasses import replace
from datetime import date

from bot.rules.commands import Context, Copy, Freeze, Reading, Recall, read

NAMES = ("8302000_SENplan20260901.docx", "8302000_INFOeyfsreturn20260901.zip")


def check(data: bytes) -> None:
    """The first octet says in what circumstances the rest is said: a subject, and below it the text."""
    flags = data[0] if data else 0
    subject, _, text = data[1:].decode("utf-8", "replace").partition("\n")
    context = _context(flags)
    reading = read(subject if flags & 32 else "", text, context)
    _check_reading(reading, text, context)
    quoted = "\n".join(f"> {line}" for line in text.splitlines())
    assert not read("", quoted, context).commands
    below = read("", f"Please look at this with me:\n{text}", context).commands
    assert all(isinstance(command, Freeze) for command in below)  # an alarm is heard wherever it is raised
    assert not read("", text, replace(context, is_file=lambda _: False)).commands or reading.commands


def _context(flags: int) -> Context:
    return Context(
        today=date(2026, 9, 16), services=frozenset({"SEN", "INFO", "SP"}), is_file=_is_file,
        replying=bool(flags & 1), officer=bool(flags & 2), has_files=bool(flags & 4),
        tags=("Census", "KS2 TA") if flags & 8 else (), has_receipt=bool(flags & 16),
    )  # fmt: skip


def _is_file(text: str) -> bool:
    wanted = text.casefold()
    return len(wanted) >= 3 and any(wanted in name.casefold() for name in NAMES)


def _check_reading(reading: Reading, text: str, context: Context) -> None:
    assert len(reading.commands) <= len(text.splitlines()) + 1
    assert len(set(reading.commands)) == len(reading.commands)
    assert len(reading.comment) <= len(text)
    assert reading.tag in {"", *context.tags}
    assert not (reading.nearest and (reading.commands or context.has_files))
    for command in reading.commands:
        assert command.said.strip()
        if isinstance(command, Recall | Copy) and command.what is not None:
            assert context.is_file(command.what)
