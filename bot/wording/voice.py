"""Whose words they are, and what every template may use of that."""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.settings.authority import Help

Address = Callable[[str], str]


@dataclass(frozen=True, eq=False)
class Voice:
    """One authority's."""

    templates: Path
    """The folder `mail_templates`."""
    _: KW_ONLY
    authority: str
    """Its name."""
    zone: ZoneInfo
    """In which times are told."""
    help_contact: Help
    contents_days: int
    held_days: int
    attachment_bytes_max: int
    link_days: int = 7
    page: Address = "https://postroom.example/get/{}".format
    """Where one-time links to files lead, by their ids."""
    proof: Address = "https://postroom.example/prove/{}".format
    """Where those lead by which somebody proves who they are."""
    chat: bool = False
    """The reader presses buttons, and what stands before them is drawn anew when a file changes: what stands in the folder
    `chat` is said in the place of what is said by mail."""
