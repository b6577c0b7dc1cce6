"""The `rich_text` block (docs.slack.dev/reference/block-kit/blocks/rich-text-block)."""

from tests.slack.kit_elements import URL
from tests.slack.kit_shapes import Check, flag, listed, one_of, shape, text, typed, whole

MANY = 10_000
"""Slack states no number of elements; the length of the whole message bounds them."""
ID = text(255)


def styled(*styles: str) -> dict[str, Check]:
    """What may be said of how an element looks."""
    return {"style": shape({}, dict.fromkeys(styles, flag))}


LETTERS = styled("bold", "italic", "strike", "code", "underline")
MENTION = styled("bold", "italic", "strike", "highlight", "client_highlight", "unlink")
INLINE: dict[str, Check] = {
    "text": shape({"text": text(MANY)}, LETTERS),
    "link": shape({"url": URL}, LETTERS | {"text": text(MANY), "unsafe": flag}),
    "emoji": shape({"name": text(255)}, {"unicode": text(255), "skin_tone": whole(1, 6), "url": URL}),
    "user": shape({"user_id": ID}, MENTION),
    "usergroup": shape({"usergroup_id": ID}, MENTION),
    "channel": shape({"channel_id": ID}, MENTION),
    "broadcast": shape({"range": one_of("here", "channel", "everyone")}),
    "color": shape({"value": text(255)}),
    "date": shape(
        {"timestamp": whole(0, 2**53), "format": text(3000)},
        LETTERS | {"url": URL, "fallback": text(3000)},
    ),
}
"""Every element of a line; `team` mentions are left out, for nothing documents where they may stand."""

border = {"border": one_of(0, 1)}
section = shape({"elements": listed(typed(INLINE), MANY)})
verbatim = typed({"text": shape({"text": text(MANY)}), "link": shape({"url": URL}, {"text": text(MANY)})})
PARTS: dict[str, Check] = {
    "rich_text_section": section,
    "rich_text_list": shape(
        {"style": one_of("bullet", "ordered"), "elements": listed(typed({"rich_text_section": section}), MANY)},
        border | {"indent": whole(0, 8), "offset": whole(0, MANY)},
    ),
    "rich_text_quote": shape({"elements": listed(typed(INLINE), MANY)}, border),
    "rich_text_preformatted": shape({"elements": listed(verbatim, MANY)}, border),
}
parts = listed(typed(PARTS), MANY)
