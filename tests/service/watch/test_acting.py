"""An action leaves a figure and a line in the log that name the case and the trace, and nothing that was sent."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role
from service.errors import Unavailable, UnknownCase, refuse
from service.secrecy.logs import formatter
from service.settings import ROOT
from service.watch import acting as watching
from service.watch import tracing
from service.watch.acting import acting, count_with
from service.watch.activities import hand
from service.watch.figures import Figures
from service.watch.logs import traced as added
from store.places import LoadedPlace, load_place
from tests.support.spans import traced

CLERK = Actor(person="staff:1", role=Role.CLERK, unit="yanlou-centre")
SECRET = "张三13800000001"


@pytest.fixture(scope="module")
def place() -> LoadedPlace:
    return load_place(ROOT / "places" / "huaxi")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(console=False))
    log = logging.getLogger("jiefen.cases")
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield stream
    log.removeHandler(handler)
    log.setLevel(before)


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> Figures:
    made = Figures()
    monkeypatch.setattr(watching._Switch, "figures", None)
    count_with(made)
    return made


def told(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_an_action_is_counted_and_logged_with_case_and_trace(place: LoadedPlace, lines: io.StringIO, figures: Figures) -> None:
    with traced() as received:
        with acting("note", CLERK, place.network) as seen:
            seen.on("case-1", action_id="a-1")
            seen.on("case-1", code="YANLOU-2026-00001")
            ids = tracing.ids()
        logging.getLogger("jiefen.cases").info("later")
    first, later = told(lines)
    assert ids == (first["trace_id"], first["span_id"])
    shown = {name: first[name] for name in ("event", "do", "outcome", "case_id", "action_id", "code")}
    assert shown == {
        "event": "acted",
        "do": "note",
        "outcome": "accepted",
        "case_id": "case-1",
        "action_id": "a-1",
        "code": "YANLOU-2026-00001",
    }
    assert not {"case_id", "action_id", "code", "trace_id"} & set(later)
    assert figures.registry.get_sample_value("jiefen_actions_total", {"action": "note", "outcome": "accepted"}) == 1
    assert "YANLOU" not in "".join(span.to_json() for span in received.spans)


@pytest.mark.parametrize(
    ("error", "outcome", "kind"),
    [
        (refuse(RefusalCode.NOT_ALLOWED), "not_allowed", "refused"),
        (UnknownCase(SECRET), "unknown_case", "refused"),
        (Unavailable(SECRET), "unavailable", "unavailable"),
        (ValueError(SECRET), "failed", "failed"),
    ],
)
def test_what_went_wrong_is_counted_under_its_code(
    error: Exception, outcome: str, kind: str, place: LoadedPlace, lines: io.StringIO, figures: Figures
) -> None:
    with pytest.raises(type(error)), acting(SECRET, CLERK, place.network):
        raise error
    assert figures.registry.get_sample_value("jiefen_actions_total", {"action": "unknown", "outcome": outcome}) == 1
    assert figures.registry.get_sample_value("jiefen_action_seconds_count", {"outcome": kind}) == 1
    assert told(lines)[0]["outcome"] == outcome
    assert "张三" not in lines.getvalue()


def test_what_the_sdk_notes_becomes_fields_of_ours() -> None:
    note = {"workflow_id": "case-1", "run_id": "r", "task_queue": "disputes", "attempt": 3}
    assert added(None, "info", {"event": "x", "temporal_workflow": note}) == {"event": "x", "case_id": "case-1", "run": "r", "attempt": 3}


@pytest.mark.parametrize(
    ("action_id", "whose"), [(None, "clock"), ("tick", "clock"), ("answer:1", "engine"), ("restart:7", "engine"), ("a1b2", "person")]
)
def test_events_are_counted_by_the_hand_that_led_to_them(action_id: str | None, whose: str) -> None:
    assert hand(action_id) == whose
