"""The vault (保密库): personal data and free text, sealed at the door; everything behind it carries references.

Called by the service that takes an action in (`seal_many`, `discard`) and by whoever may read (`open_texts`,
`open_persons`). A text is sealed under its case's key and a person under a key of its own, so that erasing one key erases
all that it sealed. Nothing personal is in a reference, an error or a log.

What an action sealed is bound once that action is in the record; until then `discard` and `sweep` may take it away.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, bindparam, delete, exists, insert, select, union_all
from sqlalchemy.exc import IntegrityError

from models.words import Algorithm
from rules.digests import commitment, commits
from store.affairs.tables import affair_actions
from store.engine import Overtaken, Store, chosen
from store.keyring.keys import INDEX, Erased
from store.keyring.master import seal, unseal
from store.keyring.ring import KeysNeeded, Ring
from store.persons import Naming, Person, Typed, drop_unused, finding, marks_of, name_persons, read_persons, replace_person, sought
from store.tables import actions, vault_finds, vault_marks, vault_texts, vault_uses

__all__ = ["Erased", "Person", "Typed", "UnknownRef", "Vault"]

NAMESPACE = uuid.UUID("6d1f6a52-6d0b-5d3e-9a43-4f0e3a1c7b55")
"""Of the ids that texts get from case, action and field."""

SALT_BYTES = 16
ATTEMPTS = 6
"""How often a transaction is begun: it may lack keys twice, and another process may write the same."""

T = TypeVar("T")

BOUND = union_all(
    select(actions.c.action_id).where(actions.c.case_id == bindparam("case_id"), actions.c.action_id == bindparam("action_id")),
    select(affair_actions.c.action_id).where(
        affair_actions.c.affair_id == bindparam("case_id"), affair_actions.c.action_id == bindparam("action_id")
    ),
)
"""An action in the record of a case or of an affair: the vault keeps the words of both, by the id of either."""

TEXTS = select(vault_texts).where(vault_texts.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one action of a case or an affair, by the paths of their fields."""

    case_id: str
    action_id: str
    texts: Mapping[str, str]
    persons: Mapping[str, Person]


class UnknownRef(LookupError):
    """The vault has nothing under this reference; its argument is the reference."""


