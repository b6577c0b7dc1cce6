"""How structured header fields are written (RFC 5322, section 3.2), for readers that would rather doubt than guess."""

import re

FIELD_MAX = 1 << 13
"""Characters of a field that is read at all: many times what any of them needs."""
OUTSIDE = re.compile(r'[^"()]+|"(?:[^"\\]|\\.)*"|\(')
INSIDE = re.compile(r"[^()\\]+|\\.|[()]")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\ufffd]")


class Doubtful(Exception):
    """What is written could be read in more than one way, or proves nothing; the message says why, for anybody to read."""


def uncommented(value: str, field: str) -> str:
    """The value of a field with each comment turned into a space, so that no words in one are taken for more (lesson L5).

    Raises Doubtful, naming the field, for control characters and for quotes or comments that do not end.
    """
    if len(value) > FIELD_MAX or CONTROL.search(value):
        raise Doubtful(f"{field} holds what no mail program writes")
    kept: list[str] = []
    depth = at = 0
    while at < len(value):
        if not (piece := (INSIDE if depth else OUTSIDE).match(value, at)):
            raise Doubtful(f"a quotation or a comment in {field} has no end or no beginning")
        at = piece.end()
        if piece[0] == "(":
            kept.append(" ")
        elif not depth:
            kept.append(piece[0])
        depth += (piece[0] == "(") - (depth > 0 and piece[0] == ")")
    if depth:
        raise Doubtful(f"a comment in {field} has no end")
    return "".join(kept).strip()
