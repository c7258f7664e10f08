"""The redaction list (待遮盖清单): texts that named somebody who was erased. People look at each and settle it; nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime

from models.base import MAX_TEXT, Model
from models.erasure import ErasureProblem, Listed
from models.party import Actor
from models.refusal import RefusalCode
from rules.erasure import ASKERS
from service.affairs.reading import AffairReader
from service.errors import ErasureRefused, refuse
from service.office import Office
from service.reading import Reader
from store.looks import Look, Looks
from store.secrecy.redacting import Redacting, Wording


class ListedShown(Model):
    """A text on the list: in which case or affair it stands; what it says only when one is looked at."""

    id: str
    code: str
    action_id: str
    days: int
    original: str | None = None
    shown: str | None = None


class Redactions:
    """The list as one person after another may see it. Every method raises ErasureRefused, StoreAway."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._reader = Reader(office)
        self._affairs = AffairReader(office)
        self._redacting = Redacting(office.store)

    async def listed(self, actor: Actor) -> list[ListedShown]:
        """Return what waits in the cases and affairs somebody may see, the oldest first."""
        self._may(actor)
        found = [one for one in await self._redacting.listed() if await self._may_see(actor, one.case_id)]
        return [await self._shown(one) for one in found]

    async def look(self, actor: Actor, text_id: str) -> ListedShown:
        """Return a text as it was and as it is shown now, and log the look."""
        wording = await self._wording(actor, text_id)
        await self._log(actor, wording.listed.case_id)
        shown = await self._shown(wording.listed)
        return shown.model_copy(update={"original": wording.original, "shown": wording.shown})

    async def settle(self, actor: Actor, text_id: str, *, keep: bool = False, words: str | None = None) -> None:
        """Let the text stay hidden, with other words where they are given; or `keep` it as it was: it named somebody else."""
        if words is not None and not 0 < len(words) <= MAX_TEXT:
            raise refuse(RefusalCode.INVALID, "words")
        await self._wording(actor, text_id)
        decision = "kept" if keep else "redacted"
        if not await self._redacting.settle(text_id, decision, actor.person, self._office.now(), words):
            raise ErasureRefused(ErasureProblem.SETTLED)

    def _may(self, actor: Actor) -> None:
        if actor.role not in ASKERS:
            raise ErasureRefused(ErasureProblem.NOT_ALLOWED)

    async def _may_see(self, actor: Actor, record: str) -> bool:
        return await self._reader.may_see(actor, record) or await self._affairs.may_see(actor, record)

    async def _wording(self, actor: Actor, text_id: str) -> Wording:
        self._may(actor)
        found = await self._redacting.wording(text_id)
        if found is None or not await self._may_see(actor, found.listed.case_id):
            raise ErasureRefused(ErasureProblem.SETTLED)
        return found

    async def _shown(self, listed: Listed) -> ListedShown:
        case = await self._office.records.load(listed.case_id)
        code = case.code if case is not None else await self._office.affairs.code(listed.case_id)
        days = (self._office.now() - listed.listed_at).days
        return ListedShown(id=listed.id, code=code or listed.case_id, action_id=listed.action_id, days=days)

    async def _log(self, actor: Actor, case_id: str) -> None:
        await Looks(self._office.store).write(Look.of(actor, "redaction", case_id, datetime.now(UTC)))
