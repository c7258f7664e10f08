"""What the happenings of a watch change in its state. They copy what the events carry."""

from __future__ import annotations

from typing import Any

from models.affair.watch import happening as h
from models.affair.watch.state import Watch
from models.words import Tier
from rules.affair.folding import nothing
from rules.affair.kind import Folding


def _begun(watch: Watch, what: h.WatchBegun, event: Any) -> dict[str, Any]:
    return {"subject": what.subject, "place": what.subject.place, "town": what.town}


def _signalled(watch: Watch, what: h.Signalled, event: Any) -> dict[str, Any]:
    return {"signals": (*watch.signals, what.signal), "counted": watch.counted + 1}


def _folded(watch: Watch, what: h.SignalsFolded, event: Any) -> dict[str, Any]:
    gone = frozenset(what.signals)
    return {"signals": tuple(s for s in watch.signals if s.id not in gone), "carried": what.carried, "folded": what.folded}


def _graded(watch: Watch, what: h.WatchGraded, event: Any) -> dict[str, Any]:
    return {"grade": what.grade, "owes_visit": what.visit}


def _visited(watch: Watch, what: h.WatchVisited, event: Any) -> dict[str, Any]:
    return {} if what.outcome == "absent" else {"owes_visit": False}


def _struck(watch: Watch, what: h.SignalStruck, event: Any) -> dict[str, Any]:
    signals = tuple(s.model_copy(update={"struck": True}) if s.id == what.signal else s for s in watch.signals)
    return {"signals": signals, "struck": watch.struck + 1}


def _objected(watch: Watch, what: h.WatchObjected, event: Any) -> dict[str, Any]:
    return {"objections": (*watch.objections, what.objection), "objected": watch.objected + 1}


def _settled(watch: Watch, what: h.ObjectionSettled, event: Any) -> dict[str, Any]:
    return {"objections": tuple(one for one in watch.objections if one.id != what.objection)}


def _quieted(watch: Watch, what: h.WatchQuieted, event: Any) -> dict[str, Any]:
    return {"signals": (), "carried": (), "folded": what.folded, "grade": Tier.BLUE, "owes_visit": False}


FOLDINGS: dict[str, Folding] = {
    "watch_begun": _begun,
    "signalled": _signalled,
    "signals_folded": _folded,
    "watch_graded": _graded,
    "label_kept": nothing,
    "watch_visited": _visited,
    "signal_struck": _struck,
    "watch_objected": _objected,
    "objection_settled": _settled,
    "watch_quieted": _quieted,
}
