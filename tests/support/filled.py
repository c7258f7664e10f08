"""A store full of plausible cases: played through the pure core at random, then published as a worker would. No Temporal."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from models.case import Case
from models.record import Publication
from models.words import Stage
from rules import chain
from rules.access import access
from rules.clock import next_alarm
from rules.obligations import duties
from service.office import Office
from tests.support.core import CoreCase
from tests.support.onward import Step, done, lead_post, onward, opening, promise

PLACES = ("520111105202", "520111105201", "520111101201", "520111105", "520111")
"""Two villages and the whole of one town, a village of another, and the district."""

CATEGORIES = ("0201", "0101", "0402", "0701", "0804", "1501")


def played(number: int, now: datetime, *, days: int = 400, seed: int = 1) -> CoreCase:
    """Play one case from some day of the last `days` up to `now`, or to its end; the same one for the same number and seed."""
    rng = random.Random(f"{seed}:{number}")  # noqa: S311 - made-up data
    core = CoreCase(now - timedelta(days=days * rng.random() ** 2, hours=1))
    slowness = rng.choice((1, 1, 1, 4, 12))
    core.case = Case(id=str(uuid.UUID(int=rng.getrandbits(128))), source="window", intake_id=f"{seed}-{number}", docs=core.case.docs)
    signs = rng.choice(([], [], [], [], [], ["gathering", "lawyer_engaged"], ["threat_to_life"]))
    facts = {"place": rng.choice(PLACES), "risk_signs": signs, "people": rng.choice((2, 2, 2, 3, 12))}
    done(core.act("clerk@huaxi-centre", "open", **opening(happened_on=str(core.now.date() - timedelta(days=3)), **facts)))
    while not core.case.ended:
        then = core.now + timedelta(hours=slowness * rng.choice((0.2, 0.5, 1, 2, 4, 20, 60)))
        if then > now:
            break
        core.move_to(then)
        step = _diverted(core.case, rng) or onward(core.case, **_promised(core, rng))
        if step is not None:
            core.act(step[0], step[1], **step[2])
    core.move_to(now)
    return core


def _promised(core: CoreCase, rng: random.Random) -> dict[str, Any]:
    """A promise for the agreement that may be next."""
    if core.case.stage is not Stage.MEDIATING or core.case.mediator is None:
        return {}
    return {"promises": [promise(due=str(core.now.date() + timedelta(days=rng.choice((2, 20, 60)))))]}


def _diverted(case: Case, rng: random.Random) -> Step | None:
    """Something else than the straight way, now and then."""
    chance, centre = rng.random(), case.centre
    if any(objection.open for objection in case.objections):
        return f"director@{centre}", "rule", {"uphold": chance < 0.5, "to": "yanlou-justice", "reason": "ref"}
    if case.stage is Stage.REGISTERED:
        declined = {"accept": False, "reason": "ref", "redirect": "court"}
        return f"screener@{centre}", "screen", declined if chance < 0.1 else {"category": rng.choice(CATEGORIES), "accept": True}
    if case.stage is Stage.ROUTED and chance < 0.3:
        return lead_post(case), "object", {"reason": "ref"}
    if case.stage in {Stage.PERFORMING, Stage.FOLLOWING_UP} and chance < 0.5:
        visit = {"outcome": "calm", "satisfied": rng.choice((True, True, None, False)), "by_contact": "phone"}
        return f"clerk@{centre}", "visit", visit
    return None if case.mediator is None else _mediators(case, case.mediator.person, chance)


def _mediators(case: Case, person: str, chance: float) -> Step | None:
    """What a mediator may do besides."""
    if case.standing is not None:
        return person, "resume", {}
    if case.stage is Stage.MEDIATING and chance < 0.15:
        return person, "suspend", {"ground": "appraisal", "evidence": "ref"}
    if case.stage is Stage.SIGNED and chance < 0.1:
        return person, "consent", {"party": "b", "agrees": False}
    return None


def many(count: int, now: datetime, **how: int) -> Iterator[CoreCase]:
    """Play so many cases."""
    return (played(number, now, **how) for number in range(count))


async def publish(office: Office, core: CoreCase, *, at_once: bool = False) -> Case:
    """Publish a played case, in two parts unless `at_once`; return its last state."""
    blank = Case(id=core.case.id, source=core.case.source, intake_id=core.case.intake_id, docs=core.case.docs)
    cut = len(core.events) if at_once else max(1, len(core.events) // 2)
    case = blank
    for part in (core.events[:cut], core.events[cut:]):
        if part:
            prev = case.head
            case, lines = chain.append(case, part)
            bundle = office.library.bundle(case.docs)
            owed = duties(case, bundle.procedure)
            await office.records.publish(
                Publication(case=case, prev_head=prev, lines=tuple(lines)),
                duties=owed,
                access=access(case, bundle.network, owed),
                next_due=next_alarm(case.clocks.values()),
            )
    return case
