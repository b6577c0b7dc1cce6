"""How what is kept comes to its end (docs/rules.md, «Retention»): the keeper says what is due, the shredder destroys it."""

from bot.retention.keeping import Keeper
from bot.retention.shredding import Shredder

__all__ = ["Keeper", "Shredder"]
