"""What of ours stands in chats."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.ledger.base import Table


class Surface(Table):
    """Something of ours that stands in a chat and shows how files are: it is drawn anew whenever that changes."""

    __tablename__ = "surfaces"
    __table_args__ = (
        UniqueConstraint("channel", "place", "stamp"), Index("surfaces_in_thread", "channel", "place", "thread"),
        Index("surfaces_due", "next_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    place: Mapped[str]
    """The conversation; for a home the identity of who sees it."""
    stamp: Mapped[str]
    """Which message of the conversation; empty for a home."""
    thread: Mapped[str] = mapped_column(default="")
    """The message below which it stands, if any."""
    notice_id: Mapped[str | None] = mapped_column(ForeignKey("outbox.id"), index=True)
    """What it tells; None for a home."""
    live: Mapped[bool] = mapped_column(default=True)
    """It shows how files stand; one that is not only tells what somebody did once."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    """Whose home it is."""
    view: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What its reader chose to see of it, such as filters."""
    wanted: Mapped[int] = mapped_column(default=0)
    """Raised whenever it should look otherwise."""
    drawn: Mapped[int] = mapped_column(default=0)
    """What `wanted` was when it was drawn last."""
    next_at: Mapped[datetime | None]
    """When it is due to be drawn; None: it is as it should be."""
    tries: Mapped[int] = mapped_column(default=0)
