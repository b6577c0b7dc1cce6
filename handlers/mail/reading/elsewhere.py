"""Links in a letter to files that lie elsewhere: recognised by where they lead, never followed (lesson L42)."""

import html
import re
from collections.abc import Iterable
from urllib.parse import unquote

from handlers.mail.reading.clients import FRAME_ELEMENTS, QUOTED_BELOW_ELEMENTS, QUOTED_ELEMENTS

LOOKED_AT_MAX = 1 << 17
"""Characters of a letter that are looked at."""
PLACES = {
    "encrypted-office": r"outlook\.office(?:365)?\.com/Encryption/",
    "encrypted-egress": r"(?:reader|switch|esi)\.egress\.com/",
    "encrypted-cisco": r"res\.cisco\.com/(?:websafe|envelopeopener)",
    "encrypted-mimecast": r"[a-z0-9-]{0,40}secur[a-z0-9-]{0,40}\.mimecast\.com/|mimecast\.com/[\w/-]{0,60}secure-?messag",
    "encrypted-zix": r"[a-z0-9.-]{0,60}zixmail\.net/|[a-z0-9.-]{0,60}zixport(?:al)?\.com/",
    "link-onedrive": r"1drv\.ms/|onedrive\.live\.com/|[a-z0-9-]{1,63}-my\.sharepoint\.com/",
    "link-sharepoint": r"[a-z0-9-]{1,63}\.sharepoint\.com/",
    "link-google": r"(?:drive|docs)\.google\.com/",
    "link-dropbox": r"(?:www\.)?dropbox\.com/(?:s|scl|sh|t|l|transfer)/|db\.tt/",
    "link-wetransfer": r"we\.tl/|(?:[a-z0-9-]{1,63}\.)?wetransfer\.com/",
    "link-icloud": r"www\.icloud\.com/(?:attachment|iclouddrive)|cvws\.icloud-content\.com/",
    "link-elsewhere": r"(?:[a-z0-9-]{1,63}\.)?(?:app\.box\.com|box\.com/s|mega\.nz|fromsmash\.com|transfernow\.net|sharefile\.(?:com|eu)"
    r"|hightail\.com|filemail\.com|mailbigfile\.com)/",
}
"""Where each product keeps what it links to, as the name of what is advised. The first that fits a link counts."""
LINK = re.compile(
    "(?://|__)(?:"
    + "|".join(f"(?P<{fault.replace('-', '_')}>{place})" for fault, place in PLACES.items())
    + r")[^\s\"'<>]",
    re.IGNORECASE,
)
"""Gateways wrap links (Safe Links, URL Defense): what is wrapped is found in the midst of theirs."""
DEFENDED = re.compile(r"https?-3A__", re.IGNORECASE)
"""URL Defense, version 2: `-` stands for `%`, `_` for `/`."""
QUOTED = re.compile(
    r"<blockquote\b|\b(?:class|id)\s*=\s*[\"']?(?:[^\"'<>]{0,200}\s)?(?:"
    + "|".join(re.escape(mark) for mark in sorted(FRAME_ELEMENTS | QUOTED_ELEMENTS | QUOTED_BELOW_ELEMENTS))
    + r")[\s\"'>]",
    re.IGNORECASE,
)
"""From here on a page shows what was written before."""
TARGET = re.compile(
    r"""<a\b[^<>]{0,2000}?\bhref\s*=\s*(?:"([^"<>]{1,4000})"|'([^'<>]{1,4000})'|([^\s"'<>]{1,4000}))""", re.IGNORECASE
)


def links(text: str, pages: Iterable[str]) -> tuple[str, ...]:
    """What to advise on the links in the new text of a letter and in the new part of its pages; each product once."""
    said = [text[:LOOKED_AT_MAX]]
    for page in pages:
        new = page[:LOOKED_AT_MAX]
        quoted = QUOTED.search(new)
        said += ["".join(found) for found in TARGET.findall(new[: quoted.start() if quoted else None])]
    return tuple(dict.fromkeys(fault for words in said for fault in _leading(words)))


def _leading(words: str) -> Iterable[str]:
    plain = unquote(html.unescape(words)) if "&" in words else unquote(words)
    if DEFENDED.search(plain):
        plain = plain.replace("-3A", ":").replace("_", "/")
    return (found.lastgroup.replace("_", "-") for found in LINK.finditer(plain) if found.lastgroup)
