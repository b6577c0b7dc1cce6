"""How alike two words are.

rapidfuzz takes 4 MiB with all that comes with it: it is loaded with the first slip of the hand that somebody makes.
"""


def slips(said: str, meant: str) -> int:
    """Letters wrong, missing, too many, or two that changed places (the distance of optimal string alignment)."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - see above

    return OSA.distance(said, meant)


def likeness(one: str, other: str) -> float:
    """From 0, nothing in common, to 100, the same (the normalised distance of insertions and deletions)."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - see above

    return fuzz.ratio(one, other)
