"""The demo accepts mail in anybody's name: no other page of the same browser may have it do so."""

import httpx
import pytest

from tests.demo.conftest import Newcomer
from tests.office import TestOffice
from tests.people import JO

WRITE = f"/demo/write?of={JO}"
EXAMPLE = {"example": "good"}


async def refused(newcomer: Newcomer, answer: httpx.Response, status: int) -> bool:
    """Whether an answer is this refusal, in words, and nothing was sent."""
    return answer.status_code == status and "Not done" in answer.text and not newcomer.demo.mailboxes.of(JO)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", ""]
)
@pytest.mark.parametrize("path", ["/", "/demo", "/demo/style.css", WRITE])
async def test_another_name_for_this_machine_is_not_answered(newcomer: Newcomer, host: str, path: str) -> None:
    answer = await newcomer.get(path, Host=host.format(port=newcomer.demo.rooms.settings.web.port))
    assert await refused(newcomer, answer, 421)
    assert "token" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
async def test_this_machine_by_its_own_names_is(newcomer: Newcomer, host: str) -> None:
    answer = await newcomer.get("/demo", Host=f"{host}:{newcomer.demo.rooms.settings.web.port}")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"}, {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
    ],
)  # fmt: skip
async def test_another_page_sends_nothing(newcomer: Newcomer, headers: dict[str, str]) -> None:
    answer = await newcomer.post(WRITE, EXAMPLE, headers=headers)
    assert await refused(newcomer, answer, 403)


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "null"}, {}])
async def test_a_page_of_the_demo_does(newcomer: Newcomer, headers: dict[str, str]) -> None:
    await newcomer.post(WRITE, EXAMPLE, headers=headers)
    assert newcomer.demo.mailboxes.of(JO)


@pytest.mark.parametrize("token", ["", "x", "é", "x" * 50_000])
async def test_a_form_that_no_page_of_the_demo_showed_sends_nothing(newcomer: Newcomer, token: str) -> None:
    answer = await newcomer.post(WRITE, {**EXAMPLE, "token": token})
    assert await refused(newcomer, answer, 403)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", ""), (b"token=x&example=good", "application/x-www-form-urlencoded"), (b"{}", "application/json"),
        (b"--x\r\n", "multipart/form-data"), (b"nonsense", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\n\r\n--x--", "multipart/form-data; boundary=x"),
    ],
)  # fmt: skip
async def test_what_is_no_form_sends_nothing(newcomer: Newcomer, content: bytes, kind: str) -> None:
    answer = await newcomer.client.post(WRITE, content=content, headers={"Content-Type": kind})
    assert await refused(newcomer, answer, 400)


async def test_nothing_is_sent_by_looking(newcomer: Newcomer) -> None:
    assert (await newcomer.get(f"{WRITE}&example=good&token=x")).status_code == 200
    assert newcomer.demo.mailboxes.of(JO) == []


@pytest.mark.parametrize("path", ["/demo", WRITE, f"/demo?of={JO}", "/demo/mails/1"])
async def test_every_page_asks_nothing_of_anybody_else(newcomer: Newcomer, path: str) -> None:
    headers = (await newcomer.get(path)).headers
    rules = headers["Content-Security-Policy"].split("; ")
    assert rules[:2] == ["default-src 'none'", "style-src 'self'"]
    assert {"form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "frame-src 'self'"} <= set(rules)
    assert (headers["X-Frame-Options"], headers["Referrer-Policy"]) == ("DENY", "no-referrer")


@pytest.mark.parametrize("path", ["/demo", "/demo/write", "/demo/style.css", "/demo/mails/1"])
async def test_what_postroom_serves_has_no_such_page(post: TestOffice, path: str) -> None:
    assert post.office.web
    served = httpx.ASGITransport(post.office.web.application)
    async with httpx.AsyncClient(transport=served, base_url=post.rooms.settings.web.base_url) as client:
        assert (await client.get(path)).status_code == 404
        assert (await client.post(path)).status_code == 404
        assert "demo/" not in (await client.get("/")).text
