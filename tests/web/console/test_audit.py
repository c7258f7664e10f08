"""The audit desk: the checklist item by item, who still has to sign off, and the way to act for who may."""

from __future__ import annotations

import re

from tests.web.console.test_cockpit import held
from tests.web.console.visitors import Desk

AUDITOR = "auditor@huaxi-justice"
LEADER = "leader@huaxi-centre"


def articles(page: str) -> dict[str, str]:
    """What is told of each case, by code."""
    found = re.findall(r'<article class="card" aria-labelledby="case-([^"]+)">(.*?)</article>', page, re.DOTALL)
    return dict(found)


async def test_every_case_in_audit_stands_there_with_its_checklist(town: Desk) -> None:
    auditor = await town.at(AUDITOR)
    shown = articles(await auditor.get("/audit"))
    assert len(shown) == await held(auditor, "/cases?stage=auditing") > 2
    for told in shown.values():
        assert "约定事项已全部履行" in told
        assert told.count("未满足</span></li>") == int((re.findall(r"(\d+) 项未满足", told) or ["0"])[0])
    assert len(articles(await auditor.get("/audit?tier=red"))) < len(shown)
    await auditor.get("/audit?tier=pink", 422)
    await auditor.get("/audit?cursor=nonsense", 422)


async def test_a_missing_sign_off_names_who_may_give_it_and_leads_there(town: Desk) -> None:
    police = await town.at("police@huaxi-police")
    unsigned = {code: told for code, told in articles(await police.get("/audit?tier=red")).items() if "<strong>民警</strong>" in told}
    assert unsigned
    for code, told in unsigned.items():
        assert "花溪公安分局" in told
        assert f'href="/cases/{code}?tab=audit#do-sign_off"' in told
    leader = articles(await (await town.at(LEADER)).get("/audit"))
    signed = {code for code, told in unsigned.items() if "政法委员 <span" in told}
    assert all("#do-sign_off" not in leader[code] for code in signed & set(leader))


async def test_it_is_a_desk_of_those_who_close_cases(town: Desk) -> None:
    await (await town.at("clerk@yanlou-centre")).get("/audit", 403)
    await (await town.at("mediator@yanlou-gumeng")).get("/audit", 403)
    own = articles(await (await town.at("auditor@yanlou-justice")).get("/audit"))
    assert not any(code.startswith("QINGYAN") for code in own)
