"""Figures for Prometheus as a running instance tells them; and alerts, dashboard and documents that ask for no other."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field
from temporalio.testing import WorkflowEnvironment

from scripts.dashboard import FILE, text
from service.watch.figures import ABOUT
from store.places import LoadedPlace
from tests.support.running import ROOT
from tests.support.scrape import Scrape, asked_of, go_wrong, scrape, watched

OPERATE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8").partition("## What to watch")[2]
SPAN = r"^\d+[smhd]$"


class Strict(BaseModel):
    """What Prometheus reads; it refuses a field it does not know."""

    model_config = ConfigDict(extra="forbid")


class Alert(Strict):
    alert: str = Field(pattern=r"^Jiefen[A-Za-z]+$")
    expr: str
    waits: str = Field(default="0s", alias="for", pattern=SPAN)
    labels: dict[str, str]
    annotations: dict[str, str]


class Group(Strict):
    name: str
    rules: list[Alert]


class Rules(Strict):
    groups: list[Group]


def alerts() -> list[Alert]:
    rules = Rules.model_validate(yaml.safe_load((ROOT / "ops" / "alerts.yaml").read_text(encoding="utf-8")))
    return [alert for group in rules.groups for alert in group.rules]


def panels() -> Iterator[dict[str, Any]]:
    board = json.loads(FILE.read_text(encoding="utf-8"))
    return (panel for panel in board["panels"] if panel["type"] != "row")


def expressions() -> list[str]:
    found = [alert.expr for alert in alerts()]
    return found + [target["expr"] for panel in panels() for target in panel["targets"]]


@pytest.fixture(scope="module")
async def told(env: WorkflowEnvironment, huaxi: LoadedPlace, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scrape]:
    with env.with_time_skipping_disabled():
        async with watched(env, huaxi, tmp_path_factory.mktemp("figures")) as (office, api, chosen):
            code = await api.open()
            await api.act(code, "screener@yanlou-centre", "screen", category="0201", accept=True)
            await api.post(f"/cases/{code}/actions/seal", {})
            await api.post("/cases/YANLOU-1999-99999/actions/note", {"text": "x"})
            await go_wrong(office)
            yield await scrape(api, chosen)


async def test_what_happened_is_counted_on_its_page(told: Scrape) -> None:
    assert told.value("jiefen-web", 'jiefen_actions_total{action="open",outcome="accepted"}') >= 1
    assert told.value("jiefen-web", 'jiefen_actions_total{action="seal",outcome="not_allowed"}') >= 1
    assert told.value("jiefen-worker", 'jiefen_events_total{hand="person",type="screened"}') >= 1
    assert told.value("jiefen-worker", 'jiefen_publications_total{outcome="stored"}') >= 2
    assert told.value("jiefen-worker", "jiefen_cases_open") == 1
    assert told.value("jiefen-worker", "jiefen_obligations_overdue") == 0
    assert told.value("jiefen-worker", 'jiefen_store_up{store="keys"}') == 1


async def test_no_figure_names_a_case_or_a_person(told: Scrape) -> None:
    ours = "\n".join(page for job, page in told.pages.items() if job != "jiefen-sdk")
    assert not re.search(r"YANLOU-|张三|138000|person:|vault:|[0-9a-f]{8}-[0-9a-f]{4}-", ours)


@pytest.mark.parametrize("expression", expressions())
async def test_every_expression_asks_for_what_is_told(expression: str, told: Scrape) -> None:
    for name, labels in asked_of(expression).items():
        assert name in told.names, name
        assert not told.labels(name) or labels - {"job", "instance"} <= told.labels(name), (name, labels, told.labels(name))


def test_a_wrong_expression_is_found() -> None:
    assert asked_of("sum(rate(jiefen_nothing[5m])) > 0") == {"jiefen_nothing": set()}
    with pytest.raises(ValueError, match="unclosed"):
        asked_of("sum(rate(jiefen_actions_total[5m]) > 0")


def test_every_alert_says_what_it_means_and_what_to_do() -> None:
    sections = re.findall(r"^#### (Jiefen\w+)$", OPERATE, re.MULTILINE)
    assert sections == [alert.alert for alert in alerts()]
    for alert in alerts():
        assert alert.labels["severity"] in {"page", "ticket"}
        assert set(alert.annotations) == {"summary", "summary_zh", "runbook"}
        assert alert.annotations["runbook"] == f"docs/operate.md#{alert.alert.lower()}"


def test_the_dashboard_is_the_one_its_script_writes() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run: python -m scripts.dashboard"
    assert all(panel["datasource"]["uid"] == "${prometheus}" for panel in panels())


async def test_the_page_for_operators_names_every_figure_of_ours(told: Scrape) -> None:
    named = set(re.findall(r"`(jiefen_\w+)", OPERATE))
    ours = {name for page in told.pages.values() for name in re.findall(r"^# TYPE (jiefen_\w+)", page, re.MULTILINE)}
    assert named == ours
    assert {name for name, _ in ABOUT.values()} <= ours


def test_prometheus_asks_the_pages_the_alerts_go_by() -> None:
    config = yaml.safe_load((ROOT / "ops" / "prometheus.yaml").read_text(encoding="utf-8"))
    assert [job["job_name"] for job in config["scrape_configs"]] == ["jiefen-web", "jiefen-worker", "jiefen-sdk"]
    assert all((ROOT / "ops" / name).is_file() for name in config["rule_files"])
