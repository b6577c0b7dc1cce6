"""What Slack has not signed, what is not of our workspace and what is malformed has no effect."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from handlers.slack.calling import Caller
from handlers.slack.channel import PATH, SlackChannel
from handlers.slack.door import BODY_BYTES_MAX
from handlers.slack.installation import Installation
from handlers.web.application import application
from handlers.web.pages import Pages
from tests.people import PLAN
from tests.slack import SIGNING_SECRET, Delivery
from tests.slack.delivery import signature
from tests.slack_office import SlackOffice, open_slack_office

Json = dict[str, Any]
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlackOffice]:
    async with open_slack_office(tmp_path) as opened:
        yield opened


@pytest.fixture
async def pressed(office: SlackOffice) -> Delivery:
    """A press that Slack would bring: an officer receives a file. It has not come yet."""
    await office.send("jo", PLAN)
    office.slack.http.secret = "nobody's"
    await office.slack.press(office.people["sam"], office.answers(office.sen)[0], "Receive")
    office.slack.http.secret = SIGNING_SECRET
    await office.settle()
    return office.slack.deliveries[-1]


async def unmoved(office: SlackOffice) -> bool:
    """Whether the file stands as it was sent."""
    await office.settle()
    return [file.status for file in office.post.files()] == ["Sent"]


@pytest.mark.parametrize(
    "attack",
    [
        {"secret": "another secret"},
        {"secret": ""},
        {"seconds_ago": 301},
        {"seconds_ago": -301},
        {"sign": False},
    ],
    ids=str,
)
async def test_a_forged_or_stale_signature_is_refused(office: SlackOffice, pressed: Delivery, attack: Json) -> None:
    ack = await office.slack.repeat(pressed, **attack)

    assert ack.status == 401
    assert await unmoved(office)


async def test_the_same_press_is_carried_out_when_slack_has_signed_it(office: SlackOffice, pressed: Delivery) -> None:
    assert (await office.slack.repeat(pressed)).ok
    assert not await unmoved(office)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": "v0=é"},
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": "9" * 5000},
        {"X-Slack-Request-Timestamp": ""},
    ],
    ids=lambda headers: str(headers)[:60],
)
async def test_malformed_headers_are_refused(office: SlackOffice, headers: dict[str, str]) -> None:
    given = {**_signed(b"{}"), **headers} if headers else {}
    answer = await _called(office, b"{}", {name: value.encode() for name, value in given.items()})

    assert answer.status_code == 401


async def test_a_certificate_check_lets_nobody_in_unsigned(office: SlackOffice) -> None:
    answer = await _called(office, b"ssl_check=1&token=any", {"Content-Type": FORM})

    assert answer.status_code == 401


async def test_a_replay_within_five_minutes_has_no_second_effect(office: SlackOffice, pressed: Delivery) -> None:
    await office.slack.repeat(pressed)
    await office.settle()
    told, seen = len(office.post.told()), office.slack.world.ephemerals[office.people["sam"].id]

    ack = await office.slack.repeat(pressed, sign=True, seconds_ago=290)
    await office.settle()

    assert ack.ok
    assert (len(office.post.told()), len(seen)) == (told, 1)


def in_another_workspace(payload: Json) -> Json:
    """As if our app were installed elsewhere, too, and this had happened there."""
    text = json.dumps(payload)
    moved: Json = json.loads(text.replace(str(payload.get("team_id") or payload["team"]["id"]), "T0ELSEWHERE"))
    return moved


async def test_a_press_in_another_workspace_is_refused(office: SlackOffice, pressed: Delivery) -> None:
    ack = await office.slack.repeat(pressed, alter=in_another_workspace)

    assert ack.status == 403
    assert await unmoved(office)


async def test_a_message_and_a_command_of_another_workspace_are_refused(office: SlackOffice) -> None:
    await office.send("jo", "hello")
    said = office.slack.deliveries[0]
    await office.slack.command(office.people["jo"], office.dm("jo"), "/postroom", "status")
    typed = office.slack.deliveries[-1]
    before = len(office.post.waiting())

    for one in (said, typed):
        assert (await office.slack.repeat(one, alter=in_another_workspace)).status == 403

    assert len(office.post.waiting()) == before


async def test_nothing_is_acknowledged_while_slack_does_not_say_which_workspace_is_ours(office: SlackOffice) -> None:
    office.slack.trouble.refuse("auth.test", "internal_error")
    jo = office.people["jo"]

    said = await office.slack.post(jo, office.dm("jo"), "status")
    assert not said.ack.ok
    (ack,) = await office.slack.retry()
    await office.settle()

    assert ack.ok
    assert len(office.answers(office.dm("jo"))) == 1


async def test_a_token_of_no_use_shows_in_the_log_before_anybody_has_spoken(office: SlackOffice) -> None:
    caller = Caller(AsyncWebClient("xoxb-wrong", base_url=office.slack.api_url), office.post.clock)

    with capture_logs() as logged:
        await Installation(caller, "xoxb-wrong", allow_connect=False).look()

    (line,) = logged
    assert "postroom doctor says why" in line["event"]
    assert "invalid_auth" in line["fault"]


async def test_a_revoked_token_acknowledges_nothing_that_was_not_stored(office: SlackOffice) -> None:
    office.slack.trouble.refuse("auth.test", "token_revoked", times=99)

    with capture_logs() as logged:
        said = await office.slack.post(office.people["jo"], office.dm("jo"), "status")

    assert not said.ack.ok
    assert "postroom doctor says why" in logged[-1]["event"]
    assert office.post.waiting() == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", JSON),
        (b"[" * 100_000, JSON),
        (b"payload=" + b"[" * 100_000, FORM),
        (b"payload=%7B", FORM),
        (b"[1, 2]", JSON),
        (b"\xff\xfe", JSON),
        (b"payload=null", FORM),
        (b'{"type": "event_callback"}', "text/html"),
        (b"", JSON),
    ],
    ids=lambda value: repr(value)[:30],
)
async def test_what_is_malformed_is_refused_though_it_be_signed(
    office: SlackOffice, body: bytes, content_type: str
) -> None:
    answer = await _called(office, body, {"Content-Type": content_type, **_signed(body)})

    assert 400 <= answer.status_code < 500
    assert office.post.waiting() == []


@pytest.mark.parametrize("announced", [True, False], ids=["its length announced", "in chunks"])
async def test_an_oversized_body_is_refused_before_it_is_read_to_its_end(
    office: SlackOffice, *, announced: bool
) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while read < 20 * BODY_BYTES_MAX:
            read += 100_000
            yield b"x" * 100_000

    length = {"Content-Length": str(20 * BODY_BYTES_MAX)} if announced else {}
    answer = await _called(office, endless(), {"Content-Type": JSON, **length})

    assert answer.status_code == 413


async def test_slack_is_answered_when_it_verifies_the_address(office: SlackOffice) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw", "token": "any"}).encode()

    answer = await _called(office, body, {"Content-Type": JSON, **_signed(body)})

    assert answer.json() == {"challenge": "3eZbrw"}


async def test_in_mode_socket_nothing_can_be_called(tmp_path: Path) -> None:
    async with open_slack_office(tmp_path, mode="socket") as office:
        body = b"{}"
        answer = await _called(office, body, {"Content-Type": JSON, **_signed(body)})

        assert answer.status_code == 404


def altered(action: Callable[[Json], Any]) -> Callable[[Json], Json]:
    """A press whose button would bring another value."""

    def alter(payload: Json) -> Json:
        value = json.loads(payload["actions"][0]["value"])
        changed = action(value)
        payload["actions"][0]["value"] = changed if isinstance(changed, str) else json.dumps(changed)
        payload["actions"][0]["action_ts"] = "1.0"
        return payload

    return alter


FORGERIES: dict[str, Callable[[Json], Any]] = {
    "no value": lambda _: "",
    "no JSON": lambda _: "receive everything",
    "not ours": lambda _: {"notice": "x"},
    "more than ours": lambda value: value | {"authorised": True},
    "huge": lambda value: value | {"say": f"receive {'x' * 3000}"},
    "two lines": lambda value: value | {"say": f"{value['say']}\nreject {value['say'][8:]} because"},
    "a huge version": lambda value: value | {"seen": {value["say"][8:]: 2**80}},
    "a negative version": lambda value: value | {"seen": {value["say"][8:]: -1}},
    "a reference that is none": lambda value: value | {"say": "receive PR-0000-0000"},
    "another command": lambda value: value | {"say": "recall everything"},
    "no notice of ours": lambda value: value | {"notice": "x" * 26, "say": "receive"},
}


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forged_value_changes_nothing(office: SlackOffice, pressed: Delivery, name: str) -> None:
    ack = await office.slack.repeat(pressed, alter=altered(FORGERIES[name]))

    assert ack.ok
    assert await unmoved(office)
    assert [one.state for one in office.post.waiting() if one.why] == [], "no forgery is a fault of ours"


async def test_a_value_of_another_notice_finds_and_does_not_authorise(office: SlackOffice, pressed: Delivery) -> None:
    """A sender brings back what an officer's button says."""

    def as_tom(payload: Json) -> Json:
        payload["user"]["id"] = office.people["tom"].id
        return payload

    await office.slack.repeat(pressed, alter=as_tom)

    assert await unmoved(office)
    (told,) = [one for one in office.post.told() if one.kind == "not-authorised"]
    assert told.recipient.endswith(office.people["tom"].id)


