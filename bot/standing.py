"""What stands in a chat, told as it is by now."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot import listing, notices, roster, school_desk, telling
from bot.arrival import Route
from bot.clock import Clock
from bot.ledger.tables import OutboxItem, Person, Surface
from bot.notices import Choice, Notice
from bot.settings import Settings
from bot.telling import Asking


def asking(person: Person, surface: Surface, settings: Settings, clock: Clock, *, route: Route | None = None) -> Asking:
    """Its reader asks for it anew."""
    return Asking(
        settings=settings, clock=clock, now=clock.now(), channel=surface.channel, person=person, address=surface.place,
        route=route or Route(private=True),
    )  # fmt: skip


def teller(
    tx: Session, item: OutboxItem, surface: Surface, settings: Settings, clock: Clock
) -> Callable[[Notice], Notice]:
    """How a notice is told with its files as they are by now; where it has menus, with those that its reader chose."""

    def tell(notice: Notice) -> Notice:
        person = tx.get(Person, item.person_id) if item.person_id else None
        now = telling.now(tx, notice, settings, person)
        if not isinstance(now, notices.Status) or now.menu is None:
            return now
        if person is None or not roster.is_anybody(person):
            return notices.Status(asked=now.asked)
        reader = asking(person, surface, settings, clock, route=Route.model_validate(item.route))
        return school_desk.chosen(tx, now, listing.kept(surface.view, now.menu.choice), reader)

    return tell


def has_left(tx: Session, item: OutboxItem) -> bool:
    """Whether the one person to whom it was told is a leaver by now, or does not read it any more, for the account was
    taken away from them: whoever reads it is shown no more than they were."""
    if item.person_id is None:
        return False
    known = roster.who(tx, item.channel, item.recipient)
    return known is None or known.id != item.person_id


def choice(surface: Surface) -> Choice:
    """What its reader chose to see of a home."""
    return listing.kept(surface.view, Choice())
