"""The convention as the tests of names judge by it: the shipped services, four schools on the roster."""

import tomllib
from datetime import date
from pathlib import Path

from bot.rules.filename import Convention

ROOT = Path(__file__).parent.parent.parent
TODAY = date(2026, 9, 15)
LEYS, OTHER, THIRD, FOURTH = "8302000", "8301102", "8303308", "8309002"
EXTENSIONS = frozenset({"doc", "docx", "pdf", "xls", "xlsx", "zip"})
SERVICES = {
    service["code"]: service["name"]
    for service in tomllib.loads((ROOT / "config" / "services.toml").read_text(encoding="utf-8"))["services"]
}


def convention(*schools: str) -> Convention:
    """The convention as it binds someone who acts for these schools."""
    return Convention("830", SERVICES, EXTENSIONS, schools, frozenset({LEYS, OTHER, THIRD, FOURTH}))
