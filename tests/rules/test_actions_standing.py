"""Standing still and going on: suspend, resume, extend; and what never moves a clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.words import Stage
from tests.support.core import CoreCase
from tests.support.onward import case_at, done, refused, stage_of, types

MEDIATOR = "mediator@yanlou-gumeng"
LEAD = "officer@yanlou-gumeng"
CENTRE = "dispatcher@yanlou-centre"
GROUND: dict[str, Any] = {"ground": "appraisal", "evidence": "ref"}


def dues(core: CoreCase) -> dict[str, datetime | None]:
    return {name: clock.due.at if clock.due else None for name, clock in core.case.clocks.items()}


def suspended() -> CoreCase:
    core = case_at(Stage.MEDIATING)
    core.pass_time(days=1)
    done(core.act(MEDIATOR, "suspend", **GROUND))
    return core


def test_a_suspension_stops_every_clock_but_its_own() -> None:
    core = suspended()
    assert {name for name, clock in core.case.clocks.items() if not clock.paused} == {"suspension"}
    holder = core.view().holder
    assert holder is not None
    assert (holder.act, core.view().suspended) == ("resume", True)


def test_every_clock_moves_by_the_actual_days() -> None:
    core = case_at(Stage.MEDIATING)
    core.pass_time(days=1)
    before = dues(core)
    done(core.act(MEDIATOR, "suspend", **GROUND))
    core.pass_time(days=14)
    assert types(core.act(MEDIATOR, "resume")) == ["resumed"]
    after = dues(core)
    assert set(after) == set(before)
    for name in before:
        was, now = before[name], after[name]
        assert was is not None
        assert now is not None
        assert now - was >= timedelta(days=13), f"{name} did not move"
    assert after["mediate"] == datetime.fromisoformat("2026-04-15T16:00:00+00:00"), "30 days and 14, to the end of the day"


def test_a_suspension_is_reviewed_after_sixty_days_and_once() -> None:
    core = suspended()
    core.pass_time(days=59)
    assert "review_due" not in [event.type for event in core.events]
    core.pass_time(days=60)
    assert [event.type for event in core.events].count("review_due") == 1


@pytest.mark.parametrize(
    ("post", "fields", "code"),
    [
        (MEDIATOR, {"ground": "weather", "evidence": "ref"}, "invalid"),
        (LEAD, GROUND, "not_allowed"),
        ("mediator@yanlou-justice", GROUND, "not_holder"),
        (MEDIATOR, {"ground": "appraisal"}, "missing_reason"),
    ],
)
def test_suspending_is_refused(post: str, fields: dict[str, Any], code: str) -> None:
    assert refused(case_at(Stage.MEDIATING).act(post, "suspend", **fields)) == code


def test_a_case_stands_still_once_at_a_time_and_only_before_an_agreement() -> None:
    core = suspended()
    assert refused(core.act(MEDIATOR, "suspend", **GROUND)) == "already_done"
    assert refused(case_at(Stage.PERFORMING, steps={"agree": _promise()}).act(MEDIATOR, "suspend", **GROUND)) == "wrong_stage"


def _promise() -> dict[str, Any]:
    return {"promises": [{"id": "p1", "debtor": "b", "what": "ref", "due": "2026-03-20"}]}


def test_resuming_is_for_the_mediator_of_a_case_that_stands_still() -> None:
    core = suspended()
    assert refused(core.act(LEAD, "resume")) == "not_allowed"
    assert refused(core.act("mediator@yanlou-justice", "resume")) == "not_holder"
    done(core.act(MEDIATOR, "resume"))
    assert refused(core.act(MEDIATOR, "resume")) == "already_done"


def test_an_agreement_lets_the_clocks_run_again() -> None:
    core = suspended()
    assert types(core.act(MEDIATOR, "agree", form="written", terms="ref")) == ["resumed", "agreed"]
    assert core.case.standing is None


def test_an_agreement_claimed_before_the_standstill_is_no_trouble() -> None:
    core = case_at(Stage.SIGNED)
    done(core.act(LEAD, "raise_task", unit="yanlou-court", title="ref", limit="10wd"))
    core = case_at(Stage.MEDIATING)
    done(core.act(LEAD, "raise_task", unit="yanlou-court", title="ref", limit="10wd"))
    core.pass_time(days=2)
    done(core.act(MEDIATOR, "suspend", **GROUND))
    core.pass_time(days=1)
    done(core.act(MEDIATOR, "agree", form="oral", terms="ref", occurred_at=core.now - timedelta(days=2)))
    assert stage_of(core) is Stage.FOLLOWING_UP


def test_the_mediation_limit_is_extended_twice_with_the_consent_of_all() -> None:
    core = case_at(Stage.MEDIATING)
    first = dues(core)["mediate"]
    assert types(core.act(MEDIATOR, "extend", days=10, consents=["a", "b"])) == ["extended"]
    second = dues(core)["mediate"]
    assert first is not None
    assert second is not None
    assert timedelta(days=9) <= second - first <= timedelta(days=13)
    done(core.act(MEDIATOR, "extend", days=10, consents=["a", "b"]))
    assert refused(core.act(MEDIATOR, "extend", days=10, consents=["a", "b"])) == "already_done"


@pytest.mark.parametrize(
    ("post", "consents", "code"),
    [
        (LEAD, ["a", "b"], "not_allowed"),
        ("mediator@yanlou-justice", ["a", "b"], "not_holder"),
        (MEDIATOR, ["a", "b", "z"], "unknown_party"),
        (MEDIATOR, ["a"], "needs_consent"),
    ],
)
def test_extending_is_refused(post: str, consents: list[str], code: str) -> None:
    assert refused(case_at(Stage.MEDIATING).act(post, "extend", days=10, consents=consents)) == code


def test_nothing_is_extended_before_mediation() -> None:
    core = case_at(Stage.SIGNED)
    done(core.act(LEAD, "assign"))
    assert refused(core.act(MEDIATOR, "extend", days=10, consents=["a", "b"])) == "wrong_stage"


def test_a_traffic_case_is_not_extended_at_all() -> None:
    core = case_at(Stage.MEDIATING, steps={"screen": {"category": "0503"}})
    mediator = core.case.mediator.person if core.case.mediator else ""
    assert refused(core.act(mediator, "extend", days=1, consents=["a", "b"])) == "already_done"


def still(core: CoreCase) -> None:
    """Comments, papers and representatives move nothing."""
    before = core.case
    done(core.act(CENTRE, "note", text="ref"))
    done(core.act(CENTRE, "attach", title="ref", sha256=f"{core.case.seq:064x}", size=1))
    done(core.act("clerk@yanlou-centre", "represent", party="a", representative="ref", authority="ref"))
    assert core.case.clocks == before.clocks
    assert core.case.moments == before.moments
    assert core.case.cards == before.cards


@pytest.mark.parametrize("stage", ["registered", "screened", "routed", "signed", "mediating", "agreed", "following_up"])
def test_a_note_never_moves_a_clock(stage: str) -> None:
    core = case_at(stage)
    core.pass_time(hours=20)
    still(core)


def test_a_note_moves_no_clock_after_a_regrading_during_a_standstill() -> None:
    core = suspended()
    done(core.act(CENTRE, "escalate", reason="ref"))
    core.pass_time(days=20)
    done(core.act(CENTRE, "regrade", tier="orange", reason="ref"))
    still(core)
    done(core.act(MEDIATOR, "resume"))
    still(core)
    core.pass_time(days=1)
    still(core)


def test_a_note_moves_no_clock_after_a_lowered_tier_and_a_standstill() -> None:
    core = case_at(Stage.MEDIATING)
    done(core.act(CENTRE, "escalate", reason="ref"))
    done(core.act(CENTRE, "regrade", tier="orange", reason="ref"))
    done(core.act("leader@yanlou-centre", "regrade", tier="blue", reason="ref"))
    done(core.act(MEDIATOR, "suspend", **GROUND))
    core.pass_time(days=20)
    done(core.act(MEDIATOR, "resume"))
    still(core)
