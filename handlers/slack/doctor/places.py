"""Who reads what in Slack: the channels of services and of returns, and the people in them."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from bot import roster
from bot.arrival import MAIL, SLACK
from bot.rules import address
from bot.rules.somebody import Somebody
from bot.settings import Service, Slack
from bot.settings.kinds import DIRECT
from handlers.checks import Check, Patient, failed, passed
from handlers.slack.doctor.asking import Bot, Unanswered, ask, pages
from handlers.slack.places import is_public, is_shared

NOWHERE = "channel_not_found"
INVITE = "In that channel write /invite @postroom, or the name that the app has there."
PRIVATE = "Make it private in Slack, or name a private channel of the service's officers alone in services.toml."
UNSHARED = "End its sharing in Slack, or name a channel of this workspace alone in services.toml."
Fault = tuple[str, str]
"""What is wrong, and what to do."""


def checks(patient: Patient, slack: Slack, bot: Bot) -> Iterator[Check]:
    """Each channel that the configuration names."""
    people = _People(patient, bot)
    for service in patient.settings.services:
        if service.slack_channel and service.slack_channel != DIRECT:
            yield from _of_service(service, people)
    for channel in slack.returns_channels:
        yield _of_returns(channel, bot)


def _of_service(service: Service, people: "_People") -> Iterator[Check]:
    """The channel itself and, unless everybody reads it anyhow, its readers."""
    name = f"slack channel of {service.code}"
    try:
        info = _info(people.bot, service.slack_channel)
        yield _judged(name, info, [*_usable(info), *_private(info)])
        if people.has_roster and not is_public(info):
            yield _readers(f"{name}: readers", info, people.outsiders(service))
    except Unanswered as fault:
        yield fault.check(name)


def _of_returns(channel: str, bot: Bot) -> Check:
    name = f"slack returns channel {channel}"
    try:
        info = _info(bot, channel)
    except Unanswered as fault:
        return fault.check(name)
    return _judged(name, info, list(_usable(info)))


def _info(bot: Bot, channel: str) -> dict[str, Any]:
    """What Slack says of a channel. Raises `Unanswered`."""
    try:
        info: dict[str, Any] = ask(bot.client.conversations_info, channel=channel)["channel"]
    except Unanswered as fault:
        if fault.error != NOWHERE:
            raise
        detail = f"There is no channel {channel}, or it is a private one that the bot is not in."
        raise Unanswered(NOWHERE, detail, f"Put its id right, or: {INVITE[0].lower()}{INVITE[1:]}") from fault
    return info


def _judged(name: str, info: dict[str, Any], faults: list[Fault]) -> Check:
    if not faults:
        return passed(name, f"The bot is in #{info.get('name')}, and it is as it must be.")
    details, remedies = zip(*faults, strict=True)
    return failed(name, f"#{info.get('name')}: {' '.join(details)}", " ".join(remedies))


def _usable(info: dict[str, Any]) -> Iterator[Fault]:
    if info.get("is_archived"):
        yield "It is archived, so nobody can post there.", "Take it out of the archive in Slack, or name another."
    elif not info.get("is_member"):
        yield "The bot is not in it.", INVITE


def _private(info: dict[str, Any]) -> Iterator[Fault]:
    if is_public(info):
        yield "It is public: everybody in the workspace would read which school sent what.", PRIVATE
    if is_shared(info):
        yield "It is shared with another organisation (Slack Connect).", UNSHARED


def _readers(name: str, info: dict[str, Any], outsiders: list[str]) -> Check:
    if not outsiders:
        return passed(name, f"Everybody in #{info.get('name')} takes in for the service.")
    return failed(
        name,
        f"In #{info.get('name')} are some who do not take in for the service: {', '.join(outsiders)}.",
        "Remove them from the channel, or make them officers of the service (postroom people add).",
    )


class _People:
    """Who the members of channels are; each is looked up once."""

    def __init__(self, patient: Patient, bot: Bot) -> None:
        self.bot = bot
        self._ledger = patient.ledger
        self._known: dict[str, dict[str, Any]] = {}

    @cached_property
    def has_roster(self) -> bool:
        """Whether anybody can be recognised at all."""
        return self._ledger is not None

    def outsiders(self, service: Service) -> list[str]:
        """The members of its channel who do not take in for the service, by name. Raises `Unanswered`."""
        members = pages(self.bot.client.conversations_members, "members", channel=service.slack_channel)
        named = (self._outsider(member, service.code) for member in members if member != self.bot.user_id)
        return [name for name in named if name]

    def _outsider(self, member: str, code: str) -> str:
        """Their name; empty for one who takes in, or has left Slack."""
        if self._takes_in(SLACK, f"{self.bot.team_id}/{member}", code):
            return ""
        user = self._user(member)
        email = str(user.get("profile", {}).get("email", "")) if user.get("is_email_confirmed") else ""
        by_email = self._takes_in(MAIL, address.normal(email) or "", code)
        return "" if user.get("deleted") or by_email else _name(user, member, email)

    def _user(self, member: str) -> dict[str, Any]:
        if member not in self._known:
            self._known[member] = ask(self.bot.client.users_info, user=member)["user"]
        return self._known[member]

    def _takes_in(self, channel: str, value: str, code: str) -> bool:
        def look(tx: Session) -> bool:
            person: Somebody | None = roster.who(tx, channel, value)
            return bool(person and roster.services_of(person, [code]))

        return self._ledger is not None and self._ledger.read_now(look)


def _name(user: dict[str, Any], member: str, email: str) -> str:
    """As an administrator finds them in Slack."""
    name = str(user.get("real_name") or user.get("name") or member)
    return f"the app {name}" if user.get("is_bot") else f"{name} ({email or member})"
