"""One action, watched: its span, its line in the log, its figure. Used by `service/cases.py` for each action, whoever asks.

Commands count nothing, so what counts is told by those who serve figures (`count_with`), and is not loaded before.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from contextvars import Token
from typing import TYPE_CHECKING, Any

from structlog.contextvars import bind_contextvars, reset_contextvars

from models.network import Network
from models.party import Actor
from rules.authority import PERMITS
from service.errors import KeyProblem, Refused, Unavailable, UnknownAffair, UnknownCase
from service.watch import tracing
from store.connect import StoreAway

if TYPE_CHECKING:
    from service.watch.figures import Figures

log = logging.getLogger("jiefen.cases")

ACCEPTED, UNKNOWN_CASE, UNAVAILABLE, FAILED = "accepted", "unknown_case", "unavailable", "failed"
"""What may become of an action, beside the codes of refusals."""

UNKNOWN = "unknown"
"""Stands for an action that there is not: what was sent in its place is not ours to repeat."""


class _Switch:
    """Where this process counts."""

    figures: Figures | None = None


def count_with(figures: Figures) -> None:
    """Count actions from now on."""
    _Switch.figures = figures


class Acting:
    """An action that is being done."""

    def __init__(self, marks: tracing.Marks) -> None:
        self._marks = marks
        self._bound: Mapping[str, Token[Any]] = {}

    def on(self, case_id: str, *, action_id: str = "", code: str = "") -> None:
        """Say on which case: in the trace by its id, in all lines of the log from here to the end of the action by code as well."""
        self._marks.set(case=case_id)
        known = {"case_id": case_id, "action_id": action_id, "code": code}
        self._bound = {**bind_contextvars(**{name: value for name, value in known.items() if value}), **self._bound}

    def over(self) -> None:
        """Let the lines that follow be about something else."""
        reset_contextvars(**self._bound)


@contextmanager
def acting(do: str, actor: Actor, network: Network, known: Container[str] = PERMITS) -> Iterator[Acting]:
    """Watch one action until it has come to something; `known` are the words for actions that may be repeated in the log."""
    action = do if do in known else UNKNOWN
    unit = network.unit(actor.unit)
    begun, outcome = time.perf_counter(), FAILED
    with tracing.span(f"act {action}", action=action, role=str(actor.role), unit_kind="" if unit is None else str(unit.tier)) as marks:
        seen = Acting(marks)
        try:
            yield seen
            outcome = ACCEPTED
        except Refused as error:
            outcome = str(error.refusal.code)
            raise
        except (UnknownCase, UnknownAffair):
            outcome = UNKNOWN_CASE
            raise
        except (Unavailable, StoreAway, KeyProblem):
            outcome = UNAVAILABLE
            raise
        finally:
            seconds = time.perf_counter() - begun
            marks.set(outcome=outcome)
            if _Switch.figures is not None:
                _Switch.figures.acted(action, outcome, seconds)
            log.info("acted", extra={"do": action, "outcome": outcome, "ms": round(seconds * 1000)})
            seen.over()
