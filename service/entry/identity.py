"""Who somebody is today: an account and a post become an `Identity`. Dates are looked at anew each time (design 11.8).

Posts begin and end, stand-ins begin and end, and nobody has to do anything for it: what does not run today is not there.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from temporalio.envconfig import ClientConfig

from models.account import Account, AccountState, Identity, StandIn
from models.party import Actor
from models.staff import Staff
from service.office import Office
from service.settings import Settings
from store.entry.absences import AbsenceShelf
from store.entry.accounts import AccountShelf


def embedded(settings: Settings) -> bool:
    """Whether all of it is the embedded default. Production has a database or a Temporal of its own."""
    files = settings.database_url.startswith("sqlite") and settings.keys_url.startswith("sqlite")
    return files and not ClientConfig.load_client_connect_config().get("target_host")


def demo_allowed(settings: Settings) -> bool:
    """Whether demo accounts count: switched on, and all of it embedded."""
    return settings.demo_accounts and embedded(settings)


class Identities:
    """Resolves accounts to identities."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._absences = AbsenceShelf(office.store)
        self._accounts = AccountShelf(office.store)
        self._demo = demo_allowed(office.settings)

    @property
    def today(self) -> date:
        """The day it is in this place."""
        return self._office.bundle.cal.local_date(self._office.now())

    def counts(self, account: Account) -> bool:
        """Whether this account may be used at all."""
        return account.state is AccountState.ACTIVE and (self._demo or not account.demo)

    async def resolve(self, account: Account, post: str | None = None, *, strict: bool = False, **more: Any) -> Identity | None:
        """Return who this is, in this post, or in the first of their own where it does not run today.

        None where the account does not count, holds no post today, or (`strict`) not this one. `more` are fields of
        `Identity`: how it was proved.
        """
        if not self.counts(account):
            return None
        own = await self._own(account)
        if not own:
            return None
        stood_in = await self._stood_in(account, own)
        actor = _as_oneself(own, account).get(post or "") or _standing_in(stood_in, account).get(post or "")
        if actor is None and strict:
            return None
        actor = actor or _as_oneself(own, account)[own[0].id]
        return Identity(
            account=account.id,
            person=account.label,
            actor=actor,
            post=actor.holder,
            posts=tuple(person.id for person in own),
            stands_in_for=tuple(absent.id for absent, _ in stood_in),
            must_change=account.must_change,
            needs_factor=actor.role in self._office.place.eyes.second_factor and not account.demo and not more.get("second_factor", False),
            **more,
        )

    async def standing_in(self, account_id: str) -> list[tuple[Actor, date]]:
        """Return as whom a person may act today in somebody's absence, and until when."""
        stored = await self._accounts.by_id(account_id)
        if stored is None or not self.counts(stored.account):
            return []
        stood_in = await self._stood_in(stored.account, await self._own(stored.account))
        actors = _standing_in(stood_in, stored.account)
        return [(actors[absent.id], running.until) for absent, running in stood_in]

    async def _own(self, account: Account) -> list[Staff]:
        """Return the posts that run today and that the place still has."""
        today = self.today
        found = [await self._office.roll.staff(post.staff) for post in account.posts if post.runs(today)]
        return [person for person in found if person is not None]

    async def _stood_in(self, account: Account, own: list[Staff]) -> list[tuple[Staff, StandIn]]:
        """Return whom this person stands in for today. It goes no further: who stands in for them does not inherit it."""
        mine = {post.staff for post in account.posts}
        found: dict[str, tuple[Staff, StandIn]] = {}
        for running in await self._absences.stood_in_for([person.id for person in own], self.today):
            absent = await self._office.roll.staff(running.absent)
            if absent is not None and absent.id not in mine:
                found.setdefault(absent.id, (absent, running))
        return list(found.values())


def _as_oneself(own: list[Staff], account: Account) -> dict[str, Actor]:
    return {person.id: Actor(person=person.id, role=person.role, unit=person.unit, also=_also(account, person.id)) for person in own}


def _standing_in(stood_in: list[tuple[Staff, StandIn]], account: Account) -> dict[str, Actor]:
    """Return the actors for others' posts: their role and unit, one's own person."""
    return {
        absent.id: Actor(
            person=running.stand_in or "",
            role=absent.role,
            unit=absent.unit,
            also=_also(account, running.stand_in),
            stands_for=absent.id,
        )
        for absent, running in stood_in
    }


def _also(account: Account, person: str | None) -> tuple[str, ...]:
    """Return all other posts of the person, past ones, too: what was done there was done by them."""
    return tuple(sorted({post.staff for post in account.posts} - {person}))
