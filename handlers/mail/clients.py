"""How mail programs mark what is not new in a letter: one table for each way they have (lesson L40).

Where nothing here is found the text is kept: better a quoted line too many than a word lost.
"""

import re

QUOTED_ELEMENTS = frozenset({
    "gmail_quote",  # Gmail
    "gmail_attr",
    "moz-cite-prefix",  # Thunderbird
    "moz-forward-container",
    "yahoo_quoted",
    "protonmail_quote",
    "zmail_extra",  # Zoho
})  # fmt: skip
"""Class or id, in lower case, of an element that holds what somebody wrote before."""

SIGNATURE_ELEMENTS = frozenset({
    "gmail_signature",
    "gmail_signature_prefix",
    "moz-signature",
    "applemailsignature",
    "signature",  # Outlook on the web
    "ms-outlook-mobile-signature",
    "protonmail_signature_block",
})  # fmt: skip
"""Class or id of an element that holds a signature."""

QUOTED_BELOW_ELEMENTS = frozenset({
    "divrplyfwdmsg",  # Outlook
    "appendonsend",
    "olk_src_body_section",  # Outlook for Mac
    "mail-editor-reference-message-container",
})  # fmt: skip
"""Class or id of an element from which on everything was written before."""

QUOTED_BELOW = re.compile(
    r"[^\w>]{0,10}please reply above this line\b"  # our own
    r"|-{2,}\s*(original message|original appointment|forwarded message|forwarded by\b.{0,200})\s*-{2,}\s*$"
    r"|begin forwarded message:\s*$",  # Apple
    re.IGNORECASE,
)
"""A line from which on everything was written before."""

QUOTED_LINE = re.compile(r"[ \t]{0,3}>")
"""A line that was written before, among new ones."""

RULE_LINE = re.compile(r"[ \t]*[-_*=]{5,}[ \t]*$")
"""Drawn above what was written before; nothing by itself."""

ATTRIBUTION_LINES_MAX = 4
"""Lines over which «On … wrote:» may be broken."""
ATTRIBUTION_MAX = 1000
"""Characters of it."""
ATTRIBUTION_BEGINS = re.compile(r"[ \t]{0,4}On ")
ATTRIBUTION_NAMES = re.compile(r"\b([0-9]{1,2}[:.][0-9]{2}|[0-9]{4})\b")
"""It must name a time or a year: «On Monday the head wrote:» is somebody's own sentence."""
ATTRIBUTION_ENDS = "wrote:"
"""«On Mon, 5 Oct 2026 at 09:00, Returns <returns@…> wrote:»"""

HEADER_LINES_MAX = 7
"""Lines in which Outlook repeats the header of what it quotes."""
HEADER_LINE = re.compile(r"[ \t]{0,3}\*?(From|Sent|Date|To|Subject)[ \t]?:\*?(?:[ \t]|$)", re.IGNORECASE)
HEADER_MUST_NAME: tuple[frozenset[str], ...] = (frozenset({"sent", "date"}), frozenset({"to", "subject"}))
"""One of each, besides From; a person may well begin a line with «To:»."""

SIGNATURE_LINE = "--"
"""RFC 3676, section 4.3, whose trailing space gets lost on the way."""

ADVERTISEMENT = re.compile(
    r"[ \t]*(sent from (my|an?) [\w ]{1,40}"
    r"|sent from (outlook|mail|yahoo mail|windows mail|samsung mobile|aol|proton mail)\b(<[^>]*>| (for|on) \w+|\s){0,6}"
    r"|sent via (the )?[\w ]{1,40}"
    r"|get outlook for (ios|android|mac)(\s?<[^>]*>)?)[ \t.]*$",
    re.IGNORECASE,
)
"""What a telephone's mail program adds to every letter."""
