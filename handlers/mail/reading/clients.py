"""How mail programs mark what is not new in a letter: one table for each way they have (lesson L40).

Where nothing here is found the text is kept: better a quoted line too many than a word lost.
"""

import re

from handlers.mail.reading.languages import OLDER, TELEPHONES

FRAME_ELEMENTS = frozenset({"gmail_quote", "gmail_quote_container"})
"""Class of Gmail's element around what it quotes, in which an answer may also stand, below the quotation itself."""

ATTRIBUTION_ELEMENT = "gmail_attr"
"""Gmail's line above it; above a forwarded letter the lines that say so, and that letter is marked no further."""

QUOTED_ELEMENTS = frozenset({
    "moz-cite-prefix",  # Thunderbird
    "moz-forward-container",
    "moz-email-headers-table",
    "yahoo_quoted",
    "protonmail_quote",
    "zmail_extra",  # Zoho
    "ms-outlook-mobile-reference-message",  # Outlook on telephones
})  # fmt: skip
"""Class or id, in lower case, of an element that holds what somebody wrote before."""

QUOTATION_MARKS = frozenset({"cite", "gmail_quote", "quote"})
"""Type or class of a blockquote that does; without one it may be an indented paragraph."""

SIGNATURE_ELEMENTS = frozenset({
    "gmail_signature",
    "gmail_signature_prefix",
    "moz-signature",
    "applemailsignature",
    "signature",  # Outlook on the web
    "ms-outlook-mobile-signature",
    "ms-outlook-ios-signature",
    "composer_signature",  # Samsung
    "protonmail_signature_block",
})  # fmt: skip
"""Class or id of an element that holds a signature."""

SIGNATURE_BEGINS = frozenset({
    "_mailautosig",  # Outlook's bookmark, on the signature's first words
    "linebreakatbeginningofsignature",  # Apple Mail
})  # fmt: skip
"""Name or id of an element from which on the signature follows; nothing tells where it ends."""

QUOTED_BELOW_ELEMENTS = frozenset({
    "divrplyfwdmsg",  # Outlook
    "appendonsend",
    "_mailoriginal",
    "outlookmessageheader",
    "olk_src_body_section",  # Outlook for Mac
    "mail-editor-reference-message-container",
})  # fmt: skip
"""Class, id or name of an element from which on everything was written before."""

QUOTED_BELOW_STYLE = re.compile(
    r"border:none;\s{0,2}border-top:solid #?\w{1,20} 1\.0pt;\s{0,2}padding:3\.0pt 0(?:cm|in)? 0", re.IGNORECASE
)
"""The line that Outlook draws above an older letter's header; Word's own borders have another padding."""

OURS_BELOW = re.compile(r"[^\w>]{0,10}please reply above this line\b", re.IGNORECASE)
"""The first line of each letter of ours."""

QUOTED_BELOW = re.compile(
    rf"{OURS_BELOW.pattern}|\W{{0,3}}-{{2,}}\s*(?:{OLDER})\s*-{{2,}}\W{{0,3}}$",
    re.IGNORECASE,
)
"""A line from which on everything was written before."""

BETWEEN_DASHES = re.compile(r"[ \t]{0,3}-{4,}\s?(?!BEGIN )[^\W\d_][^-\n]{3,60}\s?-{4,}$")
"""Such a line in any language, where a header follows. An armour, which may be followed by one too, is none (RFC 9580, 6.2)."""

QUOTED_LINE = re.compile(r"[ \t]{0,3}>")
"""A line that was written before, among new ones."""

WRAPPED_COLUMNS = 71
"""A line that is longer once marked as quoted is broken by some programs, which do not mark what they break off."""

RULE_LINE = re.compile(r"[ \t]*[-_*=]{5,}[ \t]*$")
"""Drawn above what was written before; nothing by itself."""

HEADER_LINES_MAX = 8
"""Lines in which an older letter's header is repeated."""
HEADER_LINE = re.compile(r"[ \t]{0,3}\*{0,2}([^\W\d_][\w'’ ]{0,24}?)[ \t]?:\*{0,2}(?:[ \t](.{0,200})|$)")
"""A label and what it says."""
CLOCK = re.compile(r"[0-9][:.h][0-9]{2}")
"""A header says when in hours and minutes; a person who heads a note «From: … To: … Date: …» does not."""

SIGNATURE_LINES = frozenset({"--", "—"})
"""RFC 3676, section 4.3, whose trailing space gets lost on the way; telephones make a long dash of it (lesson L51)."""

DEVICE = (
    r"(?:i ?phone|i ?pad|mac|galaxy|samsung|android|huawei|honor|pixel|nokia|motorola|oneplus|xiaomi|redmi|oppo|sony|htc"
    r"|blackberry|windows|surface|chromebook|phone|mobile|smartphone|tablet|handheld|mobile device|mobilgerät|ffôn)"
    r"[\w+' ]{0,40}"
)
ADVERTISEMENT = re.compile(
    rf"[ \t(]*(?:sent (?:from|via|with|by|using) (?:my |an? |the )?{DEVICE}"
    r"|sent (?:from|via|with|using) (?:outlook|mail|yahoo mail|yahoo|windows mail|bt ?mail|bt email|aol|proton ?mail"
    r"|gmail|airmail|spark)\b(?:<[^<>]*>| mobile| app| secure email| (?:for|on) \w+|\s){0,6}"
    r"|get outlook for (?:ios|android|mac)(?:\s?<[^<>]*>)?"
    rf"|{TELEPHONES.format(device=DEVICE)})[ \t.)]*$",
    re.IGNORECASE,
)
"""What a telephone's mail program adds to every letter."""
