"""The style of the house, as far as a machine can hold it."""

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot import notices
from bot.rules import authority, lifecycle

ROOT = Path(__file__).parent.parent
CODE = [path for room in ("bot", "handlers") for path in sorted((ROOT / room).rglob("*.py"))]
MIGRATIONS = "migrations"

ROWS: list[set[str]] = [
    {"handlers.app", "handlers.cli", "handlers.running"},
    {"handlers.aside"},
    {"handlers.mail", "handlers.slack", "handlers.web"},
    {"handlers.checks", "handlers.lean", "handlers.manager", "handlers.ports", "handlers.rooms"},
    {"bot.backup"},
    {
        "bot.inbox",
        "bot.outbox",
        "bot.retention",
        "bot.checkpointing",
        "bot.subject_access",
        "bot.verifying",
        "bot.reminding",
        "bot.reception",
        "bot.redrawing",
        "bot.link_desk",
        "bot.forms",
        "bot.paging",
        "bot.choosing",
        "bot.homes",
        "bot.space",
        "bot.mirror_watch",
        "bot.put_back",
        "bot.readings",
        "bot.readiness",
    },
    {"bot.home", "bot.standing"},
    {"bot.canary", "bot.intake", "bot.school_desk", "bot.officer_desk", "bot.proofs", "bot.quarantine"},
    {"bot.listing", "bot.freezing"},
    {"bot.announcing", "bot.bouncing", "bot.judging", "bot.finding", "bot.handing_out", "bot.watching"},
    {"bot.telling", "bot.preparing", "bot.parcels"},
    {"bot.receipts", "bot.roster", "bot.links", "bot.tokens", "bot.wording", "bot.digest"},
    {"bot.notices"},
    {"bot.ledger", "bot.vault"},
    {"bot.settings", "bot.arrival", "bot.clock", "bot.data", "bot.working", "bot.measures", "bot.faults"},
    {"bot.rules"},
]
"""Rooms from the top to the bottom: each imports only from rows below its own (docs/architecture.md)."""

NEIGHBOURS = {
    ("bot.reception", "bot.inbox"),
    ("bot.redrawing", "bot.outbox"),
    ("bot.redrawing", "bot.reception"),
    ("bot.paging", "bot.outbox"),
    ("bot.readings", "bot.space"),
    ("bot.readiness", "bot.space"),
    ("bot.redrawing", "bot.homes"),
    ("bot.homes", "bot.reception"),
    ("bot.homes", "bot.outbox"),
    ("handlers.cli", "handlers.app"),
    ("handlers.cli", "handlers.running"),
    ("handlers.running", "handlers.app"),
    ("bot.settings", "bot.data"),
}
"""Within a row, who may call on whom, one way: reception takes its messages from the inbox."""


def room_of(module: str) -> str | None:
    """The room that a module belongs to."""
    rooms = [room for row in ROWS for room in row if module == room or module.startswith(f"{room}.")]
    return max(rooms, key=len) if rooms else None


def module_of(path: Path) -> str:
    """The dotted name of a source file."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path) -> Iterator[str]:
    """Every module of ours that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", CODE, ids=module_of)
def test_a_room_imports_only_from_rooms_below_its_own(path: Path) -> None:
    row = {room: number for number, rooms in enumerate(ROWS) for room in rooms}
    here = room_of(module_of(path))
    for module in imports_of(path):
        there = room_of(module)
        if here and there and here != there and (here, there) not in NEIGHBOURS:
            assert row[there] > row[here], f"{module_of(path)} imports {module}"


def test_what_is_done_aside_needs_neither_the_record_nor_the_web() -> None:
    """It would lie in memory twice (docs/decisions/0015)."""
    code = "import sys, handlers.aside.work; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"bot", "handlers", "pydantic"} <= set(loaded.split())
    assert not {"sqlalchemy", "starlette", "uvicorn", "structlog", "aiosmtplib", "dns", "typer"} & set(loaded.split())


def test_every_room_has_its_place() -> None:
    homeless = [module_of(path) for path in CODE if room_of(module_of(path)) is None]
    assert homeless == ["bot", "handlers"]


BANNED = {
    r"\bdatetime\.now\(|\btime\.time\(|\bdate\.today\(": {"bot/clock.py"},
    r"\bsecrets\.|\brandom\.|\bos\.urandom\(": {"bot/clock.py", "bot/vault", "bot/ledger/history.py"},
    r"(?<![.\w])print\(": set(),
    r"\bexcept:|except Exception:\s*pass": set(),
    r"\.commit\(\)": {"bot/ledger/__init__.py", "bot/vault"},
}
"""What only these places may say: one clock, one source of chance, one commit."""


@pytest.mark.parametrize("pattern", BANNED)
def test_what_is_banned_stands_nowhere_else(pattern: str) -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in CODE
        if re.search(pattern, path.read_text(encoding="utf-8"))
        and not any(str(path.relative_to(ROOT)).startswith(allowed) for allowed in BANNED[pattern])
    ]
    assert found == []


@pytest.mark.parametrize("kind", notices.KINDS)
def test_every_notice_is_worded(kind: str) -> None:
    assert (ROOT / "mail_templates" / f"{kind}.md").is_file()


def test_every_act_that_changes_a_file_may_be_done_by_somebody_or_is_postroom_own() -> None:
    by_people = set().union(*authority.MAY.values()) | {lifecycle.Act.ACCEPTED, lifecycle.Act.DISCARDED}
    by_postroom = {lifecycle.Act.CHECKED, lifecycle.Act.HELD, lifecycle.Act.INFECTED}
    assert {act for _, act in lifecycle.LEADS_TO} <= by_people | by_postroom


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_function_and_no_file_has_grown_out_of_hand(record_property: Callable[[str, object], None]) -> None:
    own = [path for path in CODE if MIGRATIONS not in path.parts]
    files = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in own}
    lengths = {
        f"{module_of(path)}.{one.name}": (one.end_lineno or one.lineno) - one.lineno + 1
        for path in own
        for one in functions(path)
    }
    record_property("file_lines_median", statistics.median(files.values()))
    record_property("function_lines_median", statistics.median(lengths.values()))
    assert [name for name, length in lengths.items() if length > 50] == []
    assert [module_of(path) for path, length in files.items() if length > 300] == []


def test_nothing_of_the_workshop_is_left_in_the_product() -> None:
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    paths = [*CODE, *sorted((ROOT / "tests").rglob("*.py"))]
    found = [
        path.name
        for path in paths
        if path.name != "test_house.py" and unfinished.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_decisions_are_numbered_without_gaps_and_each_by_its_own_number() -> None:
    paths = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    named = [int(path.name.partition("-")[0]) for path in paths]
    headed = [int(path.read_text(encoding="utf-8").removeprefix("# ").partition(".")[0]) for path in paths]
    assert named == headed == list(range(1, len(paths) + 1))
