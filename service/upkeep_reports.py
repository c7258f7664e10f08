"""What upkeep reports (运维报告), of cases and of affairs alike: `case_id` is the id of either."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from models.base import Model

LOOKS = 20
LOOK = timedelta(milliseconds=100)
"""How often, and how long between, a case in motion is looked at before a difference counts."""

BIRTH = timedelta(minutes=2)
"""How long a run may wait for its first action without being stray."""

ONE_QUERY = timedelta(seconds=10)


class RebuildReport(Model):
    """Views made anew: names of those that were changed (`cases.stage`, `state.tier`, `obligations`, `facts` …)."""

    case_id: str
    code: str | None
    changed: tuple[str, ...] = ()
    refused: str | None = None
    """Why nothing was done: `broken` (the record is), `moving` (no moment of rest), `unknown_document`."""
    broken_at: int | None = None


class DriftKind(StrEnum):
    """How events, views and running workflows can disagree."""

    BROKEN = "broken"
    """The record itself does not hold: `verify` says where. Nothing mends it but a backup."""
    VIEWS = "views"
    """Stored views are not what the events lead to. `rebuild` mends it."""
    RUN = "run"
    """The running case is in another state than the record. It is started again from the record."""
    MISSING = "missing"
    """No workflow runs for a case that has not ended. It is started from the record."""
    STRAY = "stray"
    """A workflow runs without a case that has not ended. A person decides."""
    SILENT = "silent"
    """The running case gives no answer: no worker, or its workflow task fails."""


class Drift(Model):
    """One disagreement."""

    case_id: str
    code: str | None
    kind: DriftKind
    detail: tuple[str, ...] = ()


def drift_of(report: RebuildReport) -> list[Drift]:
    """Return what views that were only compared with the events say."""
    if report.refused is not None:
        kind = DriftKind.BROKEN if report.refused == "broken" else DriftKind.VIEWS
        detail = f"event {report.broken_at}" if report.broken_at else report.refused
        return [Drift(case_id=report.case_id, code=report.code, kind=kind, detail=(detail,))]
    return [Drift(case_id=report.case_id, code=report.code, kind=DriftKind.VIEWS, detail=report.changed)] if report.changed else []


class Repaired(Model):
    """What was done about a disagreement: `rebuilt`, `restarted`, or None where it takes a person."""

    drift: Drift
    done: str | None = None


class ReplayFailure(Model):
    """A running case that this code can't carry on as it is."""

    case_id: str
    run_id: str
    why: str
    """`nondeterminism`, `state` (it replays, into another state), or the type of another error."""
    detail: str = ""


class ReplayReport(Model):
    """All running histories replayed against the code at hand."""

    replayed: int
    failures: tuple[ReplayFailure, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every running case can move to this code."""
        return not self.failures
