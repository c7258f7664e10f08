"""A whole dispute in the browser, each step by the one whose step it is."""

from __future__ import annotations

import time

import pytest
from playwright.async_api import expect

from tests.web.browser.walking import PHONE, Site
from tests.web.running import CLERK, Api

SCREENER = "screener@yanlou-centre"
DISPATCHER = "dispatcher@yanlou-centre"
OFFICER = "officer@yanlou-gumeng"
MEDIATOR = "mediator@yanlou-gumeng"
JUSTICE = "officer@yanlou-justice"
AUDITOR = "auditor@yanlou-justice"
ARCHIVIST = "archivist@yanlou-justice"


@pytest.mark.timeout(180)
@pytest.mark.parametrize("how", [{}, {"scripts": False}, {"size": PHONE}], ids=["screen", "without scripts", "phone"])
async def test_a_dispute_goes_from_intake_to_agreement(site: Site, api: Api, how: dict[str, object]) -> None:
    code = await api.open()
    async with site.person(SCREENER, **how) as screener:
        await screener.find("/inbox", code)
        await screener.sees("甄别")
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


@pytest.mark.timeout(180)
async def test_an_agreement_is_kept_followed_up_audited_and_archived(site: Site, api: Api) -> None:
    code = await agreed(api)
    async with site.person(MEDIATOR) as mediator:
        await mediator.go(f"/cases/{code}")
        for party in ("a", "b"):
            await mediator.act("sign_agreement", party=party)
    async with site.person(OFFICER) as officer:
        await officer.go(f"/cases/{code}")
        await officer.act("seal")
        await officer.sees("履行中")
    async with site.person(MEDIATOR) as mediator:
        await mediator.go(f"/cases/{code}")
        await mediator.act("perform", promise="p1", proof="现场查看排水通畅")
        await mediator.sees("回访中")
    async with site.person(CLERK) as clerk:
        for _ in range(2):
            await clerk.go(f"/cases/{code}")
            await clerk.act("visit", outcome="calm", satisfied="yes", by_contact="phone")
        await clerk.sees("审核中")
    async with site.person(AUDITOR) as auditor:
        await auditor.find("/inbox?act=audit", code)
        await auditor.go(f"/cases/{code}?tab=visits")
        await auditor.sees("平稳")
        await auditor.act("audit", passed="yes")
    async with site.person(ARCHIVIST) as archivist:
        await archivist.go(f"/cases/{code}")
        await archivist.act("archive")
        await archivist.go(f"/cases/{code}?tab=story")
        await archivist.sees("已归档", "保管至")


@pytest.mark.timeout(120)
async def test_a_department_objects_and_the_dispatcher_rules(site: Site, api: Api) -> None:
    code = await api.open()
    await api.act(code, SCREENER, "screen", category="0201", accept=True)
    await api.act(code, DISPATCHER, "route", lead="yanlou-justice", level="town")
    async with site.person(JUSTICE) as justice:
        await justice.go(f"/cases/{code}")
        await justice.act("object", reason="属村级可处理事项", to="yanlou-gumeng")
        await justice.sees("已办理：提出异议")
    async with site.person(DISPATCHER) as dispatcher:
        await dispatcher.find("/inbox?act=rule", code)
        await dispatcher.go(f"/cases/{code}")
        await dispatcher.act("rule", uphold="yes", to="yanlou-gumeng")
        await dispatcher.sees("谷蒙村")


@pytest.mark.timeout(120)
async def test_an_open_page_counts_what_comes_in_and_says_what_has_moved_on(site: Site, api: Api) -> None:
    code = await api.open()
    async with site.person(SCREENER) as screener:
        await screener.go(f"/cases/{code}")
        counter = screener.page.locator('nav [data-counter="owed"]')
        await expect(counter).to_be_visible()
        before = int(await counter.inner_text())
        begun = time.monotonic()
        await api.open()
        await expect(counter).to_have_text(str(before + 1))
        assert time.monotonic() - begun < 5  # the case is taken in, told of and counted; the page's part of it is under a second
        await api.act(code, CLERK, "note", text="补充一点")
        await screener.sees("案件有新进展")
        await screener.page.get_by_role("link", name="刷新查看").click()
        await expect(screener.page.locator("[data-stale]")).to_be_hidden()


async def agreed(api: Api) -> str:
    """A case brought to a written agreement with one promise."""
    code = await api.open()
    await api.act(code, SCREENER, "screen", category="0201", accept=True)
    await api.act(code, DISPATCHER, "route", level="village")
    await api.act(code, OFFICER, "sign")
    await api.act(code, OFFICER, "contact", note="已电话联系双方")
    await api.act(code, OFFICER, "assign", mediator=MEDIATOR)
    for party in ("a", "b"):
        await api.act(code, MEDIATOR, "consent", party=party, agrees=True)
    promise = {"id": "p1", "debtor": "b", "what": "修通排水沟", "due": "2027-03-15"}
    await api.act(code, MEDIATOR, "agree", form="written", terms="各让一步", promises=[promise])
    return code


@pytest.mark.timeout(120)
async def test_a_supervisor_goes_from_a_figure_to_its_list_to_the_case(site: Site, api: Api) -> None:
    code = await api.open(risk_signs=["threat_to_life"])
    async with site.person("director@yanlou-centre") as director:
        await director.go("/cockpit")
        tile = director.page.locator("a.tile", has_text="红色案件")
        figure = int(await tile.locator("b").inner_text())
        await tile.click()
        await director.sees(code, f"共 {figure} 件")
        await director.page.get_by_role("link", name=code).click()
        await director.sees("红色风险")
        await director.page.get_by_label("督办、审核").check()
        await director.page.get_by_role("button", name="查看").click()
        await director.act("raise_task", unit="yanlou-police", title="上门了解情况")
        await director.page.get_by_role("link", name="协办任务").click()
        await director.sees("上门了解情况")
        await director.go("/board")
        await director.sees(code)
        director.fine()
