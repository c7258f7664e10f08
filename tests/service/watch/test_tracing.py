"""Traces are off and cost nothing until they are asked for; then they reach the receiver, and nothing does that may not."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import get_current_span

from service.watch import tracing
from service.watch.carrying import Ids
from service.watch.exporting import UNNAMED, Wall, provider
from tests.support.running import ROOT
from tests.support.spans import traced

OUTSIDE = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "tracestate": "vendor=张三", "baggage": "name=张三"}


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[ExportTraceServiceRequest]]:
    """A receiver of traces, named in the environment; what has come to it."""
    got: list[ExportTraceServiceRequest] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield got
        server.shutdown()
        thread.join()
    tracing.switch_on(None)


def test_off_nothing_is_made_and_nothing_of_the_libraries_is_loaded() -> None:
    assert tracing.span("a") is tracing.span("b", "server", parent=OUTSIDE["traceparent"], action="note")
    assert (tracing.interceptors(), tracing.ids()) == ([], None)
    heavy = ("opentelemetry", "prometheus_client")
    look = f"import starter, service.cases, sys; print([name for name in sys.modules if name.startswith({heavy})])"
    found = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_SDK_DISABLED": "True"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_the_environment_says_whether_they_are_asked_for(
    environment: dict[str, str], wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*tracing.ENDPOINTS, "OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert tracing.asked_for() is wanted


def test_spans_reach_the_receiver_of_the_environment(receiver: list[ExportTraceServiceRequest]) -> None:
    tracing.begin("jiefen-test")
    with tracing.span("outer", "server", parent=OUTSIDE["traceparent"]), tracing.span("inner", action="note"):
        assert tracing.ids() is not None
    tracing.end()
    (resource,) = receiver[0].resource_spans
    assert any(one.key == "service.name" and one.value.string_value == "jiefen-test" for one in resource.resource.attributes)
    spans = {span.name: span for scope in resource.scope_spans for span in scope.spans}
    assert set(spans) == {"outer", "inner"}
    assert spans["outer"].trace_id == spans["inner"].trace_id == bytes.fromhex("a" * 32)
    assert [(one.key, one.value.string_value) for one in spans["inner"].attributes] == [("jiefen.action", "note")]


def test_a_command_says_nothing_of_a_receiver_that_is_away() -> None:
    traced = "from service.watch import tracing as t; t.begin('c', quiet=True)\nwith t.span('x'): pass\nt.end(); print(t.asked_for())"
    away = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_TIMEOUT": "0.1"}
    found = subprocess.run([sys.executable, "-c", traced], cwd=ROOT, env={**os.environ, **away}, capture_output=True, text=True, check=True)
    assert (found.stdout, found.stderr) == ("True\n", "")


def test_only_what_is_permitted_passes_the_wall() -> None:
    kept, made = InMemorySpanExporter(), provider("t")
    made.add_span_processor(SimpleSpanProcessor(Wall(kept)))
    attributes = {"jiefen.case": "c", "url.query": "q=张三", "temporalUpdateID": "13800000001"}
    with pytest.raises(ValueError, match="张三"), made.get_tracer("t").start_as_current_span("act 张三", attributes=attributes):
        raise ValueError("张三")
    (passed,) = kept.get_finished_spans()
    assert (passed.name, {**(passed.attributes or {})}, passed.events) == (UNNAMED, {"jiefen.case": "c"}, ())
    assert "张三" not in passed.to_json()
    assert not passed.status.is_ok


def test_an_error_is_named_by_its_kind_alone() -> None:
    with traced() as received, pytest.raises(KeyError), tracing.span("a"):
        raise KeyError("张三")
    (span,) = received.spans
    assert {**(span.attributes or {})} == {"error.type": "KeyError"}


def test_of_a_trace_only_its_numbers_go_on() -> None:
    context = Ids().extract(OUTSIDE)
    found = get_current_span(context).get_span_context()
    assert (f"{found.trace_id:x}", f"{found.span_id:x}", len(found.trace_state)) == ("a" * 32, "b" * 16, 0)
    carrier: dict[str, str] = {}
    Ids().inject(carrier, context)
    assert set(carrier) == {"traceparent"}
    assert not get_current_span(Ids().extract({"traceparent": "nonsense"})).get_span_context().is_valid
