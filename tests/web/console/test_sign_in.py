"""Signing in and out, posts, language and colours."""

from __future__ import annotations

from models.words import Role
from tests.web.console.visitors import Desk
from web.auth import SESSION_COOKIE
from web.console.navigation import menu

CLERK = "clerk@yanlou-centre"
PASSWORD = "long-enough-for-a-test"


async def test_with_the_right_password_one_comes_to_ones_work_and_out_again(desk: Desk) -> None:
    await desk.accounts.create("in-and-out", "李某", [CLERK], password=PASSWORD)
    visitor = desk.stranger()
    assert (await visitor.client.get("/inbox")).headers["location"] == "/login?next=/inbox"
    await visitor.get("/login?next=/cases")
    await visitor.submit("/login", 401, name="in-and-out", password="wrong-password")
    assert "登录名或密码不正确" in visitor.page
    answer = await visitor.submit("/login", name="in-and-out", password=PASSWORD)
    assert answer.headers["location"] == "/cases"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "李某" in await visitor.get("/inbox")
    await visitor.submit("/logout")
    assert (await visitor.client.get("/inbox")).status_code == 303


async def test_cookies_go_over_tls_alone_but_on_this_machine(desk: Desk) -> None:
    visitor = desk.stranger()
    answer = await visitor.client.get("https://jiefen.example/login")
    assert "Secure" in answer.headers["set-cookie"]


async def test_a_form_without_the_token_of_its_session_is_refused(desk: Desk) -> None:
    visitor = await desk.at(CLERK)
    other = await desk.at("screener@yanlou-centre")
    await other.get("/inbox")
    foreign = other.form("/logout").fields["csrf"][0]
    for token in ("", foreign):
        answer = await visitor.client.post("/logout", data={"csrf": token})
        assert answer.status_code == 403
        assert "csrf" in answer.text
    assert (await visitor.client.get("/inbox")).status_code == 200


async def test_one_goes_over_to_another_post_under_a_new_id(desk: Desk) -> None:
    session = await desk.session("mediator@yanlou-gumeng", "mediator@yanlou-justice")
    visitor = desk.stranger()
    visitor.client.cookies.set(SESSION_COOKIE, session.cookie)
    assert "谷蒙村" in await visitor.get("/inbox")
    answer = await visitor.submit("/account/post", post="mediator@yanlou-justice")
    fresh = answer.cookies[SESSION_COOKIE]
    assert fresh != session.cookie
    assert await desk.accounts.by_session(session.cookie) is None
    moved = desk.stranger()
    moved.client.cookies.set(SESSION_COOKIE, fresh)
    assert '<p class="muted small">燕楼镇司法所</p>' in await moved.get("/inbox")


async def test_language_and_colours_stay_in_the_browser(desk: Desk) -> None:
    visitor = desk.stranger()
    assert 'lang="zh-CN"' in await visitor.get("/login")
    await visitor.submit("/preferences", language="en")
    await visitor.submit("/preferences", theme="dark", back="/login")
    page = await visitor.get("/login")
    assert 'lang="en"' in page
    assert "Sign in" in page
    assert 'data-theme="dark"' in page


async def test_every_line_of_the_menu_leads_to_a_page(desk: Desk) -> None:
    county = [f"{role}@huaxi-centre" for role in ("analyst", "admin_system", "admin_security", "admin_audit")]
    for post in (CLERK, "director@yanlou-centre", "auditor@yanlou-justice", "archivist@yanlou-justice", *county):
        visitor = await desk.at(post)
        landed = await visitor.client.get("/", follow_redirects=True)
        assert landed.status_code == 200, (post, landed.url)
        role = Role(post.partition("@")[0])
        assert menu(role)
        for item in (item for group in menu(role) for item in group.items):
            await visitor.get(item.path)
