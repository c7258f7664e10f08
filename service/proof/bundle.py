"""A bundle (证据包): records of cases that verify without us, with what proves them, and on demand the words they commit to.

Only for who is told every event of a case in full, with a purpose, and each case as a look in the access log. The bundle brings its own
verifier (`service/proof/standalone.py`). What is in it stands there.
"""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.anchor import Anchor, CaseEnd
from models.base import Model
from models.case import Case
from models.event import Event
from models.party import Actor
from models.record import Line
from models.refusal import RefusalCode
from models.words import Algorithm, Role
from rules import merkle
from rules.chain import GENESIS, link
from rules.digests import digest
from rules.library import Bundle as Rules
from rules.library import canonical
from rules.telling import told_to, words
from rules.visibility import Group, Sight
from service.errors import refuse
from service.office import Office
from service.proof import standalone
from service.reading import Filter, Reader
from service.showing import Showing
from store.looks import Looks
from store.proof.anchors import Anchors

BUNDLERS = frozenset({Role.DIRECTOR, Role.LEADER, Role.AUDITOR, Role.ARCHIVIST})
"""Who may take records out of the house: who answers for them, and who looks after them."""

IN_EVENTS = frozenset({Group.WAY, Group.KIND, Group.RISK, Group.PLACE, Group.SIZE, Group.VISITS, Group.STAFF})
"""What stands in events in clear: whoever does not see all of it in full gets no bundle of the case."""

README = """解纷 Jiefen: 证据包 / a bundle of records

python verify.py            校验本文件夹（解压后）/ verifies this folder, once unpacked
python verify.py FILE.zip   校验压缩包 / verifies the packed file

verify.py 只用 Python 自带功能，不联网。格式说明见该文件开头。/ needs Python 3.8 or newer and nothing else; it begins with the format.
清单的摘要（manifest.json 的 hash）在导出时已显示；请与另行保存的值核对。/ Compare the manifest's hash with the one noted when it was made:
who can write the whole file anew can make it whole again. What such a person can't make is an anchor that others hold.
"""

Record = dict[str, Any]


class Bundled(Model):
    """A bundle that was written."""

    cases: tuple[str, ...]
    records: int
    hash: str
    """Of the manifest, and so of everything: to be noted elsewhere."""
    faults: tuple[str, ...]
    """What does not hold in it: the records were wrong before, or went on while it was made. Empty when all is well."""
    withheld: int
    """References whose words are not in it: not asked for, not to be read by who asked, erased, or redacted since."""


@dataclass(frozen=True, slots=True)
class _Tree:
    """Where cases had ended when the newest anchor was made, in the order of their ids, each with its place among the leaves."""

    anchor: Anchor | None
    ends: Sequence[CaseEnd]
    rows: Sequence[Sequence[str]]
    """From the leaves to the root."""
    places: Mapping[str, int]

    def included(self, case_id: str) -> Record:
        """Return how the end of a case leads to the root of the anchor."""
        if self.anchor is None:
            raise AssertionError("where cases have ended is written with an anchor")
        place = self.places[case_id]
        end, steps = self.ends[place], merkle.way(self.rows, place)
        return {"anchor": self.anchor.number, "seq": end.seq, "head": end.head, "steps": [[step.left, step.beside] for step in steps]}


