"""Planting words that are known by heart, and telling who may come across them: for `test_leaks.py`.

Every field of a case gets a word of its own that stands nowhere else. What a table forbids is then found by reading an answer, whatever
it is: a page, a list, an error.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import strategies as st
from pydantic import ValidationError

from models.case import Case
from models.network import Network
from models.party import Actor
from models.words import Stage, TaskState
from rules.access import access
from rules.allowed import allowed
from rules.obligations import duties
from rules.reserved import closed_to
from rules.visibility import Group, Show, reach, sight
from service.office import Office
from service.sighted import Sighted
from store.desk.lists import Eyes
from store.persons import Person
from tests.support import plausible
from tests.support.core import CoreCase, actor
from tests.support.filled import publish
from tests.support.onward import Step, done, onward, opening, promise

TOKENS = re.compile(r"zq[0-9a-f]{8}|139\d{8}|5201111990\d{8}")
CODES = re.compile(r"\b[A-Z]+-20\d\d-\d{5}\b")
WORDS = 60
"""Words sealed for a case before it is played; each is used once."""

GROUPS: dict[tuple[str, str], Group] = {
    ("open", "summary"): Group.SUMMARY,
    ("amend", "summary"): Group.SUMMARY,
    ("raise_task", "title"): Group.TASKS,
    ("replan", "title"): Group.TASKS,
    ("finish", "result"): Group.TASKS,
    ("rework", "reason"): Group.TASKS,
    ("agree", "terms"): Group.AGREEMENT,
    ("agree", "what"): Group.AGREEMENT,
    ("perform", "proof"): Group.AGREEMENT,
    ("complain", "text"): Group.COMPLAINTS,
    ("reply", "text"): Group.COMPLAINTS,
    ("rate", "text"): Group.COMPLAINTS,
    ("attach", "title"): Group.PAPERS,
}
"""Which group a word belongs to, by action and field; all others are about the handling."""

PERSONAL = {"name": Group.NAMES, "phone": Group.PHONES, "id_number": Group.NUMBERS, "address": Group.ADDRESSES}


TASK: tuple[Step, ...] = (
    ("dispatcher@yanlou-centre", "raise_task", {"unit": "yanlou-health", "title": "ref"}),
    ("officer@yanlou-health", "sign", {}),
    ("officer@yanlou-health", "finish", {"result": "ref"}),
)
ASIDE: tuple[Step, ...] = (
    ("director@yanlou-centre", "note", {"text": "ref"}),
    ("clerk@yanlou-centre", "attach", {"title": "ref", "sha256": "a" * 64, "size": 1, "media_type": "image/png"}),
    ("citizen@a", "complain", {"party": "a", "text": "ref"}),
    ("director@yanlou-centre", "reply", {"text": "ref"}),
)
"""What happens beside the straight way, in the stage it is done in."""


@dataclass
class Planted:
    """A case with a word in each of its fields."""

    core: CoreCase
    words: dict[str, tuple[Group, str]] = field(default_factory=dict)
    """The group of each word, and the unit of its task where it is of one."""
    case: Case | None = None

    @property
    def now(self) -> Case:
        """The case as it was published."""
        assert self.case is not None
        return self.case


class Planter:
    """Plays cases at random, with a word in every field, and publishes them."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.planted: list[Planted] = []
        self._numbers = count(10_000_000)

    async def plant(self, data: st.DataObject, start: datetime) -> Planted:
        """Play one case by whoever comes along, and publish it."""
        made, pool = await self._opened(start, data.draw(plausible.opening(start)))
        for _ in range(data.draw(st.integers(4, 16))):
            self._step(data, made, pool)
        return await self._published(made)

    async def plant_whole(self, start: datetime) -> Planted:
        """Play one case that has everything: a task done, an agreement, a note, a paper, a complaint with its reply."""
        made, pool = await self._opened(start, opening(happened_on=str(start.date())))
        core = made.core
        extra: dict[Stage, tuple[Step, ...]] = {Stage.SIGNED: TASK, Stage.MEDIATING: ASIDE}
        while core.case.stage is not Stage.PERFORMING:
            for post, do, fields in extra.pop(core.case.stage or Stage.REGISTERED, ()):
                done(core.act(post, do, **_filled(made, pool, do, {**fields, **_about(core.case, do)})))
            promised = [promise(due=str((core.now + timedelta(days=9)).date()))] if core.case.stage is Stage.MEDIATING else []
            step = onward(core.case, promises=promised) if promised else onward(core.case)
            assert step is not None
            done(core.act(step[0], step[1], **_filled(made, pool, step[1], step[2])))
        return await self._published(made)

    async def _opened(self, start: datetime, intake: dict[str, Any]) -> tuple[Planted, list[tuple[str, str]]]:
        """Take a case in, with people of its own; return it, and the words it may still use."""
        core = CoreCase(start)
        core.case = core.case.model_copy(update={"id": secrets.token_hex(16), "intake_id": secrets.token_hex(8)})
        made = Planted(core)
        pool = await self._pool(core.case.id)
        people = await self._people(made, [party["id"] for party in intake["parties"]])
        for party in intake["parties"]:
            party["person"] = people[party["id"]]
        done(core.act("clerk@yanlou-centre", "open", **_filled(made, pool, "open", intake)))
        return made, pool

    async def _published(self, made: Planted) -> Planted:
        made.case = await publish(self.office, made.core)
        self.planted.append(made)
        return made

    def _step(self, data: st.DataObject, made: Planted, pool: list[tuple[str, str]]) -> None:
        """Let somebody do something: what comes next, what somebody may do, or whatever anybody thinks of."""
        core, chance = made.core, data.draw(st.integers(0, 9))
        core.move_to(core.now + timedelta(minutes=data.draw(st.sampled_from((1, 30, 300)))))
        step = onward(core.case) if chance < 5 else None
        if step is None:
            post = data.draw(st.sampled_from(plausible.likely_posts("note", core.case)))
            may = sorted(set(allowed(core.case, actor(post), core.context)) & set(plausible.FIELDS))
            do = data.draw(st.sampled_from(may if may and chance < 9 else sorted(plausible.FIELDS)))
            step = post, do, data.draw(plausible.fields_of(do, core.case, core.now))
        post, do, fields = step
        try:
            # Who finishes without naming a task finishes their unit's.
            own = actor(post).unit if do == "finish" and fields.get("task") is None else ""
            core.act(post, do, **_filled(made, pool, do, fields, unit=own))
        except ValidationError:
            return  # not even an action

    async def _pool(self, case_id: str) -> list[tuple[str, str]]:
        texts = {f"w{number}": f"字zq{secrets.token_hex(4)}字" for number in range(WORDS)}
        refs = await self.office.vault.seal_many(case_id, "planted", texts)
        return [(texts[path][1:-1], refs[path]) for path in texts]

    async def _people(self, made: Planted, ids: list[str]) -> dict[str, str]:
        people = {}
        for party in ids:
            number = next(self._numbers)
            person = Person(
                name=f"万zq{secrets.token_hex(4)}",
                phone=f"139{number}",
                id_number=f"5201111990{number}",
                address=f"燕楼镇谷蒙村zq{secrets.token_hex(4)}号",
            )
            people[party] = person
            for name, group in PERSONAL.items():
                made.words[_token(getattr(person, name))] = (group, "")
        return await self.office.vault.seal_many(made.core.case.id, "people", {}, people)


