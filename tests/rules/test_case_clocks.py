"""How the clocks of a case behave under decide: anchors that are claimed, tiers that rise, cards, and outages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.action import Tick
from models.case import Case
from models.event import Event
from models.party import SYSTEM
from models.words import Stage
from rules import chain
from rules.fold import fold
from rules.procedure import decide
from tests.support.core import ACTIONS, CoreCase, actor
from tests.support.onward import case_at, done, promise, refused, stage_of

MEDIATOR = "mediator@yanlou-gumeng"
LEAD = "officer@yanlou-gumeng"
CENTRE = "dispatcher@yanlou-centre"
CLERK = "clerk@yanlou-centre"


def signed_agreement() -> CoreCase:
    """An agreement three days old that only wants its seal."""
    core = case_at(Stage.AGREED, steps={"agree": {"promises": [promise()]}})
    for party in ("a", "b"):
        done(core.act(MEDIATOR, "sign_agreement", party=party))
    core.pass_time(days=3)
    return core


def test_a_statutory_clock_is_counted_from_the_day_that_is_claimed() -> None:
    core = signed_agreement()
    claimed = core.now - timedelta(days=2)
    done(core.act(LEAD, "seal", occurred_at=claimed))
    assert core.case.clocks["confirm"].anchor == claimed
    assert core.events[-1].occurred_at == claimed
    assert core.events[-1].at == core.now
    assert core.case.agreement is not None
    assert core.case.agreement.effective_at == claimed


@pytest.mark.parametrize(
    ("do", "back", "fields"),
    [
        ("seal", timedelta(minutes=-1), {}),
        ("seal", timedelta(days=3, hours=1), {}),
        ("withdraw", timedelta(hours=1), {"party": "a", "reason": "ref"}),
        ("note", timedelta(hours=1), {"text": "ref"}),
    ],
    ids=["in the future", "before what it seals", "not on the list", "a note"],
)
def test_what_is_claimed_has_bounds(do: str, back: timedelta, fields: dict[str, Any]) -> None:
    core = signed_agreement()
    assert refused(core.act(LEAD, do, occurred_at=core.now - back, **fields)) == "invalid"


def test_nothing_is_claimed_from_before_the_case_or_more_than_a_week_ago() -> None:
    core = case_at(Stage.SIGNED)
    core.pass_time(days=3)
    assert refused(core.act(LEAD, "contact", note="ref", occurred_at=core.now - timedelta(days=3, minutes=1))) == "invalid"
    done(core.act(LEAD, "contact", note="ref", occurred_at=core.now - timedelta(days=3)))
    core = case_at(Stage.SIGNED)
    core.pass_time(days=9)
    assert refused(core.act(CENTRE, "contact", note="ref", occurred_at=core.now - timedelta(days=7, minutes=1))) == "invalid"


def test_a_claimed_time_never_sets_a_running_clock_back() -> None:
    core = signed_agreement()
    before = core.case.clocks["sign_agreement"]
    done(core.act(MEDIATOR, "represent", party="a", representative="ref", authority="ref"))
    assert core.case.clocks["sign_agreement"] is before


def test_a_risen_tier_shortens_running_clocks_from_now_on_and_never_lengthens_them() -> None:
    core = case_at(Stage.SIGNED, steps={"route": {"level": "town"}})
    core.pass_time(hours=2)
    for tier, hours in (("orange", 24), ("red", 1)):
        done(core.act(CENTRE, "regrade", tier=tier, reason="ref"))
        due = core.case.clocks["contact"].due
        assert due is not None
        assert due.at == core.now + timedelta(hours=hours)
    done(core.act("leader@yanlou-centre", "regrade", tier="blue", reason="ref"))
    assert str(core.case.clocks["contact"].budget) == "1h"


def test_lowering_a_tier_whose_visits_are_made_goes_on_to_the_audit() -> None:
    core = case_at(Stage.FOLLOWING_UP, risk_signs=["weapon"])
    for _ in range(2):
        done(core.act(CLERK, "visit", outcome="calm", satisfied=True))
    assert stage_of(core) is Stage.FOLLOWING_UP
    done(core.act("leader@yanlou-centre", "regrade", tier="orange", reason="ref"))
    assert stage_of(core) is Stage.AUDITING, "no visit is owed any more, and no clock would ever say so"


def test_reminder_yellow_and_red_come_once_each_and_in_this_order() -> None:
    core = case_at(Stage.REGISTERED)
    core.pass_time(days=6)
    seen = [getattr(event.what, "alarm", None) or event.what.card.kind for event in core.events if _about(event, "screen")]  # type: ignore[union-attr]
    assert seen == ["remind", "yellow", "red"]
    assert core.case.cards[0].at == datetime.fromisoformat("2026-03-03T17:00+08:00")
    assert core.case.cards[1].at == datetime.fromisoformat("2026-03-06T17:00+08:00")
    done(core.act("screener@yanlou-centre", "screen", category="0201", accept=True))
    assert all(card.closed_at == core.now for card in core.case.cards if card.clock == "screen")


def _about(event: Event, clock: str) -> bool:
    what = event.what
    return (what.type == "reminded" and what.clock == clock) or (what.type == "carded" and what.card.clock == clock)


def outage(core: CoreCase, **span: float) -> list[Event]:
    """Time passes and nothing rings; then one tick rings all of it."""
    core.now += timedelta(**span)
    core.answers = False
    return list(done(core.send(Tick(id="tick", actor=SYSTEM))))


def test_after_an_outage_clocks_ring_in_the_order_of_their_times() -> None:
    core = case_at(Stage.ROUTED, steps={"screen": {"category": "0602"}})
    events = outage(core, days=30)
    times = [event.when for event in events]
    assert times == sorted(times)
    assert {"deemed_signed", "carded", "escalation_requested"} <= {event.type for event in events}
    assert core.case.moments["signed"] == datetime.fromisoformat("2026-03-03T17:00+08:00"), "silence counted when it was due"
    assert all(event.at == core.now for event in events)


def test_an_outage_over_the_archiving_date_stops_at_the_end() -> None:
    core = case_at(Stage.AUDITING)
    done(core.act("auditor@yanlou-justice", "audit", passed=True))
    events = outage(core, days=200)
    assert events[-1].type == "archived"
    assert not core.case.clocks


def test_an_outage_over_a_promise_breaks_it_and_shows_the_cards_that_follow() -> None:
    core = case_at(Stage.PERFORMING, steps={"agree": {"promises": [promise()]}})
    events = [event for event in outage(core, days=60) if event.type == "defaulted" or _about(event, "default")]
    assert [getattr(getattr(event.what, "card", None), "kind", event.type) for event in events] == [
        "defaulted",
        "reminded",
        "yellow",
        "red",
    ]


def test_what_happened_folds_to_the_same_case_from_the_record() -> None:
    core = case_at(Stage.ARCHIVED, steps={"agree": {"promises": [promise()]}})
    done(core.act(CLERK, "reopen", reason="ref"))
    blank = CoreCase(core.now).case
    _, lines = chain.append(blank, core.events)
    assert chain.broken_at(lines) is None
    assert chain.replayed(blank, lines) == core.case
    with pytest.raises(ValueError, match="does not follow"):
        fold(blank, core.events[1])


def test_the_draft_and_the_record_agree_also_on_receipts() -> None:
    core = case_at(Stage.SIGNED)
    done(core.act(LEAD, "assign"))
    done(core.act(MEDIATOR, "consent", party="a", agrees=True))
    events = done(core.act(MEDIATOR, "consent", party="b", agrees=True))
    receipt = core.case.receipt(events[0].action_id or "")
    assert receipt is not None
    assert (receipt.stage, receipt.events) == (Stage.MEDIATING, ("consented",))


def test_deciding_twice_gives_the_same_and_changes_nothing() -> None:
    core = case_at(Stage.SIGNED)
    action = ACTIONS.validate_python({"do": "escalate", "id": "x1", "actor": actor(CENTRE).model_dump(), "reason": "ref"})
    before = core.case.model_dump_json()
    assert decide(core.case, action, core.context) == decide(core.case, action, core.context)
    assert core.case.model_dump_json() == before
    assert Case.model_validate_json(before) == core.case
