"""Schools and people from CSV files: the whole file is right and enters in one transaction, or nothing of it does."""

from bot.roster.imports.departed import Departed, departed
from bot.roster.imports.faults import Fault, Unfit
from bot.roster.imports.people import (
    Plan,
    TooManyLeavers,
    add_person,
    import_people,
    plan_people,
    read_people,
    remove_person,
)
from bot.roster.imports.schools import Register, import_schools, plan_schools, read_schools
from bot.roster.imports.sheet import Difference, Row, Sheet

__all__ = [
    "Departed",
    "Difference",
    "Fault",
    "Plan",
    "Register",
    "Row",
    "Sheet",
    "TooManyLeavers",
    "Unfit",
    "add_person",
    "departed",
    "import_people",
    "import_schools",
    "plan_people",
    "plan_schools",
    "read_people",
    "read_schools",
    "remove_person",
]
