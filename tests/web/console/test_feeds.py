"""One's own calendar feeds on the account page, and the calendar file of a meeting on the case's."""

from __future__ import annotations

import re

from models.account import AccountState
from service.office import Office
from tests.web.api.test_feeds import DISPATCHER, MEDIATOR, SOON
from tests.web.api.test_fuzz import under_mediation
from tests.web.console.visitors import Desk
from tests.web.running import Api


async def test_a_feed_is_made_shown_once_and_revoked(desk: Desk, office: Office) -> None:
    mediator = await desk.at("mediator@yanlou-sire")
    await mediator.get("/account/feeds")
    await mediator.submit("/account/feeds", 422, kind="unit")
    await mediator.submit("/account/feeds", 200, kind="personal")
    address = re.search(r'<code class="secret">http://127.0.0.1(/feeds/[A-Za-z0-9_-]+\.ics)</code>', mediator.page)
    assert address is not None
    stranger = desk.stranger()
    assert "BEGIN:VCALENDAR" in await stranger.get(address[1])
    assert address[1] not in await mediator.get("/account/feeds")
    revoke = re.search(r'action="(/account/feeds/[0-9a-f]+/revoke)"', mediator.page)
    assert revoke is not None
    await (await desk.at("mediator@yanlou-balou")).client.post(revoke[1], data={})
    await stranger.get(address[1])
    await mediator.submit(revoke[1])
    await stranger.get(address[1], 404)
    log = await (await desk.at("admin_audit@huaxi-centre")).get("/account-log")
    assert "建立日历订阅" in log
    assert "收回日历订阅" in log


async def test_a_feed_ends_with_its_account(desk: Desk, office: Office) -> None:
    officer = await desk.at("officer@yanlou-women")
    await officer.get("/account/feeds")
    await officer.submit("/account/feeds", 200, kind="unit")
    address = re.search(r"(/feeds/[A-Za-z0-9_-]+\.ics)", officer.page)
    assert address is not None
    await desk.stranger().get(address[1])
    account = await desk.accounts.named("t-officer@yanlou-women")
    await desk.accounts.set_state(account.id, AccountState.DISABLED)
    await desk.stranger().get(address[1], 404)
    await desk.accounts.set_state(account.id, AccountState.ACTIVE)
    await desk.stranger().get(address[1])


async def test_the_case_page_has_the_calendar_file_of_a_meeting(desk: Desk, api: Api) -> None:
    code = await under_mediation(api)
    await api.act(code, DISPATCHER, "meet", at=SOON.isoformat(), place="调解室", units=[])
    mediator = await desk.at(MEDIATOR)
    page = await mediator.get(f"/cases/{code}?tab=mediation")
    path = f"/cases/{code}/meetings/m1.ics"
    assert path in page
    answer = await mediator.client.get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8; method=REQUEST"
    assert answer.headers["content-disposition"] == f'attachment; filename="{code}-m1.ics"'
    assert "METHOD:REQUEST" in answer.text
