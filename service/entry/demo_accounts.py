"""Demo accounts of the embedded default: one for each main role of Yanlou, all with one password made up at the first start.

The password stands readable in `demo-accounts.txt` of the instance's home, for its owner's eyes alone. In production there
are none, and ones that came along with a copied database don't count (`service/entry/identity.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from models.account import DemoAccount, HeldPost
from service.entry.identity import demo_allowed
from service.entry.passwords import Passwords
from service.office import Office
from store.entry.accounts import AccountShelf, Taken

FILE = "demo-accounts.txt"

Person: TypeAlias = tuple[str, str, tuple[str, ...]]

PEOPLE: tuple[Person, ...] = (
    ("clerk", "受理员（演示）", ("clerk@yanlou-centre",)),
    ("screener", "甄别员（演示）", ("screener@yanlou-centre",)),
    ("dispatcher", "分流员（演示）", ("dispatcher@yanlou-centre",)),
    ("director", "综治中心主任（演示）", ("director@yanlou-centre",)),
    ("leader", "政法委员（演示）", ("leader@yanlou-centre",)),
    ("justice", "司法所经办人（演示）", ("officer@yanlou-justice",)),
    ("hr", "人社中心经办人（演示）", ("officer@yanlou-hr",)),
    ("gumeng", "谷蒙村经办人（演示）", ("officer@yanlou-gumeng",)),
    ("mediator", "调解员（演示）", ("mediator@yanlou-gumeng", "mediator@yanlou-justice")),
    ("police", "民警（演示）", ("police@yanlou-police",)),
    ("auditor", "审核员（演示）", ("auditor@yanlou-justice",)),
    ("archivist", "档案员（演示）", ("archivist@yanlou-justice",)),
    ("grid", "网格员（演示）", ("grid@yanlou-gumeng",)),
    ("county", "区综治中心主任（演示）", ("director@huaxi-centre",)),
    ("analyst", "统计员（演示）", ("analyst@huaxi-centre",)),
    ("admin-system", "系统管理员（演示）", ("admin_system@huaxi-centre",)),
    ("admin-security", "安全保密管理员（演示）", ("admin_security@huaxi-centre",)),
    ("admin-audit", "安全审计员（演示）", ("admin_audit@huaxi-centre",)),
)
"""Login name, label and posts; the mediator has two, to try the switch."""

HEAD = "# Demo accounts of this instance; each signs in with the password that stands with it. Made up, and of no use elsewhere.\n"


async def ensure(office: Office, passwords: Passwords) -> tuple[DemoAccount, ...]:
    """Return the demo accounts with their password, made where they are not there yet; none outside the embedded default."""
    if not demo_allowed(office.settings):
        return ()
    people = [person for person in PEOPLE if await office.roll.staff(person[2][0]) is not None]
    password, fresh = await asyncio.to_thread(_settle, office.settings.home / FILE, people)
    await _make(office, passwords, people, password, renew=fresh)
    return _listed(people, password)


def made(home: Path) -> tuple[DemoAccount, ...]:
    """Return the demo accounts of an instance as they stand in its file; none where there is no file."""
    password = _read(home / FILE)
    return _listed(PEOPLE, password) if password is not None else ()


async def _make(office: Office, passwords: Passwords, people: Sequence[Person], password: str, *, renew: bool) -> None:
    """Make the accounts that are missing; with `renew`, give the others the password, too. It is hashed once, if at all."""
    shelf, hashed, now = AccountShelf(office.store), "", office.now()
    known = {account.login: account for account in await shelf.all()}
    for login, label, posts in people:
        account = known.get(login)
        if account is not None and not (renew and account.demo):
            continue
        hashed = hashed or await passwords.hash(password)
        if account is not None:
            await shelf.set_password(account.id, hashed, now)
            continue
        held = [HeldPost(staff=post) for post in posts]
        try:
            await shelf.create(login, hashed, label, held, now, must_change=False, demo=True)
        except Taken:
            continue  # another process of this instance was faster


def _made_up() -> str:
    """Return a password that is easily typed: the instance listens on this machine alone."""
    return f"yanlou-{secrets.randbelow(10**6):06d}-{secrets.token_hex(2)}"


def _listed(people: Sequence[Person], password: str) -> tuple[DemoAccount, ...]:
    return tuple(DemoAccount(login=login, label=label, post=posts[0], password=password) for login, label, posts in people)


def _settle(path: Path, people: Sequence[Person]) -> tuple[str, bool]:
    """Return the password in the file, and whether it was made up now. Of several processes one writes, all read the same."""
    found = _read(path)
    if found is not None:
        return found, False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(HEAD)
            file.writelines(f"{one.login}\t{one.password}\t{one.post}\t{one.label}\n" for one in _listed(people, _made_up()))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # unlike a rename, it fails where another process was faster
    finally:
        draft.unlink()
    made = _read(path)
    if made is None:
        raise OSError(f"{path} is there, and holds no password: remove it")
    return made, True


def _read(path: Path) -> str | None:
    """Return the password in the file; None where there is no file, or nothing in it."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return None
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return next((row[1] for row in rows if len(row) > 1 and row[1]), None)
