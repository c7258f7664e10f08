"""The straight way through a case: who does what next when everything goes well. Brings a case to a stage for a test."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from models.case import Case
from models.event import Event
from models.refusal import Refusal
from models.words import PromiseState, Stage
from rules.limits import open_complaints, promises
from tests.support.core import CoreCase

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
"""A Monday, 9:30 in Huaxi."""

Step = tuple[str, str, dict[str, Any]]


def opening(**fields: Any) -> dict[str, Any]:
    """Fields of an everyday dispute between two neighbours of Gumeng village."""
    plain: dict[str, Any] = {
        "channel": "window",
        "place": "520111105202",
        "summary": "ref",
        "happened_on": "2026-02-26",
        "parties": parties("applicant", "respondent"),
        "people": 2,
    }
    return {**plain, **fields}


def parties(*sides: str, **more: Any) -> list[dict[str, Any]]:
    """Parties a, b, c … on these sides."""
    return [{"id": "abcdef"[n], "side": side, "kind": "person", "person": f"v{n}", **more} for n, side in enumerate(sides)]


def promise(number: str = "p1", *, debtor: str = "b", due: str = "2026-03-20") -> dict[str, Any]:
    """A promise as `agree` takes it."""
    return {"id": number, "debtor": debtor, "what": "ref", "due": due}


def lead_post(case: Case) -> str:
    """The post that acts for the lead."""
    return f"dispatcher@{case.lead}" if (case.lead or "").endswith("-centre") else f"officer@{case.lead}"


def mediator_post(case: Case) -> str:
    """The mediator of record."""
    assert case.mediator is not None
    return case.mediator.person


def onward(case: Case, **fields: Any) -> Step | None:
    """What comes next; `fields` are added to it. None where the case has ended."""
    if case.stage is None or case.ended:
        return None
    post, do, known = _next(case, case.stage)
    return post, do, {**known, **fields}


def _next(case: Case, stage: Stage) -> Step:
    if case.refused:
        return lead_post(case), "channel", {"route": "court", "notice": "ref"}
    if stage is Stage.REGISTERED:
        return f"screener@{case.centre}", "screen", {"category": "0201", "accept": True}
    if stage is Stage.SCREENED:
        return f"dispatcher@{case.centre}", "route", {}
    if stage is Stage.ROUTED:
        return lead_post(case), "sign", {}
    if stage is Stage.SIGNED:
        return _signed(case)
    if stage is Stage.MEDIATING:
        return (mediator_post(case), "agree", _terms()) if case.mediator else (lead_post(case), "assign", {})
    if stage is Stage.AGREED:
        return _agreed(case)
    return _closing(case, stage)


def _terms() -> dict[str, Any]:
    return {"form": "written", "terms": "ref"}


def _signed(case: Case) -> Step:
    if not case.contacted:
        return lead_post(case), "contact", {"note": "ref"}
    if case.mediator is None:
        return lead_post(case), "assign", {}
    party = next(party.id for party in case.parties if not party.left and not case.consents.get(party.id))
    return mediator_post(case), "consent", {"party": party, "agrees": True}


def _agreed(case: Case) -> Step:
    assert case.agreement is not None
    unsigned = [party for party in case.agreement.parties if party not in case.agreement.signed]
    if unsigned and case.mediator is not None:
        return mediator_post(case), "sign_agreement", {"party": unsigned[0]}
    return (lead_post(case), "seal", {}) if case.mediator else (lead_post(case), "assign", {})


def _closing(case: Case, stage: Stage) -> Step:
    unkept = promises(case, PromiseState.OPEN, PromiseState.DEFAULTED)
    if stage is Stage.PERFORMING and unkept:
        post = mediator_post(case) if case.mediator else lead_post(case)
        return post, "perform" if case.mediator else "assign", {"promise": unkept[0].id, "proof": "ref"} if case.mediator else {}
    if stage in {Stage.PERFORMING, Stage.FOLLOWING_UP}:
        return f"clerk@{case.centre}", "visit", {"outcome": "calm", "satisfied": True, "by_contact": "phone"}
    if open_complaints(case):
        return f"director@{case.centre}", "reply", {"text": "ref"}
    if case.audited:
        return "archivist@yanlou-justice", "archive", {}
    for role, tier in (("leader", "red"), ("police", "red"), ("director", "orange")):
        if case.tier == tier and role not in case.sign_offs:
            return f"{role}@{'yanlou-police' if role == 'police' else case.centre}", "sign_off", {}
    return "auditor@huaxi-centre", "audit", {"passed": True}


def case_at(
    stage: Stage | str, *, start: datetime = START, answers: bool = True, steps: dict[str, dict[str, Any]] | None = None, **fields: Any
) -> CoreCase:
    """A case brought to a stage at one moment; `steps` adds fields to single actions, `fields` to the opening."""
    core = CoreCase(start, answers=answers)
    done(core.act("clerk@yanlou-centre", "open", **opening(**fields)))
    go(core, stage, steps)
    return core


def go(core: CoreCase, stage: Stage | str, steps: dict[str, dict[str, Any]] | None = None) -> None:
    """Go on to a stage; each action has to be accepted."""
    for _ in range(60):
        if core.case.stage == stage:
            return
        step = onward(core.case)
        assert step is not None, f"the case has ended as {core.case.stage} before {stage}"
        post, do, known = step
        done(core.act(post, do, **{**known, **(steps or {}).get(do, {})}))
    raise AssertionError(f"{stage} was not reached from {core.case.stage}")


def stage_of(core: CoreCase) -> Stage | None:
    """Return the stage; a call, so that the type checker does not think it never changes."""
    return core.case.stage


def done(answer: tuple[Event, ...] | Refusal) -> tuple[Event, ...]:
    """Return the events of an accepted action; raises AssertionError at a refusal."""
    assert not isinstance(answer, Refusal), f"refused: {answer.code} {answer.detail}"
    return answer


def refused(answer: tuple[Event, ...] | Refusal) -> str:
    """Return the code of a refusal; raises AssertionError where the action was accepted."""
    assert isinstance(answer, Refusal), f"accepted: {[event.type for event in answer]}"
    return str(answer.code)


def types(answer: tuple[Event, ...] | Refusal) -> list[str]:
    """Return the names of what happened."""
    return [event.type for event in done(answer)]
