"""Notices that look otherwise than the example of their kind: for whoever previews, reads or looks at all messages."""

from bot.notices import KINDS
from bot.notices.variants import asking, deciding, sending
from bot.notices.variants.variant import Variant

__all__ = ["VARIANTS", "Variant", "every"]

VARIANTS = (*sending.VARIANTS, *asking.VARIANTS, *deciding.VARIANTS)


def every() -> list[Variant]:
    """The example of every kind, followed by its variants."""
    return [
        one
        for kind, notice in KINDS.items()
        for one in (Variant(kind, "", notice.example), *(other for other in VARIANTS if other.notice.kind == kind))
    ]
