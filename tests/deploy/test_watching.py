"""What is shipped for those who watch over Postroom: rules for Prometheus, a dashboard for Grafana, and what to do."""

import asyncio
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from prometheus_client.core import Metric
from sqlalchemy.orm import Session

from bot.ledger import upkeep
from bot.ledger.upkeep import Chore
from bot.measures import Measures
from tests.channels.conftest import new_certificate
from tests.office import TestOffice, open_office
from tests.peers import lacking
from tests.people import JO, PLAN

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "postroom.json"
MANUAL = (ROOT / "docs" / "operations.md").read_text("utf-8")
TEXTS = {path: path.read_text("utf-8") for path in (RULES, DASHBOARD)}
NAME = re.compile(r"\bpostroom_\w+")
RUNBOOK = re.compile(r'runbook: "docs/operations\.md: (.+)"')
SUFFIXES = re.compile(r"_(bucket|count|sum)$")


def promtool(*words: str, cwd: Path | None = None, said: str = "") -> None:
    """Fails where it finds fault."""
    if (program := shutil.which("promtool")) is None:
        lacking("promtool")
    done = subprocess.run([program, *words], cwd=cwd, input=said, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def everything_done(tx: Session, post: TestOffice) -> None:
    """All chores are noted."""
    for chore in Chore:
        upkeep.note(tx, chore, post.clock.now())


async def known(directory: Path) -> set[str]:
    """The names of all samples that an office with everything in it tells."""
    both = directory / "both.pem"
    both.write_bytes(new_certificate())
    environ = {f"POSTROOM__WEB__TLS_{part}": str(both) for part in ("CERTIFICATE", "KEY")}
    async with open_office(directory, environ) as post:
        await post.email(JO, attach=PLAN)
        await post.rooms.ledger.write(lambda tx: everything_done(tx, post))
        measures = post.rooms.measures
        _seen_once(measures)
        return {_written(family) + tail for family in measures.registry.collect() for tail in _tails(family)}


def _seen_once(measures: Measures) -> None:
    measures.replied("550 5.1.1 no")
    measures.looked("main", 0)
    measures.acknowledged("press", 0)
    measures.faulted("inbox")


def _written(family: Metric) -> str:
    return family.name


def _tails(family: Metric) -> tuple[str, ...]:
    return {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "info": ("_info",)}.get(
        family.type, ("",)
    )


@pytest.mark.parametrize("path", [RULES, DASHBOARD], ids=lambda path: str(path.name))
async def test_every_metric_that_is_asked_for_exists(path: Path, tmp_path: Path) -> None:
    asked = set(NAME.findall(TEXTS[path]))
    assert asked - await known(tmp_path) == set()


async def test_every_metric_is_of_use_to_somebody(tmp_path: Path) -> None:
    asked = set(NAME.findall("".join(TEXTS.values())))
    used = {SUFFIXES.sub("", name) for name in asked}
    unused = {SUFFIXES.sub("", name) for name in await known(tmp_path)} - used
    assert unused == {"postroom_canary_sent_timestamp_seconds"}


def test_each_alert_says_what_it_is_and_what_to_do() -> None:
    headings = re.findall(r"^#### (.+)$", MANUAL, re.MULTILINE)
    blocks = TEXTS[RULES].split("- alert: ")[1:]
    named = [RUNBOOK.search(block) for block in blocks]
    assert all(named)
    assert [one[1] for one in named if one] == headings
    for block in blocks:
        assert re.search(r"summary: .+", block), block
        assert re.search(r"description: .+", block), block
        assert re.search(r"severity: (critical|warning)", block), block


def test_prometheus_takes_the_rules() -> None:
    promtool("check", "rules", str(RULES))


def test_the_rules_fire_when_they_should_and_else_do_not(tmp_path: Path) -> None:
    shutil.copy(RULES, tmp_path / "alerts.yml")
    shutil.copy(Path(__file__).with_name("alerts_test.yml"), tmp_path / "test.yml")
    promtool("test", "rules", "test.yml", cwd=tmp_path)


def test_the_dashboards_questions_are_sound(tmp_path: Path) -> None:
    rules = [f"- {{record: 'dashboard:{n}', expr: {json.dumps(_plain(one))}}}" for n, one in enumerate(questions())]
    path = tmp_path / "dashboard.yml"
    path.write_text("groups:\n- name: dashboard\n  rules:\n" + "\n".join(f"  {rule}" for rule in rules) + "\n")
    promtool("check", "rules", str(path))


def test_the_dashboard_is_bound_to_no_data_source() -> None:
    dashboard = json.loads(DASHBOARD.read_text("utf-8"))
    assert {source["uid"] for source in _sources(dashboard)} == {"${datasource}"}
    assert dashboard["id"] is None
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    assert all(panel["targets"] for panel in dashboard["panels"] if panel["type"] != "row")
    assert [panel["title"] for panel in dashboard["panels"] if panel["type"] == "row"] == [
        "Now", "Mail and chat in", "Answers out", "Files", "Machine",
    ]  # fmt: skip


async def test_prometheus_finds_nothing_wrong_with_the_metrics(tmp_path: Path) -> None:
    async with open_office(tmp_path) as post:
        await post.email(JO, attach=PLAN)
        text = generate_latest(post.rooms.measures.registry).decode()
    await asyncio.to_thread(promtool, "check", "metrics", said=text)


def questions() -> list[str]:
    """Every question of the dashboard."""
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", ())]


def _plain(question: str) -> str:
    return question.replace("$__rate_interval", "5m").replace("$instance", ".*")


def _sources(value: Any) -> list[dict[str, str]]:
    """Every data source that is named anywhere in it."""
    if isinstance(value, list):
        return [source for one in value for source in _sources(one)]
    if not isinstance(value, dict):
        return []
    here = [value["datasource"]] if "datasource" in value else []
    return here + [source for one in value.values() for source in _sources(one)]
