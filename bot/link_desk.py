"""Whoever comes with a one-time link is shown its file, and what they press is done.

Showing changes nothing, so a mail scanner that follows a link does no harm. An act is one short write in which the link,
the person and the file are looked at again; what comes of it is answered with a page.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import handing_out, links, notices, officer_desk, roster, school_desk, telling
from bot.clock import Clock
from bot.ledger import Ledger, files, history
from bot.ledger.kinds import Purpose
from bot.ledger.tables import File, Link
from bot.links import Standing, Visit
from bot.notices import Notice
from bot.notices.pages import DecidedPage, Done, FilePage, LinkSent, Page, Stale, StaleLink, UnknownLink, Wish
from bot.rules.authority import Sight
from bot.rules.lifecycle import Act
from bot.rules.somebody import Somebody
from bot.settings import Settings
from bot.telling import Asking, facts
from bot.tokens import LinkKey

CHANNEL = "web"
FRESH_LINKS_MAX = 5
"""Fresh links mailed to one person within an hour: whoever presses on has lost their mail, or is somebody else."""
GOES_ON = {Standing.OPEN, Standing.IN_SESSION}
STALE: dict[Standing, Stale] = {
    Standing.USED: "used", Standing.ELSEWHERE: "elsewhere", Standing.EXPIRED: "expired", Standing.OUTDATED: "outdated",
}  # fmt: skip
SPENT = {"used", "elsewhere", "expired"}
"""Of a link that is good for nothing any more: whoever has it, now or in years, reads nobody's own words by it."""
WAY = {Purpose.COPY: Act.COPIED, Purpose.DECIDE: Act.DOWNLOADED}
"""How the contents are had by a link."""
FETCHES = {"download": Act.DOWNLOADED, "copy": Act.COPIED}
"""What a session does once, however often it is pressed."""
DONE: dict[Act, Done] = {Act.RECEIVED: "received", Act.DOWNLOADED: "downloaded", Act.COPIED: "copied"}


@dataclass(frozen=True)
class Pressed:
    """What somebody pressed, and the version of the file that the page showed."""

    wish: str
    version: int
    reason: str = ""
    service: str = ""


@dataclass(frozen=True)
class HandedOver:
    """The contents may be had, while the link's session lasts: look at its page again."""


@dataclass(frozen=True)
class Settled(HandedOver):
    """It is done, and that page has nothing more to offer: look at what was done."""


@dataclass(frozen=True)
class Download:
    """A file's contents, as whoever has the right link may have them."""

    name: str
    size: int
    sha256: str
    object_id: str


