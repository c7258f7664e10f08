"""Whatever people do, in whatever order, and whenever the engine was away: cards and rungs once, nobody called twice, the record folds."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from rules.whistle.kind import WHISTLE
from tests.support.affair import GUMENG, CoreAffair
from tests.support.core import actor

GRID, CENTRE, COMMITTEE = "grid@yanlou-gumeng", "dispatcher@yanlou-centre", "officer@yanlou-gumeng"
ITEMS = ("violence_brewing", "gas_unsafe", "crowded_letting", "animal_disease", "dumping", None)
EXTRA = ("yanlou-women", "yanlou-civil", "huaxi-union", "yanlou-market")


def step(core: CoreAffair, dice: random.Random) -> None:
    """Let somebody do something, or time pass; a refusal is as good as anything."""
    units = [call.unit for call in core.state.calls] or ["yanlou-market"]
    unit = dice.choice(units)
    role = "dispatcher" if unit.endswith("centre") else "officer"
    moves: list[tuple[str, str, dict[str, Any]]] = [
        *((f"{role}@{unit}", do, {}) for do in ("respond", "arrive", "arrive")),
        (f"{role}@{unit}", "resolve_part", {"text": "t"}),
        (f"{role}@{unit}", "rate_whistle", {"useful": True}),
        (GRID, "conclude", {"done": dice.random() < 0.3, "text": "t"}),
        (GRID, "rate_unit", {"unit": unit, "stars": 4}),
        (CENTRE, "endorse", {}),
        (dice.choice((CENTRE, GRID)), "call_unit", {"unit": dice.choice(EXTRA), "reason": "t"}),
        (COMMITTEE, "release_unit", {"unit": unit, "reason": "t"}),
    ]
    if dice.random() < 0.02:
        moves = [(CENTRE, "turn_down", {"reason": "t"})]
    if dice.random() < 0.35:
        hours = dice.choice((0.3, 1, 5, 30, 100))
        (core.sleep if dice.random() < 0.3 else core.pass_time)(hours=hours)
        return
    post, do, fields = dice.choice(moves)
    core.act(actor(post), do, **fields)


@pytest.mark.parametrize("seed", range(15))
def test_each_card_each_rung_and_each_call_is_once(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - who does what next
    core = CoreAffair(WHISTLE)
    item = dice.choice(ITEMS)
    more = {"level": "hard", "units": ["yanlou-police"]} if item is None else {}
    core.done(GRID, "blow", place=GUMENG, item=item, text="t", tried="t", **more)
    for _ in range(60):
        step(core, dice)
    core.pass_time(days=90)
    told = [event.what.model_dump(mode="json") for event in core.events]
    once = [
        *(("card", what["card"]["id"]) for what in told if what["type"] == "carded"),
        *(("rung", what["to"]) for what in told if what["type"] == "whistle_climbed"),
        *(("call", what["unit"]) for what in told if what["type"] == "unit_called"),
        *(("silent", what["unit"]) for what in told if what["type"] == "unit_silent"),
    ]
    assert {name: count for name, count in Counter(once).items() if count > 1} == {}
    assert core.folds_again()
    if core.state.ended:
        assert core.state.clocks == {}
    elif core.state.stage == "proposed":
        assert list(core.state.clocks) == ["endorse"]
    else:
        assert core.state.rung == "county", "what nobody ends has climbed to the top"
