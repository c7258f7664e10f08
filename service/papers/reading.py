"""Reading papers (查阅文书): the papers of a case, one of them as it is kept or as PDF; each look stands in the access log.

Who sees papers at all, and names in full, reads them; a kind that tells of more asks for that as well. What a paper shows of phones and
numbers goes with the paper: whoever may read a document reads all of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Self

from models.case import Case
from models.happening import AgreementSigned
from models.paper.facts import Facts
from models.paper.kinds import About, Kind, Need, Slot, When
from models.paper.record import DOCX, PDF, Paper, Signature, SignedBy
from models.paper.refusal import PaperProblem
from models.party import Actor
from rules.papers.about import choices
from rules.papers.dossier import completeness
from rules.visibility import Group
from service.errors import PaperRefused
from service.office import Office
from service.papers.making import Maker
from service.papers.seen import Seen, open_case
from service.papers.shown import Choice, Offer, PaperDesk, PaperLine, SlotShown
from service.reading import Reader
from store.keyring.keys import Erased
from store.papers.register import PaperRegister

PAPER_ID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
SHOWN_OF_ID = 13
"""How much of a paper's id the access log names: enough to find it in its case."""

READS: tuple[Need, ...] = ("names",)
"""What a reader of any paper sees in full."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A paper handed out: its name, its type and its content part by part."""

    name: str
    media_type: str
    size: int | None
    content: AsyncIterator[bytes]

    @classmethod
    def whole(cls, name: str, media_type: str, content: bytes) -> Self:
        """Return one that was just made, and is all there."""
        return cls(name, media_type, len(content), _once(content))


