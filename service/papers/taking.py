"""Taking files in (材料入卷): what was brought becomes a sealed paper of the case, with its digest on the timeline by `attach`.

It is written into a file without a name while it is checked, and sealed part by part from there: a process holds little of it in memory.
Asked again with the same action id it is the same paper. What says whom it shows is destroyed with them.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from typing import IO

from pydantic import TypeAdapter, ValidationError

from models.base import Label
from models.paper.kinds import Enclosure
from models.paper.record import Paper
from models.paper.refusal import PaperProblem
from models.party import Actor
from models.refusal import RefusalCode
from service.errors import PaperRefused, refuse
from service.office import Office
from service.papers.making import Maker, id_of
from service.papers.seen import Seen, open_case
from service.reading import Reader
from store.keyring.keys import Erased
from store.papers.register import PaperRegister
from store.papers.sealing import PART_BYTES

TITLE: TypeAdapter[str] = TypeAdapter(Label)


class Taker:
    """Takes files in at one office, for one person after another. Raises PaperRefused, UnknownCase, Refused, Unavailable."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._reader = Reader(office)
        self._maker = Maker(office)
        self._register = PaperRegister(office.store)
        self._known = office.place.papers.known

    async def take(  # noqa: PLR0913 - by name, all but the first three
        self,
        actor: Actor,
        code: str,
        kind_id: str,
        *,
        title: str,
        name: str,
        content: AsyncIterator[bytes],
        shows: Sequence[str] = (),
        action_id: str | None = None,
        purpose: str = "",
    ) -> Paper:
        """Take a file in. `shows` are the parties it shows: it is sealed with their keys as well."""
        seen = await open_case(self._office, actor, await self._reader.look(actor, code, "paper_in", purpose))
        paper_id = id_of(seen.case.id, action_id)
        known = await self._register.find(paper_id)
        title = _title(title)
        if known is None:
            enclosure, media, ending = self._form(kind_id, name)
            await self._may_take(seen)
            known = await self._taken(seen, enclosure, (media, ending), (title, name), content, owners(seen, shows), paper_id)
        await self._maker.attach(actor, known, title)
        return known

    def _form(self, kind_id: str, name: str) -> tuple[Enclosure, str, str]:
        """Return the kind, and the type that the name of the file promises."""
        enclosure = next((one for one in self._known.enclosures if one.id == kind_id), None)
        if enclosure is None:
            raise PaperRefused(PaperProblem.UNKNOWN_KIND)
        ending = name.rpartition(".")[2].lower()
        media = next((media for media, endings in self._known.uploads.types.items() if ending in endings), None)
        if media is None or (enclosure.media and media not in enclosure.media):
            raise PaperRefused(PaperProblem.TYPE_NOT_TAKEN)
        return enclosure, media, ending

    async def _may_take(self, seen: Seen) -> None:
        if not self._maker.may_attach(seen):
            raise PaperRefused(PaperProblem.NOT_YOURS)
        if await self._register.count(seen.case.id) >= self._known.uploads.most_per_case:
            raise PaperRefused(PaperProblem.TOO_MANY_FILES)

    async def _taken(
        self,
        seen: Seen,
        enclosure: Enclosure,
        form: tuple[str, str],
        called: tuple[str, str],
        content: AsyncIterator[bytes],
        sealed_by: tuple[str, ...],
        paper_id: str,
    ) -> Paper:
        limits, (media, ending) = self._known.uploads, form
        with self._office.converter.unnamed() as file:
            await written(content, file, limits.most_bytes)
            await self._office.cleaner.clean(file, media, limits.most_pixels)
            digest, size = await asyncio.to_thread(_digest, file)
            if digest in seen.case.papers:
                raise refuse(RefusalCode.ALREADY_DONE)
            paper = Paper(
                id=paper_id,
                case_id=seen.case.id,
                kind=enclosure.id,
                about=paper_id,
                sha256=digest,
                size=size,
                media_type=media,
                ending=ending,
                made_at=self._office.now(),
                made_by=seen.actor.person,
                role=seen.actor.role,
                unit=seen.actor.unit,
                owners=sealed_by,
                parts=-(-size // PART_BYTES),
            )
            words = json.dumps(dict(zip(("title", "name"), called, strict=True)), ensure_ascii=False).encode()
            try:
                await self._register.add(paper, words, _parts(file))
            except Erased:
                raise PaperRefused(PaperProblem.ERASED) from None
        return await self._register.find(paper_id) or paper


def owners(seen: Seen, shows: Sequence[str]) -> tuple[str, ...]:
    """Return whose keys seal a file that shows these parties. Refuses `unknown_party`."""
    found = [f"case:{seen.case.id}"]
    for party_id in dict.fromkeys(shows):
        party = seen.case.party(party_id)
        if party is None:
            raise refuse(RefusalCode.UNKNOWN_PARTY)
        found += [party.person] if party.person is not None and seen.showing.knows(party.person) else []
    return tuple(found)


def _title(title: str) -> str:
    try:
        return TITLE.validate_python(title)
    except ValidationError:
        raise PaperRefused(PaperProblem.FIELD_MISSING, "title") from None


async def written(content: AsyncIterator[bytes], file: IO[bytes], most: int) -> None:
    """Write what comes into a file. Raises PaperRefused for nothing, and for more than it may be."""
    size = 0
    async for part in content:
        size += len(part)
        if size > most:
            raise PaperRefused(PaperProblem.TOO_MANY_BYTES)
        file.write(part)
    if not size:
        raise PaperRefused(PaperProblem.DAMAGED)


def _digest(file: IO[bytes]) -> tuple[str, int]:
    file.seek(0)
    digest = hashlib.sha256()
    while part := file.read(PART_BYTES):
        digest.update(part)
    return digest.hexdigest(), file.tell()


async def _parts(file: IO[bytes]) -> AsyncIterator[bytes]:
    file.seek(0)
    while part := file.read(PART_BYTES):
        yield part
