"""A letter in Slack's blocks (https://docs.slack.dev/reference/block-kit/blocks). All text is literal: nothing that somebody
named or wrote becomes a mention, a link or markup."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.notices import FileFacts, Home, Lists, Notice
from bot.parcels import Parcel
from bot.rules import reference
from bot.wording import Action, Block, Bullets, Button, Heading, Letter, Line, Paragraph, Rule, Span, Table, spoken
from handlers.slack import menus
from handlers.slack.elements import Json, literal
from handlers.slack.text import escaped
from handlers.slack.values import Value

BLOCKS_MAX = 45
"""Of one page; Slack allows 50 a message, and the page turner takes one."""
WEIGHT_MAX = 12_000
"""Of one page: Slack refuses about 13,000 characters in all, and every block counts as some more."""
BLOCK_WEIGHS = 125
"""A block by itself (measured in https://github.com/slackapi/bolt-js/issues/2509)."""
HEADER_CHARACTERS_MAX = 150
SPAN_CHARACTERS_MAX = 2800
"""Of one run of text; a longer comment goes on in the next."""
LABEL_CHARACTERS_MAX = 75
"""Of a button's label. A longer file name is told apart by its end, which bears the date."""
CONFIRM_CHARACTERS_MAX = 30
"""Of the label on the button that confirms."""
ROW_MAX = 5
"""Buttons side by side."""
OPEN = "open"
"""The action of a button that leads to a page: it is acknowledged and nothing else."""
PAGE = "page"
"""The action of a button that turns the page."""
AGO = "ago:"
"""How the target of a link begins that is a moment, in seconds since 1970: it is told how long ago that was."""
FALLBACK_CHARACTERS_MAX = 400
"""Slack takes 4,000 where a message is changed, and what it might take for notation grows fivefold."""


@dataclass(frozen=True)
class Drawn:
    """One page of a letter."""

    blocks: list[Json]
    text: str
    """What a notification shows; Slack looks for its notation in it."""


def draw(parcel: Parcel, page: int = 0) -> Drawn:
    """The page of this number, counted from 0; the last one where there are fewer."""
    drawn = pages(parcel.id, parcel.notice, parcel.letter)
    return drawn[max(0, min(page, len(drawn) - 1))]


def pages(notice_id: str, notice: Notice, letter: Letter) -> list[Drawn]:
    """All pages of a letter; never empty. `notice_id`: what its buttons bring back."""
    parts = paginate(_rows(notice_id, notice, letter))
    text = _fallback(letter)
    if len(parts) == 1:
        return [Drawn(_numbered(parts[0]), text)]
    turned = ([*blocks, _turner(notice_id, at, len(parts))] for at, blocks in enumerate(parts))
    return [Drawn(_numbered(blocks), text) for blocks in turned]


def paginate(blocks: Iterable[Json]) -> list[list[Json]]:
    """The blocks in pages that Slack takes; never empty. A heading begins a page rather than ends one."""
    pages: list[list[Json]] = [[]]
    room = WEIGHT_MAX
    for block in blocks:
        weight = BLOCK_WEIGHS + characters(block)
        if pages[-1] and (len(pages[-1]) >= BLOCKS_MAX or weight > room):
            carried = [pages[-1].pop()] if _is_heading(pages[-1][-1]) and len(pages[-1]) > 1 else []
            pages.append(carried)
            room = WEIGHT_MAX - sum(BLOCK_WEIGHS + characters(one) for one in carried)
        pages[-1].append(block)
        room -= weight
    return pages


def characters(block: object) -> int:
    """All text in a block, seen or not."""
    if isinstance(block, dict):
        own = sum(length(block[key]) for key in ("text", "value", "url") if isinstance(block.get(key), str))
        return own + sum(characters(value) for value in block.values() if not isinstance(value, str))
    return sum(map(characters, block)) if isinstance(block, list) else 0


def length(text: str) -> int:
    """Characters as the strictest counter has them: those beyond the basic plane are two."""
    return len(text) + sum(character > "\uffff" for character in text)


def draw_home(parcel: Parcel) -> Json:
    """The home in a view (https://docs.slack.dev/reference/views/home-tab-views)."""
    return {"type": "home", "blocks": _numbered(list(_rows(parcel.id, parcel.notice, parcel.letter)))}


def _rows(notice_id: str, notice: Notice, letter: Letter) -> Iterator[Json]:
    """The letter's blocks, buttons that follow one another side by side.

    Where there are menus they stand in the place of the first line across; what stands below any other is small print.
    """
    waiting: list[Json] = []
    menu = notice.menu if isinstance(notice, Lists) else None
    small = False
    for block in letter.blocks:
        if isinstance(block, Button | Action):
            waiting.append(_button(block, notice_id, notice))
            continue
        yield from _actions(waiting)
        waiting = []
        if menu and isinstance(block, Rule):
            yield from menus.blocks(menu)
            menu = None
            continue
        small = small or isinstance(block, Rule)
        yield from _small(block.line) if small and isinstance(block, Paragraph) else _block(block)
    yield from _actions(waiting)


def _small(line: Line) -> Iterator[Json]:
    yield from ({"type": "context", "elements": [literal(spoken(part))]} for part in _cut(line))


def _block(block: Block) -> Iterator[Json]:
    match block:
        case Heading(line, 1) if sum(length(span.text) for span in line) <= HEADER_CHARACTERS_MAX:
            yield {"type": "header", "text": literal("".join(span.text for span in line))}
        case Heading(line):
            yield _rich([_section([Span(span.text, strong=True, link=span.link) for span in line])])
        case Paragraph(line):
            yield from (_rich([_section(part)]) for part in _cut(line))
        case Bullets(items):
            for sections in _lists([_section(part) for item in items for part in _cut(item)]):
                yield _rich([{"type": "rich_text_list", "style": "bullet", "elements": sections}])
        case Table(rows):
            yield from (_rich([_section(part)]) for part in _cut(_lines(rows)))


def _lists(items: Iterable[Json]) -> Iterator[list[Json]]:
    """The items of a list in lists none of which is too long for one block."""
    part: list[Json] = []
    room = SPAN_CHARACTERS_MAX
    for item in items:
        if part and characters(item) > room:
            yield part
            part, room = [], SPAN_CHARACTERS_MAX
        part.append(item)
        room -= characters(item)
    yield part


def _lines(rows: Sequence[tuple[Line, Line]]) -> Line:
    """A table as lines of a label and its value."""
    spans: list[Span] = []
    for label, value in rows:
        if spans:
            spans.append(Span("\n"))
        words = "".join(span.text for span in label)
        spans += [Span(f"{words}:", strong=True), Span(" "), *value]
    return tuple(spans)


def _cut(line: Line) -> Iterator[Line]:
    """The line in parts none of which is too long for one block."""
    part: list[Span] = []
    room = SPAN_CHARACTERS_MAX
    for span in line:
        text = span.text
        while len(text) > room:
            part.append(Span(text[:room], span.strong, span.code, span.link))
            yield tuple(part)
            part, text, room = [], text[room:], SPAN_CHARACTERS_MAX
        part.append(Span(text, span.strong, span.code, span.link))
        room -= len(text)
    yield tuple(part)


def _rich(elements: list[Json]) -> Json:
    return {"type": "rich_text", "elements": elements}


def _section(line: Iterable[Span]) -> Json:
    return {"type": "rich_text_section", "elements": [_span(span) for span in line if span.text]}


def _span(span: Span) -> Json:
    style = {name: True for name, has in (("bold", span.strong), ("code", span.code)) if has}
    look = {"style": style} if style else {}
    if span.link.startswith(AGO):
        seconds = int(span.link.removeprefix(AGO))
        return {"type": "date", "timestamp": seconds, "format": "{ago}", "fallback": span.text, **look}
    if span.link:
        return {"type": "link", "url": span.link, "text": span.text, **look}
    return {"type": "text", "text": span.text, **look}


def label(text: str) -> str:
    """The text as a button can bear it: of a long one the beginning and the end."""
    half = LABEL_CHARACTERS_MAX // 2
    return text if len(text) <= LABEL_CHARACTERS_MAX else f"{text[: half - 1]}…{text[-half:]}"


def _button(block: Button | Action, notice_id: str, notice: Notice) -> Json:
    if isinstance(block, Action):
        return {"type": "button", "text": literal(label(block.label)), "url": block.url, "action_id": OPEN}
    say = f"{block.word} {block.argument}".strip()
    offers = notice.offers if isinstance(notice, Home) else {}
    bearer, meant = offers.get(say, (notice_id, say))
    value = Value(notice=bearer, say=meant, seen=_seen(block.argument, notice.mentioned()))
    button: Json = {
        "type": "button", "text": literal(label(block.shown or say.capitalize())), "value": value.written(),
        "action_id": block.word, **({"style": "primary"} if block.primary else {}),
    }  # fmt: skip
    if block.warning:
        button["confirm"] = {
            "title": literal("Are you sure?"), "text": literal(block.warning), "confirm": literal(label(block.shown)[:CONFIRM_CHARACTERS_MAX]),
            "deny": literal("Cancel"), "style": "danger",
        }  # fmt: skip
    return button


def _seen(argument: str, mentioned: Iterable[FileFacts]) -> dict[str, int]:
    """The versions of the files that a button is about: of those it names, else of all that its notice speaks of."""
    named = reference.find(argument)
    return {file.reference: file.version for file in mentioned if not named or file.reference in named}


def _actions(buttons: Sequence[Json]) -> Iterator[Json]:
    for at in range(0, len(buttons), ROW_MAX):
        yield {"type": "actions", "elements": list(buttons[at : at + ROW_MAX])}


def _numbered(blocks: list[Json]) -> list[Json]:
    """The same, with no action named twice in one message."""
    known: Counter[str] = Counter()
    for button in (element for block in blocks if block["type"] == "actions" for element in block["elements"]):
        word = button["action_id"]
        known[word] += 1
        if known[word] > 1:
            button["action_id"] = f"{word}:{known[word]}"
    return blocks


def _turner(notice: str, at: int, pages: int) -> Json:
    turns = [(at - 1, "◀ Back"), (at + 1, f"Page {at + 2} of {pages} ▶")]
    return {"type": "actions", "elements": [
        {
            "type": "button", "text": literal(words), "action_id": PAGE,
            "value": Value(notice=notice, say=f"{PAGE} {to}").written(),
        }
        for to, words in turns if 0 <= to < pages
    ]}  # fmt: skip


def _is_heading(block: Json) -> bool:
    if block["type"] == "header":
        return True
    spans = block["elements"][0].get("elements", []) if block["type"] == "rich_text" else []
    return bool(spans) and all(span.get("style") == {"bold": True} for span in spans)


def _fallback(letter: Letter) -> str:
    return escaped(letter.subject[:FALLBACK_CHARACTERS_MAX])
