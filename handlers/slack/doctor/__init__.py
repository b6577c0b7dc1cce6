"""What `postroom doctor` looks at in Slack: the ways in, the token, its permissions, the clock, the channels."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.arrival import SLACK
from bot.ledger.tables import Identity
from bot.settings import Settings, Slack
from handlers.checks import Check, Patient, failed, passed
from handlers.slack.doctor import places
from handlers.slack.doctor.asking import WRONG_TOKEN, Bot, Unanswered, ask, client_of, introduced
from handlers.slack.manifest import callable_address
from handlers.slack.scopes import Scope, needed
from handlers.slack.secrets import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, BadSecret, Kind, named, read

BOT, APP, SECRET = "slack bot token", "slack app token", "slack signing secret"
ADDRESS, SCOPES, CLOCK = "slack address", "slack permissions", "clock"
AHEAD_MAX = timedelta(seconds=60)
"""Slack's calls are refused beyond five minutes; long before that something is wrong."""


def checks(patient: Patient) -> Iterator[Check]:
    """All of it; what only the bot can ask, only where its token is good."""
    slack = patient.settings.slack
    if slack is None:
        return
    yield from _ways_in(patient.settings, slack)
    try:
        bot = introduced(client_of(slack.api_url, read(slack, BOT_TOKEN)))
    except (BadSecret, Unanswered) as fault:
        yield _unfit(BOT, fault, slack, BOT_TOKEN)
        return
    yield _token(patient, bot)
    yield _permissions(bot, needed(slack))
    yield from _clock(bot, patient.clock.now())
    yield from places.checks(patient, slack, bot)


def _ways_in(settings: Settings, slack: Slack) -> Iterator[Check]:
    """What Slack needs to bring us anything."""
    if slack.mode == "socket":
        yield _app_token(slack)
        return
    try:
        read(slack, SIGNING_SECRET)
    except BadSecret as fault:
        yield _unfit(SECRET, fault, slack, SIGNING_SECRET)
    else:
        yield passed(
            SECRET, "It is there; whether it is right shows with Slack's first call, and in the log where it is not."
        )
    yield _address(settings.web.base_url)


def _app_token(slack: Slack) -> Check:
    try:
        token = read(slack, APP_TOKEN)
        ask(client_of(slack.api_url, token).apps_connections_open, app_token=token)
    except (BadSecret, Unanswered) as fault:
        return _unfit(APP, fault, slack, APP_TOKEN)
    return passed(APP, "Slack lets us connect.")


def _unfit(name: str, fault: BadSecret | Unanswered, slack: Slack, kind: Kind) -> Check:
    """What is wrong with a secret: its key, and what would be right."""
    if isinstance(fault, BadSecret):
        return failed(name, fault.detail, fault.remedy)
    if fault.error in WRONG_TOKEN:
        return failed(name, f"{named(slack, kind)}: {fault.detail}", kind.wanted)
    return fault.check(name)


def _address(base_url: str) -> Check:
    if callable_address(base_url):
        return passed(ADDRESS, f"Slack is to call {base_url}.")
    return failed(
        ADDRESS,
        f"Slack calls https:// only, and base_url in [web] is {base_url}.",
        'Give base_url the address at which Slack can reach us, or set mode = "socket" in [slack].',
    )


def _token(patient: Patient, bot: Bot) -> Check:
    """A good token is of the workspace that the people are of who are linked already."""
    teams = patient.ledger.read_now(_teams) if patient.ledger else set()
    if not teams or bot.team_id in teams:
        return passed(BOT, f"Slack knows the bot, in the workspace {bot.team} ({bot.team_id}).")
    return failed(
        BOT,
        f"The token is of {bot.team} ({bot.team_id}), but everybody linked so far is of {', '.join(sorted(teams))}.",
        "Put the token of that workspace into place. If the authority has moved to this one, its people must be linked anew.",
    )


def _teams(tx: Session) -> set[str]:
    linked = tx.scalars(select(Identity.value).where(Identity.channel == SLACK))
    return {value.partition("/")[0] for value in linked}


def _permissions(bot: Bot, wanted: list[Scope]) -> Check:
    granted = {scope.strip() for scope in bot.headers.get("x-oauth-scopes", "").split(",")}
    missing = [scope for scope in wanted if scope.name not in granted]
    if not missing:
        return passed(SCOPES, f"The bot has all {len(wanted)} that it needs.")
    return failed(
        SCOPES,
        f"Missing: {'; '.join(f'{scope.name} ({scope.without})' for scope in missing)}.",
        "Give the app what postroom slack manifest prints, under «App Manifest», and install it again.",
    )


def _clock(bot: Bot, now: datetime) -> Iterator[Check]:
    """Nothing where the answer bears no time."""
    try:
        theirs = parsedate_to_datetime(bot.headers["date"])
    except (KeyError, ValueError):
        return
    apart = now - theirs
    seconds = round(abs(apart.total_seconds()))
    if abs(apart) <= AHEAD_MAX:
        yield passed(CLOCK, "It agrees with Slack's.")
        return
    which = "ahead of" if apart > timedelta(0) else "behind"
    yield failed(
        CLOCK, f"It is {seconds} seconds {which} Slack's; from 300 on Slack's calls are refused.",
        "Have this machine's clock set over the network (NTP).",
    )  # fmt: skip