class Bundler:
    """Makes bundles for one person after another."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._reader = Reader(office)
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
        """Write a bundle of these cases. Raises UnknownCase, Refused, StoreAway; OSError, FileExistsError."""
        if actor.role not in BUNDLERS:
            raise refuse(RefusalCode.NOT_ALLOWED)
        if not purpose.strip():
            raise refuse(RefusalCode.MISSING_REASON, "purpose")
        files: dict[str, list[Record]] = {}
        cases: list[Record] = []
        tree = await self._tree()
        withheld, first = 0, self._office.now()
        for code in dict.fromkeys(codes):
            case, rules, seen = await self._reader.look(actor, code, "bundle", purpose)
            lines = await self._office.records.lines(case.id)
            events = [Event.model_validate_json(line.body) for line in lines]
            _may_leave(seen, events)
            folder, first = f"cases/{case.code}", min(first, events[0].at)
            files[f"{folder}/events.jsonl"] = [line.model_dump(mode="json") for line in lines]
            files[f"{folder}/looks.jsonl"] = [
                {"id": number, "before": before, "text": text, "hash": said}
                for number, before, text, said in await Looks(self._office.store).with_before(case.id)
            ]
            if case.id in tree.places:
                files[f"{folder}/inclusion.jsonl"] = [tree.included(case.id)]
            said = [word async for word in self._said(events, seen)] if with_words else []
            withheld += sum(len(refs) for event in events for _, refs in words(event).values()) - len(said)
            if with_words:
                files[f"{folder}/words.jsonl"] = said
                files[f"{folder}/persons.jsonl"] = await self._persons(actor, case, rules, seen)
            cases.append(_entry(case, lines))
        files["anchors.jsonl"] = [{"body": canonical(one.anchor), "hash": one.hash} for one in await self._anchors.since(first)]
        about = {"asked_by": actor.person, "purpose": purpose, "with_words": with_words, "cases": cases}
        manifest = await asyncio.to_thread(_packed, path, files, self._manifest(about), self._algorithm)
        _, faults = await asyncio.to_thread(lambda: standalone.check(standalone.read(path)))
        total = sum(len(records) for records in files.values())
        return Bundled(cases=tuple(case["code"] for case in cases), records=total, hash=manifest, faults=tuple(faults), withheld=withheld)

    def _manifest(self, about: Record) -> Record:
        made = {"made_at": self._office.now().isoformat(), "place": self._office.settings.place, "algorithm": str(self._algorithm)}
        return {"format": standalone.FORMAT, "version": standalone.VERSION, **made, **about}

    async def _tree(self) -> _Tree:
        ends, newest = await self._anchors.ends(), await self._anchors.newest()
        in_order = [end for _, end in sorted(ends.items())]
        algorithm = newest.anchor.algorithm if newest is not None else self._algorithm
        rows = await asyncio.to_thread(lambda: merkle.rows(merkle.ordered(in_order, algorithm), algorithm))
        places = {end.case_id: place for place, end in enumerate(in_order)}
        return _Tree(newest.anchor if newest is not None else None, in_order, rows, places)

    async def _said(self, events: Sequence[Event], seen: Sight) -> AsyncIterator[Record]:
        """Yield the words that this person reads in full, each with the salt that its commitment was made with."""
        refs = {ref: event.seq for event in events for group, found in words(event).values() if seen.full(group) for ref in found}
        salted = await self._office.vault.salted(refs)
        for ref, seq in refs.items():
            if ref in salted:
                salt, text = salted[ref]
                yield {"event": seq, "ref": ref, "salt": salt.hex(), "text": text}

    async def _persons(self, actor: Actor, case: Case, rules: Rules, seen: Sight) -> list[Record]:
        """Return the parties as this person sees them: masked where they are masked."""
        shown = await Showing(self._office, actor, case, rules, seen).whole()
        names = ("id", "side", "name", "phone", "id_number", "address")
        return [{**party.model_dump(mode="json", include=set(names)), "masked": list(shown.masked)} for party in shown.parties]


def _may_leave(seen: Sight, events: Sequence[Event]) -> None:
    """Refuse a case of which this person is not told everything: a chain can't leave anything out."""
    if not all(seen.full(group) for group in IN_EVENTS) or not all(told_to(event, seen) for event in events):
        raise refuse(RefusalCode.NOT_ALLOWED)


def _entry(case: Case, lines: Sequence[Line]) -> Record:
    sealed = [line.seq for line in lines if line.type == "archived"]
    head = lines[-1].hash if lines else GENESIS
    return {"case_id": case.id, "code": case.code, "events": len(lines), "head": head, "sealed": sealed[-1] if sealed else None}


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
