"""Rounds over the API: a batch is taken once and names its broken rows, coverage tells its denominator, out of sight is unknown."""

from __future__ import annotations

from typing import Any

from tests.support.waiting import until
from tests.web.running import Api

CENTRE, MEMBER, ELSEWHERE = "dispatcher@yanlou-centre", "grid@yanlou-gumeng", "officer@qingyan-justice"
GUMENG = "520111105202"
FINE = {"exits": "clear", "ebike": "safe", "wiring": "safe"}


async def dealt(api: Api) -> str:
    """The code of a round over two targets whose sheet is there."""
    fields: dict[str, Any] = {"plan": "fire", "place": GUMENG, "targets": [{"key": "a", "place": GUMENG}, {"key": "b", "place": GUMENG}]}
    code: str = (await api.post("/affairs", {"kind": "round", "fields": fields}, CENTRE)).json()["receipt"]["code"]
    await until(lambda: api.get(f"/rounds/{code}/coverage", CENTRE), lambda answer: answer.json()["whole"]["dealt"] == 2)
    return code


async def test_a_batch_is_taken_once_and_coverage_tells_its_denominator(api: Api) -> None:
    code = await dealt(api)
    rows = [
        {"id": "r1", "target": "a", "outcome": "visited", "answers": FINE},
        {"id": "r2", "target": "b", "outcome": "skipped"},
        {"id": "r3", "target": "b", "outcome": "skipped", "skip": "moved-away"},
    ]
    first, again = [(await api.post(f"/rounds/{code}/results", {"rows": rows}, CENTRE)).json() for _ in range(2)]
    broken = [
        {"row": 2, "id": "r2", "field": "skip", "reason": "missing_reason"},
        {"row": 3, "id": "r3", "field": "skip", "reason": "invalid"},
    ]
    assert first == {"taken": 1, "repeated": 0, "broken": broken}
    assert again == {"taken": 0, "repeated": 1, "broken": broken}
    covered = (await api.get(f"/rounds/{code}/coverage", CENTRE)).json()
    assert covered["whole"] == {"targets": 2, "dealt": 2, "visited": 1, "skipped": 0, "excused": 0, "overdue": 0}
    assert covered["grids"][GUMENG] == covered["whole"]


async def test_a_round_out_of_sight_is_unknown_and_another_kind_has_no_coverage(api: Api) -> None:
    code = await dealt(api)
    assert (await api.get(f"/rounds/{code}/coverage", ELSEWHERE)).status_code == 404
    assert (await api.post(f"/rounds/{code}/results", {"rows": []}, ELSEWHERE)).status_code == 404
    report = {"place": GUMENG, "item": "gas", "text": "软管老化"}
    hazard = (await api.post("/affairs", {"kind": "hazard", "fields": report}, MEMBER)).json()["receipt"]["code"]
    assert (await api.get(f"/rounds/{hazard}/coverage", CENTRE)).status_code == 422
