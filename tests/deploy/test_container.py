"""The container file, as far as it can be judged without building it: it names what is there, and nothing that it should not."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy" / "container" / "Containerfile"
TEXT = FILE.read_text("utf-8")
COPIED = [name for words in re.findall(r"^COPY (?!--from)(.+) \S+$", TEXT, re.MULTILINE) for name in words.split()]


@pytest.mark.parametrize("name", COPIED)
def test_what_is_copied_is_there_and_reaches_the_build(name: str) -> None:
    assert (ROOT / name).exists()
    let_in = (FILE.parent / f"{FILE.name}.dockerignore").read_text().splitlines()
    assert f"!{name}" in let_in


def test_the_data_of_the_wheel_and_what_it_is_built_of_are_all_copied() -> None:
    forced = re.findall(r'^"(\w+)" = "bot/_data', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert {"bot", "handlers", "requirements.lock", "pyproject.toml", *forced} <= set(COPIED)


def test_it_runs_as_an_ordinary_user_with_locked_packages_and_says_how_it_is() -> None:
    lines = TEXT.splitlines()
    assert lines.index("USER 10001:10001") > max(number for number, line in enumerate(lines) if line.startswith("RUN"))
    assert "--require-hashes -r /build/requirements.lock" in TEXT
    assert "/healthz" in TEXT
    assert "STOPSIGNAL SIGTERM" in lines
    assert not re.search(r"[a-z0-9-]+\.[a-z]{2,}/[a-z]+/", TEXT.partition("AS build")[0]), (
        "an image by its ordinary name"
    )


def test_the_manual_builds_it_so_that_its_health_is_asked_and_runs_it_without_swap_where_groups_are_of_version_two() -> (
    None
):
    manual = (ROOT / "docs" / "operations.md").read_text("utf-8").partition("\n## Container\n")[2]
    for text in (manual, TEXT):
        assert "podman build --format docker -t postroom -f deploy/container/Containerfile ." in text
    (run,) = re.findall(r"podman run -d (?:.*\\\n)+.*", manual)
    assert "--memory-swappiness" not in run
    assert re.search(r"--memory (\S+) --memory-swap \1 ", run)
