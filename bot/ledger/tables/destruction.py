"""What is to be destroyed, or may have to be."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.ledger.base import Table


class DestroyOrder(Table):
    """The word that contents must go: committed with the change, carried out by the vault afterwards."""

    __tablename__ = "destroy_orders"
    __table_args__ = (Index("destroy_orders_of_file", "file_id"),)

    object_id: Mapped[str] = mapped_column(primary_key=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    """None for what never was a file, such as the raw message."""
    why: Mapped[str]
    ordered_at: Mapped[datetime]
    ordered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """None: Postroom itself."""
    done_at: Mapped[datetime | None] = mapped_column(index=True)


class Orphan(Table):
    """Something in the vault to which no row refers. It may be on its way: only what stays so is destroyed."""

    __tablename__ = "orphans"

    object_id: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]
    """When it was first seen to be one."""
