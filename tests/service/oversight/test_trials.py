"""Trying rules: what is shown is what putting them in force would do, within reach, and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from models.case import Case
from models.procedure import Procedure
from models.refusal import Refusal
from models.words import Role
from rules.desks import DESKS, Desk
from rules.library import content_hash
from rules.shelf import SHELF
from service import calendars
from service.errors import Refused
from service.office import Office
from service.oversight import trials
from service.oversight.trials import DueMove, Trials
from service.settings import ROOT
from store.files import BadFile
from store.tables import cases, documents, events
from store.trial_files import changed
from tests.service.town import town, who
from tests.support.core import CoreCase

CHIEF = "director@huaxi-centre"
TEXT = (ROOT / "places" / "huaxi" / "procedure.yaml").read_text(encoding="utf-8")
NOTICE = """
version: CN-2027
years: [2027]
off: [2027-01-01..2027-01-05, 2027-02-05..2027-02-11, 2027-04-05]
make_up: [2027-01-09]
spring_festival: {2027: 2027-02-06}
"""


def running() -> dict[str, CoreCase]:
    return {core.case.id: core for core in town() if not core.case.ended}


async def by_id(office: Office, moves: tuple[DueMove, ...]) -> dict[str, dict[str, DueMove]]:
    found: dict[str, dict[str, DueMove]] = {}
    for move in moves:
        found.setdefault(await office.records.find(move.code) or "", {})[move.clock] = move
    return found


def rebased(core: CoreCase, procedure: Procedure) -> Case:
    """The case as it is once somebody has put the procedure in force for it."""
    other = CoreCase(core.now)
    other.case, other.library = core.case, SHELF
    docs = core.case.docs.model_copy(update={"procedure": SHELF.add(procedure)})
    answer = other.act(CHIEF, "rebase", docs=docs.model_dump(), reason="ref")
    assert not isinstance(answer, Refusal)
    return other.case


@pytest.mark.parametrize(
    ("key", "value"),
    [("limits.consent.limit", "1wd"), ("ladder.town", "20wd"), ("limits.audit.limit", "9wd"), ("limits.visit.second.limit", "60d")],
)
async def test_what_would_move_is_what_moves_when_it_is_put_in_force(filled: Office, key: str, value: str) -> None:
    tried = await Trials(filled).procedure_value(who(CHIEF), key, value)
    procedure = changed(filled.bundle.procedure, key, value)
    assert tried.hash == content_hash(procedure)
    assert [one.key for one in tried.changed] == [key]
    assert (tried.trial.running, tried.trial.looked_at, tried.trial.complete) == (len(running()), len(running()), True)
    moves = await by_id(filled, tried.trial.moves)
    same = changed(filled.bundle.procedure, "version", "2")
    for case_id, core in running().items():
        after, as_is = rebased(core, procedure).clocks, rebased(core, same).clocks
        for clock_id in {*after, *as_is}:
            due, was = (clocks[clock_id].due if clock_id in clocks else None for clocks in (after, as_is))
            told = moves.get(case_id, {}).get(clock_id)
            if told is not None:
                assert told.after == (due.at if due else None)
                assert told.before == (now.due.at if (now := core.case.clocks.get(clock_id)) and now.due else None)
            else:
                assert due == was or (now := core.case.clocks.get(clock_id)) is None or now.due == due
    assert tried.trial.cases_moved == len(moves) > 0


async def test_the_text_in_force_moves_nothing_and_a_changed_one_says_what_it_changes(filled: Office) -> None:
    plain = await Trials(filled).procedure_text(who(CHIEF), TEXT)
    assert (plain.changed, plain.trial.moves, plain.cases_alarmed) == ((), (), 0)
    text = TEXT.replace("town: 7wd", "town: 9wd").replace("red_after: 3wd", "red_after: 4wd")
    tried = await Trials(filled).procedure_text(who(CHIEF), text)
    assert {(one.key, one.before, one.after) for one in tried.changed} == {
        ("ladder.town", "7 work_days", "9 work_days"), ("cards.red_after", "3 work_days", "4 work_days"),
    }  # fmt: skip
    assert {move.clock for move in tried.trial.moves} <= {"ladder"}
    assert tried.cases_alarmed >= tried.trial.cases_moved


async def test_only_cases_within_reach_are_told_of(filled: Office) -> None:
    tried = await Trials(filled).procedure_value(who("dispatcher@qingyan-centre"), "ladder.town", "20wd")
    mine = {case_id for case_id, core in running().items() if core.case.town == "qingyan"}
    assert tried.trial.running == len(mine)
    assert set(await by_id(filled, tried.trial.moves)) <= mine


async def test_of_many_cases_the_newest_are_looked_at_and_it_says_so(filled: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "MOST", 3)
    tried = await Trials(filled).procedure_value(who(CHIEF), "ladder.town", "20wd")
    assert (tried.trial.looked_at, tried.trial.running, tried.trial.complete) == (3, len(running()), False)


async def test_a_notice_moves_what_its_import_would_move(filled: Office, tmp_path: Path) -> None:
    path = tmp_path / "notice.yaml"
    path.write_text(NOTICE, encoding="utf-8")
    imported = await calendars.preview(filled, path)
    tried = await Trials(filled).calendar_text(who(CHIEF), NOTICE)
    assert (tried.version, tried.hash, tried.trial.looked_at) == ("CN-2027", imported.hash, len(running()))
    moves = {(move.code, move.clock): (move.before, move.after, move.days, move.firm) for move in imported.moves}
    assert {(move.code, move.clock): (move.before, move.after, move.days, move.firm) for move in tried.trial.moves} == moves
    assert moves


@pytest.mark.parametrize(
    ("text", "name", "key"),
    [
        (NOTICE.replace("2027-04-05", "2027-04-31"), "notice.yaml", ""),
        ("off: [x]", "notice.yaml", "off[0]"),
        ("nonsense", "notice.ics", ""),
        (NOTICE, "notice.exe", ""),
        ("version: x\nyears: [2030]\noff: []\n", "notice.yaml", ""),
        ("a: &x [1]\nb: *x\n", "notice.yaml", "line 2"),
    ],
)
async def test_a_notice_that_cannot_be_used_is_refused_with_its_reason(filled: Office, text: str, name: str, key: str) -> None:
    with pytest.raises(BadFile) as wrong:
        await Trials(filled).calendar_text(who(CHIEF), text, name)
    assert wrong.value.key.startswith(key)
    assert wrong.value.reason


async def test_nothing_is_written(filled: Office) -> None:
    async def rows() -> list[Any]:
        async with filled.store.read() as db:
            sums = [await db.scalar(select(func.count()).select_from(table)) for table in (events, documents)]
            return [*sums, sorted((await db.execute(select(cases.c.case_id, cases.c.seq, cases.c.state))).all())]

    before, docs = await rows(), filled.docs
    await Trials(filled).procedure_value(who(CHIEF), "ladder.town", "20wd")
    await Trials(filled).calendar_text(who(CHIEF), NOTICE)
    assert await rows() == before
    assert filled.docs == docs
    assert not SHELF.has((await Trials(filled).calendar_text(who(CHIEF), NOTICE)).hash)


async def test_trials_are_refused_to_others(filled: Office) -> None:
    desk = Trials(filled)
    for role in set(Role) - DESKS[Desk.TRY]:
        actor = who(f"{role}@huaxi-centre")
        for ask in (desk.procedure_text(actor, TEXT), desk.procedure_value(actor, "ladder.town", "1wd"), desk.calendar_text(actor, NOTICE)):
            with pytest.raises(Refused):
                await ask
