"""Words every notice: `mail_templates/<kind>.md`, filled with its facts, becomes a Letter that each channel draws.

One source of words. A template begins with `Subject: …`; the rest is Markdown. It may use the notice's fields, `mentioned`
(the files it speaks of), and of the authority `authority` (its name), `help`, `contents_days`, `held_days`, `link_days` and
`attachment_bytes_max`; the filters `when`, `day`, `size` and `listed`; and `page(…)` and `proof(…)`, the address of a one-time
link to a file, or of one that proves who somebody in a chat is, by its id. An unknown fact is an error, never a gap.
"""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Self

from bot import data
from bot.notices import Finding, Notice
from bot.settings import Settings
from bot.wording.letter import (
    Action,
    BadTemplate,
    Block,
    Bullets,
    Button,
    Heading,
    Letter,
    Line,
    Paragraph,
    Rule,
    Span,
    Table,
    spoken,
)
from bot.wording.values import plain
from bot.wording.voice import Voice

if TYPE_CHECKING:
    from bot.wording.speaker import Speaker

__all__ = [
    "Action", "BadTemplate", "Block", "Bullets", "Button", "Heading", "Letter", "Line", "Paragraph", "Rule", "Span", "Table",
    "Wording", "plain", "spoken",
]  # fmt: skip


class Wording(Voice):
    """Speaks for one authority. Any thread may have it speak."""

    @classmethod
    def of(cls, settings: Settings, token: Callable[[str], str] = str, *, chat: bool = False) -> Self:
        """As configured. `token`: what stands in the address of a one-time link, by its id."""
        return cls(
            data.folder("mail_templates"), authority=settings.authority.name, zone=settings.timezone, help_contact=settings.help,
            contents_days=settings.retention.contents_days, held_days=settings.retention.held_days,
            attachment_bytes_max=settings.files.attachment_bytes_max, link_days=settings.web.link_days,
            page=lambda link_id: settings.web.page(token(link_id)),
            proof=lambda proof_id: settings.web.proof(token(proof_id)), chat=chat,
        )  # fmt: skip

    def prepare(self) -> None:
        """Load what it takes to speak, a tenth of a second of work, before it is wanted."""
        assert self._speaker  # noqa: S101 - it is made when it is first looked at

    def letter(self, notice: Notice) -> Letter:
        """The notice in words. Raises jinja2's errors and `BadTemplate` where its template is at fault."""
        return self._speaker.letter(notice)

    def fault(self, finding: Finding, model: str = "") -> str:
        """One thing that is at fault, as a sentence. `model`: a good name."""
        return self._speaker.fault(finding, model)

    @cached_property
    def _speaker(self) -> "Speaker":
        from bot.wording.speaker import Speaker  # noqa: PLC0415 - its libraries take 4 MiB: only where somebody speaks

        return Speaker(self)