class LinkDesk:
    """Answers those who come with a link."""

    def __init__(self, ledger: Ledger, clock: Clock, settings: Settings, key: LinkKey) -> None:
        self._ledger, self._clock, self._settings, self._key = ledger, clock, settings, key

    async def show(self, visit: Visit) -> Page:
        """The page of this link. Changes nothing."""
        return await self._ledger.read(lambda tx: self._shown(tx, visit))

    async def press(self, visit: Visit, pressed: Pressed) -> Page | HandedOver:
        """Do what was pressed, as far as it may be done. Raises `Later`."""
        return await self._ledger.write(lambda tx: self._pressed(tx, visit, pressed))

    async def settled(self, visit: Visit) -> Page:
        """What was last done by this link, for as long as nothing else has befallen its file; else its page."""
        return await self._ledger.read(lambda tx: self._settled(tx, visit))

    async def contents(self, visit: Visit) -> Download | Page:
        """What the session of this link may download; where it may not, its page. Changes nothing."""
        return await self._ledger.read(lambda tx: self._contents(tx, visit))

    async def renew(self, visit: Visit) -> Page | HandedOver:
        """Mail a fresh link to the owner of one that opens nothing any more. Raises `Later`."""
        return await self._ledger.write(lambda tx: self._renewed(tx, visit))

    def _link(self, tx: Session, visit: Visit) -> Link | None:
        """The link, whose owner may still see the file."""
        link_id = self._key.read(visit.token)
        link = tx.get(Link, link_id) if link_id else None
        return link if link and roster.may(tx, link.person, Sight.SEE, link.file) else None

    def _shown(self, tx: Session, visit: Visit) -> Page:
        if (link := self._link(tx, visit)) is None:
            return UnknownLink()
        now = self._clock.now()
        stands = _standing(tx, link, visit, now)
        return self._file_page(tx, link) if stands in GOES_ON else self._stale(tx, link, STALE[stands])

    def _settled(self, tx: Session, visit: Visit) -> Page:
        link_id = self._key.read(visit.token)
        link = tx.get(Link, link_id) if link_id else None
        if link is None or link.person.left_at is not None:
            return UnknownLink()
        stands = _standing(tx, link, visit, self._clock.now())
        if stands is Standing.IN_SESSION and (page := self._decision(tx, link)):
            return page
        sent = 0 if stands in GOES_ON or not self._link(tx, visit) else self._fresh_links(tx, link)
        return LinkSent(enough=sent >= FRESH_LINKS_MAX) if sent else self._shown(tx, visit)

    def _decision(self, tx: Session, link: Link) -> DecidedPage | None:
        """What the link's owner decided in its session, while that is the last that befell the file."""
        last = history.of(tx, link.file)[-1]
        if link.opened_at is None or last.at < link.opened_at or last.person_id != link.person_id:
            return None
        file = facts(link.file, self._settings)
        match last.act:
            case Act.REJECTED:
                return DecidedPage(file=file, act="rejected", why=last.why)
            case Act.MOVED:
                return DecidedPage(file=file, act="moved", why="" if last.why == f"to {file.service}" else last.why)
            case _:
                return None

    def _pressed(self, tx: Session, visit: Visit, pressed: Pressed) -> Page | HandedOver:
        if (link := self._link(tx, visit)) is None:
            return UnknownLink()
        asking = self._asking(link.person)
        stands = _standing(tx, link, visit, asking.now)
        if stands not in GOES_ON:
            return self._stale(tx, link, "first" if stands is Standing.OUTDATED else STALE[stands])
        if pressed.wish not in _wishes(tx, link):
            return Settled() if self._decision(tx, link) else self._stale(tx, link, "first")
        came_of_it = _done_now(tx, link, pressed, asking)
        if isinstance(came_of_it, str):
            return self._file_page(tx, link).model_copy(
                update={"fault": came_of_it, "asked": pressed.wish, "said": pressed.reason}
            )
        if came_of_it is None:
            return self._stale(tx, link, "first")
        if link.opened_at is None and visit.browser:
            links.begin_session(tx, link, visit.browser, asking.now)
        return came_of_it

    def _contents(self, tx: Session, visit: Visit) -> Download | Page:
        link = self._link(tx, visit)
        if link is None or _standing(tx, link, visit, self._clock.now()) is not Standing.IN_SESSION:
            return self._shown(tx, visit)
        file = link.file
        if not _may_fetch(tx, link) or not handing_out.are_there(file):
            return self._shown(tx, visit)
        return Download(file.name, file.size, file.sha256, file.object_id)

    def _renewed(self, tx: Session, visit: Visit) -> Page | HandedOver:
        link = self._link(tx, visit)
        if link is None or _standing(tx, link, visit, self._clock.now()) in GOES_ON or not self._renewable(tx, link):
            return self._shown(tx, visit)
        asking = self._asking(link.person)
        if self._fresh_links(tx, link) < FRESH_LINKS_MAX:
            fresh = school_desk.link_to(tx, WAY[link.purpose], [link.file], asking)
            mailbox = telling.own_mailbox(link.person, self._settings)
            telling.post(tx, fresh, asking, to=mailbox, person=link.person)
            return Settled()
        return LinkSent(enough=True)

    def _fresh_links(self, tx: Session, link: Link) -> int:
        """How many links its owner was mailed within the hour."""
        mailbox, hour_ago = telling.own_mailbox(link.person, self._settings), self._clock.now() - timedelta(hours=1)
        return telling.told_since(tx, mailbox, hour_ago, {notices.Copy.kind})

    def _asking(self, person: Somebody) -> Asking:
        return Asking(
            settings=self._settings, clock=self._clock, now=self._clock.now(), person=person, channel=CHANNEL,
            address=person.email,
        )  # fmt: skip

    def _file_page(self, tx: Session, link: Link) -> FilePage:
        file = link.file
        wishes = _wishes(tx, link)
        return FilePage(
            file=facts(file, self._settings),
            entries=school_desk.entries(tx, file),
            reader=link.person.name,
            school=link.purpose is Purpose.COPY,
            version=file.version,
            may=wishes,
            done=_done(tx, link),
            until=link.session_until,
            services=officer_desk.destinations(tx, {file.service}, self._settings) if "move" in wishes else (),
        )

    def _stale(self, tx: Session, link: Link, why: Stale) -> StaleLink:
        file = facts(link.file, self._settings)
        if why in SPENT:
            file = file.model_copy(update={"reason": ""})
        return StaleLink(file=file, why=why, renewable=self._renewable(tx, link))

    def _renewable(self, tx: Session, link: Link) -> bool:
        """Whether a fresh link would be of use, and there is a mailbox for it that its owner alone reads."""
        return bool(_wishes(tx, link) and telling.own_mailbox(link.person, self._settings))