@pytest.mark.parametrize("forged", ["{", "", json.dumps({"value": {"notice": "x", "say": "y"}}), "[" * 10_000])
async def test_a_form_that_bears_what_it_was_not_given_does_nothing(office: SlackOffice, forged: str) -> None:
    await office.send("jo", PLAN)
    await office.press("sam", office.answers(office.sen)[0], "Reject…")
    view = office.slack.modal(office.people["sam"])
    assert view
    view.body["private_metadata"] = forged

    ack = await office.slack.submit(office.people["sam"], {"written": "Wrong child"})

    assert not ack.ok, "nobody may believe that it was done"
    assert await unmoved(office)


async def test_a_form_for_a_file_that_is_not_theirs_to_decide_does_nothing(office: SlackOffice) -> None:
    """Ian, who is no officer of SEN, sends a form that was opened for Sam, to be answered where all can read it."""
    await office.send("jo", PLAN)
    office.sen.members.append(office.people["ian"].id)
    await office.press("sam", office.answers(office.sen)[0], "Reject…")
    await office.slack.submit(office.people["sam"], {"written": "Wrong child"})

    def as_ian(payload: Json) -> Json:
        payload["user"]["id"], payload["view"]["id"] = office.people["ian"].id, "V0FORGED"
        bearing = json.loads(payload["view"]["private_metadata"])
        bearing["route"] |= {"private": True, "aside": False}
        payload["view"]["private_metadata"] = json.dumps(bearing)
        return payload

    forged = office.slack.deliveries[-1]
    office.slack.http.secret = SIGNING_SECRET
    posted = len(office.answers(office.sen))
    assert (await office.slack.repeat(forged, alter=as_ian)).ok
    await office.settle()

    (file,) = office.post.files()
    assert file.rejecter is not None
    assert file.rejecter.name == "Sam Hale"
    assert len(office.answers(office.sen)) == posted, "who asked for too much is told so apart"
    assert "may not reject" in office.slack.world.ephemerals[office.people["ian"].id][0].text


