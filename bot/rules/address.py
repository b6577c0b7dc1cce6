"""Email addresses as they are compared (lesson L12), and which mailboxes nobody may act from (docs/rules.md, «Duties»)."""

import re
from collections.abc import Collection
from fnmatch import fnmatchcase

WRAPPING = "<>\"'’‘“” \t\u00a0,;."
PLAUSIBLE = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,253}")
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


def normal(text: str) -> str | None:
    """The form in which addresses are compared: trimmed, case folded, the domain in ASCII. Plus-tags stay distinct.

    None where it is not one plausible address. Never raises.
    """
    trimmed = text.strip(WRAPPING)
    if not PLAUSIBLE.fullmatch(trimmed):
        return None
    local, _, domain = trimmed.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode().lower()
    except UnicodeError:
        return None
    if not all(LABEL.fullmatch(label) for label in ascii_domain.split(".")) or "." not in ascii_domain:
        return None
    return f"{local.casefold()}@{ascii_domain}"


def is_shared(address: str, mailboxes: Collection[str]) -> bool:
    """Whether several people read this mailbox, by its name: with or without a plus-tag."""
    local = address.rpartition("@")[0].partition("+")[0]
    return local.casefold() in {mailbox.casefold() for mailbox in mailboxes}


def is_personal(address: str, domains: Collection[str]) -> bool:
    """Whether it is a private mailbox: at one of these domains or below it; `hotmail.*` stands for every ending."""
    domain = address.rpartition("@")[2].casefold()
    return any(fnmatchcase(domain, pattern) or fnmatchcase(domain, f"*.{pattern}") for pattern in domains)