def _standing(tx: Session, link: Link, visit: Visit, now: datetime) -> Standing:
    """As `links.standing`; what others do to a file is no reason to refuse its school a copy."""
    stands = links.standing(tx, link, visit.browser, now)
    return Standing.OPEN if stands is Standing.OUTDATED and link.purpose is Purpose.COPY else stands


def _may_fetch(tx: Session, link: Link) -> bool:
    """Whether the link's owner may have the contents by it."""
    return handing_out.may_have(tx, link.person, link.file, WAY[link.purpose])


def _wishes(tx: Session, link: Link) -> tuple[Wish, ...]:
    """What can be pressed on the link's page, as the file stands now."""
    file, person = link.file, link.person
    if not handing_out.are_there(file):
        return ()
    if link.purpose is Purpose.COPY:
        return ("copy",) if _may_fetch(tx, link) else ()
    wishes: list[Wish] = []
    if handing_out.may_receive(tx, person, file):
        wishes.append("receive")
    if _may_fetch(tx, link):
        wishes.append("download")
    decisions: tuple[tuple[Wish, Act], ...] = (("reject", Act.REJECTED), ("move", Act.MOVED))
    return (*wishes, *(wish for wish, act in decisions if roster.can(tx, person, act, file)))


def _done(tx: Session, link: Link) -> Done:
    """What the link's session has had of the contents."""
    if link.opened_at is None or not _may_fetch(tx, link):
        return ""
    theirs = (one for one in reversed(history.of(tx, link.file)) if one.person_id == link.person_id)
    return next((DONE[one.act] for one in theirs if one.act in DONE and one.at >= link.opened_at), "")


CameOfIt = Page | HandedOver | str | None
"""A page; the contents, or that it is done; a fault of the form, as a sentence; or None: somebody else was first."""


def _receive(tx: Session, file: File, pressed: Pressed, asking: Asking) -> CameOfIt:
    del pressed
    return HandedOver() if _decided(officer_desk.receive(tx, [file], asking)) else None


def _fetch(tx: Session, file: File, pressed: Pressed, asking: Asking) -> CameOfIt:
    files.note(tx, file, FETCHES[pressed.wish], by=asking.person.id, now=asking.now, channel=asking.channel)
    return HandedOver()


def _reject(tx: Session, file: File, pressed: Pressed, asking: Asking) -> CameOfIt:
    why = pressed.reason[: officer_desk.REASON_CHARACTERS_MAX]
    if not why:
        return "Say why you reject the file. The sender and the headteacher are told the reason."
    return Settled() if _decided(officer_desk.reject(tx, [file], why, asking)) else None


def _move(tx: Session, file: File, pressed: Pressed, asking: Asking) -> CameOfIt:
    if not pressed.service:
        return "Choose the service that the file belongs to."
    why = pressed.reason[: officer_desk.REASON_CHARACTERS_MAX]
    answers = officer_desk.move(tx, [file], pressed.service, asking, why=why)
    if _decided(answers):
        return Settled()
    return next((one.because for one in answers if isinstance(one, notices.UnknownCommand)), None)


def _done_now(tx: Session, link: Link, pressed: Pressed, asking: Asking) -> CameOfIt:
    """What comes of it; of a second press for the contents nothing more, for history has it already."""
    if pressed.wish in FETCHES and _done(tx, link):
        return HandedOver()
    return DO[pressed.wish](tx, link.file, pressed, replace(asking, seen={link.file.reference: pressed.version}))


def _decided(answers: list[Notice]) -> notices.Decided | None:
    """The actor's answer, where it was done."""
    return next((one for one in answers if isinstance(one, notices.Decided)), None)


DO: dict[str, Callable[[Session, File, Pressed, Asking], CameOfIt]] = {
    "receive": _receive,
    **dict.fromkeys(FETCHES, _fetch),
    "reject": _reject,
    "move": _move,
}
"""What each button does."""
