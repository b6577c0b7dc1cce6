"""Writes a new configuration: the shipped files with the answers in their places, and every remark where it was."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.settings.mistakes import spelt
from bot.settings.reading import HEADER
from bot.settings.tables import Loc
from handlers.cli.beginning.answers import Answers, Unfit, value

STALE = re.compile(r" ?CHANGE THIS[^.\n]*\.")
"""What a remark asks for that has been done now."""


@dataclass
class Newcomers:
    """The files that did not exist before, so that they can be taken away again."""

    paths: list[Path] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)

    def folder(self, path: Path, mode: int) -> None:
        """Make it, and those above it, where it is missing."""
        missing = [one for one in (path, *path.parents) if not one.exists()]
        path.mkdir(mode=mode, parents=True, exist_ok=True)
        self.folders += missing

    def expect(self, *paths: Path) -> None:
        """They are about to be made by somebody else."""
        self.paths += [path for path in paths if not path.exists()]

    def write(self, path: Path, text: str, mode: int) -> None:
        """A new file, durably. Raises FileExistsError."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        self.paths.append(path)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)

    def take_back(self) -> None:
        """Leave nothing by halves."""
        for path in self.paths:
            path.unlink(missing_ok=True)
        for folder in self.folders:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def filled_in(texts: Mapping[str, str], answers: Answers) -> dict[str, str]:
    """The files by name, with each answer where its key stands. Raises `Unfit` for a key that stands in none."""
    lines = {name: text.splitlines() for name, text in texts.items()}
    for loc, typed in answers.items():
        _fill_in(lines.values(), loc, json.dumps(value(loc, typed), ensure_ascii=False))
    return {name: "\n".join(file) + "\n" for name, file in lines.items()}


def _fill_in(files: Iterable[list[str]], loc: Loc, written: str) -> None:
    for lines in files:
        header, number = _place(lines, loc)
        if number is not None:
            if lines[number].endswith("["):
                del lines[number + 1 : lines.index("]", number) + 1]
            lines[number] = f"{loc[-1]} = {written}"
            if header is not None:
                lines[header] = lines[header].removeprefix("#")
            _freshen(lines, number)
            return
    raise Unfit(f"{spelt(loc)}: it stands in none of the files that are shipped; write it into one of them afterwards")


def _place(lines: list[str], loc: Loc) -> tuple[int | None, int | None]:
    """The lines of the key's table and of the key itself, set or not."""
    header, table = None, ""
    key = re.compile(rf"#?{re.escape(str(loc[-1]))} = ")
    for number, line in enumerate(lines):
        if not line.startswith("# ") and (found := HEADER.match(line.removeprefix("#"))):
            header, table = number, found[2]
        elif table == ".".join(map(str, loc[:-1])) and key.match(line):
            return header, number
    return None, None


def _freshen(lines: list[str], number: int) -> None:
    """Above a key that was answered, nothing asks for it to be changed any more."""
    while number and lines[number - 1].startswith("# "):
        number -= 1
        lines[number] = STALE.sub("", lines[number])
