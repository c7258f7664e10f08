"""Figures of whistles from the lines of their record. Pure: the same lines give the same figures at any time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from models.affair.whistle.figures import Band, GroupedBy, WhistleGroup
from rules.kpi.counting import quantile

UNLISTED = "unlisted"
"""Stands for the item where there is none."""

ENDED = {"whistle_concluded": "closed", "whistle_turned_down": "turned_down", "whistle_withdrawn": "turned_down"}

ASKED = ("unit_called", "unit_answered", "unit_arrived", "part_resolved", "unit_released", "whistle_climbed", "whistle_returned")
"""What is counted besides the beginning and the ends."""

COUNTED = ("whistle_blown", "whistle_endorsed", *ASKED, *ENDED)
"""The events that figures are made of."""


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the record with where its whistle was blown. Lines of one whistle follow each other in their order."""

    affair_id: str
    place: str
    town: str
    type: str
    body: str


@dataclass(slots=True)
class _Call:
    """When a unit was called, and what it has done since."""

    called: datetime
    part: bool
    steps: dict[str, datetime] = field(default_factory=dict)
    released: bool = False


@dataclass(slots=True)
class _Whistle:
    """One whistle as its lines tell it."""

    place: str
    town: str
    item: str = UNLISTED
    end: str | None = None
    climbed: bool = False
    returned: bool = False
    calls: dict[str, _Call] = field(default_factory=dict)


def groups(lines: Iterable[Told], by: GroupedBy) -> tuple[WhistleGroup, tuple[WhistleGroup, ...]]:
    """The figures of all whistles together, and of each group, in the order of the groups' keys."""
    every = _read(lines)
    found: dict[str, list[_Whistle]] = {}
    for one in every:
        key = {GroupedBy.PLACE: one.place, GroupedBy.TOWN: one.town, GroupedBy.ITEM: one.item}[by]
        found.setdefault(key, []).append(one)
    return _group("", every), tuple(_group(key, found[key]) for key in sorted(found))


def _read(lines: Iterable[Told]) -> list[_Whistle]:
    found: dict[str, _Whistle] = {}
    for line in lines:
        whistle = found.setdefault(line.affair_id, _Whistle(line.place, line.town))
        _take(whistle, line.type, json.loads(line.body))
    return list(found.values())


def _take(whistle: _Whistle, kind: str, body: dict[str, Any]) -> None:
    what = body["what"]
    if kind in {"whistle_blown", "whistle_endorsed"}:
        whistle.item = what["item"] or UNLISTED
    elif kind in ENDED:
        whistle.end = ENDED[kind]
    elif kind == "whistle_climbed":
        whistle.climbed = True
    elif kind == "whistle_returned":
        whistle.returned = True
        for unit in what["units"]:
            whistle.calls[unit].steps.pop("resolve", None)
    else:
        _step(whistle, kind, body)


def _step(whistle: _Whistle, kind: str, body: dict[str, Any]) -> None:
    unit, part = body["what"]["unit"], body["what"].get("part")
    at, when = datetime.fromisoformat(body["at"]), datetime.fromisoformat(body["occurred_at"] or body["at"])
    if kind == "unit_called":
        # From when it could be told: a clock that rang late is not the unit's delay.
        whistle.calls[unit] = _Call(called=at, part=part is not None)
        return
    call = whistle.calls[unit]
    if kind == "unit_released":
        call.released = True
    elif kind == "unit_answered":
        call.steps["answer"] = when
    elif kind == "unit_arrived":
        call.steps.setdefault("answer", when)
        call.steps["arrive"] = when
    else:
        call.steps["resolve"] = when


def _group(key: str, whistles: Sequence[_Whistle]) -> WhistleGroup:
    return WhistleGroup(
        key=key,
        whistles=len(whistles),
        turned_down=sum(one.end == "turned_down" for one in whistles),
        closed=sum(one.end == "closed" for one in whistles),
        climbed=sum(one.climbed for one in whistles),
        returned=sum(one.returned for one in whistles),
        answer=_band(whistles, "answer", parts_only=False),
        arrive=_band(whistles, "arrive", parts_only=True),
        resolve=_band(whistles, "resolve", parts_only=True),
    )


def _band(whistles: Sequence[_Whistle], step: str, *, parts_only: bool) -> Band:
    owed = [(one, call) for one in whistles for call in one.calls.values() if call.part or not parts_only]
    times = sorted((call.steps[step] - call.called) / timedelta(minutes=1) for _, call in owed if step in call.steps)
    waiting = sum(step not in call.steps and one.end is None and not call.released for one, call in owed)
    p25, median, p75 = (quantile(times, share) for share in (25, 50, 75))
    return Band(of=len(owed), done=len(times), open=waiting, undone=len(owed) - len(times) - waiting, p25=p25, median=median, p75=p75)
