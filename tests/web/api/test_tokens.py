"""What an API token is good for, and posts that need a second factor."""

from __future__ import annotations

import secrets

import httpx
import pyotp
import pytest

from models.account import AccountProblem, Session
from models.words import Role
from service.entry.accounts import Accounts
from service.errors import AccountRefused
from service.office import Office
from tests.web.console.visitors import Desk, desk_of
from tests.web.running import INTAKE, Api
from web.auth import SESSION_COOKIE

CLERK, ADMIN = "clerk@yanlou-centre", "admin_audit@huaxi-centre"


async def token(office: Office, post: str, *scopes: str) -> dict[str, str]:
    """The header of a token for this post."""
    accounts = Accounts(office)
    made = await accounts.create(f"token-{secrets.token_hex(4)}", "程序", [post], local=False)
    issued = await accounts.issue_token(made.account.id, "t", scopes=scopes)
    return {"Authorization": f"Bearer {issued.text}"}


@pytest.mark.parametrize(
    ("scopes", "reads", "acts"), [((), 200, 201), (("read",), 200, 403), (("act",), 403, 201), (("export",), 403, 403)]
)
async def test_a_token_does_what_it_is_good_for(api: Api, office: Office, scopes: tuple[str, ...], reads: int, acts: int) -> None:
    headers = await token(office, CLERK, *scopes)
    for answer in (await api.get("/cases", None, headers=headers), await api.post("/search", {"text": "YANLOU"}, None, headers=headers)):
        assert answer.status_code == reads
        assert reads == 200 or answer.json()["code"] == "token_scope"
    answer = await api.post("/cases", INTAKE, None, headers=headers)
    assert answer.status_code == acts
    assert acts == 201 or (answer.json()["code"], answer.json()["detail"]) == ("token_scope", "act")


async def test_a_token_for_something_unknown_is_not_issued(office: Office) -> None:
    with pytest.raises(AccountRefused, match=AccountProblem.SCOPE):
        await token(office, CLERK, "everything")


async def test_a_post_that_needs_a_second_factor_is_of_no_use_without_one(office: Office) -> None:
    assert set(office.place.eyes.second_factor) == {Role.ADMIN_SYSTEM, Role.ADMIN_SECURITY, Role.ADMIN_AUDIT}
    async with desk_of(office) as desk:
        made = await desk.accounts.create(f"admin-{secrets.token_hex(4)}", "管理员", [ADMIN], password="correct horse battery")
        session = await desk.accounts.sign_in_known(made.account, second_factor=False)
        assert isinstance(session, Session)
        visitor = desk.stranger()
        visitor.client.cookies.set(SESSION_COOKIE, session.cookie)
        assert await refused(visitor.client) == "second_factor"
        assert (await visitor.client.get("/access-log")).headers["location"] == "/account/second-factor"
        await visitor.get("/account/second-factor")
        assert "必须使用动态验证码" in visitor.page
        await set_up(desk, office, made.account.id, session.cookie)
        await visitor.get("/access-log")
        assert (await visitor.client.get("/api/v1/me")).status_code == 200


async def set_up(desk: Desk, office: Office, account: str, cookie: str) -> None:
    """Set the second factor up, as its page does."""
    visitor = desk.stranger()
    visitor.client.cookies.set(SESSION_COOKIE, cookie)
    await visitor.get("/account/second-factor")
    await visitor.submit("/account/second-factor/offer")
    await visitor.get("/account/second-factor")
    offer = await desk.accounts.offered_totp(account)
    assert offer is not None
    code = pyotp.TOTP(offer.secret).at(office.now())
    await visitor.submit("/account/second-factor/confirm", 200, code=code, password="correct horse battery")


async def refused(client: httpx.AsyncClient) -> str:
    """The code with which the API turns somebody away."""
    answer = await client.get("/api/v1/me")
    assert answer.status_code == 403
    return str(answer.json()["code"])
