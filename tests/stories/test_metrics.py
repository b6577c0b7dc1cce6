"""What is measured: how much there is of everything, how old and how slow it is, and nothing of anybody."""

import re

import aiosmtplib
import httpx
import pytest

from tests.office import Opener, TestOffice
from tests.people import JO, PLAN, SAM
from tests.watching import FAR, NEAR, asked, measured

STRANGER = "stranger@elsewhere.example"


async def test_what_comes_in_and_goes_out_is_counted_with_how_long_it_took(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN)
    await post.email(STRANGER, text="hello")

    found = await measured(post)
    assert found['postroom_arrivals_total{channel="email",outcome="new"}'] == 2
    assert found['postroom_arrival_bytes_total{channel="email"}'] > 800
    assert found['postroom_messages_handled_total{channel="email",outcome="handled"}'] == 2
    assert found['postroom_files{service="SEN",status="Sent"}'] == 1
    assert found['postroom_answer_seconds_count{channel="email"}'] >= 2
    assert found['postroom_deliveries_total{channel="email",outcome="sent"}'] >= 2
    assert found["postroom_ledger_commit_seconds_count"] > 0
    assert found["postroom_ledger_readable"] == 1
    assert found['postroom_disk_free_bytes{place="vault"}'] > 0
    assert any(name.startswith("postroom_build_info{") for name in found)


async def test_what_waits_is_told_with_its_age(post: TestOffice) -> None:
    post.mailboxes.refusal = "451 4.3.0 later"
    await post.email(JO, attach=PLAN)
    post.clock.advance(hours=2)

    found = await measured(post)
    assert found['postroom_outbox_notices{channel="email",state="waiting"}'] > 0
    assert found['postroom_outbox_overdue_seconds{channel="email"}'] == 7200
    assert found['postroom_unreceived_oldest_seconds{service="SEN"}'] == 7200
    assert found['postroom_deliveries_total{channel="email",outcome="postponed"}'] > 0


async def test_what_the_door_refuses_is_counted_by_its_code(post: TestOffice) -> None:
    with pytest.raises(aiosmtplib.SMTPException):
        await post.post(b"From: a@b.example\r\n\r\nx\r\n", JO, "nobody@derbyshire.example")

    found = await measured(post)
    assert [name for name, count in found.items() if name.startswith("postroom_smtp_refusals_total{") and count] == [
        'postroom_smtp_refusals_total{code="550",status="5.1.1"}'
    ]


async def test_quarantine_is_counted_until_somebody_has_seen_to_it(post: TestOffice) -> None:
    await post.email(JO, attach=PLAN, headers={"Precedence": "bulk"})

    found = await measured(post)
    assert found['postroom_inbox_messages{channel="email",state="quarantined"}'] == 1


async def test_no_metric_has_anything_of_anybody_in_it(post: TestOffice) -> None:
    await post.email(JO, subject="Canary Wren", text="Comment Wren", attach=PLAN)
    await post.email(SAM, text="status")
    await post.email(STRANGER, subject="Canary Wren", attach={"Wren.docx": b"x"})

    page = (await asked(post, "/metrics")).text
    for never in ("@", "Wren", "leys", PLAN, "8302000", "8309001", "stranger"):
        assert never not in page, never
    allowed = re.compile(r'[a-z_]+="([A-Za-z0-9_.+ -]{0,40})"')
    labels = re.findall(r'[a-z_]+="[^"]*"', page)
    assert all(allowed.fullmatch(label) for label in labels), labels


@pytest.mark.parametrize(
    ("by", "headers", "environ", "status"),
    [
        (NEAR, {}, {}, 200),
        ("::ffff:127.0.0.1", {}, {}, 200),
        (FAR, {}, {}, 404),
        (NEAR, {"X-Forwarded-For": FAR}, {}, 404),
        (NEAR, {"Via": "1.1 proxy"}, {}, 404),
        (NEAR, {}, {"BASE_URL": "https://returns.council.example"}, 404),
        (NEAR, {}, {"BASE_URL": "https://returns.council.example", "PROXY_NETWORKS": '["10.0.0.1"]'}, 200),
        (NEAR, {"Forwarded": f"for={FAR}"}, {"BASE_URL": "https://returns.council.example", "PROXY_NETWORKS": '["127.0.0.1"]'}, 404),
        (FAR, {}, {"METRICS_NETWORKS": f'["{FAR}"]'}, 200),
        (NEAR, {}, {"METRICS_NETWORKS": "[]"}, 404),
    ],
    ids=["here", "here by IPv6", "elsewhere", "by an unnamed proxy", "by a silent one", "before a proxy that is not named",
         "beside a named proxy", "by a named one that names nobody", "from a named network", "from nowhere"],
)  # fmt: skip
async def test_metrics_are_read_from_where_it_is_allowed_and_are_no_page_elsewhere(
    post_with: Opener, by: str, headers: dict[str, str], environ: dict[str, str], status: int
) -> None:
    async with post_with({f"POSTROOM__WEB__{key}": value for key, value in environ.items()}) as post:
        assert (await asked(post, "/metrics", by=by, headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("forwarded", "status"),
    [
        (FAR, 404),
        (f"127.0.0.1, {FAR}", 404),
        (f"{FAR}, 127.0.0.1", 404),
        ("nonsense", 404),
        ("127.0.0.1", 404),
        ("127.0.0.1, 127.0.0.1", 404),
        (None, 200),
    ],
    ids=[
        "a visitor",
        "one who says to be near",
        "by two proxies",
        "one who cannot be told",
        "one who seems to be the proxy",
        "one who says so of themselves",
        "not by the proxy",
    ],
)
async def test_over_the_wire_a_proxys_visitors_do_not_read_them(
    post_with: Opener, forwarded: str | None, status: int
) -> None:
    environ = {
        "POSTROOM__WEB__PROXY_NETWORKS": '["127.0.0.1"]',
        "POSTROOM__WEB__BASE_URL": "https://returns.council.example",
    }
    async with post_with(environ) as post:
        assert post.office.web
        await post.office.web.start()
        try:
            async with httpx.AsyncClient() as client:
                headers = {"X-Forwarded-For": forwarded} if forwarded else {}
                page = await client.get(f"http://127.0.0.1:{post.office.web.port}/metrics", headers=headers)
        finally:
            await post.office.web.stop()
        assert page.status_code == status
