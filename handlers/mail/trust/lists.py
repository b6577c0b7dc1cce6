"""Mail that came by way of a mailing list or a group, and so is not quite its author's any more (lesson L10)."""

import re

from bot.rules.address import normal
from handlers.mail.message.head import Head
from handlers.mail.trust.lexical import Doubtful

POST = re.compile(r"<mailto:([^<>?\s]{3,254})", re.IGNORECASE)
"""Where one writes to a list (RFC 2369, section 3.4)."""
REWRITTEN = (
    "it came by way of a mailing list or a group, which put its own address in From; whoever wrote it has to send it "
    "straight to us"
)


def check_own_words(head: Head, address: str) -> None:
    """Raises Doubtful where From names a list in its author's place: lists do so lest DMARC fail.

    An answer would go to everybody on the list; and whom the list says it stands for is not proven, so they are not
    written to either. The list's server hears it in the dialogue, and what a relay brought waits for an administrator.
    """
    lists = {normal(found) for value in head.all("List-Post") for found in POST.findall(value)}
    if head.all("X-Original-From") or address in lists:
        raise Doubtful(REWRITTEN)


def by_list(head: Head) -> bool:
    """Whether it came by way of a list that may have altered it, so that no signature holds."""
    return bool(head.all("List-Id") or head.all("List-Post"))
