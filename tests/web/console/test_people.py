"""Other people's accounts and absences, and the log of what was done to them."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest

from models.account import Session
from rules.keeping import KEEPERS, LOG_READERS
from rules.standins import ARRANGES
from tests.web.console.visitors import Desk, Visitor
from web.console.navigation import EVERYBODY, ITEMS

SYSTEM, SECURITY, AUDIT = (f"admin_{name}@huaxi-centre" for name in ("system", "security", "audit"))
MEDIATOR, OTHER = "mediator@yanlou-balou", "mediator@yanlou-justice"
DIRECTOR = "director@yanlou-centre"
PASSWORD = "long-enough-for-a-test"


def today() -> datetime:
    return datetime.now(UTC) + timedelta(hours=8)


def secret(page: str) -> str:
    found = re.search(r'<code class="secret">([^<]+)</code>', page)
    assert found is not None
    return html.unescape(found.group(1))


async def create(keeper: Visitor, login: str, label: str = "钱某", status: int = 200, **more: str) -> str:
    """Make an account by the form; returns what was handed over, or the page."""
    await keeper.get("/people/new")
    post = {"unit": "yanlou-balou", "role": "mediator"}
    answer = await keeper.submit("/people/new", status, login=login, label=label, **(post | more))
    return answer.text


async def signs_in(desk: Desk, login: str, password: str) -> bool:
    return isinstance(await desk.accounts.login(login, password), Session)


async def account_of(desk: Desk, login: str) -> str:
    return (await desk.accounts.named(login)).id


async def test_an_account_is_made_and_its_person_signs_in_with_what_was_handed_over(desk: Desk) -> None:
    keeper = await desk.at(SYSTEM)
    page = await create(keeper, "qian.er", until="2099-12-31")
    password = secret(page)
    assert "钱某" in page
    visitor = desk.stranger()
    await visitor.get("/login")
    answer = await visitor.submit("/login", name="qian.er", password=password)
    assert (await visitor.client.get(answer.headers["location"])).headers["location"] == "/account/password"
    found = await keeper.get(f"/people/{await account_of(desk, 'qian.er')}")
    assert password not in found
    assert "待改密码" in found
    assert 'value="2099-12-31"' in found


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"login": "钱"}, "登录名由 2 至 80 个"),
        ({"label": ""}, "请填写姓名"),
        ({"role": "director"}, "没有这个岗位"),
        ({"since": "2027-01-02", "until": "2027-01-01"}, "请检查日期"),
        ({"since": "tomorrow"}, "请检查日期"),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_is_kept(desk: Desk, fields: dict[str, str], words: str) -> None:
    keeper = await desk.at(SYSTEM)
    page = await create(keeper, **({"login": "qian.san", "label": "钱三"} | fields), status=422)
    assert words in page
    assert 'value="yanlou-balou" selected' in page


async def test_a_login_name_is_given_once(desk: Desk) -> None:
    keeper = await desk.at(SYSTEM)
    await create(keeper, "qian.once")
    assert "该登录名已被使用" in await create(keeper, "QIAN.once", status=422)


async def test_posts_are_added_and_taken_away_and_get_days(desk: Desk) -> None:
    keeper = await desk.at(SECURITY)
    await create(keeper, "qian.posts")
    account_id = await account_of(desk, "qian.posts")
    action = f"/people/{account_id}/posts"
    await keeper.get(f"/people/{account_id}")
    added: dict[str, Any] = {"until.0": "2030-01-31", "unit": "yanlou-justice", "role": "mediator", "since": "2027-01-01"}
    await keeper.submit(action, **added)
    held = (await desk.accounts.get(account_id)).posts
    assert [(post.staff, str(post.since), str(post.until)) for post in held] == [
        (MEDIATOR, "None", "2030-01-31"),
        (OTHER, "2027-01-01", "None"),
    ]
    await keeper.get(f"/people/{account_id}")
    dropped: dict[str, Any] = {"drop.0": "yes"}
    await keeper.submit(action, **dropped)
    assert [post.staff for post in (await desk.accounts.get(account_id)).posts] == [OTHER]
    await keeper.get(f"/people/{account_id}")
    await keeper.submit(action, 422, **dropped)
    assert "至少需要一个岗位" in keeper.page
    await keeper.submit(action, 422, unit="huaxi-centre", role="admin_audit")
    assert "必须由三个人分别担任" in keeper.page


async def test_a_password_is_reset_an_account_switched_and_a_second_factor_taken_away(desk: Desk) -> None:
    keeper = await desk.at(SYSTEM)
    account = (await desk.accounts.create("qian.reset", "钱四", [MEDIATOR], password=PASSWORD)).account
    page = f"/people/{account.id}"
    await keeper.get(page)
    await keeper.submit(f"{page}/password", 200)
    fresh = secret(keeper.page)
    assert not await signs_in(desk, "qian.reset", PASSWORD)
    assert await signs_in(desk, "qian.reset", fresh)
    await keeper.get(page)
    await keeper.submit(f"{page}/state")
    assert "停用" in await keeper.get(f"{page}?done=account-disabled")
    assert not await signs_in(desk, "qian.reset", fresh)
    await keeper.submit(f"{page}/state")
    assert await signs_in(desk, "qian.reset", fresh)
    await desk.accounts.enrol_totp(account.id)
    offer = await desk.accounts.offered_totp(account.id)
    assert offer is not None
    assert f"{page}/second-factor" not in await keeper.get(page)
    codes = await desk.accounts.confirm_totp(account.id, pyotp.TOTP(offer.secret).now())
    assert codes is not None
    await keeper.get(page)
    await keeper.submit(f"{page}/second-factor")
    assert not (await desk.accounts.get(account.id)).second_factor


async def test_nobody_keeps_their_own_account(desk: Desk) -> None:
    keeper = await desk.at(SYSTEM)
    own = (await desk.session(SYSTEM)).identity.account
    page = await keeper.get(f"/people/{own}")
    assert "请由另一位管理员办理" in page
    assert f"/people/{own}/state" not in page
    csrf = keeper.form("/logout").fields["csrf"]
    for act in ("state", "password", "second-factor"):
        answer = await keeper.client.post(f"/people/{own}/{act}", data={"csrf": csrf, "state": "disabled"})
        assert (answer.status_code, "请由另一位管理员办理" in answer.text) == (422, True), act
    assert (await desk.accounts.get(own)).state == "active"


async def test_accounts_are_found_by_town_state_and_name_and_the_name_is_in_no_address(desk: Desk) -> None:
    keeper = await desk.at(SYSTEM)
    await create(keeper, "qian.found", "钱小五")
    await create(keeper, "qian.far", "钱小六", unit="qingyan-justice", role="mediator")
    near = await keeper.get("/people?town=yanlou&state=active")
    assert "qian.found" in near
    assert "qian.far" not in near
    await keeper.get("/people?state=disabled")
    assert "qian.found" not in keeper.page
    await keeper.submit("/people/search", 200, text="小五")
    assert "qian.found" in keeper.page
    assert "qian.far" not in keeper.page
    await keeper.get("/people?page=40")
    assert "没有符合条件的账户" in keeper.page


async def test_the_roles_of_one_unit_are_offered(desk: Desk) -> None:
    keeper = await desk.at(SYSTEM)
    page = await keeper.get("/people/roles?unit=qingyan-justice")
    assert 'value="mediator#2"' in page
    assert 'value="director"' not in page


@pytest.mark.parametrize("post", [MEDIATOR, "clerk@yanlou-centre", DIRECTOR, AUDIT, SYSTEM])
async def test_every_page_is_for_the_roles_of_its_table(desk: Desk, post: str) -> None:
    role = post.partition("@")[0]
    keeps, arranges = role in KEEPERS, role in ARRANGES
    login = f"kept-{role}".replace("_", "-")
    other = (await desk.accounts.create(login, "钱七", [MEDIATOR], password=PASSWORD)).account
    visitor = await desk.at(post)
    await visitor.get("/account")
    sent = {"csrf": visitor.form("/logout").fields["csrf"], "state": "active", "staff.0": MEDIATOR, "text": "钱", "post": OTHER}
    reads = {
        "/people": 200 if keeps else 303 if arranges else 403,
        **dict.fromkeys(("/people/new", "/people/roles", f"/people/{other.id}"), 200 if keeps else 403),
        **dict.fromkeys(("/people/absences", f"/people/absences/new?post={OTHER}"), 200 if arranges else 403),
        "/account-log": 200 if role in LOG_READERS else 403,
    }
    assert {path: (await visitor.client.get(path)).status_code for path in reads} == reads
    acts = ("posts", "state", "password", "second-factor")
    for path in ("/people/search", "/people/new", *(f"/people/{other.id}/{act}" for act in acts)):
        status = (await visitor.client.post(path, data=sent)).status_code
        assert status in ({200, 303, 422} if keeps else {403}), (path, status)
    if not keeps:
        assert await desk.accounts.get(other.id) == other
    for path in ("/people/absences/new", "/people/absences/unknown/end"):
        assert (await visitor.client.post(path, data=sent)).status_code == (422 if arranges else 403), path


def test_the_menu_offers_these_pages_to_those_roles() -> None:
    offered = {item.path: item.roles for item in ITEMS}
    assert (offered["/people"], offered["/people/absences"], offered["/account-log"]) == (KEEPERS, ARRANGES, LOG_READERS)
    assert EVERYBODY > KEEPERS | ARRANGES | LOG_READERS


async def test_the_audit_administrator_reads_who_did_what_and_verifies_it(desk: Desk) -> None:
    keeper = await desk.at(SECURITY)
    await create(keeper, "qian.audit", "钱八", since="2026-12-01")
    auditor = await desk.at(AUDIT)
    page = await auditor.get("/account-log")
    row = next(row for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL) if "钱八" in row)
    assert all(words in row for words in ("建立账户", "安全保密管理员", "调解员", "2026-12-01"))
    assert "钱八" not in await auditor.get("/account-log?act=token_issued")
    assert "日志完整" in await auditor.get("/account-log?verify=1")
    assert (await auditor.client.get("/account-log?act=nonsense")).status_code == 422


async def test_a_director_arranges_an_absence_and_ends_it(desk: Desk) -> None:
    director = await desk.at(DIRECTOR)
    absent = "mediator@yanlou-sire"
    assert "/people/absences/new?post=mediator%40yanlou-sire" in await director.get("/people/absences?unit=yanlou-sire")
    await director.get(f"/people/absences/new?post={absent}")
    day = str(today().date())
    await director.submit("/people/absences/new", 422, since=day, until="2020-01-01", stand_in=OTHER, reason="duty")
    assert 'value="duty" selected' in director.page
    await director.submit("/people/absences/new", since=day, until=day, stand_in=OTHER, reason="duty")
    page = await director.get("/people/absences?unit=yanlou-sire")
    assert "离岗" in page
    assert "公出" in page
    action = re.search(r'action="(/people/absences/[^"]+/end)"', page)
    assert action is not None
    await director.submit(action.group(1))
    assert "公出" not in await director.get("/people/absences")
    await director.get("/people/absences/new?post=mediator@qingyan-justice", 403)
