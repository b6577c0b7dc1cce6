"""What stands in a chat, told as it is by now."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot import listing, notices, roster, school_desk, telling
from bot.arrival import Arrival, Introduce, Route
from bot.clock import Clock
from bot.ledger import Later, surfaces
from bot.ledger.tables import File, Identity, Mention, OutboxItem, Person, Surface
from bot.notices import Choice, Notice
from bot.rules.somebody import Somebody
from bot.settings import Settings
from bot.telling import Asking


def asking(
    person: Somebody, surface: Surface, settings: Settings, clock: Clock, *, route: Route | None = None
) -> Asking:
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
        person = _reader(tx, item)
        now = telling.now(tx, notice, settings, person)
        if not isinstance(now, notices.Status) or now.menu is None:
            return now
        if person is None or not roster.is_anybody(person):
            return notices.Status(asked=now.asked)
        reader = asking(person, surface, settings, clock, route=Route.model_validate(item.route))
        return school_desk.chosen(tx, now, listing.kept(surface.view, now.menu.choice), reader)

    return tell


def is_shut(tx: Session, item: OutboxItem) -> bool:
    """Whether it stands before a leaver alone, who is shown no more than they were."""
    has_gone = has_left(tx, item.channel, item.recipient, item.person_id)
    return has_gone and not Route.model_validate(item.route).others_read


def has_left(tx: Session, channel: str, identity: str, person_id: int | None) -> bool:
    """Whether the one person to whom something was told there (None: not to one alone) is a leaver by now, or does not read
    it any more, for the account was taken away from them: whoever reads it is shown no more than they were."""
    if person_id is None:
        return False
    theirs = (Identity.channel == channel) & (Identity.value == identity)
    known = select(Identity.person_id).join(Person).where(theirs, Person.left_at.is_(None))
    return tx.scalar(known) != person_id


async def is_refused(introduce: Introduce, channel: str, identity: str) -> bool:
    """Whether people like them are not heard any more, such as guests. False where the channel cannot be asked now."""
    try:
        known = await introduce(Arrival.about(channel, identity))
    except Later:
        return False
    return bool(known.refused)


def _reader(tx: Session, item: OutboxItem) -> Person | None:
    return tx.get(Person, item.person_id) if item.person_id else None


def drawn(tx: Session, surface_id: int, item_id: str, told: Notice, now: datetime) -> None:
    """It was drawn so. A list then shows other files than it spoke of, where some have come and others no longer count."""
    if not isinstance(told, notices.Status) or told.menu is None:
        return
    shown = {file.reference: file.version for file in told.mentioned()}
    spoken = select(File.reference).join(Mention, Mention.file_id == File.id).where(Mention.notice_id == item_id)
    if set(tx.scalars(spoken)) != shown.keys():
        speak_of(tx, tx.get_one(OutboxItem, item_id), told)
        surfaces.catch_up(tx, surface_id, shown, now)


def speak_of(tx: Session, item: OutboxItem, told: notices.Status) -> None:
    """A list speaks of these files from now on: whatever befalls them has it drawn anew."""
    tx.execute(delete(Mention).where(Mention.notice_id == item.id))
    telling.mention(tx, item.id, told)


def choice(surface: Surface) -> Choice:
    """What its reader chose to see of a home."""
    return listing.kept(surface.view, Choice())
