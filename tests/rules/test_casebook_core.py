"""The casebook in the pure core: every file of `casebook/` plays to its end without Temporal and without a store."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.record import CaseView
from models.refusal import Refusal
from tests.support.core import ROOT, CoreCase

FILES = sorted((ROOT / "casebook").glob("[0-9]*.yaml"))
"""Disputes; what a file tells of affairs is played on the engine alone (`tests/e2e/test_casebook.py`)."""
LOCAL = timezone(timedelta(hours=8))
SPANS = {"m": "minutes", "h": "hours", "d": "days"}
AT_THE_DOOR = ("name", "phone", "intake_id")
"""What the door puts into the vault or keeps to itself; the core never sees it."""


def local(value: datetime | str) -> datetime:
    """A time as the casebook writes it, in Huaxi."""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return at.replace(tzinfo=LOCAL)


def behind_the_door(value: Any) -> Any:
    """The fields of an action as they reach the core."""
    if isinstance(value, dict):
        return {key: local(item) if key == "at" else behind_the_door(item) for key, item in value.items() if key not in AT_THE_DOOR}
    return [behind_the_door(item) for item in value] if isinstance(value, list) else value


class Play:
    """One file, step by step."""

    def __init__(self, path: Path) -> None:
        self.book = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.core = CoreCase(local(self.book["start"]))

    def run(self) -> None:
        for number, step in enumerate(self.book["steps"], start=1):
            where = f"step {number}"
            self._time(step)
            if "do" in step:
                self._do(step, where)
            self.check(step.get("expect", {}), where)
        self.check(self.book["end"], "end")

    def _time(self, step: dict[str, Any]) -> None:
        if "at" in step:
            self.core.move_to(local(step["at"]))
        if "after" in step:
            found = re.fullmatch(r"(\d+)(wd|d|h|m)", step["after"])
            assert found, f"after: {step['after']}"
            self._after(int(found[1]), found[2])

    def _after(self, count: int, unit: str) -> None:
        if unit != "wd":
            self.core.pass_time(**{SPANS[unit]: count})
            return
        cal = self.core.library.bundle(self.core.case.docs).cal
        now = cal.local(self.core.now)
        day = cal.add_working_days(now.date(), count)
        self.core.move_to(now.replace(year=day.year, month=day.month, day=day.day))

    def _do(self, step: dict[str, Any], where: str) -> None:
        answer = self.core.act(step["as"], step["do"], **behind_the_door(step.get("with", {})))
        code = str(answer.code) if isinstance(answer, Refusal) else None
        assert code == step.get("refused"), f"{where}: {step['as']} {step['do']}: {code}, expected {step.get('refused')}"

    def check(self, expected: dict[str, Any], where: str) -> None:
        """Compare the keys that are named, and no others."""
        view = self.core.view()
        for key, wanted in expected.items():
            got = self._seen(key, view, wanted)
            assert got == wanted, f"{where}: {key} is {got}, expected {wanted}"

    def _seen(self, key: str, view: CaseView, wanted: Any) -> Any:
        types = [event.type for event in self.core.events]
        if key == "due":
            cal = self.core.library.bundle(self.core.case.docs).cal
            due = {clock.id: clock.due for clock in view.clocks}
            return {name: cal.ending_date(at) if (at := due.get(name)) else None for name in wanted}
        seen: dict[str, Any] = {
            "holder": view.holder.role if view.holder else None,
            "mediator_set": view.mediator is not None,
            "cards": list(view.cards),
            "tasks": {unit: view.tasks.get(unit) for unit in wanted} if key == "tasks" else {},
            "events": wanted if key == "events" and in_order(wanted, types) else types,
            "never": [name for name in wanted if name not in types] if key == "never" else [],
            "counts": {name: types.count(name) for name in wanted} if key == "counts" else {},
        }
        return seen[key] if key in seen else getattr(view, key)


def in_order(wanted: list[str], types: list[str]) -> bool:
    """Whether these occur in this order; others may lie between."""
    rest = iter(types)
    return all(any(name == seen for seen in rest) for name in wanted)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_the_casebook_plays_to_its_end_in_the_pure_core(path: Path) -> None:
    Play(path).run()


def test_the_casebook_is_there() -> None:
    assert len(FILES) >= 8
