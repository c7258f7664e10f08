"""Begin cases in every stage: run by the code of a release, against its own worker, before the next code takes them over.

`python tests/upgrade/begin.py`, with the release's folder as working directory and first on the path. Prints one line of JSON, see
`Begun`. It stands in the archive of each release beside the code it fits, see `tests/upgrade/pack.py`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from rules.clock import next_alarm
from service.cases import Cases
from service.crew import connect
from service.office import Office
from service.settings import Settings
from store.places import load_place
from tests.support.running import MORNING, ROOT, Desk

LEAD = timedelta(seconds=25)
"""How long before the last alarm: the old worker is gone by then, and where it is not, the alarm still rings once."""

MEDIATOR, OFFICER, CLERK = "mediator@yanlou-gumeng", "officer@yanlou-gumeng", "clerk@yanlou-centre"
PROMISE = {"id": "p1", "debtor": "a", "what": "修沟", "due": "2026-12-15"}
AGREED = {"form": "written", "terms": "修通排水沟", "promises": [PROMISE]}

WAY: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (MEDIATOR, "agree", AGREED),
    (MEDIATOR, "sign_agreement", {"party": "a"}),
    (MEDIATOR, "sign_agreement", {"party": "b"}),
    (OFFICER, "seal", {}),
    (MEDIATOR, "perform", {"promise": "p1", "proof": "已修通"}),
    (CLERK, "visit", {"outcome": "calm", "satisfied": True, "by_contact": "phone"}),
    (CLERK, "visit", {"outcome": "calm", "satisfied": True, "by_contact": "phone"}),
    ("auditor@yanlou-justice", "audit", {"passed": True}),
    ("archivist@yanlou-justice", "archive", {}),
)
"""From mediation to the archive."""

FAR = {"registered": 0, "screened": 1, "routed": 2, "signed": 3, "contacted": 4, "assigned": 5, "mediating": 7}
FURTHER = {"agreed": 1, "performing": 4, "following_up": 5, "half_visited": 6, "auditing": 7, "archived": 9}
"""How many steps of the first way, and then of the second, lead to a case of this name."""

BESIDE: dict[str, tuple[int, tuple[tuple[str, str, dict[str, Any]], ...]]] = {
    "suspended": (7, ((MEDIATOR, "suspend", {"ground": "appraisal", "evidence": "委托书"}),)),
    "extended": (7, ((MEDIATOR, "extend", {"days": 5, "consents": ["a", "b"]}),)),
    "with_task": (7, (("dispatcher@yanlou-centre", "raise_task", {"unit": "yanlou-court", "title": "核实"}),)),
    "objected": (2, ((OFFICER, "object", {"reason": "不在辖区", "to": "yanlou-enforce"}),)),
    "climbed": (7, ((OFFICER, "escalate", {"reason": "需联合处置"}),)),
}
"""What stands beside the way: steps of the first way, and what follows them."""


def show(line: dict[str, Any]) -> None:
    """Print for the test that reads it."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def overdue(here: Desk) -> dict[str, str]:
    """Two cases whose limits have run out while nobody acted; soon one of them gets its second card."""
    late, ringing = await here.open(2), await here.open(3)
    at = next(alarm.at for alarm in (await here.stored(ringing)).clocks["consent"].alarms if alarm.id == "yellow")
    assert at is not None
    here.office.shift = at - LEAD - datetime.now(UTC)
    for case_id in (late, ringing):
        await here.cases.engine.restart(await here.stored(case_id), "missing", terminate=True)
        await rest(here, case_id)
    return {"late": late, "ringing": ringing}


async def rest(here: Desk, case_id: str) -> None:
    """Wait until all that is overdue has rung and nothing is pending."""
    for _ in range(600):
        case = await here.stored(case_id)
        at = next_alarm(case.clocks.values())
        if (at is None or at > here.office.now()) and not case.work and "restarted" in await here.types(case_id):
            return
        await asyncio.sleep(0.05)
    raise TimeoutError(case_id)


async def begin(here: Desk) -> dict[str, str]:
    """Open and lead on all cases; returns their ids by name."""
    here.office.shift = MORNING - datetime.now(UTC)
    begun = await overdue(here)
    for name, steps in FAR.items():
        begun[name] = await here.open(steps)
    for name, steps in FURTHER.items():
        begun[name] = await here.open(7)
        for post, do, fields in WAY[:steps]:
            await here.act(begun[name], post, do, **fields)
    for name, (steps, then) in BESIDE.items():
        begun[name] = await here.open(steps)
        for post, do, fields in then:
            await here.act(begun[name], post, do, **fields)
    for case_id in begun.values():
        if not (await here.stored(case_id)).ended:
            await here.note(case_id, action_id=f"last:{case_id}")
    return begun


async def main() -> None:
    """Begin, and tell the ids and the shift of time."""
    settings = Settings()
    office = await Office.open(settings, await connect(settings), load_place(ROOT / "places" / "huaxi"))
    try:
        begun = await begin(Desk(office, Cases(office)))
        show({"cases": begun, "shift": office.shift.total_seconds()})
    finally:
        await office.close()


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
