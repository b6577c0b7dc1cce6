"""The one address in From, or doubt: people see what their mail program makes of it, and we must see the same."""

import re
import unicodedata

from bot.rules.address import normal
from handlers.mail.message.head import Head
from handlers.mail.trust.lexical import Doubtful, uncommented

NAMED = re.compile(r'(?P<name>(?:"(?:[^"\\]|\\.)*"|[^"<>,;:\\()\[\]])*)<(?P<address>[^<>"\s]+)>')
"""A display name, quoted where it must be, and an address in brackets. A name may hold an @ only as `_unhidden` allows."""
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
ADDRESS = re.compile(rf"{ATOM}(?:\.{ATOM})*@{LABEL}(?:\.{LABEL})+\.?")
"""Plain ASCII, no quotes, no literal, at least two labels: nobody on a roster has any other."""
ENCODED_WORD = "=?"


def author(head: Head) -> str:
    """The address in From, in its normal form. Raises Doubtful where there is not exactly one, plain to see (lesson L1)."""
    if head.cut:
        raise Doubtful("its head is longer than any mail program writes")
    values = head.all("From")
    if len(values) != 1:
        raise Doubtful(f"it has {len(values) or 'no'} From {'lines' if values else 'line'}, and must have one")
    return address_in(values[0], "From")


def sender(head: Head) -> str | None:
    """The address in Sender, in its normal form; None where there is no Sender. Raises Doubtful (lesson L6)."""
    values = head.all("Sender")
    if len(values) > 1:
        raise Doubtful("it has more than one Sender line")
    return address_in(values[0], "Sender") if values else None


def address_in(value: str, field: str) -> str:
    """The one address in the value of an address field, in its normal form.

    Raises Doubtful for none, for several, for a group, for an encoded address, and for whatever mail programs read
    differently. A display name and comments are no matter.
    """
    text = uncommented(value, field)
    named = NAMED.fullmatch(text)
    address = named["address"] if named else text
    plain = ADDRESS.fullmatch(address)
    if not plain or ENCODED_WORD in address:
        raise Doubtful(f"{field} does not hold exactly one address that is plain to see")
    found = normal(address)
    if found is None or found != address.rstrip(".").lower() or (named and not _unhidden(named["name"], found)):
        raise Doubtful(f"{field} does not hold exactly one address that is plain to see")
    if not all(map(_is_legible, found.rpartition("@")[2].split("."))):
        raise Doubtful(f"{field} names a domain in letters that can be taken for others")
    return found


def _is_legible(label: str) -> bool:
    """Whether a label of a domain is of Latin letters alone: `xn--…` can hold a Cyrillic а, which no reader tells from a.

    Accents stay: there are Welsh domains with a ŵ.
    """
    if not label.startswith("xn--"):
        return True
    try:
        letters = label.removeprefix("xn--").encode().decode("punycode")
    except UnicodeError:
        return False
    return all(letter.isascii() or unicodedata.name(letter, "").startswith("LATIN ") for letter in letters)


def _unhidden(name: str, address: str) -> bool:
    """Whether a display name cannot be taken for an address, because it holds none outside quotes, or is the same one."""
    bare = QUOTED.sub("", name).strip()
    return "@" not in bare or (bare == name.strip() and normal(bare) == address)
