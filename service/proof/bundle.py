"""A bundle (证据包): records of cases and affairs that verify without us, with what proves them, and on demand the words they commit to.

Only for who is told every event of them in full, with a purpose, and each as a look in the access log (`service/proof/parts.py`). The
bundle brings its own verifier (`service/proof/standalone.py`). What is in it stands there.
"""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.anchor import Anchor, CaseEnd
from models.base import Model
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Algorithm, Role
from rules import merkle
from rules.chain import GENESIS, link
from rules.digests import digest
from rules.library import canonical
from service.errors import refuse
from service.office import Office
from service.proof import standalone
from service.proof.parts import Part, Parts, Record
from service.reading import Filter, Reader
from store.looks import Looks
from store.proof.anchors import Anchors

BUNDLERS = frozenset({Role.DIRECTOR, Role.LEADER, Role.AUDITOR, Role.ARCHIVIST})
"""Who may take records out of the house: who answers for them, and who looks after them."""

README = """解纷 Jiefen: 证据包 / a bundle of records

python verify.py            校验本文件夹（解压后）/ verifies this folder, once unpacked
python verify.py FILE.zip   校验压缩包 / verifies the packed file

verify.py 只用 Python 自带功能，不联网。格式说明见该文件开头。/ needs Python 3.8 or newer and nothing else; it begins with the format.
清单的摘要（manifest.json 的 hash）在导出时已显示；请与另行保存的值核对。/ Compare the manifest's hash with the one noted when it was made:
who can write the whole file anew can make it whole again. What such a person can't make is an anchor that others hold.
"""


class Bundled(Model):
    """A bundle that was written."""

    cases: tuple[str, ...]
    affairs: tuple[str, ...] = ()
    records: int
    hash: str
    """Of the manifest, and so of everything: to be noted elsewhere."""
    faults: tuple[str, ...]
    """What does not hold in it: the records were wrong before, or went on while it was made. Empty when all is well."""
    withheld: int
    """References whose words are not in it: not asked for, not to be read by who asked, erased, or redacted since."""


@dataclass(frozen=True, slots=True)
class _Tree:
    """Where cases and affairs had ended when the newest anchor was made, by their ids in order, each with its place among the leaves."""

    anchor: Anchor | None
    ends: Sequence[CaseEnd]
    rows: Sequence[Sequence[str]]
    """From the leaves to the root."""
    places: Mapping[str, int]

    def included(self, leaf: str) -> Record:
        """Return how the end of a record leads to the root of the anchor."""
        if self.anchor is None:
            raise AssertionError("where records have ended is written with an anchor")
        place = self.places[leaf]
        end, steps = self.ends[place], merkle.way(self.rows, place)
        return {"anchor": self.anchor.number, "seq": end.seq, "head": end.head, "steps": [[step.left, step.beside] for step in steps]}


