"""What may be answered to a mail, found in its own words: the commands that it shows."""

import re
from collections.abc import Iterator
from datetime import date

from bot.rules import commands
from bot.rules.commands import Context, Named, Pick
from handlers.cli.demo.mails import Mail

SHOWN = re.compile(r"`([^`\n]{1,200})`")
"""How a mail's plain text marks what is to be typed."""
NAME_FOLLOWS = re.compile(r"\s+and\s+the\s+right\s+name")
"""What stands behind a number that is nothing without a name."""
BLANK = re.compile(r"<[^<>]*>|…")
"""A part of a command that the reader fills in."""
ALWAYS = ("status", "help")
"""What can be asked for at any time."""
SUGGESTED_MAX = 8


def whole(mail: Mail, services: frozenset[str]) -> list[str]:
    """The commands that can be sent as they stand; those of the mail come before what is possible at any time."""
    own = [said for said in _commands(mail, services) if not BLANK.search(said)][:SUGGESTED_MAX]
    return list(dict.fromkeys((*own, *ALWAYS)))


def with_blanks(mail: Mail, services: frozenset[str]) -> list[str]:
    """The commands of which a part is to be filled in."""
    return [said for said in _commands(mail, services) if BLANK.search(said)][:SUGGESTED_MAX]


def _commands(mail: Mail, services: frozenset[str]) -> Iterator[str]:
    context = Context(
        today=date.min, services=services, is_file=lambda _: True, replying=True, officer=True, has_files=False
    )
    shown = (one[1] for one in SHOWN.finditer(mail.text) if not NAME_FOLLOWS.match(mail.text, one.end()))
    for said in dict.fromkeys(shown):
        meant = commands.read_line(BLANK.sub(min(services, default=""), said), context)
        a_name = isinstance(meant, Named) or (isinstance(meant, Pick) and meant.name)
        if meant and not a_name:
            yield said
