"""Whether the keys' mirror can be had: without it nothing is stored or destroyed."""

from collections.abc import Iterator

from bot.vault import Vault
from bot.watching import Trouble

WHAT = "The mirror of the keys cannot be had, and mail has to wait"
WAITING = (
    "New mail is answered «452, try again later» and waits with the servers that sent it; what is due to be destroyed waits, "
    "too. What was taken in is safe, and can be read. It goes on by itself once the mirror is back."
)


def troubles(vault: Vault) -> Iterator[Trouble]:
    """What the administrators have to hear."""
    if why := vault.mirror_trouble:
        yield Trouble(WHAT, (f"{why}.", WAITING))
