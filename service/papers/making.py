"""Making papers (制作文书): a kind, the facts of a case and a template become a numbered, sealed paper with its digest on the timeline.

The digest goes onto the timeline by the action `attach`, as that of any other paper. Asked again with the same action id it is the
same paper: what broke off between storing and attaching is made up for then, or by `attach` of this module.
"""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator, Mapping

from pydantic import TypeAdapter, ValidationError

from models.base import Reason
from models.paper.facts import Facts, FileFacts, HeadFacts
from models.paper.kinds import Kind, When
from models.paper.record import DOCX, Paper, Signature
from models.paper.refusal import PaperProblem
from models.party import Actor
from models.refusal import RefusalCode
from rules.allowed import allowed
from rules.draft import Context
from rules.papers.dossier import HOLDS
from rules.papers.facts import facts
from rules.papers.writing import day, number
from rules.telling import Names
from service.cases import Cases
from service.errors import PaperRefused, Refused, Unavailable
from service.office import Office
from service.papers.rendering import render
from service.papers.seen import Seen, file_title, open_case
from service.reading import Reader
from service.showing import town_name
from store.keyring.keys import Erased
from store.papers.register import PaperRegister, Series
from store.papers.sealing import PART_BYTES

NAMESPACE = uuid.UUID("0d0ae7a5-3c4b-5e0e-8b8e-9b6c1d0f7a21")
"""Of the ids that papers get from case and action."""

ATTEMPTS = 20
"""How often a number is asked for, while others take one after another."""

DOT_DOCX = "docx"

AGREED = frozenset({When.WRITTEN, When.ORAL})
"""Papers of an agreement are made for an agreement of their own form alone."""

WORDS: TypeAdapter[str] = TypeAdapter(Reason)
"""The form of what a maker writes in."""


