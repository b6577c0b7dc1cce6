"""Asks Slack something, and says plainly what is wrong where it does not answer."""

import http.client
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.web import SlackResponse

from handlers.checks import Check, failed

TIMEOUT_SECONDS = 10
WAITS_MAX = 3
"""How often it is waited where Slack asks for that."""
PAGE = 200
AGAIN = "Try again in some minutes; https://status.slack.com says whether Slack is in trouble."
SILENT = logging.getLogger(f"{__name__}.silent")
"""Of slack_sdk: what it would log is what we tell."""
SILENT.setLevel(logging.CRITICAL + 1)


class Unanswered(Exception):
    """Slack did not do as asked."""

    def __init__(self, error: str, detail: str, remedy: str) -> None:
        super().__init__(detail)
        self.error, self.detail, self.remedy = error, detail, remedy

    def check(self, name: str) -> Check:
        """As what was found."""
        return failed(name, self.detail, self.remedy)


@dataclass(frozen=True)
class Bot:
    """The bot as Slack knows it."""

    client: WebClient
    user_id: str
    team_id: str
    team: str
    headers: Mapping[str, str]
    """Of Slack's answer, by their names in lower case."""


def client_of(api_url: str, token: str) -> WebClient:
    """Speaks for this token."""
    client = WebClient(token, base_url=api_url, timeout=TIMEOUT_SECONDS, logger=SILENT)
    client.retry_handlers = [RateLimitErrorRetryHandler(max_retry_count=WAITS_MAX)]
    return client


def introduced(client: WebClient) -> Bot:
    """Who the bot is. Raises `Unanswered`."""
    said = ask(client.auth_test)
    headers = {name.lower(): str(value) for name, value in said.headers.items()}
    return Bot(client, str(said["user_id"]), str(said["team_id"]), str(said.get("team", "")), headers)


def ask(call: Callable[..., SlackResponse], **arguments: Any) -> SlackResponse:
    """Slack's answer to one call. Raises `Unanswered`."""
    try:
        return call(**arguments)
    except SlackApiError as refusal:
        raise _refused(refusal.response) from refusal
    except (SlackClientError, OSError, http.client.HTTPException, ValueError) as fault:
        why = fault.reason if isinstance(fault, URLError) else fault
        raise Unanswered(
            "unreachable",
            f"Slack cannot be reached ({why}).",
            "See that this machine may call api_url of [slack], through the firewall and the proxy.",
        ) from fault


def pages(call: Callable[..., SlackResponse], key: str, **arguments: Any) -> Iterator[Any]:
    """Everything that Slack hands out in pages. Raises `Unanswered`."""
    cursor = ""
    while True:
        said = ask(call, limit=PAGE, cursor=cursor, **arguments)
        yield from said[key]
        cursor = (said.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            return


REINSTALL = (
    "Install the app again, under «Install App» at https://api.slack.com/apps, and put the new token into place."
)
COPY = "Copy the right one from https://api.slack.com/apps, and put it into place."
SAID: dict[str, tuple[str, str]] = {
    "invalid_auth": ("Slack does not know this token.", COPY),
    "not_authed": ("The token is empty.", COPY),
    "token_revoked": ("The token was revoked.", REINSTALL),
    "token_expired": ("The token has expired: the app renews its tokens.", "Turn off token rotation, which the manifest does."),
    "account_inactive": ("The app was removed from the workspace, or the workspace is closed.", REINSTALL),
    "not_allowed_token_type": ("This is a token of another kind.", COPY),
    "team_access_not_granted": ("The app is not approved for this workspace.", "Have the workspace's owner approve it."),
    "ratelimited": ("Slack asks us to wait.", AGAIN),
}  # fmt: skip
"""What Slack's words for a refusal mean, and what to do."""
WRONG_TOKEN = frozenset({"invalid_auth", "not_authed", "not_allowed_token_type", "missing_scope"})
"""Refusals of a token that is asked about itself: another one must be put into its place."""


NO_JSON = "Received a response in a non-JSON format"
"""So slack_sdk begins the error of an answer that is not Slack's."""


def _refused(said: Any) -> Unanswered:
    """From an answer that is none, whatever it is."""
    error, status = str(said.get("error", "")), said.status_code
    if status not in {200, 429}:
        return Unanswered("status", f"Slack is in trouble: it answered with status {status}.", AGAIN)
    if error.startswith(NO_JSON):
        return Unanswered(
            "stranger", "What answers is not Slack.", "Put api_url of [slack] right, and see what the proxy does."
        )
    if error == "missing_scope":
        scope = str(said.get("needed", ""))
        return Unanswered(
            error, f"The permission {scope} is missing.", f"Add {scope} to the app, and install it again."
        )
    detail, remedy = SAID.get(error, (f"Slack refused: {error or 'without saying why'}.", AGAIN))
    return Unanswered(error, detail, remedy)
