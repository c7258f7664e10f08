"""One's own account: posts and sessions, password, second factor, tokens, absences."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest

from models.account import Account, Session
from service.entry.absences import Absences
from service.office import Office
from tests.web.console.visitors import Desk, Visitor
from web.auth import SESSION_COOKIE

MEDIATOR, OTHER = "mediator@yanlou-jiupan", "mediator@yanlou-justice"
PASSWORD = "long-enough-for-a-test"


async def person(desk: Desk, login: str, *posts: str) -> tuple[Visitor, Account]:
    """Somebody with a password, signed in with it."""
    account = (await desk.accounts.create(login, "孙某", posts or (MEDIATOR,), password=PASSWORD)).account
    visitor = desk.stranger()
    await sign_in(visitor, login)
    return visitor, account


async def sign_in(visitor: Visitor, login: str, password: str = PASSWORD, status: int = 303, **more: str) -> None:
    await visitor.get("/login")
    await visitor.submit("/login", status, name=login, password=password, **more)


def secret(page: str) -> str:
    found = re.search(r'<code class="secret">([^<]+)</code>', page)
    assert found is not None
    return html.unescape(found.group(1)).replace(" ", "")


async def test_the_overview_tells_posts_and_sessions_and_ends_the_others(desk: Desk) -> None:
    visitor, _ = await person(desk, "overview", MEDIATOR, OTHER)
    elsewhere = desk.stranger()
    await sign_in(elsewhere, "overview")
    page = await visitor.get("/account")
    assert all(words in page for words in ("燕楼镇司法所 · 调解员", "overview", "未启用", "30 分钟"))
    assert page.count(">本次<") == 1
    await visitor.submit("/account/sessions/end")
    assert (await elsewhere.client.get("/inbox")).status_code == 303
    assert "退出其他会话" not in await visitor.get("/account")


async def test_a_password_is_changed_with_the_old_one_and_ends_all_sessions(desk: Desk) -> None:
    visitor, _ = await person(desk, "new-password")
    fresh = "another-one-that-is-long"
    await visitor.get("/account/password")
    await visitor.submit("/account/password", 422, old="wrong-password", new=fresh, again=fresh)
    assert "现有密码不正确" in visitor.page
    await visitor.submit("/account/password", 422, old=PASSWORD, new=fresh, again=fresh + "x")
    assert "不一致" in visitor.page
    await visitor.submit("/account/password", 422, old=PASSWORD, new="short", again="short")
    assert "至少 10 个字符" in visitor.page
    assert fresh not in visitor.page
    answer = await visitor.submit("/account/password", old=PASSWORD, new=fresh, again=fresh)
    assert answer.headers["location"] == "/login?done=password"
    assert (await visitor.client.get("/account")).status_code == 303
    await sign_in(visitor, "new-password", status=401)
    await sign_in(visitor, "new-password", fresh)


async def test_a_password_that_was_handed_over_has_to_be_changed_before_anything_else(desk: Desk) -> None:
    made = await desk.accounts.create("first-time", "孙某", [MEDIATOR])
    assert made.password is not None
    visitor = desk.stranger()
    await sign_in(visitor, "first-time", made.password)
    for path in ("/inbox", "/account", "/account/tokens", "/live"):
        assert (await visitor.client.get(path)).headers["location"] == "/account/password", path
    refused = await visitor.client.get("/api/v1/me")
    assert (refused.status_code, refused.json()["code"]) == (403, "password_change")
    assert "请先换成自己的密码" in await visitor.get("/account/password")
    await visitor.submit("/account/password", old=made.password, new=PASSWORD, again=PASSWORD)
    await sign_in(visitor, "first-time")
    assert (await visitor.client.get("/inbox")).status_code == 200


async def test_who_has_to_change_the_password_may_also_leave(desk: Desk) -> None:
    made = await desk.accounts.create("turns-back", "孙某", [MEDIATOR])
    visitor = desk.stranger()
    await sign_in(visitor, "turns-back", made.password or "")
    await visitor.get("/account/password")
    await visitor.submit("/logout")


async def test_a_second_factor_is_set_up_used_and_taken_away(desk: Desk, office: Office) -> None:
    visitor, account = await person(desk, "second-factor")
    await visitor.get("/account/second-factor")
    await visitor.submit("/account/second-factor/offer")
    page = await visitor.get("/account/second-factor")
    assert "<svg" in page
    assert "style=" not in page
    totp = pyotp.TOTP(secret(page))
    right = totp.at(office.now())
    await visitor.submit("/account/second-factor/confirm", 422, code=right, password="wrong-password")
    await visitor.submit("/account/second-factor/confirm", 422, code="12 34", password=PASSWORD)
    assert "验证码不正确" in visitor.page
    answer = await visitor.submit("/account/second-factor/confirm", 200, code=right, password=PASSWORD)
    assert answer.headers["cache-control"] == "no-store"
    codes = re.findall(r"<li><code>([A-Z2-7-]+)</code></li>", visitor.page)
    assert len(codes) == 10
    assert codes[0] not in await visitor.get("/account/second-factor")
    assert "剩余恢复码 10 个" in visitor.page
    again = desk.stranger()
    await sign_in(again, "second-factor", status=401)
    await again.submit("/login", name="second-factor", password=PASSWORD, totp=codes[0])
    assert await desk.accounts.codes_left(account.id) == 9
    await again.get("/account/second-factor")
    await again.submit("/account/second-factor/drop", 422, password="wrong-password")
    answer = await again.submit("/account/second-factor/drop", password=PASSWORD)
    assert answer.headers["location"] == "/login?done=factor-dropped"
    assert (await visitor.client.get("/account")).status_code == 303
    await sign_in(desk.stranger(), "second-factor")


async def test_a_token_is_shown_once_works_and_is_taken_back(desk: Desk) -> None:
    visitor, _ = await person(desk, "with-token", MEDIATOR, OTHER)
    await visitor.get("/account/tokens")
    await visitor.submit("/account/tokens", 422, name="", post=OTHER, password=PASSWORD)
    await visitor.submit("/account/tokens", 422, name="热线", post=OTHER, password="wrong-password")
    assert 'value="热线"' in visitor.page
    await visitor.submit("/account/tokens", 422, name="热线", post="director@yanlou-centre", password=PASSWORD)
    assert "没有这个岗位" in visitor.page
    await visitor.submit("/account/tokens", 200, name="热线", post=OTHER, lasts="30", password=PASSWORD)
    token = secret(visitor.page)
    bearer = {"Authorization": f"Bearer {token}"}
    stranger = desk.stranger().client
    assert (await stranger.get("/api/v1/me", headers=bearer)).json()["unit"] == "yanlou-justice"
    page = await visitor.get("/account/tokens")
    assert token not in page
    assert "热线" in page
    action = re.search(r'action="(/account/tokens/[^"]+/revoke)"', page)
    assert action is not None
    other, _ = await person(desk, "not-my-token")
    await other.get("/account/tokens")
    csrf = other.form("/account/tokens").fields["csrf"]
    await other.client.post(action.group(1), data={"csrf": csrf})
    assert (await stranger.get("/api/v1/me", headers=bearer)).status_code == 200
    await visitor.submit(action.group(1))
    assert (await stranger.get("/api/v1/me", headers=bearer)).status_code == 401
    assert "已收回" in await visitor.get("/account/tokens")


async def test_an_absence_is_declared_for_all_posts_and_ended_early(desk: Desk, office: Office) -> None:
    visitor, account = await person(desk, "goes-away", MEDIATOR, "mediator@yanlou-tongxin")
    tomorrow = (datetime.now(UTC) + timedelta(days=1, hours=8)).date()
    await visitor.get("/account/absences")
    assert f'value="{OTHER}"' in visitor.page
    sent: dict[str, Any] = {f"for.{MEDIATOR}": OTHER, "reason": "leave"}
    await visitor.submit("/account/absences", 422, since=str(tomorrow), until="2020-01-01", **sent)
    assert "请检查日期" in visitor.page
    assert re.search(rf'value="{OTHER}" selected', visitor.page)
    await visitor.submit("/account/absences", since=str(tomorrow), until=str(tomorrow), **sent)
    page = await visitor.get("/account/absences?done=absence")
    assert page.count("/end") == 2
    assert "已登记离岗" in page
    session = await desk.accounts.sign_in_known(account, second_factor=False)
    assert isinstance(session, Session)
    assert {one.absent for one in await Absences(office, session.identity).own()} == {MEDIATOR, "mediator@yanlou-tongxin"}
    assert "我代班的岗位" in await (await desk.at(OTHER)).get("/account/absences")
    for action in re.findall(r'action="(/account/absences/[^"]+/end)"', page):
        await visitor.submit(action)
    again = await visitor.submit(action, 422)
    assert "没有这项离岗" in again.text
    assert "没有登记离岗" in again.text


async def test_who_comes_through_a_provider_has_no_password_and_no_code_here(desk: Desk) -> None:
    visitor = await desk.at("archivist@yanlou-justice")
    page = await visitor.get("/account")
    assert "统一身份认证" in page
    assert "/account/password" not in page
    assert "请在那里修改" in await visitor.get("/account/password")
    await visitor.get("/account/tokens")
    csrf = visitor.form("/account/tokens").fields["csrf"]
    for path in ("offer", "confirm", "drop"):
        assert (await visitor.client.post(f"/account/second-factor/{path}", data={"csrf": csrf})).status_code == 404
    changed = {"csrf": csrf, "old": "", "new": PASSWORD, "again": PASSWORD}
    assert (await visitor.client.post("/account/password", data=changed)).status_code == 422
    await visitor.submit("/account/tokens", 200, name="接口")


@pytest.mark.parametrize("path", ["", "/password", "/second-factor", "/tokens", "/absences"])
async def test_nobody_else_sees_an_account(desk: Desk, path: str) -> None:
    visitor = desk.stranger()
    visitor.client.cookies.set(SESSION_COOKIE, "unknown")
    assert (await visitor.client.get(f"/account{path}")).headers["location"].startswith("/login")
