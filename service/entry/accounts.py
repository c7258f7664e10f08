"""Accounts (账户): signing in, sessions, tokens, passwords and the second factor. Every face asks here who asks.

Whoever calls a method that changes another person's account has checked that they may: `service/entry/keeping.py`. What changes an
account is entered in the account log with it. Nothing personal, and no secret, is in a log or an exception.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from pydantic import TypeAdapter, ValidationError

from models.account import (
    Account,
    AccountProblem,
    AccountState,
    Created,
    DemoAccount,
    HeldPost,
    Identity,
    LoginName,
    LoginRefused,
    PasswordProblem,
    Session,
    SessionShown,
    Token,
    TokenIssued,
    TotpOffer,
)
from models.account_log import OPERATOR, AccountAct, AccountEntry, Doer
from models.base import Label
from rules.standins import mixes_admins
from service.entry import demo_accounts, totp
from service.entry.identity import Identities
from service.entry.locks import Locks
from service.entry.passwords import HASHER, Passwords, folded
from service.entry.sessions import Sessions
from service.entry.sign_in import SignIn
from service.entry.tokens import Tokens
from service.errors import AccountRefused
from service.office import Office
from store.entry.accounts import AccountShelf, Stored, Taken

TOKEN_LASTS = timedelta(days=90)
LOGIN_NAMES: TypeAdapter[str] = TypeAdapter(LoginName)
LABELS: TypeAdapter[str] = TypeAdapter(Label)


class Accounts:
    """The accounts of one office. Keeps no state: several processes may have one each."""

    def __init__(self, office: Office, *, passwords: Passwords | None = None) -> None:
        self._office = office
        self._shelf = AccountShelf(office.store)
        self.passwords = passwords or Passwords(HASHER)
        self.locks = Locks(office.store)
        self.identities = Identities(office)
        self.sessions = Sessions(office, self.identities)
        self.tokens = Tokens(office, self.identities)
        self._sign_in = SignIn(office, self.passwords, self.locks, self.identities, self.sessions)

    async def login(
        self, name: str, password: str, totp: str | None = None, address: str = "", *, replaces: str | None = None
    ) -> Session | LoginRefused:
        """Sign in. `address` is the browser's, `replaces` the session cookie it brought along, which then ends."""
        return await self._sign_in.by_password(login_name(name), password, totp, address, replaces)

    async def by_session(self, cookie: str, *, used: bool = True) -> Identity | None:
        """Return whose session this is. `used=False` where nobody has done anything: it does not make the session last longer."""
        return await self.sessions.find(cookie, used=used)

    async def by_token(self, token: str) -> Identity | None:
        """Return whose API token this is."""
        return await self.tokens.find(token)

    async def switch_post(self, session: str, post: str) -> Session | None:
        """Go over to another post of one's own, or of somebody one stands in for; the session gets a new id."""
        return await self.sessions.switch(session, post)

    async def logout(self, session: str) -> None:
        """End a session."""
        await self.sessions.end(session)

    async def create(
        self,
        login: str,
        label: str,
        posts: Sequence[HeldPost | str],
        *,
        password: str | None = None,
        local: bool = True,
        demo: bool = False,
        by: Doer = OPERATOR,
    ) -> Created:
        """Make an account. Without a password it gets one that has to be changed; `local=False`: none. Raises AccountRefused."""
        name = login_name(login)
        try:
            LOGIN_NAMES.validate_python(name)
        except ValidationError:
            raise AccountRefused(AccountProblem.LOGIN_NAME) from None
        try:
            label = LABELS.validate_python(label)
        except ValidationError:
            raise AccountRefused(AccountProblem.LABEL) from None
        held = await self._posts(posts)
        given = password or (made_up() if local else None)
        if password is not None and await self.passwords.refuse(name, password, ()) is not None:
            raise AccountRefused(AccountProblem.PASSWORD)
        hashed = await self.passwords.hash(given) if given is not None else None
        must_change = password is None and local
        entry = self._entry(by, AccountAct.CREATED, "", told(held))
        try:
            made = await self._shelf.create(name, hashed, label, held, entry.at, must_change=must_change, demo=demo, entry=entry)
        except Taken:
            raise AccountRefused(AccountProblem.TAKEN) from None
        return Created(account=(await self._stored(made)).account, password=given)

    async def all(self) -> list[Account]:
        """Return every account."""
        return await self._shelf.all()

    async def named(self, login: str) -> Account:
        """Return the account of this login name. Raises AccountRefused."""
        stored = await self._shelf.by_login(login_name(login))
        if stored is None:
            raise AccountRefused(AccountProblem.UNKNOWN)
        return stored.account

    async def get(self, account_id: str) -> Account:
        """Return the account of this id. Raises AccountRefused."""
        return (await self._stored(account_id)).account

    async def set_posts(self, account_id: str, posts: Sequence[HeldPost | str], *, by: Doer = OPERATOR) -> None:
        """Make these the posts of a person; sessions in a post that is gone fall back to the first. Raises AccountRefused."""
        await self._stored(account_id)
        held = await self._posts(posts)
        await self._shelf.set_posts(account_id, held, self._entry(by, AccountAct.POSTS, account_id, told(held)))

    async def set_state(self, account_id: str, state: AccountState, *, by: Doer = OPERATOR) -> None:
        """Switch an account on or off; off ends its sessions, and its tokens don't count meanwhile. Raises AccountRefused."""
        await self._stored(account_id)
        act = AccountAct.SWITCHED_ON if state is AccountState.ACTIVE else AccountAct.SWITCHED_OFF
        await self._shelf.set_state(account_id, state, self._entry(by, act, account_id))

    async def prove(self, account_id: str, password: str, address: str = "") -> PasswordProblem | None:
        """Return why this is not somebody's own password, or None. Guessing it is locked like signing in. Raises AccountRefused.

        Who signs in through a provider alone has none to prove themselves by: their session counts.
        """
        stored = await self._stored(account_id)
        name, now = stored.account.login, self._office.now()
        if stored.password is None:
            return None
        if await self.locks.admit(name, address, now):
            return PasswordProblem.LOCKED
        if not await self.passwords.fits(stored.password, password):
            await self.locks.failed(address, now)
            return PasswordProblem.WRONG
        await self.locks.incomplete(name, now)
        return None

    async def change_password(
        self, account_id: str, old: str, new: str, address: str = "", *, by: Doer = OPERATOR
    ) -> PasswordProblem | None:
        """Change one's own password; all sessions end. Guessing the old one is locked like signing in. Raises AccountRefused."""
        if not (await self.get(account_id)).local:
            return PasswordProblem.WRONG
        return await self.prove(account_id, old, address) or await self.set_password(account_id, new, by=by)

    async def set_password(self, account_id: str, new: str, *, must_change: bool = False, by: Doer = OPERATOR) -> PasswordProblem | None:
        """Set a password without the old one, where the caller has made sure who asks; all sessions end. Raises AccountRefused."""
        stored = await self._stored(account_id)
        problem = await self.passwords.refuse(stored.account.login, new, await self._shelf.passwords(account_id))
        if problem is None:
            entry = self._entry(by, AccountAct.PASSWORD_CHANGED, account_id)
            await self._shelf.set_password(account_id, await self.passwords.hash(new), entry.at, must_change=must_change, entry=entry)
        return problem

    async def reset_password(self, account_id: str, *, by: Doer = OPERATOR) -> Created:
        """Give somebody a new password that has to be changed, for one who has forgotten theirs. Raises AccountRefused."""
        stored, new = await self._stored(account_id), made_up()
        entry = self._entry(by, AccountAct.PASSWORD_RESET, account_id)
        await self._shelf.set_password(account_id, await self.passwords.hash(new), entry.at, must_change=True, entry=entry)
        await self.locks.passed(stored.account.login, self._office.now())
        return Created(account=(await self._stored(account_id)).account, password=new)

    async def enrol_totp(self, account_id: str) -> TotpOffer:
        """Offer a second factor; it counts once it is confirmed, and the one before until then. Raises AccountRefused."""
        stored, secret = await self._stored(account_id), totp.new_secret()
        await self._shelf.offer_totp(account_id, secret.encode())
        return TotpOffer(secret=secret, uri=totp.uri(secret, stored.account.login))

    async def offered_totp(self, account_id: str) -> TotpOffer | None:
        """Return the second factor that waits to be confirmed, where there is one. Raises AccountRefused."""
        stored = await self._stored(account_id)
        secret = (stored.totp_offered or b"").decode()
        return TotpOffer(secret=secret, uri=totp.uri(secret, stored.account.login)) if secret else None

    async def confirm_totp(self, account_id: str, code: str, *, by: Doer = OPERATOR) -> tuple[str, ...] | None:
        """Put the offered second factor into force and return its recovery codes; None where the code is not right."""
        stored = await self._stored(account_id)
        offered = stored.totp_offered
        step = totp.step_of(offered.decode(), code, self._office.now()) if offered is not None else None
        if step is None:
            return None
        codes = totp.new_codes()
        entry = self._entry(by, AccountAct.FACTOR_SET, account_id)
        await self._shelf.confirm_totp(account_id, step, [totp.digest(account_id, one) for one in codes], entry)
        return codes

    async def codes_left(self, account_id: str) -> int:
        """Return how many recovery codes somebody has left."""
        return await self._shelf.codes_left(account_id)

    async def drop_totp(self, account_id: str, *, by: Doer = OPERATOR) -> None:
        """Take the second factor away, for one whose device is lost; all sessions end. Raises AccountRefused."""
        await self._stored(account_id)
        await self._shelf.drop_totp(account_id, self._entry(by, AccountAct.FACTOR_DROPPED, account_id))

    async def own_sessions(self, identity: Identity) -> list[SessionShown]:
        """Return the running sessions of a person, the one used last first."""
        return await self.sessions.of(identity)

    async def end_other_sessions(self, identity: Identity) -> int:
        """End all sessions of a person but the one that asks; how many there were."""
        return await self.sessions.end_others(identity)

    async def issue_token(
        self,
        account_id: str,
        name: str,
        *,
        post: str | None = None,
        lasts: timedelta = TOKEN_LASTS,
        scopes: Sequence[str] = (),
        by: Doer = OPERATOR,
    ) -> TokenIssued:
        """Issue an API token; its text is seen this once. Raises AccountRefused."""
        return await self.tokens.issue(account_id, name, post, lasts, scopes, by=by)

    async def list_tokens(self, account_id: str) -> list[Token]:
        """Return all tokens of a person."""
        return await self.tokens.of(account_id)

    async def revoke_token(self, account_id: str, token_id: str, *, by: Doer = OPERATOR) -> bool:
        """Take a token back; False when this person has none such that still counts."""
        return await self.tokens.revoke(account_id, token_id, by=by)

    async def demo_accounts(self) -> tuple[DemoAccount, ...]:
        """Return the demo accounts of the embedded default, made at the first asking; none in production."""
        return await demo_accounts.ensure(self._office, self.passwords)

    async def sign_in_known(self, account: Account, *, second_factor: bool, replaces: str | None = None) -> Session | LoginRefused:
        """Sign in somebody whom an OIDC provider has vouched for."""
        return await self._sign_in.vouched(account, second_factor=second_factor, replaces=replaces)

    async def _posts(self, posts: Sequence[HeldPost | str]) -> list[HeldPost]:
        """Return the posts as held; refuses one that the place has not, and two administrators in one person."""
        held = list({one.staff: one for one in (HeldPost(staff=post) if isinstance(post, str) else post for post in posts)}.values())
        if not held:
            raise AccountRefused(AccountProblem.NO_POST)
        people = [await self._office.roll.staff(post.staff) for post in held]
        if None in people:
            raise AccountRefused(AccountProblem.UNKNOWN_POST)
        if mixes_admins([person.role for person in people if person is not None]):
            raise AccountRefused(AccountProblem.TOO_MANY_ADMINS)
        return held

    def _entry(self, by: Doer, act: AccountAct, about: str, detail: str = "") -> AccountEntry:
        return AccountEntry.of(self._office.now(), by, act, about, detail)

    async def _stored(self, account_id: str) -> Stored:
        stored = await self._shelf.by_id(account_id)
        if stored is None:
            raise AccountRefused(AccountProblem.UNKNOWN)
        return stored


def told(posts: Sequence[HeldPost]) -> str:
    """Return posts as the account log has them: id, first and last day, `-` for none."""
    return " ".join(f"{post.staff} {post.since or '-'} {post.until or '-'}" for post in posts)


def login_name(typed: str) -> str:
    """Return the one form of a login name that may be typed in several."""
    return folded(typed).strip().casefold()[:200]


def made_up() -> str:
    """Return a password to be read aloud once: four groups of letters that are not taken for one another, 80 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
