"""What was done when."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from bot.ledger.base import Table


class Upkeep(Table):
    """What keeps Postroom going, and when it was done last, or until when it rests (`bot.ledger.upkeep`)."""

    __tablename__ = "upkeep"

    what: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
