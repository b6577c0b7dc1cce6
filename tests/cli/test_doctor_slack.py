"""`postroom doctor` on Slack: whether it can be spoken to, and who would read what is told there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.clock import Clock
from bot.ledger.tables import Identity, Person
from tests.cli.conftest import CommandLine
from tests.office import free_port
from tests.people import ALEX, JO, NADIA, SAM
from tests.slack import APP_TOKEN, BOT_TOKEN, SCOPES, SIGNING_SECRET, Conversation, Slack, User, open_slack

pytestmark = pytest.mark.usefixtures("not_served")

CHANNEL = "slack channel of SEN"
READERS = f"{CHANNEL}: readers"


@dataclass
class Surgery:
    """A post office that is configured for Slack, and that Slack."""

    office: CommandLine
    slack: Slack
    keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, secret in (("bot_token", BOT_TOKEN), ("app_token", APP_TOKEN), ("signing_secret", SIGNING_SECRET)):
            self.put(name, secret)
            self.keys[f"{name}_file"] = f'"{name}"'
        self.keys["api_url"] = f'"{self.slack.api_url}"'

    def put(self, name: str, secret: str) -> None:
        """Keep a secret in its file."""
        (self.office.config / name).write_text(secret + "\n")
        (self.office.config / name).chmod(0o600)

    def use(self, channel: Conversation | str) -> None:
        """Have SEN told of new files there."""
        services = self.office.config / "services.toml"
        name = channel if isinstance(channel, str) else channel.id
        services.write_text(services.read_text().replace('code = "SEN"', f'code = "SEN"\nslack_channel = "{name}"'))

    async def look(self, *, status: int = 0) -> dict[str, Any]:
        """What the doctor finds, by what was looked at."""
        lines = [f"{key} = {value}" for key, value in self.keys.items()]
        (self.office.config / "slack.toml").write_text("\n".join(["[slack]", *lines]))
        found = await asyncio.to_thread(self.office.json, "doctor", status=status)
        assert all(one["ok"] or one["remedy"] for one in found)
        return {one["check"]: one for one in found}

    async def fault(self, check: str) -> str:
        """What is wrong with this, and what to do; nothing else is."""
        found = await self.look(status=1)
        assert [name for name, one in found.items() if not one["ok"]] == [check]
        return f"{found[check]['detail']}\n{found[check]['remedy']}"


@pytest.fixture
async def surgery(office: CommandLine) -> AsyncIterator[Surgery]:
    async with open_slack() as slack:
        yield Surgery(office, slack)


def officers(surgery: Surgery) -> tuple[User, User]:
    """Two who take in for SEN, as Slack has them."""
    return surgery.slack.world.user("sam", SAM), surgery.slack.world.user("nadia", NADIA)


async def test_a_sound_workspace_has_no_fault(surgery: Surgery) -> None:
    surgery.use(surgery.slack.world.channel("sen-returns", *officers(surgery), kind="private"))
    surgery.keys["returns_channels"] = f'["{surgery.slack.world.channel("returns").id}"]'
    found = await surgery.look()
    assert {"slack app token", "slack bot token", "slack permissions", "clock", CHANNEL, READERS} < set(found)
    assert surgery.slack.complaints == []


async def test_officers_who_are_told_directly_need_no_channel(surgery: Surgery) -> None:
    surgery.use("direct")
    assert CHANNEL not in await surgery.look()


@pytest.mark.parametrize(
    ("state", "said"),
    [("token_revoked", "revoked"), ("account_inactive", "removed"), ("invalid_auth", "does not know")],
)
async def test_a_bot_token_that_is_of_no_use_is_said_why(surgery: Surgery, state: Any, said: str) -> None:
    surgery.slack.world.tokens[BOT_TOKEN].state = state
    assert said in await surgery.fault("slack bot token")


@pytest.mark.parametrize(
    ("key", "held", "found", "right"),
    [
        ("bot_token", APP_TOKEN, "begins with xapp-", "Bot User OAuth Token, which begins with xoxb-"),
        ("app_token", BOT_TOKEN, "begins with xoxb-", "App-Level Token with the scope connections:write"),
        ("bot_token", "hunter2", "does not begin with xoxb-", "OAuth & Permissions"),
    ],
)
async def test_a_secret_in_the_place_of_another_is_told_with_its_key_and_what_would_be_right(
    surgery: Surgery, key: str, held: str, found: str, right: str
) -> None:
    surgery.put(key, held)
    said = await surgery.fault(f"slack {key.replace('_', ' ')}")
    assert all(part in said for part in (f"{key}_file = ", found, right))
    assert held not in said


async def test_a_bot_token_that_is_renewed_from_time_to_time_is_one(surgery: Surgery) -> None:
    renewed = surgery.slack.world.token("xoxe.xoxb-1-renewed", set(SCOPES))
    surgery.put("bot_token", renewed.value)
    assert (await surgery.look())["slack bot token"]["ok"]


async def test_a_token_in_the_place_of_the_signing_secret_is_said_to_be_one(surgery: Surgery) -> None:
    surgery.keys["mode"] = '"http"'
    surgery.put("signing_secret", BOT_TOKEN)
    said = (await surgery.look(status=1))["slack signing secret"]
    assert "a token" in said["detail"]
    assert "Signing Secret" in said["remedy"]


def test_with_secrets_that_cannot_be_right_it_does_not_start_and_names_them_all(office: CommandLine) -> None:
    (office.config / "bot").write_text("\n")
    (office.config / "slack.toml").write_text('[slack]\nbot_token_file = "bot"\napp_token_file = "app"\n')
    refused = office.run("serve", status=1).stderr
    for part in ("bot_token_file", "it is empty", "app_token_file", "there is no such file", "xoxb-", "xapp-"):
        assert part in refused


@pytest.mark.parametrize(("key", "check"), [("bot_token", "slack bot token"), ("app_token", "slack app token")])
async def test_a_secret_that_cannot_be_read_or_is_empty_is_named(surgery: Surgery, key: str, check: str) -> None:
    surgery.put(key, "")
    assert "is empty" in await surgery.fault(check)
    (surgery.office.config / key).unlink()
    assert key in await surgery.fault(check)


async def test_a_token_of_another_workspace_than_the_peoples_is_said_to_be_one(surgery: Surgery) -> None:
    def link(person: Person) -> None:
        person.identities.append(Identity(channel="slack", value="T0ELSEWHERE/U1"))

    surgery.office.write(lambda tx: link(tx.query(Person).filter_by(email=SAM).one()))
    said = await surgery.fault("slack bot token")
    assert "T0ELSEWHERE" in said
    assert surgery.slack.world.team_id in said


async def test_an_app_token_that_is_of_no_use_is_said_to_be_so(surgery: Surgery) -> None:
    surgery.slack.world.tokens[APP_TOKEN].scopes.clear()
    assert "It must hold the App-Level Token with the scope connections:write" in await surgery.fault("slack app token")


async def test_in_http_mode_the_secret_and_an_address_are_looked_for(
    surgery: Surgery, monkeypatch: pytest.MonkeyPatch
) -> None:
    surgery.keys["mode"] = '"http"'
    surgery.put("signing_secret", "")
    assert "is empty" in await surgery.fault("slack signing secret")

    surgery.put("signing_secret", SIGNING_SECRET)
    monkeypatch.delenv("POSTROOM__WEB__BASE_URL")
    found = await surgery.look(status=1)
    assert [name for name, one in found.items() if not one["ok"]] == ["slack address", "web address"]
    assert "https://" in found["slack address"]["detail"] + found["slack address"]["remedy"]


@pytest.mark.parametrize(
    ("scope", "lost"),
    [
        ("users:read.email", "recognised by email"),
        ("files:read", "no file can be taken in"),
        ("im:history", "does not arrive"),
    ],
)
async def test_a_missing_permission_is_named_with_what_will_not_work(surgery: Surgery, scope: str, lost: str) -> None:
    surgery.slack.world.tokens[BOT_TOKEN].scopes = set(SCOPES) - {scope}
    said = await surgery.fault("slack permissions")
    assert scope in said
    assert lost in said


async def test_a_channel_that_does_not_exist_or_is_hidden_is_named(surgery: Surgery) -> None:
    surgery.use("C0NOWHERE99")
    assert "C0NOWHERE99" in await surgery.fault(CHANNEL)


async def test_an_archived_channel_is_said_to_be_so(surgery: Surgery) -> None:
    channel = surgery.slack.world.channel("sen-returns", kind="private")
    channel.archived = True
    surgery.use(channel)
    assert "archived" in await surgery.fault(CHANNEL)


@pytest.mark.parametrize(
    ("traits", "said"),
    [
        ({"kind": "public"}, "public"),
        ({"kind": "private", "ext_shared": True}, "another organisation"),
        ({"kind": "private", "pending_ext_shared": True}, "another organisation"),
        ({"kind": "private", "bot": False}, "/invite"),
    ],
)
async def test_a_service_is_told_in_private_and_inside_the_authority(
    surgery: Surgery, traits: dict[str, Any], said: str
) -> None:
    surgery.use(surgery.slack.world.channel("sen-returns", *officers(surgery), **traits))
    assert said in await surgery.fault(CHANNEL)


async def test_the_readers_of_a_public_channel_are_not_told_one_by_one(surgery: Surgery) -> None:
    surgery.use(surgery.slack.world.channel("sen-returns", surgery.slack.world.user("jo.sands", JO)))
    assert "everybody in the workspace" in await surgery.fault(CHANNEL)


async def test_readers_who_do_not_take_in_are_named(surgery: Surgery) -> None:
    world = surgery.slack.world
    sam, nadia = officers(surgery)
    jo, stranger = world.user("jo.sands", JO), world.user("some.body", "some.body@elsewhere.example")
    unproven = world.user("alex.reed", ALEX, is_email_confirmed=False)
    robot = world.user("poll", is_bot=True)
    left = world.user("gone", "gone@derbyshire.example", deleted=True)
    surgery.use(world.channel("sen-returns", sam, nadia, jo, stranger, unproven, robot, left, kind="private"))
    said = await surgery.fault(READERS)
    for name in ("Jo Sands", "some.body@elsewhere.example", "Alex Reed", "the app Poll"):
        assert name in said
    assert not {"Sam", "Nadia", "gone"} & set(said.split())
    assert "make them officers" in said


async def test_readers_are_known_by_their_link_before_their_email(surgery: Surgery) -> None:
    world = surgery.slack.world
    sam = world.user("sam", "another@address.example")

    def link(person: Person) -> None:
        person.identities.append(Identity(channel="slack", value=f"{world.team_id}/{sam.id}"))

    surgery.office.write(lambda tx: link(tx.query(Person).filter_by(email=SAM).one()))
    surgery.use(world.channel("sen-returns", sam, world.user("alex", ALEX), kind="private"))
    await surgery.look()


async def test_a_crowd_is_read_to_its_end(surgery: Surgery) -> None:
    world = surgery.slack.world
    sam, _ = officers(surgery)
    surgery.use(world.channel("sen-returns", *[sam] * 450, world.user("jo.sands", JO), kind="private"))
    assert "Jo Sands" in await surgery.fault(READERS)


@pytest.mark.parametrize(("traits", "said"), [({"bot": False}, "not in it"), ({"kind": "public"}, "archived")])
async def test_a_returns_channel_must_be_open_to_the_bot(surgery: Surgery, traits: dict[str, Any], said: str) -> None:
    channel = surgery.slack.world.channel("returns", **traits)
    channel.archived = said == "archived"
    surgery.keys["returns_channels"] = f'["{channel.id}"]'
    assert said in await surgery.fault(f"slack returns channel {channel.id}")


@pytest.mark.parametrize(("seconds", "said"), [(61, "behind"), (-75, "ahead")])
async def test_a_clock_that_is_wrong_is_said_to_be_so(
    surgery: Surgery, monkeypatch: pytest.MonkeyPatch, seconds: int, said: str
) -> None:
    monkeypatch.setattr(Clock, "now", lambda _: datetime.now(UTC) - timedelta(seconds=seconds + seconds / 60))
    assert said in await surgery.fault("clock")


async def test_a_clock_that_is_nearly_right_is_well(surgery: Surgery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clock, "now", lambda _: datetime.now(UTC) - timedelta(seconds=50))
    await surgery.look()


async def test_what_hinders_the_call_is_told_and_never_a_traceback(surgery: Surgery) -> None:
    surgery.use(surgery.slack.world.channel("sen-returns", kind="private"))
    for method, check in (
        ("conversations.info", CHANNEL),
        ("conversations.members", CHANNEL),
        ("auth.test", "slack bot token"),
    ):
        surgery.slack.trouble.fail(method, status=503)
        assert "503" in await surgery.fault(check)
        surgery.slack.trouble.drop(method)
        assert "cannot be reached" in await surgery.fault(check)
        surgery.slack.trouble.refuse(method, "fatal_error")
        assert "fatal_error" in await surgery.fault(check)


async def test_where_slack_asks_to_wait_it_is_waited(surgery: Surgery) -> None:
    surgery.slack.trouble.limit("auth.test", retry_after=0)
    await surgery.look()


async def test_where_nothing_answers_that_is_told(surgery: Surgery) -> None:
    surgery.keys |= {"api_url": f'"http://127.0.0.1:{free_port()}/api/"', "mode": '"http"'}
    said = (await surgery.look(status=1))["slack bot token"]
    assert "cannot be reached" in said["detail"]
    assert "firewall" in said["remedy"]


async def test_what_is_not_slack_is_said_to_be_so(surgery: Surgery) -> None:
    surgery.slack.trouble.fail("auth.test", status=200)
    assert "is not Slack" in await surgery.fault("slack bot token")
