"""Commands for the first administrators of an instance, and for the day on which none of them gets in any more.

All else is done in the console by the administrators themselves. What is done here stands in the account log without a name.
"""

from __future__ import annotations

from typing import Annotated

import typer

from faces.cli_cases import Json
from faces.desk import desk
from faces.output import command, say, show
from models.account import Created
from service.entry.accounts import Accounts

account = typer.Typer(help="Accounts (账户): the first administrators; the others are made in the console.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="Login name: small letters, digits, . _ @ # -")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(account, name="account")


@account.command("create")
def create(
    login: Login,
    label: Annotated[str, typer.Argument(help="How the person is called on a page.")],
    posts: Annotated[list[str], typer.Argument(help="Posts, e.g. admin_system@huaxi-centre.")],
    provider: Annotated[bool, typer.Option("--provider", help="Signs in through the OIDC provider alone, without a password.")] = False,
    as_json: Json = False,
) -> None:
    """Make an account; prints its password, which has to be changed at the first sign-in (建立账户)."""

    async def doing() -> None:
        async with desk() as (office, _):
            made = await Accounts(office).create(login, label, posts, local=not provider)
        _show(made, as_json=as_json)

    command(doing, as_json=as_json)


@account.command("reset")
def reset(login: Login, as_json: Json = False) -> None:
    """Give an account a new password, which has to be changed at the first sign-in; all its sessions end (重置密码)."""

    async def doing() -> None:
        async with desk() as (office, _):
            accounts = Accounts(office)
            made = await accounts.reset_password((await accounts.named(login)).id)
        _show(made, as_json=as_json)

    command(doing, as_json=as_json)


def _show(made: Created, *, as_json: bool) -> None:
    posts = [post.staff for post in made.account.posts]
    found = {"login": made.account.login, "posts": posts, "password": made.password}
    show(found, as_json, lambda: say(f"{made.account.login}  {made.password or 'OIDC'}  {', '.join(posts)}"))