def _about(case: Case, do: str) -> dict[str, Any]:
    """Name the task or the complaint that an action is about."""
    if do in {"sign", "finish"}:
        return {"task": next(task.id for task in case.tasks.values() if task.unit == "yanlou-health")}
    return {"complaint": case.complaints[-1].id} if do == "reply" else {}


def _token(text: str) -> str:
    found = TOKENS.search(text)
    assert found is not None, text
    return found[0]


def _filled(made: Planted, pool: list[tuple[str, str]], do: str, fields: Any, name: str = "", unit: str = "") -> Any:
    """Return fields of an action with words of their own wherever there is a text."""
    if isinstance(fields, dict):
        unit = str(fields.get("unit") or _unit_of(made.core.case, fields.get("task")) or unit)
        return {key: _filled(made, pool, do, value, key, unit) for key, value in fields.items()}
    if isinstance(fields, (list, tuple)):
        return [_filled(made, pool, do, value, name, unit) for value in fields]
    if isinstance(fields, str) and fields in {"ref", "ref2"} and name != "representative" and pool:
        token, ref = pool.pop()
        made.words[token] = (GROUPS.get((do, name), Group.HANDLING), unit)
        return ref
    return fields


def _unit_of(case: Case, task: object) -> str | None:
    return case.tasks[task].unit if isinstance(task, str) and task in case.tasks else None


class Oracle:
    """What the tables say, asked by themselves and not by way of what shows."""

    def __init__(self, office: Office, network: Network) -> None:
        self._office = office
        self._network = network

    def reaches(self, who: Actor, case: Case, grids: tuple[str, ...], opener: str) -> bool:
        """Whether somebody's eyes may rest on a case."""
        owed = duties(case, self._office.library.bundle(case.docs).procedure)
        rows = frozenset(access(case, self._network, owed))
        scopes = reach(who, self._network, grids)
        eyes = Sighted(self._office)._as_eyes(who, scopes)
        if eyes.open_to(rows):
            return True
        wide = Eyes(scopes=eyes.scopes, everything=eyes.everything)
        return opener in who.own_ids and bool(closed_to(who.role)) and wide.open_to(rows)

    def may_read(self, who: Actor, planted: Planted, token: str, grids: tuple[str, ...], opener: str) -> bool:
        """Whether somebody may come across a word of a case."""
        case = planted.now
        if not self.reaches(who, case, grids, opener):
            return False
        group, unit = planted.words[token]
        seen = sight(case, who, self._network, grids)
        if group in PERSONAL.values():
            return seen.show(group) is Show.FULL
        if group is Group.TASKS:
            mine = unit == who.unit and any(task.unit == unit and task.state is not TaskState.RELEASED for task in case.tasks.values())
            return seen.full(Group.TASKS) or (mine and seen.sees(Group.OWN_TASKS))
        # A masked text is the same words without the people in it.
        return seen.sees(group)
