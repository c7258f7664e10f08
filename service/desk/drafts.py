"""Drafts (草稿): intakes that somebody has begun and not finished, for that person alone. Sealed, and erased when they are done with.

The id of a draft is the intake id of the case it becomes: sent twice, it is one case.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from models.base import Instant, Model
from models.party import Actor
from models.refusal import RefusalCode
from service.cases import Cases, Opened
from service.desk.intake import takes_in
from service.errors import refuse
from service.office import Office
from service.sighted import Sighted
from store.desk import drafts

LASTS = timedelta(days=30)
"""How long a draft is kept after it was last saved."""

MOST = 50
"""How many drafts one person keeps."""

LONGEST = 64 * 1024
"""Most characters of a draft, as JSON."""

SOURCE = "draft"
"""Source of every case that came out of a draft, whatever channel is chosen in the end: a second submission finds it."""

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class DraftListed(Model):
    """A draft in the list: when it was saved, and nothing of what stands in it."""

    id: str
    saved_at: Instant
    expires_at: Instant


class DraftSaved(DraftListed):
    """A draft that was saved just now."""

    version: int
    stale: bool = False
    """Somebody, in another window, had saved it after the version this one was made from; what they wrote is gone."""


class DraftShown(DraftListed):
    """A draft to go on with."""

    version: int
    fields: dict[str, Any]


class Drafts(Sighted):
    """Drafts for one person after another: a person's own are those of all their posts."""

    def __init__(self, office: Office, cases: Cases | None = None) -> None:
        super().__init__(office)
        self._cases = cases or Cases(office)
        self._drafts = drafts.Drafts(office.store)

    async def save(self, actor: Actor, fields: Mapping[str, Any], *, draft_id: str | None = None, version: int | None = None) -> DraftSaved:
        """Save what has been typed, whatever it is: a new draft without an id, else that one anew. The last to save wins.

        `version` is the one that was read, and tells whether somebody has saved meanwhile. Refused `not_allowed` for who takes
        nothing in, `invalid` for too long a draft, too many of them, or one that is not there (any more).
        """
        takes_in(actor)
        text, now = _text(fields), self._office.now()
        if draft_id is None:
            if await self._drafts.count(_owners(actor)) >= MOST:
                raise refuse(RefusalCode.INVALID, "drafts")
            head = await self._drafts.make(actor.person, text, now)
            return DraftSaved(version=head.version, **_times(head))
        await self._there(actor, draft_id)
        saved = await self._drafts.save(draft_id, _owners(actor), text, now)
        if saved is None:
            raise refuse(RefusalCode.INVALID, "draft")
        stale = version is not None and version != saved.version - 1
        return DraftSaved(version=saved.version, stale=stale, **_times(saved))

    async def list(self, actor: Actor) -> tuple[DraftListed, ...]:
        """Return one's own drafts, the newest first, by time alone. Refused for who takes nothing in."""
        takes_in(actor)
        heads = await self._drafts.list(_owners(actor), self._office.now() - LASTS)
        return tuple(DraftListed(**_times(head)) for head in heads)

    async def load(self, actor: Actor, draft_id: str) -> DraftShown:
        """Return a draft to go on with. Refused as `save`."""
        takes_in(actor)
        head, text = await self._there(actor, draft_id)
        return DraftShown(version=head.version, fields=json.loads(text), **_times(head))

    async def delete(self, actor: Actor, draft_id: str) -> bool:
        """Erase a draft, its key first; False where there is none of one's own."""
        takes_in(actor)
        return await self._drafts.delete(draft_id, _owners(actor), self._office.now())

    async def open(self, actor: Actor, draft_id: str, fields: Mapping[str, Any] | None = None) -> Opened:
        """Take the dispute in, by the fields as they are sent or else as they were saved, and erase the draft.

        Sent again it is the same case. Raises as `Cases.open`; refused `invalid` without fields where there is no draft,
        `already_done` where it became a case that this person may not see. The draft stays when it is refused.
        """
        if ID.fullmatch(draft_id) is None:
            raise refuse(RefusalCode.INVALID, "draft")
        receipt = await self._cases.taken(SOURCE, draft_id)
        if receipt is None:
            typed = fields or (await self.load(actor, draft_id)).fields
            given = {name: value for name, value in typed.items() if name not in {"intake_id", "source"}}
            opened = await self._cases.open(given, actor, intake_id=draft_id, source=SOURCE)
        else:
            opened = Opened(receipt=receipt, known=True)
        if opened.known and not await self.may_know(actor, opened.receipt.case_id):
            raise refuse(RefusalCode.ALREADY_DONE, "draft")
        await self._drafts.delete(draft_id, _owners(actor), self._office.now())
        return opened

    async def expire(self) -> int:
        """Erase what has not been saved for `LASTS`; return how many drafts it was. For the nightly round."""
        now = self._office.now()
        return await self._drafts.expire(now - LASTS, now)

    async def _there(self, actor: Actor, draft_id: str) -> tuple[drafts.DraftHead, str]:
        found = await self._drafts.load(draft_id, _owners(actor))
        if found is None or found[0].saved_at < self._office.now() - LASTS:
            raise refuse(RefusalCode.INVALID, "draft")
        return found


def _owners(actor: Actor) -> tuple[str, ...]:
    return tuple(sorted(actor.own_ids))


def _text(fields: Mapping[str, Any]) -> str:
    """Return what was typed as text; refuses `invalid`, with nothing of it in the refusal."""
    try:
        text = json.dumps(dict(fields), ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError):
        raise refuse(RefusalCode.INVALID, "fields") from None
    if len(text) > LONGEST:
        raise refuse(RefusalCode.INVALID, "fields")
    return text


def _times(head: drafts.DraftHead) -> dict[str, Any]:
    return {"id": head.id, "saved_at": head.saved_at, "expires_at": head.saved_at + LASTS}