class Vault:
    """The vault in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def seal_text(self, case_id: str, action_id: str, path: str, text: str) -> str:
        """Seal one text; see `seal_many`."""
        return (await self.seal_many(case_id, action_id, {path: text}))[path]

    async def person(self, case_id: str, action_id: str, path: str, person: Person) -> str:
        """The reference of one person; see `seal_many`."""
        return (await self.seal_many(case_id, action_id, {}, {path: person}))[path]

    async def seal_many(
        self, case_id: str, action_id: str, texts: Mapping[str, str], persons: Mapping[str, Person] | None = None
    ) -> dict[str, str]:
        """Seal all texts and persons of an action; return the reference of each by the path of its field.

        Asked again for the same case, action and path it gives the same reference, and a new one where the words have
        changed and the action has not been taken yet. A person with the same number, or else the same phone and name,
        is the same person, and is completed by what is new. Raises Erased for a case whose key was erased, StoreAway.
        """
        named = persons or {}
        spare = {path: f"person:{uuid.uuid4()}" for path in named}

        def work(db: Connection, ring: Ring) -> dict[str, str]:
            found = _seal_texts(db, ring, [Words(case_id, action_id, texts, {})])[0] if texts else {}
            return found | (name_persons(db, ring, [Naming(case_id, action_id, named, spare)])[0] if named else {})

        # The first text of a case makes its key; persons' keys are made only when it is known that they are new.
        keys = await self._store.keys.keys([*([text_owner(case_id)] if texts else []), *([INDEX] if named else [])])
        return await self._at_once(work, Ring(keys, self._store.keys.peek), frozenset(spare.values()))

    async def seal_together(self, given: Sequence[Words]) -> list[dict[str, str]]:
        """Seal the words of many actions in one transaction, for lists that are brought in; the answers go with `given`.

        Each is sealed as `seal_many` would; keys that were made for persons who turned out to be known are taken away again.
        Raises Erased, StoreAway.
        """
        spare = [{path: f"person:{uuid.uuid4()}" for path in one.persons} for one in given]
        fresh = [ref for refs in spare for ref in refs.values()]
        owners = [text_owner(one.case_id) for one in given if one.texts]
        ring = Ring(await self._store.keys.keys([*owners, *fresh, INDEX]), self._store.keys.peek)
        ring.add(await self._pointed(ring, given))

        def work(db: Connection, ring: Ring) -> list[dict[str, str]]:
            namings = [Naming(one.case_id, one.action_id, one.persons, refs) for one, refs in zip(given, spare, strict=True)]
            texts, persons = _seal_texts(db, ring, given), name_persons(db, ring, namings)
            return [of_texts | of_persons for of_texts, of_persons in zip(texts, persons, strict=True)]

        sealed = await self._at_once(work, ring, frozenset(fresh))
        used = {ref for refs in sealed for ref in refs.values()}
        if unused := [ref for ref in fresh if ref not in used]:
            await self._store.keys.drop(unused)
        return sealed

    async def _pointed(self, ring: Ring, given: Sequence[Words]) -> dict[str, bytes | None]:
        """The keys of the persons whom these may turn out to be, so that the transaction need not begin again for each."""
        marks = sorted({mark for one in given for person in one.persons.values() for mark in marks_of(ring, person)})
        async with self._store.read() as db:
            refs = list(await db.scalars(select(vault_marks.c.ref).where(vault_marks.c.mark.in_(marks)).distinct())) if marks else []
        return dict.fromkeys(refs) | await self._store.keys.existing(refs)

    async def keyed(self, texts: Iterable[str]) -> list[str]:
        """Keyed digests of these texts: equal ones are found equal, and nobody without the key can guess what they were of."""
        key = (await self._store.keys.keys([INDEX]))[INDEX]
        return [hmac.new(key, f"keyed\0{text}".encode(), hashlib.sha256).hexdigest() for text in texts]

    async def open_text(self, ref: str) -> str:
        """The text behind a reference; raises UnknownRef, Erased, StoreAway."""
        row = await self._row(ref)
        return open_sealed(await self._key(row), row.sealed, ref)[1]

    async def open_texts(self, refs: Iterable[str]) -> dict[str, str]:
        """The texts behind these references; what is unknown or erased is left out."""
        return {ref: text for ref, (_, text) in (await self._opened(refs)).items()}

    async def open_person(self, ref: str) -> Person:
        """The person behind a reference; raises UnknownRef (also for an erased one), StoreAway."""
        found = (await self.open_persons([ref])).get(ref)
        if found is None:
            raise UnknownRef(ref)
        return found

    async def open_persons(self, refs: Iterable[str]) -> dict[str, Person]:
        """The persons behind these references; who is unknown or erased is left out."""
        wanted = list(dict.fromkeys(refs))
        keys = await self._store.keys.existing(wanted)
        ring = Ring({ref: keys.get(ref) for ref in wanted}, self._store.keys.peek)
        async with self._store.read() as db:
            return await db.run_sync(read_persons, ring, wanted)

    async def cases_of(self, ref: str) -> list[str]:
        """Ids of the cases and affairs that have taken in a person."""
        query = select(vault_uses.c.case_id).where(vault_uses.c.ref == ref).distinct().order_by(vault_uses.c.case_id)
        async with self._store.read() as db:
            return list(await db.scalars(query))

    async def persons_in(self, case_id: str) -> list[str]:
        """References of the persons whom a case or an affair has taken in."""
        query = select(vault_uses.c.ref).where(vault_uses.c.case_id == case_id).distinct().order_by(vault_uses.c.ref)
        async with self._store.read() as db:
            return list(await db.scalars(query))

    async def find_persons(self, words: str, limit: int = 200) -> list[str]:
        """References of the persons whose whole name, phone or number this is; who is erased is not found any more."""
        return list(await self._found(lambda ring: sought(ring, words), limit))

    async def find_alike(self, typed: Sequence[Typed], limit: int = 500) -> list[str]:
        """References of the persons that any of these, typed so far, may be. Nothing is kept of them."""
        found = await self._found(lambda ring: [mark for one in typed for mark in finding(ring, one)], limit)
        return [ref for ref, person in found.items() if any(one.may_be(person) for one in typed)]

    async def _found(self, marks: Callable[[Ring], list[str]], limit: int) -> dict[str, Person]:
        """Those not erased of the persons who have one of these marks, by reference."""
        keys = await self._store.keys.existing([INDEX])
        if INDEX not in keys:  # nobody has ever been named here
            return {}
        wanted = marks(Ring(keys, self._store.keys.peek))
        query = select(vault_finds.c.ref).where(vault_finds.c.mark.in_(wanted)).distinct().order_by(vault_finds.c.ref)
        async with self._store.read() as db:
            refs = list(await db.scalars(query.limit(limit))) if wanted else []
        alive = await self.open_persons(refs)
        return {ref: alive[ref] for ref in refs if ref in alive}

    async def amend_person(self, ref: str, person: Person) -> None:
        """Correct who a person is, under the same reference; raises UnknownRef, StoreAway."""

        def work(db: Connection, ring: Ring) -> None:
            if ref not in read_persons(db, ring, [ref]):
                raise UnknownRef(ref)
            replace_person(db, ring, ref, person)

        await self._at_once(work, Ring(await self._store.keys.keys([INDEX]), self._store.keys.peek))

    async def verify_commitment(self, ref: str) -> bool:
        """Whether the text kept is the one the reference was made for, and not a redacted one; raises UnknownRef, Erased, StoreAway."""
        row = await self._row(ref)
        salt, text = open_sealed(await self._key(row), row.sealed if row.original is None else row.original, ref)
        return commits(salt + text.encode(), ref.rpartition(":")[2])

    async def salted(self, refs: Iterable[str]) -> dict[str, tuple[bytes, str]]:
        """Salt and text behind these references, for whoever may read them; those that no longer fit their commitment are left out."""
        found = await self._opened(refs)
        return {ref: (salt, text) for ref, (salt, text) in found.items() if commits(salt + text.encode(), ref.rpartition(":")[2])}

    async def discard(self, case_id: str, action_id: str) -> bool:
        """Take away what an action sealed that was refused, and the persons only it named.

        False, and nothing done, when the action is in the record after all. Doing it again changes nothing.
        """
        dropped = await self._at_once(lambda db, _: _discard(db, case_id, action_id), Ring({}, self._store.keys.peek))
        if dropped:
            await self._store.keys.drop(dropped)
        return dropped is not None

    async def sweep(self, before: datetime) -> int:
        """Discard what was sealed before this time for actions that never came to the record; return how many actions."""
        found: set[tuple[str, str]] = set()
        async with self._store.read() as db:
            for table in (vault_texts, vault_uses):
                known = exists().where(actions.c.case_id == table.c.case_id, actions.c.action_id == table.c.action_id)
                of_affair = exists().where(affair_actions.c.affair_id == table.c.case_id, affair_actions.c.action_id == table.c.action_id)
                query = select(table.c.case_id, table.c.action_id).where(table.c.sealed_at < before, ~known, ~of_affair)
                found |= {(row.case_id, row.action_id) for row in await db.execute(query)}
        return sum([await self.discard(*one) for one in sorted(found)])

    async def _at_once(self, work: Callable[[Connection, Ring], T], ring: Ring, fresh: frozenset[str] = frozenset()) -> T:
        """Do it in a transaction; again with the keys it lacked, or when another process has just written the same.

        Keys are made for the owners in `fresh`; anybody else's that is not there was erased.
        """
        for attempt in range(ATTEMPTS):
            try:
                return await self._store.write_at_once(lambda db: work(db, ring))
            except KeysNeeded as lack:
                known = [owner for owner in lack.owners if owner not in fresh]
                made = await self._store.keys.keys(owner for owner in lack.owners if owner in fresh)
                ring.add(dict.fromkeys(known) | await self._store.keys.existing(known) | made)
            except (IntegrityError, Overtaken):
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    async def _opened(self, refs: Iterable[str]) -> dict[str, tuple[bytes, str]]:
        """Salt and text behind these references; what is unknown or erased is left out."""
        ids = {_text_id(ref): ref for ref in refs if ref.startswith("vault:")}
        async with self._store.read() as db:
            rows = (await db.execute(select(vault_texts).where(vault_texts.c.id.in_(ids)))).all()
        keys = await self._store.keys.existing([text_owner(row.case_id) for row in rows])
        valid = [row for row in rows if text_ref(row) == ids[row.id] and text_owner(row.case_id) in keys]
        return {ids[row.id]: open_sealed(keys[text_owner(row.case_id)], row.sealed, ids[row.id]) for row in valid}

    async def _row(self, ref: str) -> Row[*tuple[Any, ...]]:
        async with self._store.read() as db:
            row = (await db.execute(select(vault_texts).where(vault_texts.c.id == _text_id(ref)))).first()
        if row is None or text_ref(row) != ref:
            raise UnknownRef(ref)
        return row

    async def _key(self, row: Row[*tuple[Any, ...]]) -> bytes:
        owner = text_owner(row.case_id)
        found = await self._store.keys.existing([owner])
        if owner not in found:
            raise Erased(owner)
        return found[owner]


def _seal_texts(db: Connection, ring: Ring, given: Sequence[Words]) -> list[dict[str, str]]:
    """Seal the texts that are not there yet; one whose words have changed is replaced while its action is not taken."""
    ids = [{path: str(uuid.uuid5(NAMESPACE, f"{one.case_id}\0{one.action_id}\0{path}")) for path in one.texts} for one in given]
    wanted = sorted(text_id for of_one in ids for text_id in of_one.values())
    known = {row.id: row for row in db.execute(TEXTS, {"ids": wanted})} if wanted else {}
    found: list[dict[str, str]] = []
    fresh: list[dict[str, Any]] = []
    for one, of_one in zip(given, ids, strict=True):
        refs, added = _sealed_texts(db, ring, one, {path: (text_id, known.get(text_id)) for path, text_id in of_one.items()})
        found.append(refs)
        fresh += added
    stale = [row["id"] for row in fresh if row["id"] in known]
    if stale:
        db.execute(delete(vault_texts).where(vault_texts.c.id.in_(stale)))
    if fresh:
        db.execute(insert(vault_texts), fresh)
    return found


def _sealed_texts(
    db: Connection, ring: Ring, words: Words, there: Mapping[str, tuple[str, Row[*tuple[Any, ...]] | None]]
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """References of the texts of one action, and the rows of those to be written; `there` says id and row of each by its path."""
    found: dict[str, str] = {}
    fresh: list[dict[str, Any]] = []
    bound = any(row is not None for _, row in there.values()) and _taken(db, words.case_id, words.action_id)
    for path, text in words.texts.items():
        key, (text_id, row) = ring.key(text_owner(words.case_id)), there[path]
        if row is not None and (bound or open_sealed(key, row.sealed, text_ref(row))[1] == text):
            found[path] = text_ref(row)
            continue
        sealed, found[path] = _sealed(key, text_id, text, chosen(db))
        fresh.append({**sealed, "case_id": words.case_id, "action_id": words.action_id})
    return found, fresh


def _discard(db: Connection, case_id: str, action_id: str) -> list[str] | None:
    """Delete what an action sealed and return the persons nobody names any more; None when it was taken."""
    if _taken(db, case_id, action_id):
        return None
    here = (vault_uses.c.case_id == case_id) & (vault_uses.c.action_id == action_id)
    refs = db.scalars(select(vault_uses.c.ref).where(here)).all()
    db.execute(delete(vault_uses).where(here))
    db.execute(delete(vault_texts).where(vault_texts.c.case_id == case_id, vault_texts.c.action_id == action_id))
    return drop_unused(db, refs) if refs else []


def _taken(db: Connection, case_id: str, action_id: str) -> bool:
    """Whether the action is in the record."""
    return db.execute(BOUND, {"case_id": case_id, "action_id": action_id}).first() is not None


def text_owner(case_id: str) -> str:
    """Whose key seals the texts of a case."""
    return f"case:{case_id}"


def _text_id(ref: str) -> str:
    return ref.split(":")[1] if ref.count(":") == 2 else ""


def text_ref(row: Row[*tuple[Any, ...]]) -> str:
    """The reference of a row of `vault_texts`."""
    return f"vault:{row.id}:{row.commitment}"


def _sealed(key: bytes, text_id: str, text: str, algorithm: Algorithm) -> tuple[dict[str, Any], str]:
    """A text's row and its reference, whose commitment whoever is shown salt and text can check, and nobody else can guess."""
    salt = secrets.token_bytes(SALT_BYTES)
    committed = commitment(salt + text.encode(), algorithm)
    ref = f"vault:{text_id}:{committed}"
    return {"id": text_id, "commitment": committed, "sealed": seal(key, salt + text.encode(), ref.encode())}, ref


def open_sealed(key: bytes, sealed: bytes, ref: str) -> tuple[bytes, str]:
    """Salt and text; raises cryptography's InvalidTag when it was tampered with."""
    plain = unseal(key, sealed, ref.encode())
    return plain[:SALT_BYTES], plain[SALT_BYTES:].decode()


def reseal(key: bytes, text: str, ref: str) -> bytes:
    """Other words under a reference that was made for others: its commitment says so."""
    return seal(key, secrets.token_bytes(SALT_BYTES) + text.encode(), ref.encode())
