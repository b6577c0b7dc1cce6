"""Asking an office what those ask who watch over it."""

from collections.abc import Mapping

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.office import TestOffice

NEAR, FAR = "127.0.0.1", "203.0.113.9"


async def asked(
    post: TestOffice, path: str, *, by: str = NEAR, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """The answer to whoever asks from this address."""
    assert post.office.web
    transport = httpx.ASGITransport(post.office.web.application, client=(by, 40_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://office.example") as client:
        return await client.get(path, headers=dict(headers or {}))


async def measured(post: TestOffice) -> dict[str, float]:
    """Every sample of the metrics, by its name and labels as they are written: `name{label="value"}`."""
    page = await asked(post, "/metrics")
    assert page.status_code == 200
    families = text_string_to_metric_families(page.text)
    return {_written(one.name, one.labels): one.value for family in families for one in family.samples}


def _written(name: str, labels: Mapping[str, str]) -> str:
    pairs = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return f"{name}{{{pairs}}}" if pairs else name
