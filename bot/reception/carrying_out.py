"""Reads what a message asks for, and has the desks do it: one line for each command."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot import finding, notices, officer_desk, roster, school_desk
from bot.arrival import Opened
from bot.intake import offers
from bot.judging import convention, today
from bot.ledger import files
from bot.ledger.tables import File
from bot.notices import Notice
from bot.rules import commands, filename
from bot.rules.commands import Command, Context, Reading
from bot.telling import Asking

Do = Callable[[Session, Any, Asking], list[Notice]]
