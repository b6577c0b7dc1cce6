"""The tables of `authority.toml`: who the authority is, and the numbers and lists that each chooses for itself."""

from typing import Annotated

from pydantic import AfterValidator

from bot.settings.kinds import (
    Address,
    AtLeastOne,
    Day,
    Days,
    Digits3,
    Domain,
    Line,
    Mailbox,
    Octets,
    OptionalLine,
    Switch,
    Table,
    Workdays,
    Years,
    Zone,
)

NEVER_TAKEN = frozenset({
    "app", "bat", "cmd", "com", "cpl", "dll", "exe", "hta", "jar", "js", "jse", "lnk", "msc", "msi", "msp", "pif",
    "ps1", "reg", "scr", "sh", "vb", "vbe", "vbs", "ws", "wsf", "wsh",
})  # fmt: skip
"""What runs when it is opened. No authority can want it, so no configuration allows it."""


def _extension(text: str) -> str:
    if not text.isascii() or not text.isalnum() or text != text.lower():
        raise ValueError('an extension in lower case without the dot, such as "docx"')
    if text in NEVER_TAKEN:
        raise ValueError("left out: such a file is a program, which runs when an officer opens it")
    return text


Extension = Annotated[str, AfterValidator(_extension)]


class Authority(Table):
    """`[authority]`"""

    name: Line
    """The authority's name, as schools know it."""
    number: Digits3
    """The authority's three digits, with which the number of each of its schools begins."""
    timezone: Zone = "Europe/London"
    """IANA name of the time zone in which times are told and days and academic years begin."""
    extra_holidays: tuple[Day, ...] = ()
    """Days on which offices are shut, beside weekends and the bank holidays of every year."""


class Help(Table):
    """`[help]`: shown in every reply."""

    team: Line
    """Who helps, in words."""
    phone: OptionalLine = ""
    """Their telephone number; empty leaves it out."""
    email: Address
    """Their email address."""
    large_files: OptionalLine = ""
    """What to do with a file too large for mail; empty refers to the team."""


class Retention(Table):
    """`[retention]`: how long things are kept (docs/rules.md, «A file's life»)."""

    contents_days: Days = 90
    """Days from sending until contents are destroyed."""
    grace_days: Days = 7
    """Days from an officer's late decision for which contents stay at least (lesson L67)."""
    held_days: Days = 7
    """Days that a file with a wrong name waits for its sender's word."""
    held_remind_days: Workdays = 2
    """Working days before a held file is discarded on which its sender is asked once more; 0: nobody is."""
    warn_days: Days = 60
    """Days from sending until it is said that nobody has received a file."""
    quarantine_days: Days = 30
    """Days that a message lies in quarantine."""
    queue_days: Days = 30
    """Days for which delivery of an answer is tried."""
    letters_days: Days = 400
    """Days that what was written to and by Postroom is remembered."""
    clock_jump_days: Days = 35
    """Days without a look after which the clock itself is doubted."""
    record_years: Years = 7
    """Years that the record of a file is kept, its contents long destroyed."""
    rest_days_after_restore: Days = 7
    """Days after a backup was put back during which nothing is destroyed for its age."""


class Access(Table):
    """`[access]`: access is personal (docs/rules.md, «Duties»)."""

    shared_mailboxes: tuple[Mailbox, ...]
    """The parts before the @ of mailboxes that several people read."""
    personal_domains: tuple[Domain, ...]
    """Domains of private mail; `hotmail.*` stands for all that begin so."""
    refuse_shared: Switch = True
    """Whether these mailboxes are refused."""


class Files(Table):
    """`[files]`: what may be sent."""

    extensions: Annotated[tuple[Extension, ...], AtLeastOne]
    """The extensions that are taken, in lower case without the dot."""
    attachment_bytes_max: Octets = 150_000_000
    """Octets of one file."""
