"""Rotation of keys (密钥轮换): a new master key wraps all there are, and a new key seals what goes to Temporal from now on.

For whoever runs commands on the machine. It may be killed at any moment and asked for again; people go on working meanwhile.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from models.account_log import OPERATOR, AccountAct, AccountEntry
from models.base import Instant, Model
from service.office import Office
from store.entry.account_log import AccountLog
from store.keyring.rekeying import Rekeying


class Rotating(Model):
    """How far a rotation has come, in keys."""

    done: int
    total: int


class MasterShown(Model):
    """A master key: which, since when, how many keys it wraps."""

    id: str
    since: Instant | None
    days: int | None
    state: str
    """`leads`, `opens` (still wraps some, or may), `retired`."""
    wraps: int


class PayloadKeyShown(Model):
    """A key of payloads; the first one seals."""

    id: str
    made_at: Instant
    days: int
    seals: bool


class KeysShown(Model):
    """What may be said of the keys of an instance."""

    where: str
    masters: tuple[MasterShown, ...]
    payload_keys: tuple[PayloadKeyShown, ...]
    kinds: dict[str, int]
    erased: int
    moving: int
    """Keys that a rotation has still to move."""


class Rotation:
    """The keys of one office. Every method raises KeyProblem, StoreAway."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._rekeying = Rekeying(office.store.keys)

    async def rotate(self) -> AsyncIterator[Rotating]:
        """Begin a rotation, or take up the one that was broken off, and go through with it; yields how far it is."""
        await self._rekeying.begin()
        total, done = await self._rekeying.left(), 0
        yield Rotating(done=0, total=total)
        while moved := await self._rekeying.step():
            done += moved
            yield Rotating(done=done, total=max(total, done))
        await self._office.codec.renew()
        await self._log(AccountAct.KEYS_ROTATED, f"{self._office.store.keys.master.current} {done}")

    async def retire(self) -> list[str]:
        """Let go of the master keys that wrap nothing any more; returns their ids."""
        gone = await self._rekeying.retire(self._office.now())
        if gone:
            await self._log(AccountAct.KEYS_RETIRED, " ".join(gone))
        return gone

    async def shown(self) -> KeysShown:
        """Return ids, ages and numbers."""
        noted, now = await self._rekeying.noted(), self._office.now()
        return KeysShown(
            where=noted.where,
            masters=tuple(
                MasterShown(
                    id=one.id,
                    since=one.since,
                    days=(now - one.since).days if one.since is not None else None,
                    state="leads" if one.leads else "opens" if one.retired_at is None else "retired",
                    wraps=one.wraps,
                )
                for one in noted.masters
            ),
            payload_keys=tuple(
                PayloadKeyShown(id=key_id, made_at=at, days=(now - at).days, seals=number == 0)
                for number, (key_id, at) in enumerate(noted.payload_keys.items())
            ),
            kinds=noted.kinds,
            erased=noted.erased,
            moving=sum(one.wraps for one in noted.masters if not one.leads),
        )

    async def _log(self, act: AccountAct, detail: str) -> None:
        await AccountLog(self._office.store).add(AccountEntry.of(self._office.now(), OPERATOR, act, "", detail))
