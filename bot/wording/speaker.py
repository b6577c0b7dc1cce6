"""Fills templates and reads what they come to: with this module the libraries are loaded that it takes to speak."""

from collections.abc import Mapping

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from bot.notices import Finding, Notice
from bot.wording import speaking
from bot.wording.compiled import Compiled
from bot.wording.letter import BadTemplate, Letter, Paragraph, spoken
from bot.wording.reading import blocks
from bot.wording.values import Values, plain
from bot.wording.voice import Voice

CHAT = "chat"
"""The folder of what is said otherwise where there are buttons."""
SUBJECT = "Subject: "
SUBJECT_CHARACTERS_MAX = 250
"""A longer subject is cut: no list of mails shows as much, and a name can be of any length."""
_COMPILED = Compiled()


class Speaker:
    """Speaks with one voice."""

    def __init__(self, voice: Voice) -> None:
        """Nothing is read before it is asked to speak."""
        self._authority = voice.authority
        folders = [voice.templates / CHAT, voice.templates] if voice.chat else [voice.templates]
        self._environment = Environment(
            loader=FileSystemLoader(folders), undefined=StrictUndefined, finalize=_set_aside,
            autoescape=False,  # noqa: S701 - what is filled in is no HTML, and every value is set aside
            trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, auto_reload=False,
            bytecode_cache=_COMPILED,
        )  # fmt: skip
        self._environment.filters.update(
            when=lambda at: speaking.when(at, voice.zone),
            day=lambda on: speaking.day(on, voice.zone),
            size=speaking.size,
            listed=speaking.listed,
        )
        self._environment.globals |= {
            "authority": voice.authority, "help": voice.help_contact, "contents_days": voice.contents_days,
            "held_days": voice.held_days, "attachment_bytes_max": voice.attachment_bytes_max, "link_days": voice.link_days,
            "page": voice.page, "proof": voice.proof,
        }  # fmt: skip

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
