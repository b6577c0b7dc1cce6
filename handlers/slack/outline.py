"""Blocks as words, for whoever previews a message: what is read from top to bottom, and each thing that can be pressed."""

from collections.abc import Iterator, Sequence

from handlers.slack.elements import Json


def outline(blocks: Sequence[Json]) -> str:
    """A paragraph for each block; what is pressed stands in brackets."""
    return "\n\n".join(OUTLINES[block["type"]](block) for block in blocks) + "\n"


def _header(block: Json) -> str:
    text: str = block["text"]["text"]
    return f"{text}\n{'=' * len(text)}"


def _context(block: Json) -> str:
    return "\n".join(str(one["text"]) for one in block["elements"])


def _rich(block: Json) -> str:
    return "\n".join(line for part in block["elements"] for line in _lines(part))


def _lines(part: Json) -> Iterator[str]:
    if part["type"] == "rich_text_list":
        yield from (f"- {_spans(item)}" for item in part["elements"])
    else:
        yield _spans(part)


def _spans(section: Json) -> str:
    return "".join(_span(element) for element in section["elements"])


def _span(element: Json) -> str:
    if element["type"] == "date":
        return str(element["fallback"])
    text = str(element["text"])
    return f"`{text}`" if element.get("style", {}).get("code") else text


def _actions(block: Json) -> str:
    return "\n".join(map(_pressed, block["elements"]))


def _section(block: Json) -> str:
    return f"{block['text']['text']}: {_pressed(block['accessory'])}"


def _input(block: Json) -> str:
    return f"{block['label']['text']}: {_pressed(block['element'])}"


def _pressed(element: Json) -> str:
    """Something that is pressed, or chosen, or written: of a menu what is chosen."""
    if element["type"] == "button":
        return _button(element)
    chosen = element.get("initial_options") or [one for one in [element.get("initial_option")] if one]
    shown = (
        ", ".join(one["text"]["text"] for one in chosen) or element.get("initial_date") or element.get("initial_value")
    )
    return f"[{shown or element['placeholder']['text']} ▾]"


def _button(button: Json) -> str:
    asked = button.get("confirm", {}).get("text", {}).get("text")
    target = f" opens {button['url']}" if "url" in button else ""
    return f"[{button['text']['text']}]{target}" + (f" asks first: {asked}" if asked else "")


OUTLINES = {
    "header": _header,
    "context": _context,
    "rich_text": _rich,
    "actions": _actions,
    "section": _section,
    "input": _input,
}
"""Every block that a message or a home of ours is made of."""
