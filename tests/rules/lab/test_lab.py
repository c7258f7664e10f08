"""The rule lab: a course asked again under its own documents is the record; under others it says what differs, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models.library import Documents
from models.procedure import Procedure
from models.refusal import RefusalCode
from models.words import Level
from rules.lab.compare import Aspect, Change, Way, changes, sums, unlike, way
from rules.lab.course import Asked, course
from rules.lab.play import Course, Docs, Played, play
from store.replaying import blank
from tests.rules.test_casebook_core import FILES, Play
from tests.support.core import CoreCase, huaxi
from tests.support.filled import many

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


def told(core: CoreCase) -> Course:
    """The course of a case of the core."""
    events = tuple(core.events)
    start = blank(core.case).model_copy(update={"docs": huaxi()[1]})
    return Course(start, course(start, events), events)


def same(docs: Documents) -> Documents:
    return docs


def under(section: str, key: str, **change: Any) -> Docs:
    """Huaxi's procedure with one entry of a section changed."""
    library, docs = huaxi()
    data = library.procedure(docs.procedure).model_dump(mode="json")
    data[section][key] |= change
    name = library.add(Procedure.model_validate(data))
    return lambda recorded: recorded.model_copy(update={"procedure": name})


def ways(core: CoreCase, docs: Docs) -> tuple[Way, Way, Played]:
    """A case as it was, and as it would be."""
    played = play(told(core), core.library, docs)
    return way(core.case, core.events), way(played.case, played.events, played.not_taken), played


def differs(core: CoreCase, docs: Docs) -> tuple[Change, ...]:
    one, other, _ = ways(core, docs)
    return changes(one, other, core.library.bundle(core.case.docs).cal)


def story(name: str) -> CoreCase:
    """A case of the casebook, played to its end."""
    played = Play(next(path for path in FILES if path.stem.startswith(name)))
    played.run()
    return played.core


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_story_asked_again_under_its_own_rules_is_its_record(path: Path) -> None:
    core = story(path.stem)
    played = play(told(core), core.library, same)
    assert unlike(core.events, played) is None
    assert played.not_taken == ()
    assert differs(core, same) == ()


def test_so_is_every_case_of_a_town() -> None:
    cores = list(many(30, NOW, seed=11))
    assert sum(core.case.ended for core in cores) > 8
    for core in cores:
        assert unlike(core.events, play(told(core), core.library, same)) is None
        assert differs(core, same) == ()


def test_a_longer_limit_moves_its_dates_and_spares_cards() -> None:
    core = story("03")
    found = differs(core, under("limits", "contact", budget={"amount": 3, "unit": "work_days"}))
    dues = {change.what: change.days for change in found if change.aspect is Aspect.DUE}
    assert dues["contact#1"] is not None
    assert dues["contact#1"] >= 2
    cards = {change.what: (change.before, change.after) for change in found if change.aspect is Aspect.CARD}
    assert cards["contact#1:yellow"] == ("yanlou-gumeng", None)


def test_a_shorter_ladder_climbs_more_often() -> None:
    core = story("02")
    one, other, _ = ways(core, under("ladder", "town", amount=1, unit="work_days"))
    assert set(other.climbs) > set(one.climbs)
    assert sum(sums([other]).climbs.values()) > sum(sums([one]).climbs.values())
    assert sum(sums([other]).load.values()) > sum(sums([one]).load.values())


def test_what_the_tried_rules_would_not_take_is_said() -> None:
    """Where the joint level is the lowest for every tier, nobody may route to the village."""
    core = story("01")
    library, docs = huaxi()
    data = library.procedure(docs.procedure).model_dump(mode="json")
    data["ladder_rules"]["start_at_least"] = {"blue": "joint", "yellow": "joint", "orange": "joint", "red": "joint"}
    name = library.add(Procedure.model_validate(data))
    asked = told(core)
    forced = tuple(
        Asked(one.at, one.action.model_copy(update={"lead": "yanlou-justice"}) if one.action.do == "route" else one.action)
        for one in asked.asked
    )
    other = Course(asked.blank, forced, asked.events)
    played = play(other, library, lambda recorded: recorded.model_copy(update={"procedure": name}))
    refused = {one.asked.action.do: one.code for one in played.not_taken}
    assert refused["route"] is RefusalCode.NOT_ALLOWED
    assert refused["sign"] is RefusalCode.WRONG_STAGE
    assert played.case.stage == "screened"


def test_a_changed_routing_takes_the_case_elsewhere_when_the_table_was_followed() -> None:
    core = story("01")
    library, docs = huaxi()
    network = library.network(docs.network)
    row = network.routing["02"].model_copy(update={"lead": "police", "level": Level.TOWN})
    name = library.add(network.model_copy(update={"routing": {**network.routing, "02": row}}))
    _, other, _ = ways(core, lambda recorded: recorded.model_copy(update={"network": name}))
    assert other.load["yanlou-police"] >= 1
    assert "yanlou-gumeng" not in other.load


def test_a_case_that_was_not_kept_whole_is_found_out() -> None:
    core = story("01")
    played = play(told(core), core.library, same)
    assert unlike([*core.events[:5], *core.events[6:]], played) == f"{core.events[6].seq} {core.events[6].type}"
    assert unlike(core.events[:-1], played) == f"{core.events[-1].seq} {core.events[-1].type}"


def test_a_clock_that_stood_still_keeps_its_last_date() -> None:
    core = story("08")
    assert any(due is not None for name, due in way(core.case, core.events).dues.items() if name.startswith("mediate"))
