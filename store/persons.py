"""Persons in the vault: who somebody is, and how the same person is found again without anybody's data lying open.

Called by `store/vault.py`, inside its transactions. The blind index holds keyed digests (HMAC-SHA256) of the number of an
identity card or a register, and of phone and name together; nothing else is ever compared.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ConfigDict, Field
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from models.base import MAX_NAME, Model
from store.engine import Overtaken
from store.keyring.keys import INDEX
from store.keyring.master import seal, unseal
from store.keyring.ring import Ring
from store.tables import vault_finds, vault_marks, vault_persons, vault_uses

NAMED = select(vault_uses).where(
    vault_uses.c.case_id.in_(bindparam("cases", expanding=True)), vault_uses.c.action_id.in_(bindparam("actions", expanding=True))
)
FORGET = delete(vault_uses).where(
    vault_uses.c.case_id == bindparam("of_case"),
    vault_uses.c.action_id == bindparam("of_action"),
    vault_uses.c.path == bindparam("of_path"),
)


class Person(Model):
    """Who a party, or its representative, is. Never shown by `repr`, never quoted by a validation error."""

    model_config = ConfigDict(hide_input_in_errors=True)

    name: str = Field(min_length=1, max_length=MAX_NAME)
    phone: str | None = Field(default=None, max_length=40)
    id_number: str | None = Field(default=None, max_length=40)
    """Number of the identity card; for an organisation its number in the register (统一社会信用代码)."""
    address: str | None = Field(default=None, max_length=300)
    more: dict[str, str] = Field(default_factory=dict)
    """Whatever else is known, by name of the field."""

    def __repr__(self) -> str:
        return "Person(…)"

    __str__ = __repr__

    def completed(self, other: Person) -> Person:
        """This person with what only the other one knows. What both know stays as it is here."""
        gaps = {name: value for name, value in other if getattr(self, name) is None}
        return self.model_copy(update={**gaps, "more": {**other.more, **self.more}})


@dataclass
class _Plan:
    """What naming some persons comes to, worked out before anything is written."""

    looked: frozenset[str]
    """Marks that were looked up: those of the persons as they are named here, not of what else is known of them."""
    alive: dict[str, Person]
    marks: dict[str, str]
    """Who each mark points to, as far as it was looked up, or will."""
    added: dict[str, Person] = field(default_factory=dict)
    changed: dict[str, Person] = field(default_factory=dict)
    uses: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Naming:
    """The persons whom one action of a case or an affair names, by the path of the field; `spare` a reference for each who is new."""

    case_id: str
    action_id: str
    persons: Mapping[str, Person]
    spare: Mapping[str, str]


def name_persons(db: Connection, ring: Ring, namings: Sequence[Naming]) -> list[dict[str, str]]:
    """A reference for each person by the path of the field that names it, action by action; the same when asked again.

    What one action says of a person is known to the next. Raises KeysNeeded.
    """
    before = _named_before(db, namings)
    typed = [{path: _digest(ring, "typed", person.model_dump_json()) for path, person in one.persons.items()} for one in namings]
    same = [
        {path: known[path].ref for path, digest in digests.items() if path in known and known[path].typed == digest}
        for known, digests in zip(before, typed, strict=True)
    ]
    plan = _look(
        db, ring, [person for one, known in zip(namings, same, strict=True) for path, person in one.persons.items() if path not in known]
    )
    for one, known, digests in zip(namings, same, typed, strict=True):
        for path, person in one.persons.items():
            if path not in known:
                known[path] = ref = _place(plan, ring, person, one.spare[path])
                plan.uses.append({"case_id": one.case_id, "action_id": one.action_id, "path": path, "ref": ref, "typed": digests[path]})
    ring.need([*plan.added, *plan.changed])
    _forget_uses(db, plan.uses, before)
    _write(db, ring, plan)
    return same


def _named_before(db: Connection, namings: Sequence[Naming]) -> list[dict[str, Row[*tuple[Any, ...]]]]:
    """Whom each of these actions has named already, by path."""
    found: dict[tuple[str, str], dict[str, Row[*tuple[Any, ...]]]] = {(one.case_id, one.action_id): {} for one in namings}
    for row in db.execute(NAMED, {"cases": sorted({case for case, _ in found}), "actions": sorted({action for _, action in found})}):
        if (row.case_id, row.action_id) in found:
            found[row.case_id, row.action_id][row.path] = row
    return [found[one.case_id, one.action_id] for one in namings]


def _forget_uses(db: Connection, uses: Sequence[Mapping[str, Any]], before: Iterable[Mapping[str, Row[*tuple[Any, ...]]]]) -> None:
    """Delete what is said anew."""
    known = {(row.case_id, row.action_id, row.path) for one in before for row in one.values()}
    stale = [use for use in uses if (use["case_id"], use["action_id"], use["path"]) in known]
    if stale:
        db.execute(FORGET, [{"of_case": use["case_id"], "of_action": use["action_id"], "of_path": use["path"]} for use in stale])


def read_persons(db: Connection, ring: Ring, refs: Iterable[str]) -> dict[str, Person]:
    """The persons behind these references; those unknown or erased are left out. Raises KeysNeeded."""
    wanted = sorted(set(refs))
    rows = db.execute(select(vault_persons).where(vault_persons.c.ref.in_(wanted))).all() if wanted else []
    ring.need([row.ref for row in rows])
    keys = {row.ref: ring.get(row.ref) for row in rows}
    return {row.ref: _opened(key, row.ref, row.sealed) for row in rows if (key := keys[row.ref]) is not None}


def replace_person(db: Connection, ring: Ring, ref: str, person: Person) -> None:
    """Write a person anew under the same reference, with the marks it now has. Raises KeysNeeded, Erased."""
    ring.key(ref)
    plan = _look(db, ring, [person])
    plan.changed[ref] = plan.alive[ref] = person
    _write(db, ring, plan)


def drop_unused(db: Connection, refs: Iterable[str]) -> list[str]:
    """Delete those of these persons whom nothing names any more; return them, so that their keys can go, too."""
    wanted = sorted(set(refs))
    used = set(db.scalars(select(vault_uses.c.ref).where(vault_uses.c.ref.in_(wanted))))
    unused = [ref for ref in wanted if ref not in used]
    if unused:
        db.execute(delete(vault_marks).where(vault_marks.c.ref.in_(unused)))
        db.execute(delete(vault_finds).where(vault_finds.c.ref.in_(unused)))
        db.execute(delete(vault_persons).where(vault_persons.c.ref.in_(unused)))
    return unused


def _look(db: Connection, ring: Ring, persons: Iterable[Person]) -> _Plan:
    """A plan that knows whom the marks of these persons point to."""
    marks = sorted({mark for person in persons for mark in marks_of(ring, person)})
    query = select(vault_marks.c.mark, vault_marks.c.ref).where(vault_marks.c.mark.in_(marks))
    pointed: dict[str, str] = {row.mark: row.ref for row in db.execute(query)} if marks else {}
    return _Plan(looked=frozenset(marks), alive=read_persons(db, ring, pointed.values()), marks=pointed)


def _place(plan: _Plan, ring: Ring, person: Person, spare: str) -> str:
    """The reference of a person: of the one it is, completed by what is new, or the spare one."""
    for mark in marks_of(ring, person):
        ref = plan.marks.get(mark, "")
        known = plan.alive.get(ref)
        if known is None or _contradict(known, person):
            continue
        complete = known.completed(person)
        if complete != known:
            plan.alive[ref] = complete
            (plan.added if ref in plan.added else plan.changed)[ref] = complete
            _claim(plan, ring, ref, complete)
        return ref
    plan.alive[spare] = plan.added[spare] = person
    _claim(plan, ring, spare, person)
    return spare


def _claim(plan: _Plan, ring: Ring, ref: str, person: Person) -> None:
    """Let the marks of a person point to it, but for those that point to somebody else who is there."""
    for mark in marks_of(ring, person):
        if plan.marks.get(mark) not in plan.alive:
            plan.marks[mark] = ref


def _write(db: Connection, ring: Ring, plan: _Plan) -> None:
    """Write persons, marks and uses; marks that point to somebody else who is there stay. Raises Overtaken.

    Rows that others may write, too, are written in one order everywhere, so that no two transactions wait for each other.
    """
    if plan.added:
        db.execute(insert(vault_persons), [{"ref": r, "sealed": _closed(ring, r, p)} for r, p in plan.added.items()])
    if plan.changed:
        sealed = update(vault_persons).where(vault_persons.c.ref == bindparam("of")).values(sealed=bindparam("now"))
        db.execute(sealed, [{"of": ref, "now": _closed(ring, ref, plan.changed[ref])} for ref in sorted(plan.changed)])
    named = [(mark, ref) for ref, person in (plan.added | plan.changed).items() for mark in marks_of(ring, person)]
    wanted = {mark: ref for mark, ref in named if plan.marks.get(mark) == ref or plan.marks.get(mark) not in plan.alive}
    if wanted:
        rows = db.execute(select(vault_marks).where(vault_marks.c.mark.in_(sorted(wanted)))).all()
        alive = read_persons(db, ring, [row.ref for row in rows])
        if any(row.mark in plan.looked and row.ref in alive and row.ref != wanted[row.mark] for row in rows):
            raise Overtaken  # it pointed to nobody when it was looked up: on PostgreSQL somebody has named this person since
        free = sorted(wanted.keys() - {row.mark for row in rows if row.ref in alive})
        if rows and free:
            db.execute(delete(vault_marks).where(vault_marks.c.mark.in_(free)))
        if free:
            db.execute(insert(vault_marks), [{"mark": mark, "ref": wanted[mark]} for mark in free])
    finds = [{"mark": mark, "ref": ref} for ref, person in (plan.added | plan.changed).items() for mark in finding(ring, person)]
    if plan.changed:
        db.execute(delete(vault_finds).where(vault_finds.c.ref.in_(sorted(plan.changed))))
    if finds:
        db.execute(insert(vault_finds), finds)
    if plan.uses:
        db.execute(insert(vault_uses), plan.uses)


class Typed(Model):
    """What somebody has typed of a person so far. Never shown by `repr`, never kept."""

    model_config = ConfigDict(hide_input_in_errors=True)

    name: str = ""
    phone: str = ""
    id_number: str = ""

    def __repr__(self) -> str:
        return "Typed(…)"

    __str__ = __repr__

    def may_be(self, person: Person) -> bool:
        """Whether this may be that person: something is the same, and the numbers, where both are known, are."""
        numbers = _plain(self.id_number), _plain(person.id_number or "")
        if all(numbers):
            return numbers[0] == numbers[1]
        same_phone = bool(self.phone) and plain_phone(self.phone) == plain_phone(person.phone or "")
        return same_phone or (bool(self.name) and _plain(self.name) == _plain(person.name))


def finding(ring: Ring, person: Person | Typed) -> list[str]:
    """The digests by which a search finds a person: of the name alone, of the phone alone, of the number alone."""
    words = {"find.name": _plain(person.name), "find.phone": plain_phone(person.phone or ""), "find.id": _plain(person.id_number or "")}
    return [_digest(ring, kind, word) for kind, word in words.items() if word]


def sought(ring: Ring, words: str) -> list[str]:
    """The digests of what somebody typed into a search: as a name, as a phone, as a number."""
    kinds = {"find.name": _plain(words), "find.phone": plain_phone(words), "find.id": _plain(words)}
    return [_digest(ring, kind, word) for kind, word in kinds.items() if word]


def _closed(ring: Ring, ref: str, person: Person) -> bytes:
    return seal(ring.key(ref), person.model_dump_json(exclude_defaults=True).encode(), ref.encode())


def _opened(key: bytes, ref: str, sealed: bytes) -> Person:
    return Person.model_validate_json(unseal(key, sealed, ref.encode()))


def marks_of(ring: Ring, person: Person) -> list[str]:
    """The blind index entries of a person, the strongest first."""
    marks = []
    if person.id_number:
        marks.append(_digest(ring, "id", _plain(person.id_number)))
    if person.phone:
        marks.append(_digest(ring, "phone", plain_phone(person.phone), _plain(person.name)))
    return marks


def _digest(ring: Ring, kind: str, *parts: str) -> str:
    return hmac.new(ring.key(INDEX), "\0".join((kind, *parts)).encode(), hashlib.sha256).hexdigest()


def _contradict(one: Person, other: Person) -> bool:
    """Whether both have a number and it is not the same one."""
    numbers = {_plain(person.id_number) for person in (one, other) if person.id_number}
    return len(numbers) > 1


def _plain(text: str) -> str:
    """A text as it is compared: width, case and spaces do not count."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def plain_phone(text: str) -> str:
    """A phone number as it is compared: digits alone, without China's own prefix."""
    digits = "".join(char for char in unicodedata.normalize("NFKC", text) if char.isdigit()).removeprefix("00")
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
