"""Traces through Temporal: from the client's Update into the workflow, and from there into the activities it asks for.

The SDK's `TracingInterceptor` is safe in replays; where it hangs all that a workflow does on the one who started it, these hang it
on the action that led to it, for a case runs for months. What the clock does begins a trace of its own, in its activities.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opentelemetry import context as contexts
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, Tracer
from temporalio import client, workflow
from temporalio.api.common.v1 import Payload
from temporalio.contrib.opentelemetry import TracingInterceptor, TracingWorkflowInboundInterceptor
from temporalio.contrib.opentelemetry._context import attached_context
from temporalio.worker import (
    HandleUpdateInput,
    Interceptor,
    StartActivityInput,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from models.record import Publication
from service.watch.carrying import Ids


class Traced(TracingInterceptor):
    """The SDK's interceptor, carrying trace ids alone."""

    def __init__(self, tracer: Tracer) -> None:
        super().__init__(tracer)
        self.text_map_propagator = Ids()

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[TracingWorkflowInboundInterceptor]:  # noqa: A002 - the SDK's name
        """Return the one below, with what it calls outside of the workflow."""
        super().workflow_interceptor_class(input)
        return TracedWorkflow


class TracedWorkflow(TracingWorkflowInboundInterceptor):
    """Spans of a workflow, each below the Update that it belongs to."""

    def __init__(self, next: WorkflowInboundInterceptor) -> None:  # noqa: A002 - the SDK's name
        super().__init__(next)
        self.text_map_propagator = Ids()

    def _load_workflow_context_carrier(self) -> None:
        """Know nothing of who started the run."""

    def handle_update_validator(self, input: HandleUpdateInput) -> None:  # noqa: A002 - the SDK's name
        """Judge an Update, in its own trace."""
        with attached_context(self._sender(input.headers)):
            self._completed_span(f"ValidateUpdate:{input.update}", kind=SpanKind.SERVER)
            super(TracingWorkflowInboundInterceptor, self).handle_update_validator(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002 - the SDK's name
        """Do an Update, in its own trace."""
        with attached_context(self._sender(input.headers)):
            self._completed_span(f"HandleUpdate:{input.update}", kind=SpanKind.SERVER)
            return await super(TracingWorkflowInboundInterceptor, self).handle_update_handler(input)

    def _sender(self, headers: Any) -> Context:
        """Return the context an Update was sent in."""
        found: Payload | None = headers.get(self.header_key)
        context = Context() if found is None else self.text_map_propagator.extract(self.payload_converter.from_payloads([found])[0])
        return self._set_on_context(context)


class ByAction(client.Interceptor, Interceptor):
    """Hangs the activities of a workflow on the actions they are for; comes after `Traced`."""

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002, ARG002 - the SDK's name
        """Return what keeps the actions that are being done."""
        return _Acting


class _Acting(WorkflowInboundInterceptor):
    """Keeps the contexts of Updates that have no answer yet, oldest first."""

    def __init__(self, next: WorkflowInboundInterceptor) -> None:  # noqa: A002 - the SDK's name
        super().__init__(next)
        self._doing: dict[str, Context] = {}

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Asking(outbound, self._doing))

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002 - the SDK's name
        name = _action_id(input.args) or input.id
        self._doing[name] = contexts.get_current()
        try:
            return await super().handle_update_handler(input)
        finally:
            self._doing.pop(name, None)


class _Asking(WorkflowOutboundInterceptor):
    """Starts activities in the context of their action."""

    def __init__(self, next: WorkflowOutboundInterceptor, doing: dict[str, Context]) -> None:  # noqa: A002 - the SDK's name
        super().__init__(next)
        self._doing = doing

    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002 - the SDK's name
        with attached_context(self._context(input.args)):
            return super().start_activity(input)

    def start_local_activity(self, input: StartLocalActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002 - the SDK's name
        with attached_context(self._context(input.args)):
            return super().start_local_activity(input)

    def _context(self, args: Sequence[Any]) -> Context:
        """Return the context of the action whose events are stored, else of the one begun last; none where nobody asked."""
        query = args[0] if args else None
        if isinstance(query, Publication):
            for line in query.lines:
                if (found := self._doing.get(line.action_id or "")) is not None:
                    return found
        return next(reversed(self._doing.values()), Context())


def _action_id(args: Sequence[Any]) -> str:
    """Return the id of the action that an Update brings."""
    return str(getattr(getattr(args[0] if args else None, "action", None), "id", ""))


def interceptors(tracer: Tracer) -> list[client.Interceptor]:
    """Return both, in their order."""
    return [Traced(tracer), ByAction()]
