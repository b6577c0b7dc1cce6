"""`postroom slack manifest`: what Slack makes our app from (docs.slack.dev/reference/app-manifest)."""

import re
from typing import Any

import pytest

from handlers.slack.scopes import SCOPES
from tests.cli.conftest import CommandLine

TOKENS = 'bot_token_file = "b"\napp_token_file = "a"\n'
HTTP = 'mode = "http"\nbot_token_file = "b"\nsigning_secret_file = "s"\n'
ANYWHERE = [
    "chat:write", "commands", "im:history", "im:write", "app_mentions:read", "files:read", "users:read",
    "users:read.email", "channels:read", "groups:read", "groups:history",
]  # fmt: skip


def made(office: CommandLine, slack: str | None = None, *, base_url: str = "") -> Any:
    """The manifest for what `[slack]` says, and for these pages."""
    channels = office.config / "channels.toml"
    text = channels.read_text("utf-8")
    if base_url:
        text = re.sub(r"(?m)^base_url = .*$", f'base_url = "{base_url}"', text)
    channels.write_text(text + (f"\n[slack]\n{slack}" if slack is not None else ""), "utf-8")
    return office.parsed("slack", "manifest")


def test_in_socket_mode_slack_is_given_no_address(office: CommandLine) -> None:
    app = made(office, TOKENS)
    assert app["settings"]["socket_mode_enabled"] is True
    assert "http" not in str(app)


def test_in_http_mode_everything_is_brought_to_one_address(office: CommandLine) -> None:
    app = made(office, HTTP, base_url="https://returns.council.example/postroom/")
    address = "https://returns.council.example/postroom/slack/events"
    assert app["settings"]["socket_mode_enabled"] is False
    assert app["settings"]["event_subscriptions"]["request_url"] == address
    assert app["settings"]["interactivity"] == {"is_enabled": True, "request_url": address}
    assert [one["url"] for one in app["features"]["slash_commands"]] == [address]


def test_an_address_that_slack_cannot_call_is_said_to_be_one(office: CommandLine) -> None:
    (office.config / "slack.toml").write_text(f"[slack]\n{HTTP}")
    said = office.run("slack", "manifest", status=1)
    assert "base_url" in said.stderr
    assert said.stdout == ""


def test_it_can_be_had_before_there_are_any_tokens(office: CommandLine) -> None:
    assert made(office)["settings"]["socket_mode_enabled"] is True


@pytest.mark.parametrize(
    ("more", "scopes"),
    [
        ("", [*ANYWHERE, "files:write"]),
        ("delete_copy = false\n", ANYWHERE),
        (
            'delete_copy = false\nreturns_channels = ["C0123456789"]\n',
            [*ANYWHERE[:-1], "channels:history", ANYWHERE[-1]],
        ),
    ],
)
def test_no_more_is_asked_for_than_the_configuration_needs(office: CommandLine, more: str, scopes: list[str]) -> None:
    assert made(office, TOKENS + more)["oauth_config"] == {"scopes": {"bot": scopes}}


def test_channels_are_listened_to_only_where_schools_post_in_them(office: CommandLine) -> None:
    events = made(office, TOKENS)["settings"]["event_subscriptions"]["bot_events"]
    assert events == ["app_home_opened", "message.im", "app_mention"]


def test_where_schools_post_in_channels_these_are_listened_to(office: CommandLine) -> None:
    app = made(office, f'{TOKENS}returns_channels = ["C0123456789"]\n')
    assert {"message.channels", "message.groups"} < set(app["settings"]["event_subscriptions"]["bot_events"])


def test_people_can_write_to_the_bot_and_open_its_home(office: CommandLine) -> None:
    assert made(office, TOKENS)["features"]["app_home"] == {
        "home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False,
    }  # fmt: skip


def test_the_command_says_what_it_does_and_how_it_is_used(office: CommandLine) -> None:
    (command,) = made(office, TOKENS)["features"]["slash_commands"]
    assert command["command"] == "/postroom"
    assert "status" in command["usage_hint"]


@pytest.mark.parametrize("name", ["A", "Authority " * 500])
def test_all_of_it_is_within_slacks_limits(office: CommandLine, name: str) -> None:
    authority = office.config / "authority.toml"
    text = authority.read_text("utf-8")
    authority.write_text(re.sub(r'(?m)^name = ".*"$', f'name = "{name.strip()}"', text), "utf-8")
    app = made(office, HTTP, base_url="https://returns.council.example")
    shown, features, given = app["display_information"], app["features"], app["settings"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 174 <= len(shown["long_description"]) <= 4000
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", features["bot_user"]["display_name"])
    assert len(features["slash_commands"]) <= 50
    for command in features["slash_commands"]:
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
        assert len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000
    assert len(set(given["event_subscriptions"]["bot_events"])) <= 100
    assert len(set(app["oauth_config"]["scopes"]["bot"])) <= 255


def test_every_permission_has_its_reason() -> None:
    for scope in SCOPES:
        assert re.fullmatch(r"[A-Z/].+\.", scope.why)
        assert scope.without
        assert not scope.without.endswith(".")
