"""Why one looks: asked before a red or a reserved case is shown, once a day, by every road to it; whoever has it in hand is not asked."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from service.office import Office
from store.looks import Looks
from tests.web.running import CLERK, INTAKE, Api

DIRECTOR = "director@yanlou-centre"
SCREENER = "screener@yanlou-centre"
AUDITOR = "auditor@yanlou-justice"


def why(words: str) -> dict[str, str]:
    return {"Jiefen-Purpose": quote(words)}


async def looks(office: Office, code: str, person: str) -> list[tuple[str, str]]:
    """What somebody's looks at a case were, and why, the first one first."""
    found = await Looks(office.store).of_case((await office.records.find(code)) or "")
    return [(look.look, look.purpose) for look in reversed(found) if look.person == person]


@pytest.mark.parametrize("fields", [{"risk_signs": ["threat_to_life"]}, {"parties": [{**INTAKE["parties"][0], "minor": True}]}])
async def test_a_red_or_reserved_case_is_not_shown_before_a_purpose_was_stated(api: Api, office: Office, fields: dict[str, Any]) -> None:
    code = await api.open(**fields)
    for path in ("", "/timeline", "/explain"):
        answer = await api.get(f"/cases/{code}{path}", DIRECTOR)
        assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (428, "purpose_needed", code)
        assert "张三丰" not in answer.text
    assert (await api.get(f"/cases/{code}", DIRECTOR, headers=why("supervising"))).status_code == 200
    for path in ("", "/timeline", "/explain"):
        assert (await api.get(f"/cases/{code}{path}", DIRECTOR)).status_code == 200
    assert (await api.get(f"/cases/{code}", AUDITOR)).status_code == 428
    told = await looks(office, code, DIRECTOR)
    assert told == [(look, "supervising") for look in ("detail", "detail", "timeline", "explain")]


async def test_who_owes_something_in_a_case_or_opened_it_is_not_asked(api: Api, office: Office) -> None:
    code = await api.open(risk_signs=["threat_to_life"])
    for post in (SCREENER, CLERK):
        assert (await api.get(f"/cases/{code}", post)).status_code == 200
        assert await looks(office, code, post) == [("detail", "handling")]


async def test_a_purpose_in_words_holds_no_number_and_no_party(api: Api, office: Office) -> None:
    code = await api.open(risk_signs=["threat_to_life"])
    for wrong in ("x", "回电13800000001", "字" * 101, "a\x00b"):
        answer = await api.get(f"/cases/{code}", DIRECTOR, headers=why(wrong))
        assert (answer.status_code, answer.json()["detail"]) == (422, "purpose"), wrong
    assert (await api.get(f"/cases/{code}", DIRECTOR, headers=why("接待张三丰来访"))).status_code == 200
    assert await looks(office, code, DIRECTOR) == [("detail", "接待张某某来访")]
    assert [one["code"] for one in (await api.get("/purposes")).json()][:2] == ["handling", "supervising"]


async def test_a_purpose_in_the_address_counts_for_nothing(api: Api) -> None:
    code = await api.open(risk_signs=["threat_to_life"])
    assert (await api.get(f"/cases/{code}", DIRECTOR, params={"purpose": "supervising"})).status_code == 428


async def test_the_day_after_it_is_asked_again(api: Api, office: Office) -> None:
    code = await api.open(risk_signs=["threat_to_life"])
    await api.get(f"/cases/{code}", DIRECTOR, headers=why("supervising"))
    log, case_id = Looks(office.store), (await office.records.find(code)) or ""
    (look,) = await log.of_case(case_id)
    assert await log.purpose(DIRECTOR, case_id, look.at) == "supervising"
    later = office.bundle.cal.midnight_end(office.bundle.cal.local_date(look.at))
    assert await log.purpose(DIRECTOR, case_id, later) == ""