class Maker:
    """Makes papers in one office, for one person after another. Raises PaperRefused, UnknownCase, Refused, Unavailable."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._reader = Reader(office)
        self._cases = Cases(office)
        self._register = PaperRegister(office.store)
        self._papers = office.place.papers

    async def make(
        self,
        actor: Actor,
        code: str,
        kind_id: str,
        *,
        about: str = "",
        entries: Mapping[str, str] | None = None,
        action_id: str | None = None,
        purpose: str = "",
    ) -> Paper:
        """Make a paper and put its digest on the timeline; the same action id gives the same paper."""
        kind = self._papers.known.kind(kind_id)
        if kind is None or kind.bound:
            raise PaperRefused(PaperProblem.UNKNOWN_KIND)
        found = await self._reader.look(actor, code, "paper_made", purpose)
        seen = await open_case(self._office, actor, found, _filled(kind, entries or {}))
        paper_id = id_of(seen.case.id, action_id)
        made = await self._register.find(paper_id)
        if made is None:
            self.may_make(seen, kind)
            made = await self._made(seen, kind, about, paper_id)
        if kind.of_record:
            await self.attach(actor, made, kind.zh)
        return made

    def may_make(self, seen: Seen, kind: Kind) -> None:
        """Refuse a paper that is not this person's to make, or not now."""
        if seen.actor.role not in kind.makers or not seen.sees(kind.needs):
            raise PaperRefused(PaperProblem.NOT_YOURS)
        if kind.stages and seen.case.stage not in kind.stages:
            raise PaperRefused(PaperProblem.NOT_NOW)
        if kind.when in AGREED and not HOLDS[kind.when](seen.case):
            raise PaperRefused(PaperProblem.NOTHING_TO_SAY)
        if kind.of_record and not self.may_attach(seen):
            raise PaperRefused(PaperProblem.NOT_YOURS)

    def may_attach(self, seen: Seen) -> bool:
        """Whether this person can put a paper on the timeline now."""
        return "attach" in allowed(seen.case, seen.actor, Context(now=self._office.now(), library=self._office.library))

    async def attach(self, actor: Actor, paper: Paper, title: str) -> None:
        """Put the digest of a paper on the timeline of its case; nothing happens where it stands there already."""
        words = " ".join(part for part in (title, paper.number) if part)
        fields = {"title": words, "sha256": paper.sha256, "size": paper.size, "media_type": paper.media_type}
        try:
            await self._cases.act(paper.case_id, "attach", fields, actor, action_id=f"paper:{paper.id}")
        except Refused as refused:
            if refused.refusal.code is not RefusalCode.ALREADY_DONE:
                raise

    async def sign(self, actor: Actor, code: str, paper_id: str, signature: Signature, purpose: str = "") -> Paper:
        """Note who has signed a paper made here: a party of the case, or a post."""
        seen = await open_case(self._office, actor, await self._reader.look(actor, code, "paper", purpose))
        paper = await self._register.find(paper_id)
        kind = self._papers.known.kind(paper.kind) if paper is not None and paper.case_id == seen.case.id else None
        if paper is None or kind is None:
            raise PaperRefused(PaperProblem.UNKNOWN_PAPER)
        if actor.role not in kind.makers or not seen.sees(kind.needs):
            raise PaperRefused(PaperProblem.NOT_YOURS)
        signer = signature.signer
        if seen.case.party(signer) is None and await self._office.roll.staff(signer) is None:
            raise PaperRefused(PaperProblem.FIELD_MISSING, "signer")
        await self._register.sign(paper_id, signature)
        return await self._register.find(paper_id) or paper

    async def _made(self, seen: Seen, kind: Kind, about: str, paper_id: str) -> Paper:
        for _ in range(ATTEMPTS):
            paper = await self._tried(seen, kind, about, paper_id)
            if paper is not None:
                return paper
            known = await self._register.find(paper_id)
            if known is not None:
                return known
        raise Unavailable("others take numbers of this series; ask again")

    async def _tried(self, seen: Seen, kind: Kind, about: str, paper_id: str) -> Paper | None:
        """Make it with the next number and version; None where another paper was faster."""
        before = await self._register.newest(seen.case.id, kind.id, about)
        series, written = await self._number(seen, kind, before)
        version = before.version + 1 if before else 1
        said = self.facts(seen, kind, about, HeadFacts(number=written or "", version=f"第{version}版" if version > 1 else ""))
        template = self._papers.templates[kind.id]
        docx = await asyncio.to_thread(render, template.body, said)
        paper = Paper(
            id=paper_id,
            case_id=seen.case.id,
            kind=kind.id,
            about=about,
            version=version,
            number=written,
            template=template.hash,
            sha256=hashlib.sha256(docx).hexdigest(),
            size=len(docx),
            media_type=DOCX,
            ending=DOT_DOCX,
            made_at=self._office.now(),
            made_by=seen.actor.person,
            role=seen.actor.role,
            unit=seen.actor.unit,
            owners=seen.owners,
            parts=-(-len(docx) // PART_BYTES),
        )
        try:
            stored = await self._register.add(paper, said.model_dump_json().encode(), _parts(docx), series=series, template=template)
        except Erased:
            raise PaperRefused(PaperProblem.ERASED) from None
        return paper if stored else None

    async def _number(self, seen: Seen, kind: Kind, before: Paper | None) -> tuple[Series | None, str | None]:
        """Return the number of a paper: a new version keeps the one it had."""
        if kind.series is None or before is not None:
            return None, before.number if before else None
        year = self._office.bundle.cal.local_date(self._office.now()).year
        prefix = f"{seen.case.town or seen.bundle.network.district.id}:{kind.series}"
        serial = await self._register.next_serial(prefix, year)
        town = town_name(seen.bundle.network, seen.case.town) or ""
        return Series(prefix, year, serial), number(town, kind.series, year, serial)

    def facts(self, seen: Seen, kind: Kind, about: str, head: HeadFacts) -> Facts:
        """Return what a paper of this kind says. Raises PaperRefused where there is nothing it would be about."""
        today = self._office.bundle.cal.local_date(self._office.now())
        full = head.model_copy(
            update={
                "title": kind.zh,
                "on": day(today),
                "year": str(today.year),
                "maker": Names(seen.bundle.network).post(seen.actor.person),
                "unit": seen.source.unit(seen.actor.unit),
                "basis": kind.basis,
            }
        )
        found = facts(seen.source, full, kind.about, about)
        if found is None:
            raise PaperRefused(PaperProblem.NOTHING_TO_SAY)
        return found.model_copy(update={"file": FileFacts(title=file_title(seen), filer=full.maker, filed_on=full.on)})


def id_of(case_id: str, action_id: str | None) -> str:
    """Return the id of a paper, the same for the same action on a case; a new one without an action."""
    return str(uuid.uuid5(NAMESPACE, f"{case_id}\0{action_id or uuid.uuid4().hex}"))


def _filled(kind: Kind, entries: Mapping[str, str]) -> dict[str, str]:
    """Return what the maker wrote in, every entry of the kind with at least an empty word."""
    unknown = set(entries) - {entry.id for entry in kind.entries}
    if unknown:
        raise PaperRefused(PaperProblem.FIELD_MISSING, "entries")
    try:
        found = {entry.id: WORDS.validate_python(entries.get(entry.id, "")) for entry in kind.entries}
    except ValidationError:
        raise PaperRefused(PaperProblem.FIELD_MISSING, "entries") from None
    for entry in kind.entries:
        if entry.needed and not found[entry.id]:
            raise PaperRefused(PaperProblem.FIELD_MISSING, entry.id)
    return found


async def _parts(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), PART_BYTES):
        yield content[start : start + PART_BYTES]