class PaperReader:
    """Reads papers in one office, for one person after another. Raises PaperRefused, UnknownCase, StoreAway."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._reader = Reader(office)
        self._register = PaperRegister(office.store)
        self._maker = Maker(office)
        self._known = office.place.papers.known

    async def desk(self, actor: Actor, code: str, purpose: str = "") -> PaperDesk:
        """Return the papers of a case, what this person could make or bring in now, and what the file lacks."""
        seen = await open_case(self._office, actor, await self._reader.look(actor, code, "papers", purpose))
        if not seen.sight.sees(Group.PAPERS):
            raise PaperRefused(PaperProblem.NOT_YOURS)
        held = await self._register.of_case(seen.case.id)
        attaches = self._maker.may_attach(seen)
        digests = {paper.sha256 for paper in held}
        return PaperDesk(
            as_of=self._office.now(),
            code=seen.case.code or seen.case.id,
            papers=tuple([await self.line(seen, paper, held) for paper in held]),
            digests=tuple(paper for paper in await seen.showing.papers(seen.events) if paper.sha256 not in digests),
            offers=tuple(self._offers(seen)),
            enclosures=tuple(SlotShown(kind=one.id, zh=one.zh, en=one.en) for one in self._known.enclosures) if attaches else (),
            endings=tuple(ending for endings in self._known.uploads.types.values() for ending in endings),
            most_bytes=self._known.uploads.most_bytes,
            file=completeness(seen.case, self._known, {paper.kind for paper in held}),
            pdf=self._office.converter.there,
        )

    async def open(self, actor: Actor, code: str, paper_id: str, purpose: str = "") -> tuple[Seen, Paper]:
        """Return a paper that this person may read, and log it. Raises PaperRefused."""
        if re.fullmatch(PAPER_ID, paper_id) is None:
            raise PaperRefused(PaperProblem.UNKNOWN_PAPER)
        look = f"paper:{paper_id[:SHOWN_OF_ID]}"
        seen = await open_case(self._office, actor, await self._reader.look(actor, code, look, purpose))
        paper = next((one for one in await self._register.of_case(seen.case.id) if one.id == paper_id), None)
        if paper is None:
            raise PaperRefused(PaperProblem.UNKNOWN_PAPER)
        if not self.may_read(seen, paper):
            raise PaperRefused(PaperProblem.NOT_YOURS)
        return seen, paper

    def may_read(self, seen: Seen, paper: Paper) -> bool:
        """Whether this person may read a paper."""
        kind = self._known.kind(paper.kind)
        return seen.sees(READS if kind is None else kind.needs)

    async def hand_out(self, actor: Actor, code: str, paper_id: str, purpose: str = "") -> Handed:
        """Return a paper as it is kept."""
        seen, paper = await self.open(actor, code, paper_id, purpose)
        await self._readable(paper)
        return Handed(self.file_name(seen.case, paper), paper.media_type, paper.size, self._register.content(paper))

    async def hand_out_pdf(self, actor: Actor, code: str, paper_id: str, purpose: str = "") -> Handed:
        """Return a paper made here as PDF."""
        seen, paper = await self.open(actor, code, paper_id, purpose)
        if paper.media_type != DOCX or paper.template is None:
            raise PaperRefused(PaperProblem.UNKNOWN_PAPER)
        made = await self._office.converter.pdf(await self.whole(paper))
        return Handed.whole(self.file_name(seen.case, paper.model_copy(update={"ending": "pdf"})), PDF, made)

    async def whole(self, paper: Paper) -> bytes:
        """Return all of a paper at once; for what was made here, which is small."""
        await self._readable(paper)
        return b"".join([part async for part in self._register.content(paper)])

    def content(self, paper: Paper) -> AsyncIterator[bytes]:
        """Yield a paper part by part."""
        return self._register.content(paper)

    async def facts(self, paper: Paper) -> Facts:
        """Return what a paper made here says."""
        try:
            return Facts.model_validate_json(await self._register.words(paper))
        except Erased:
            raise PaperRefused(PaperProblem.ERASED) from None

    async def line(self, seen: Seen, paper: Paper, held: list[Paper]) -> PaperLine:
        """Return a paper as a list shows it."""
        slot = self._known.slot(paper.kind)
        title, erased = await self._title(seen, paper, slot)
        return PaperLine(
            **paper.model_dump(include={"id", "kind", "number", "version", "about", "sha256", "size", "media_type", "ending"}),
            zh=slot.zh if slot else paper.kind,
            en=slot.en if slot else paper.kind,
            title=title,
            newest=is_newest(paper, held),
            made=paper.template is not None,
            at=paper.made_at,
            by=paper.made_by,
            attached=paper.sha256 in seen.case.papers or (isinstance(slot, Kind) and not slot.of_record),
            erased=erased,
            signatures=(*paper.signatures, *_on_record(seen, paper, slot)),
        )

    async def _title(self, seen: Seen, paper: Paper, slot: Slot | None) -> tuple[str, bool]:
        """Return how a paper is called, and whether it was erased. A name that was given to a file is read only by who reads files."""
        name = slot.zh if slot else paper.kind
        if await self._erased(paper):
            return name, True
        if paper.template is not None or not self.may_read(seen, paper):
            return name, False
        return str(json.loads(await self._register.words(paper))["title"]), False

    async def _readable(self, paper: Paper) -> None:
        if await self._erased(paper):
            raise PaperRefused(PaperProblem.ERASED)

    async def _erased(self, paper: Paper) -> bool:
        alive = await self._office.store.keys.existing(list(paper.owners))
        return not set(alive).issuperset(paper.owners)

    def _offers(self, seen: Seen) -> list[Offer]:
        found: list[Offer] = []
        for kind in self._known.kinds:
            try:
                self._maker.may_make(seen, kind)
            except PaperRefused:
                continue
            of = choices(seen.source, kind.about)
            if not kind.bound and (of or kind.about is About.CASE or (kind.about is About.AGREEMENT and seen.case.agreement is not None)):
                told = kind.model_dump(include={"zh", "en", "basis", "series"})
                chosen = tuple(Choice(id=name, words=words) for name, words in of)
                found.append(Offer(kind=kind.id, **told, entries=kind.entries, about=str(kind.about), choices=chosen))
        return found

    def file_name(self, case: Case, paper: Paper) -> str:
        """Return the name of a paper's file: code, kind and version, nothing personal."""
        slot = self._known.slot(paper.kind)
        version = f"_v{paper.version}" if paper.version > 1 else ""
        about = f"_{paper.about}" if paper.about.isalnum() else ""
        return f"{case.code or case.id}_{slot.zh if slot else paper.kind}{about}{version}.{paper.ending}"


def is_newest(paper: Paper, held: list[Paper]) -> bool:
    """Whether no later version of a paper made here stands beside it; what was brought in has no versions."""
    same = (one for one in held if (one.case_id, one.kind, one.about) == (paper.case_id, paper.kind, paper.about))
    return paper.template is None or paper.version == max(one.version for one in same)


def _on_record(seen: Seen, paper: Paper, slot: Slot | None) -> tuple[Signature, ...]:
    """Return who has signed the agreement, as the record says."""
    if not (isinstance(slot, Kind) and slot.about is About.AGREEMENT and slot.when is When.WRITTEN):
        return ()
    known = {signature.signer for signature in paper.signatures}
    return tuple(
        Signature(
            signer=event.what.party,
            how=SignedBy.INK,
            on=seen.bundle.cal.local_date(event.when),
            recorded_by=event.actor.person,
            recorded_at=event.at,
        )
        for event in seen.source.events_of("agreement_signed")
        if isinstance(event.what, AgreementSigned) and event.what.party not in known
    )


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
