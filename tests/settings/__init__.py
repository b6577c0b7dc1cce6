"""Configurations written for tests."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.settings import Misconfigured, Problem, load

BASE = """\
[authority]
name = "Derbyshire"
number = "830"

[help]
team = "The web team"
email = "web@council.example"

[access]
shared_mailboxes = ["head"]
personal_domains = ["gmail.com", "hotmail.*"]

[files]
extensions = ["docx", "pdf"]

[email]
address = "returns@council.example"

[[services]]
code = "SEN"
name = "Special needs"

[[services]]
code = "FIN"
name = "Finance"
"""


def written(folder: Path, **files: str) -> Path:
    """A configuration folder with these files; `base` is there unless it is given."""
    folder.mkdir(exist_ok=True)
    for name, text in ({"base": BASE} | files).items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return folder


def problems(folder: Path, environ: Mapping[str, str] | None = None) -> tuple[Problem, ...]:
    with pytest.raises(Misconfigured) as caught:
        load(folder, environ or {})
    return caught.value.problems


def the_problem(folder: Path, environ: Mapping[str, str] | None = None) -> Problem:
    (problem,) = problems(folder, environ)
    return problem
