"""Traces: one for each request, from the web face to the SQL statement; and no word of a case in any of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from opentelemetry.sdk.trace import ReadableSpan
from temporalio.testing import WorkflowEnvironment

from service.rehearsal import Player, stage
from service.watch.exporting import PERMITTED
from store.places import LoadedPlace
from tests.support.disguise import STEMS, Secrets, story
from tests.support.running import ROOT, settings
from tests.support.spans import traced
from tests.web.running import asked, instance

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
OUTSIDE = {
    "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01",
    "tracestate": "vendor=somebody",
    "baggage": "name=somebody,phone=13800000001",
}
IDS = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[13]")
PATH = "POST /api/v1/cases/{code}/actions/note"
FROM_FACE_TO_SQL = (
    *("act note", "StartWorkflowUpdate:act", "ValidateUpdate:act", "HandleUpdate:act"),
    *("StartActivity:publish", "RunActivity:publish", "INSERT events", "UPDATE cases"),
)


def parents(span: ReadableSpan, spans: list[ReadableSpan]) -> list[str]:
    """The names of the spans around one, the nearest first."""
    by_id = {other.context.span_id: other for other in spans if other.context is not None}
    names: list[str] = []
    while span.parent is not None and span.parent.span_id in by_id:
        span = by_id[span.parent.span_id]
        names.append(span.name)
    return names


async def headers(env: WorkflowEnvironment, case_id: str) -> list[dict[str, object]]:
    """What traces have put into the history of a case, as it lies there."""
    found = []
    async for event in env.client.get_workflow_handle(case_id).fetch_history_events():
        started = event.workflow_execution_started_event_attributes.header.fields
        accepted = event.workflow_execution_update_accepted_event_attributes.accepted_request.input.header.fields
        for fields in (started, accepted):
            assert set(fields) <= {"_tracer-data"}
            found += [json.loads(payload.data) for payload in fields.values()]
    return found


async def test_an_action_is_one_trace_from_the_web_face_to_the_statement(
    env: WorkflowEnvironment, huaxi: LoadedPlace, tmp_path: Path
) -> None:
    with traced() as received, env.with_time_skipping_disabled():
        async with instance(env, huaxi, tmp_path) as office, asked(office) as api:
            code = await api.open()
            answer = await api.post(f"/cases/{code}/actions/note", {"text": "电话补充"}, headers=OUTSIDE)
            assert answer.status_code == 200
            refused = await api.post(f"/cases/{code}/actions/seal", {})
            case_id = answer.json()["case_id"]
            carried = await headers(env, case_id)
    spans = received.of(TRACE)
    names = {span.name for span in spans}
    assert names >= {PATH, *FROM_FACE_TO_SQL}, sorted(names)
    statement = next(span for span in spans if span.name == "INSERT events")
    assert parents(statement, spans) == ["RunActivity:publish", "StartActivity:publish", "StartWorkflowUpdate:act", "act note", PATH]
    assert {**(received.named("act note").attributes or {})} == {
        "jiefen.action": "note",
        "jiefen.case": case_id,
        "jiefen.outcome": "accepted",
        "jiefen.role": "clerk",
        "jiefen.unit_kind": "one",
    }
    assert (received.named("act seal").attributes or {})["jiefen.outcome"] == refused.json()["code"]
    assert carried
    assert all(set(one) == {"traceparent"} and IDS.fullmatch(str(one["traceparent"])) for one in carried)
    assert any(TRACE in str(one["traceparent"]) for one in carried)


async def test_no_span_of_a_whole_story_holds_a_word_of_it(env: WorkflowEnvironment, huaxi: LoadedPlace, tmp_path: Path) -> None:
    secrets = Secrets()
    with traced() as received:
        async with stage(env, huaxi, settings(tmp_path)) as office:
            assert (await Player(env, office).play(story(ROOT / "casebook" / "01-neighbour-drainage.yaml", secrets))).failures == ()
            codes = [case.code or "-" for case in [await office.records.load(span_case) for span_case in cases(received.spans)] if case]
    assert len(received.spans) > 200
    assert codes
    for span in received.spans:
        assert set(span.attributes or {}) <= PERMITTED
        assert not span.events
        assert span.status.description is None
    said = "\n".join(span.to_json() for span in received.spans)
    assert not [word for word in [*STEMS, *codes, "vault:", "person:"] if word in said]
    # What clocks do is in nobody's trace: each alarm begins one of its own.
    alone = [span for span in received.spans if span.name == "RunActivity:publish" and span.parent is None]
    assert alone


def cases(spans: tuple[ReadableSpan, ...]) -> list[str]:
    return sorted({str(value) for span in spans if (value := (span.attributes or {}).get("jiefen.case"))})
