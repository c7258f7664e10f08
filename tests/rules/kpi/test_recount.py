"""Over generated years of cases, the engine's figures are those of a plain recomputation from the raw events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from models.case import Case
from models.happening import Registered
from models.kpi import Told
from rules.chain import canonical
from rules.kpi.counting import Window, tally
from rules.kpi.telling import told
from store.places import load_place
from tests.support.core import ROOT, CoreCase
from tests.support.filled import many
from tests.support.recount import recount

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
KPIS = load_place(ROOT / "places" / "huaxi").kpis


def facts(core: CoreCase) -> Told:
    first = core.events[0].what
    assert isinstance(first, Registered)
    blank = Case(id=core.case.id, source=core.case.source, intake_id=core.case.intake_id, docs=first.docs)
    found = told(blank, core.events, core.library)
    assert found is not None
    return found


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(seed=st.integers(0, 10_000), months=st.integers(1, 12), back=st.integers(0, 11))
def test_figures_are_those_of_the_raw_events(seed: int, months: int, back: int) -> None:
    note(f"seed {seed}")
    cores = list(many(40, NOW, seed=seed))
    until = NOW - timedelta(days=30 * back)
    since = until - timedelta(days=30 * months)
    every = [facts(core) for core in cores]
    plain = recount(([canonical(event) for event in core.events] for core in cores), since, until, NOW)
    assert set(plain) == {kpi.id for kpi in KPIS.kpis}
    for kpi in KPIS.kpis:
        assert (kpi.id, *tally(kpi, every, Window(since, until, NOW))) == (kpi.id, *plain[kpi.id]), f"seed {seed}"


@pytest.mark.parametrize("seed", [3])
def test_a_whole_year_holds_something_of_every_kind(seed: int) -> None:
    every = [facts(core) for core in many(40, NOW, seed=seed)]
    window = Window(NOW - timedelta(days=400), NOW, NOW)
    empty = {kpi.id for kpi in KPIS.kpis if tally(kpi, every, window).whole == 0}
    assert empty <= {"wages_cleared", "rating", "withdrawn_in_mediation", "red_response", "channelled"}
