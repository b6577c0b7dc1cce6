"""The files of `docs/messages/`: what each sheet is written as, and an index of them all."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.messages import FOLDER
from tests.messages.sheets import Sheet

INDEX = "README.md"
HEAD = """\
# What people read

Every message that Postroom sends and every page that it shows, as a real browser shows it: on a desktop and on a telephone, light and dark. All of it
is written by `make messages` from the examples in `bot/notices/`; the words stand in `mail_templates/`.
"""


def files(sheets: Sequence[Sheet]) -> dict[str, str]:
    """The name and the content of every file but the pictures."""
    written = {f"{sheet.name}.html": sheet.html for sheet in sheets}
    written |= {f"{sheet.name}.txt": sheet.text for sheet in sheets}
    return written | {INDEX: "\n".join([HEAD, *map(_entry, sheets)])}


def picture(name: str) -> str:
    """Where the picture of this sheet lies."""
    return f"pictures/{name}.png"


def write(written: Mapping[str, str], folder: Path = FOLDER) -> None:
    """Write these files, and remove what belongs to no sheet any more."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.is_file() and old.name not in written:
            old.unlink()
    for name, content in written.items():
        (folder / name).write_text(content, encoding="utf-8")


def _entry(sheet: Sheet) -> str:
    """One sheet of the index."""
    links = f"[text]({sheet.name}.txt), [HTML]({sheet.name}.html)"
    return (
        f"## {sheet.name}\n\n{sheet.who}\n\n**{sheet.title}** ({links})\n\n"
        f"![{sheet.name} on a desktop and on a telephone, light and dark]({picture(sheet.name)})\n"
    )
