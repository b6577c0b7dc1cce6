"""Slack's app manifest: the whole description of our app, by which Slack makes it (https://docs.slack.dev/reference/app-manifest)."""

import textwrap
from typing import Any

from bot.settings import Settings, Slack
from handlers.slack.scopes import events, needed

PATH = "/slack/events"
"""Where Slack brings events, presses and commands alike, where it calls us."""
COMMAND = "/postroom"
"""The slash command."""
NAME = "Postroom"
AUTHORITY_CHARACTERS_MAX = 200
"""Of the authority's name: Slack takes 4,000 characters in all."""
DESCRIPTION = (
    "Takes in schools' returns. Send it a file and it answers with a receipt, or says exactly what to put right."
)
LONG_DESCRIPTION = """\
Takes in schools' returns for {authority}. Send a file to Postroom in a direct message: it answers with a receipt, or says \
exactly what to put right, and one press sends it. Ask it what became of a file, take one back, or fetch a copy. \
The authority's officers receive, reject or move files from here, and the school is told."""


class NotCallable(Exception):
    """Slack cannot call this address: says what to change."""


def manifest(settings: Settings) -> dict[str, Any]:
    """The app for this configuration; where it has no `[slack]`, for its defaults. Raises `NotCallable`."""
    slack = settings.slack or Slack()
    url = {"url": _address(settings)} if slack.mode == "http" else {}
    request_url = {f"request_{key}": value for key, value in url.items()}
    scopes = needed(slack)
    return {
        "display_information": {
            "name": NAME,
            "description": DESCRIPTION,
            "long_description": LONG_DESCRIPTION.format(
                authority=textwrap.shorten(settings.authority.name, AUTHORITY_CHARACTERS_MAX)
            ),
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME.lower(), "always_online": True},
            "slash_commands": [_command() | url],
        },
        "oauth_config": {"scopes": {"bot": [scope.name for scope in scopes]}},
        "settings": {
            "event_subscriptions": {
                **request_url,
                "bot_events": ["app_home_opened", *events(slack)],
            },
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": slack.mode == "socket",
            "token_rotation_enabled": False,
        },
    }


def callable_address(base_url: str) -> bool:
    """Whether Slack would call it: it calls https:// only."""
    return base_url.startswith("https://")


def _address(settings: Settings) -> str:
    base_url = settings.web.base_url
    if not callable_address(base_url):
        raise NotCallable(
            f"Slack calls addresses that begin with https:// only, and base_url in [web] is {base_url}. Change it, or "
            'set mode = "socket" in [slack].'
        )
    return base_url.rstrip("/") + PATH


def _command() -> dict[str, Any]:
    return {
        "command": COMMAND,
        "description": "Ask what became of your files, take one back, or get help",
        "usage_hint": "[status | recall PR-… | copy PR-… | help]",
        "should_escape": False,
    }
