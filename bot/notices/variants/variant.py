"""What a variant is."""

from dataclasses import dataclass

from bot.notices import Notice


@dataclass(frozen=True)
class Variant:
    """One notice worth a look of its own."""

    name: str
    """Its kind, and a word for what is different."""
    when: str
    """What is different, as a sentence."""
    notice: Notice