@pytest.mark.parametrize("how", ["trickles", "breaks off"])
async def test_whoever_does_not_bring_a_call_to_its_end_is_cut_off(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr("handlers.slack.door.BODY_SECONDS", 0.05)
    sent = asyncio.Event()

    async def receive() -> Json:
        if how == "breaks off":
            return {"type": "http.disconnect"}
        if sent.is_set():
            await asyncio.Event().wait()
        sent.set()
        return {"type": "http.request", "body": b"{", "more_body": True}

    answers: list[Json] = []

    async def send(message: Json) -> None:
        answers.append(message)

    scope: Json = {"type": "http", "method": "POST", "path": PATH, "headers": [], "query_string": b"", "client": None}
    async with asyncio.timeout(30):
        await _app(office)(scope, receive, send)

    assert answers[0]["status"] == 408


def _signed(body: bytes) -> dict[str, str]:
    now = str(int(time.time()))
    return {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": signature(SIGNING_SECRET, now, body)}


def _app(office: SlackOffice) -> Any:
    channel, settings = office.post.office.channels["slack"], office.post.rooms.settings
    assert isinstance(channel, SlackChannel)
    return application(settings, Pages(settings), channel.routes())


async def _called(office: SlackOffice, body: Any, headers: Any) -> httpx.Response:
    """What a call is answered, made as Slack makes it."""
    transport = httpx.ASGITransport(app=_app(office), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://app.example") as client:
        return await client.post(PATH, content=body, headers=headers)
