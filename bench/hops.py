"""Where the time of an acknowledged action goes, hop by hop, from what caller, worker and server have noted of it.

The server's own times stand in the history: an accepted Update names the workflow task in which it was accepted, and each of its
three events has a time.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from bench.stamps import ANSWERED, DECIDING, HANDLED, PUBLISHED, PUBLISHING, SENT, Stamps

ASKED, DONE = "asked", "done"
SCHEDULED, STARTED, COMPLETED = "scheduled", "started", "completed"

OF_SERVER = {
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED: SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED: STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED: COMPLETED,
}

WAY = (ASKED, SENT, SCHEDULED, STARTED, DECIDING, PUBLISHING, PUBLISHED, HANDLED, COMPLETED, ANSWERED, DONE)
"""The stations of an action in their order."""

HOPS = {
    "service: permission, words into the vault": ((ASKED, SENT), (ANSWERED, DONE)),
    "caller to server: seal, send, wait for the case's turn": ((SENT, SCHEDULED),),
    "server to worker: schedule to start": ((SCHEDULED, STARTED),),
    "server to worker: fetch and open": ((STARTED, DECIDING),),
    "worker: decide, fold, write the publication": ((DECIDING, PUBLISHING),),
    "SQL: publish": ((PUBLISHING, PUBLISHED),),
    "worker: take the answer in": ((PUBLISHED, HANDLED),),
    "worker to server: send, store": ((HANDLED, COMPLETED),),
    "back to the caller": ((COMPLETED, ANSWERED),),
}
"""Between which stations each hop lies; together they are the whole way."""


def told_by(events: Iterable[HistoryEvent]) -> Stamps:
    """Return the server's times of each accepted Update of a history, by the Update's id, which is the action's."""
    found: Stamps = {}
    task: dict[str, int] = {}
    for event in events:
        if event.event_type in OF_SERVER:
            task = {**task, OF_SERVER[event.event_type]: event.event_time.ToNanoseconds()}
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
            found[event.workflow_execution_update_accepted_event_attributes.accepted_request.meta.update_id] = task
    return found


async def of_server(client: Client, case_ids: Iterable[str]) -> Stamps:
    """Read the server's times of all Updates of some cases."""
    found: Stamps = {}
    for case_id in case_ids:
        found |= told_by((await client.get_workflow_handle(case_id).fetch_history()).events)
    return found


def merged(*noted: Mapping[str, Mapping[str, int]]) -> list[dict[str, int]]:
    """Return the actions of which every station is known, in the order in which they are passed.

    Left out is what goes another way: an intake, which starts its case; an action whose answer came with a later workflow task.
    """
    whole = ({**{name: at for part in noted for name, at in part.get(action, {}).items()}} for action in noted[0])
    return [one for one in whole if set(WAY) <= set(one) and all(one[a] <= one[b] for a, b in pairwise(WAY))]


def shares(actions: list[dict[str, int]]) -> dict[str, Any]:
    """Return of each hop its mean and median in milliseconds, and its share of the whole way; shares add up to 1."""
    whole = sum(one[DONE] - one[ASKED] for one in actions)
    found = {}
    for name, parts in HOPS.items():
        took = [sum(one[end] - one[begin] for begin, end in parts) for one in actions]
        found[name] = {
            "mean_ms": round(statistics.mean(took) / 1e6, 2),
            "p50_ms": round(statistics.median(took) / 1e6, 2),
            "share": round(sum(took) / whole, 4),
        }
    return found
