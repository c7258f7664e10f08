"""One action on many cases (批量办理): done one by one, each with its receipt or its refusal. None waits for another.

The action's id of each case follows from the bulk's id, the person and the case: the same bulk sent again does nothing new.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.base import Model
from models.party import Actor
from models.record import ActReceipt
from models.refusal import RefusalCode
from service.cases import NAMESPACE, Cases, checked_id
from service.desk.claims import Claims
from service.errors import ANSWERS, Refused, Unavailable, UnknownCase, refuse
from service.office import Office

MOST = 100
"""How many cases one bulk takes."""


class Said(Model):
    """Why an action was not done, in both languages."""

    code: str
    detail: str = ""
    zh: str
    en: str


class Outcome(Model):
    """What became of one case: a receipt, or why there is none."""

    key: str
    """The case as it was named."""
    receipt: ActReceipt | None = None
    refused: Said | None = None

    @property
    def away(self) -> bool:
        """Whether nobody answered: then nobody will answer for the next one, either."""
        return self.refused is not None and self.refused.code == "unavailable"


class BulkDone(Model):
    """What became of all of them, in the order they were named."""

    id: str
    done: int
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of every case."""

    actor: Actor
    do: str
    fields: Mapping[str, Any]
    bulk_id: str
    anyway: bool


class Bulk:
    """Bulks for one person after another."""

    def __init__(self, office: Office, cases: Cases | None = None) -> None:
        self._office = office
        self._cases = cases or Cases(office)
        self._claims = Claims(office)

    async def act(
        self, actor: Actor, keys: Sequence[str], do: str, fields: Mapping[str, Any], *, bulk_id: str, anyway: bool = False
    ) -> BulkDone:
        """Do an action on each of these cases, by code. What somebody else has claimed is left alone, unless `anyway`.

        Refused as a whole (`invalid`) only for a malformed id, no case at all or more than `MOST`. Once the engine gives no
        answer, the cases that follow are not tried: the same bulk can be sent again.
        """
        asked = Asked(actor, do, fields, checked_id(bulk_id), anyway)
        if not 0 < len(keys) <= MOST:
            raise refuse(RefusalCode.INVALID, "cases")
        outcomes: list[Outcome] = []
        for key in dict.fromkeys(keys):
            away = bool(outcomes) and outcomes[-1].away
            outcomes.append(_said(key, "unavailable") if away else await self._one(asked, key))
        return BulkDone(id=bulk_id, done=sum(one.receipt is not None for one in outcomes), outcomes=tuple(outcomes))

    async def _one(self, asked: Asked, key: str) -> Outcome:
        try:
            return Outcome(key=key, receipt=await self._receipt(asked, key))
        except Refused as refused:
            return Outcome(key=key, refused=Said.model_validate(refused.refusal.shown()))
        except UnknownCase:
            return _said(key, "unknown_case")
        except (Unavailable, ConnectionError):
            return _said(key, "unavailable")

    async def _receipt(self, asked: Asked, key: str) -> ActReceipt:
        case_id = await self._cases.find(key)
        action_id = action_of(asked.bulk_id, asked.actor, case_id)
        known = await self._office.records.receipt(case_id, action_id)
        if known is not None:
            return known
        await self._claims.visible(asked.actor, case_id)
        if not asked.anyway and asked.do in await self._claims.in_the_way(asked.actor, case_id):
            raise refuse(RefusalCode.CLAIMED)
        return await self._cases.act(case_id, asked.do, asked.fields, asked.actor, action_id=action_id)


def action_of(bulk_id: str, actor: Actor, case_id: str) -> str:
    """Return the id of a bulk's action on one case."""
    return f"bulk:{uuid.uuid5(NAMESPACE, f'{bulk_id}|{actor.person}|{case_id}').hex}"


def _said(key: str, code: str) -> Outcome:
    zh, en = ANSWERS[code]
    return Outcome(key=key, refused=Said(code=code, zh=zh, en=en))