class Bundler:
    """Makes bundles for one person after another."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._reader = Reader(office)
        self._parts = Parts(office)
        self._anchors = Anchors(office.store)
        self._algorithm = office.store.algorithm

    async def codes(self, actor: Actor, town: str | None, year: int) -> list[str]:
        """Return the codes of the cases of a town, or of all one may see, that were registered in a year of the place."""
        cal = self._office.bundle.cal
        first, after = (cal.midnight(cal.local_date(self._office.now()).replace(year=at, month=1, day=1)) for at in (year, year + 1))
        wanted, found, cursor = Filter(town=town, opened_from=first, opened_to=after), list[str](), None
        while True:
            page = await self._reader.list(actor, wanted, after=cursor, limit=200)
            found += [row.code for row in page.cases]
            cursor = page.next
            if cursor is None:
                return sorted(found)

    async def write(self, actor: Actor, codes: Sequence[str], path: Path, purpose: str, *, with_words: bool) -> Bundled:
        """Write a bundle of these cases and affairs. Raises UnknownCase, UnknownAffair, Refused, StoreAway; OSError, FileExistsError."""
        if actor.role not in BUNDLERS:
            raise refuse(RefusalCode.NOT_ALLOWED)
        if not purpose.strip():
            raise refuse(RefusalCode.MISSING_REASON, "purpose")
        files: dict[str, list[Record]] = {}
        parts: list[Part] = []
        tree, first, said = await self._tree(), self._office.now(), 0
        for code in dict.fromkeys(codes):
            part = await self._parts.take(actor, code, purpose, with_words=with_words)
            own = await self._files(part, tree, with_words=with_words)
            files |= {f"{part.folder}/{name}": records for name, records in own.items()}
            first, said = min(first, part.lines[0].at), said + len(own.get("words.jsonl", ()))
            parts.append(part)
        files["anchors.jsonl"] = [{"body": canonical(one.anchor), "hash": one.hash} for one in await self._anchors.since(first)]
        about = {"asked_by": actor.person, "purpose": purpose, "with_words": with_words}
        manifest = self._manifest(about, parts)
        noted = await asyncio.to_thread(_packed, path, files, manifest, self._algorithm)
        _, faults = await asyncio.to_thread(lambda: standalone.check(standalone.read(path)))
        return Bundled(
            cases=tuple(part.entry["code"] for part in parts if not part.of_affair),
            affairs=tuple(part.entry["code"] for part in parts if part.of_affair),
            records=sum(len(records) for records in files.values()),
            hash=noted,
            faults=tuple(faults),
            withheld=sum(part.refs for part in parts) - said,
        )

    def _manifest(self, about: Record, parts: Sequence[Part]) -> Record:
        """What the manifest says besides its files; a bundle of cases alone is of the version that every verifier knows."""
        cases, affairs = ([part.entry for part in parts if part.of_affair is sort] for sort in (False, True))
        made = {"made_at": self._office.now().isoformat(), "place": self._office.settings.place, "algorithm": str(self._algorithm)}
        version = {"version": standalone.WITH_AFFAIRS, "affairs": affairs} if affairs else {"version": standalone.VERSION}
        return {"format": standalone.FORMAT, **version, **made, **about, "cases": cases}

    async def _files(self, part: Part, tree: _Tree, *, with_words: bool) -> dict[str, list[Record]]:
        """Return the files of one record by name."""
        found: dict[str, list[Record]] = {
            "events.jsonl": [line.model_dump(mode="json") for line in part.lines],
            "looks.jsonl": [
                {"id": number, "before": before, "text": text, "hash": said}
                for number, before, text, said in await Looks(self._office.store).with_before(part.id)
            ],
        }
        if part.leaf in tree.places:
            found["inclusion.jsonl"] = [tree.included(part.leaf)]
        if with_words:
            found["words.jsonl"] = [word async for word in self._said(part.words)]
            found["persons.jsonl"] = part.persons
        return found

    async def _tree(self) -> _Tree:
        ends, newest = await self._anchors.ends(), await self._anchors.newest()
        in_order = [end for _, end in sorted(ends.items())]
        algorithm = newest.anchor.algorithm if newest is not None else self._algorithm
        rows = await asyncio.to_thread(lambda: merkle.rows(merkle.ordered(in_order, algorithm), algorithm))
        places = {end.case_id: place for place, end in enumerate(in_order)}
        return _Tree(newest.anchor if newest is not None else None, in_order, rows, places)

    async def _said(self, refs: Mapping[str, int]) -> AsyncIterator[Record]:
        """Yield the words behind these references, each with the salt that its commitment was made with."""
        salted = await self._office.vault.salted(refs)
        for ref, seq in refs.items():
            if ref in salted:
                salt, text = salted[ref]
                yield {"event": seq, "ref": ref, "salt": salt.hex(), "text": text}


def _packed(path: Path, files: Mapping[str, Sequence[Record]], manifest: Record, algorithm: Algorithm) -> str:
    """Write the file, which must not be there yet, and return the hash of its manifest. Not compressed: a changed byte stays one byte."""
    plain = {"verify.py": Path(standalone.__file__).read_text(encoding="utf-8"), "README.txt": README}
    ends: dict[str, Record] = {}
    with path.open("xb") as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as packed:
        for name, records in files.items():
            text, ends[name] = _chained(records, algorithm)
            packed.writestr(name, text)
        for name, text in plain.items():
            packed.writestr(name, text)
        sums = {name: digest(text, algorithm) for name, text in plain.items()}
        whole = {**manifest, "files": ends, "plain": sums}
        whole["hash"] = digest(standalone.canonical(whole), algorithm)
        packed.writestr("manifest.json", standalone.canonical(whole) + "\n")
    return str(whole["hash"])


def _chained(records: Sequence[Record], algorithm: Algorithm) -> tuple[str, Record]:
    """Return the lines of a file, each with its hash over the one before, and where they end."""
    before, lines = GENESIS, list[str]()
    for number, record in enumerate(records, start=1):
        line = {"n": number, "record": record}
        before = link(before, standalone.canonical(line), algorithm)
        lines.append(standalone.canonical({**line, "hash": before}) + "\n")
    return "".join(lines), {"records": len(lines), "end": before}
