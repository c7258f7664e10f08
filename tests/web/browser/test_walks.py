"""A whole dispute in the browser, each step by the one whose step it is."""

from __future__ import annotations

import pytest

from tests.web.browser.walking import PHONE, Site
from tests.web.running import Api

SCREENER = "screener@yanlou-centre"
DISPATCHER = "dispatcher@yanlou-centre"
OFFICER = "officer@yanlou-gumeng"
MEDIATOR = "mediator@yanlou-gumeng"


@pytest.mark.timeout(180)
@pytest.mark.parametrize("how", [{}, {"scripts": False}, {"size": PHONE}], ids=["screen", "without scripts", "phone"])
async def test_a_dispute_goes_from_intake_to_agreement(site: Site, api: Api, how: dict[str, object]) -> None:
    code = await api.open()
    async with site.person(SCREENER, **how) as screener:
        await screener.go("/inbox")
        await screener.sees(code, "甄别")
        await screener.go(f"/cases/{code}")
        await screener.act("screen", accept="yes", category="0201")
        await screener.sees("已办理：甄别", "已甄别")
    async with site.person(DISPATCHER, **how) as dispatcher:
        await dispatcher.go(f"/cases/{code}")
        await dispatcher.act("route", level="village")
        await dispatcher.sees("谷蒙村")
    async with site.person(OFFICER, **how) as officer:
        await officer.go(f"/cases/{code}")
        await officer.act("sign")
        await officer.act("contact", note="已电话联系双方")
        await officer.act("assign")
    async with site.person(MEDIATOR, **how) as mediator:
        await mediator.go(f"/cases/{code}")
        for party in ("a", "b"):
            await mediator.act("consent", party=party, agrees="yes")
        promise = {"promises.0.debtor": "b", "promises.0.what": "修通排水沟", "promises.0.due": "2027-03-15"}
        await mediator.act("agree", form="written", terms="各让一步", **promise)
        await mediator.sees("已达成协议")
        await mediator.page.get_by_role("link", name="协议与履行").click()
        await mediator.sees("修通排水沟", "2027-03-15")
        mediator.fine()
