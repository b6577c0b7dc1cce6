"""Words every notice: `mail_templates/<kind>.md`, filled with its facts, becomes a Letter that each channel draws.

One source of words. A template begins with `Subject: …`; the rest is Markdown. It may use the notice's fields, `mentioned`
(the files it speaks of), and of the authority `authority` (its name), `help`, `contents_days`, `held_days`, `link_days` and
`attachment_bytes_max`; the filters `when`, `day`, `size` and `listed`; and `page(…)` and `proof(…)`, the address of a one-time
link to a file, or of one that proves who somebody in a chat is, by its id. An unknown fact is an error, never a gap.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from bot import data
from bot.notices import Finding, Notice
from bot.settings import Settings
from bot.settings.authority import Help
from bot.wording import speaking
from bot.wording.compiled import Compiled
from bot.wording.letter import (
    Action,
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
from bot.wording.reading import BadTemplate, blocks
from bot.wording.values import Values, plain

__all__ = [
    "Action", "BadTemplate", "Block", "Bullets", "Button", "Compiled", "Heading", "Letter", "Line", "Paragraph", "Rule", "Span",
    "Table", "Wording", "plain", "spoken",
]  # fmt: skip

Address = Callable[[str], str]

CHAT = "chat"
"""The folder of what is said otherwise where there are buttons."""
SUBJECT = "Subject: "
SUBJECT_CHARACTERS_MAX = 250
"""A longer subject is cut: no list of mails shows as much, and a name can be of any length."""
_COMPILED = Compiled()


class Wording:
    """Speaks for one authority."""

    def __init__(
        self, templates: Path, *, authority: str, zone: ZoneInfo, help_contact: Help, contents_days: int, held_days: int,
        attachment_bytes_max: int, link_days: int = 7, page: Address = "https://postroom.example/get/{}".format,
        proof: Address = "https://postroom.example/prove/{}".format, chat: bool = False,
    ) -> None:  # fmt: skip
        """`templates`: the folder `mail_templates`; `zone`: in which times are told; `page`, `proof`: where
        one-time links lead; `chat`: the reader presses buttons, and what stands before them is drawn anew when a file changes: what stands in
        the folder `chat` is said in the place of what is said by mail."""
        folders = [templates / CHAT, templates] if chat else [templates]
        self._environment = Environment(
            loader=FileSystemLoader(folders), undefined=StrictUndefined, finalize=_set_aside,
            autoescape=False,  # noqa: S701 - what is filled in is no HTML, and every value is set aside
            trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, auto_reload=False,
            bytecode_cache=_COMPILED,
        )  # fmt: skip
        self._environment.filters.update(
            when=lambda at: speaking.when(at, zone),
            day=lambda on: speaking.day(on, zone),
            size=speaking.size,
            listed=speaking.listed,
        )
        self._authority = authority
        self._environment.globals |= {
            "authority": authority, "help": help_contact, "contents_days": contents_days, "held_days": held_days,
            "attachment_bytes_max": attachment_bytes_max, "link_days": link_days, "page": page,
            "proof": proof,
        }  # fmt: skip

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

    def letter(self, notice: Notice) -> Letter:
        """The notice in words. Raises jinja2's errors and `BadTemplate` where its template is at fault."""
        facts = {name: getattr(notice, name) for name in type(notice).model_fields}
        values = Values()
        filled = self._fill(notice.template, facts | {"mentioned": notice.mentioned()}, values)
        head, _, body = filled.partition("\n")
        if not head.startswith(SUBJECT):
            raise BadTemplate(f"{notice.template} does not begin with «{SUBJECT}»")
        subject = values.put_back(head.removeprefix(SUBJECT)).strip()
        return Letter(_cut(subject), blocks(body, values.put_back), plain(self._authority))

    def fault(self, finding: Finding, model: str = "") -> str:
        """One thing that is at fault, as a sentence. `model`: a good name."""
        values = Values()
        facts = {"found": finding.found, "model": model}
        (block,) = blocks(self._fill(f"faults/{finding.fault}.md", facts, values), values.put_back)
        if not isinstance(block, Paragraph):
            raise BadTemplate(f"faults/{finding.fault}.md is not one sentence")
        return spoken(block.line)

    def _fill(self, template: str, facts: Mapping[str, object], values: Values) -> str:
        return self._environment.get_template(template).render(facts, values=values)


@pass_context
def _set_aside(context: Context, value: object) -> str:
    """What a template's `{{ … }}` leaves in the text. `parent` holds what `_fill` gave, in what is included too."""
    values: Values = context.parent["values"]
    return values.set_aside(value)


def _cut(subject: str) -> str:
    return subject if len(subject) <= SUBJECT_CHARACTERS_MAX else f"{subject[: SUBJECT_CHARACTERS_MAX - 1]}…"
