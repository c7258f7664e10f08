"""Cockpit, course, table and board: every figure counts the list behind it, for everybody, and nobody is told more than they may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Coroutine
from datetime import date, timedelta
from typing import Any

import pytest

from models.period import Period, Step
from models.refusal import RefusalCode
from models.words import Mark, Role, Stage, Tier
from rules.desks import DESKS, Desk
from rules.marks import late, marked
from rules.periods import bounds, holding
from service.errors import Refused
from service.office import Office
from service.oversight.board import BoardDesk
from service.oversight.league import Leagues
from service.oversight.supervision import Supervision
from service.reading import Reader
from tests.service.town import NOW, each_is_its_list, figures, town, who

HALF = Period(first=date(2026, 4, 1), last=date(2026, 11, 30))
CHIEF = "director@huaxi-centre"


@pytest.mark.parametrize(
    "post",
    [
        CHIEF, "leader@yanlou-centre", "clerk@qingyan-centre", "auditor@yanlou-justice", "archivist@huaxi-justice",
        "officer@yanlou-justice", "police@yanlou-police", "mediator@yanlou-justice", "grid@yanlou-gumeng", "adviser@yanlou-justice",
    ],
)  # fmt: skip
async def test_every_figure_of_the_cockpit_counts_the_list_behind_it(filled: Office, post: str) -> None:
    actor, desk = who(post), Supervision(filled)
    cockpit = await desk.cockpit(actor)
    open_cases = [core.case for core in town() if not core.case.ended]
    if post == CHIEF:
        assert cockpit.open.value == len(open_cases)
        assert {piece.stage: piece.open.value for piece in cockpit.stages} == Counter(case.stage for case in open_cases)
        assert await each_is_its_list(filled, actor, cockpit) > 40
    else:
        await each_is_its_list(filled, actor, cockpit)
    assert all(figure.behind is not None for _, figure in figures(cockpit))
    for step in Step:
        await each_is_its_list(filled, actor, await desk.course(actor, step))
    narrowed = await desk.cockpit(actor, town="yanlou", lead="yanlou-justice")
    await each_is_its_list(filled, actor, narrowed)
    assert narrowed.open.value <= cockpit.open.value


async def test_a_clock_that_is_behind_another_makes_no_stay_negative(filled: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filled, "shift", filled.shift - timedelta(days=400))
    stages = (await Supervision(filled).cockpit(who(CHIEF))).stages
    assert stages
    assert all(stage.days_mean == stage.days_longest == 0 for stage in stages if stage.days_mean is not None)


@pytest.mark.parametrize("post", [CHIEF, "director@yanlou-centre", "dispatcher@qingyan-centre", "auditor@yanlou-justice"])
async def test_every_figure_of_the_table_counts_the_list_behind_it(filled: Office, post: str) -> None:
    actor, desk = who(post), Leagues(filled)
    asked = 0
    for period in (HALF, holding(Step.MONTH, date(2026, 11, 1))):
        asked += await each_is_its_list(filled, actor, await desk.league(actor, period))
        asked += await each_is_its_list(filled, actor, await desk.league(actor, period, by="town"))
        asked += await each_is_its_list(filled, actor, await desk.league(actor, period, town="yanlou"))
    assert asked > 50


async def test_the_table_says_what_the_cases_say(filled: Office) -> None:
    league = await Leagues(filled).league(who(CHIEF), HALF)
    since, until = bounds(HALF, filled.bundle.cal)
    cases = [core.case for core in town()]
    made = {core.case.id: marked((), None, core.events) for core in town()}
    ended = [case for case in cases if case.ended_at is not None and since <= case.ended_at < until]
    assert league.total.ended.value == len(ended)
    assert league.total.on_time.part.value == sum(not late(case, made[case.id]) for case in ended)
    assert league.total.on_time.whole.value == len(ended) + league.total.overdue.value
    opened = {core.case.id: core.events[0].at for core in town()}
    days = [(case.ended_at - opened[case.id]).total_seconds() / 86400 for case in ended if case.ended_at]
    assert league.total.days.days == pytest.approx(sum(days) / len(days), abs=0.06)
    rows = {row.key: row for row in league.rows}
    for unit, row in rows.items():
        if not unit:
            assert (row.yellow, row.satisfied) == (None, None)
            continue
        assert row.open.value == sum(case.lead == unit and not case.ended for case in cases)
        own = {name: {mark.kind for mark in marks if mark.unit == unit and since <= mark.at < until} for name, marks in made.items()}
        for kind, figure in ((Mark.YELLOW, row.yellow), (Mark.RED, row.red), (Mark.OBJECTED, row.objected), (Mark.RETURNED, row.returned)):
            assert figure is not None
            assert figure.value == sum(kind in kinds for kinds in own.values()), (unit, kind)
        assert row.satisfied is not None
        replied = [kinds for kinds in own.values() if kinds & {Mark.SATISFIED, Mark.DISSATISFIED}]
        assert row.satisfied.whole.value == len(replied)
        assert row.satisfied.part.value == sum(Mark.DISSATISFIED not in kinds for kinds in replied)
    assert sum(row.ended.value for row in league.rows) == league.total.ended.value
    assert any(row.satisfied and row.satisfied.part.value < row.satisfied.whole.value for row in league.rows)
    assert any(row.objected and row.objected.value for row in league.rows)


async def test_by_town_each_case_counts_once(filled: Office) -> None:
    league = await Leagues(filled).league(who(CHIEF), HALF, by="town")
    assert [row.key for row in league.rows] == ["qingyan", "yanlou", ""]
    for name in ("open", "overdue", "taken_in", "ended", "yellow", "objected"):
        parts = [getattr(row, name).value for row in league.rows]
        assert sum(parts) == getattr(league.total, name).value, name
    assert [row.name for row in league.rows][-1] == "花溪区"


async def test_a_statistician_gets_numbers_and_no_lists(filled: Office) -> None:
    actor = who("analyst@huaxi-centre")
    chief = await Supervision(filled).cockpit(who(CHIEF))
    cockpit = await Supervision(filled).cockpit(actor)
    assert cockpit.open.value == chief.open.value
    league = await Leagues(filled).league(actor, HALF)
    assert all(figure.behind is None for shown in (cockpit, league) for _, figure in figures(shown))


async def test_what_a_role_may_not_see_is_not_counted_for_it(filled: Office) -> None:
    for post in ("archivist@huaxi-justice", "adviser@yanlou-justice"):
        cockpit = await Supervision(filled).cockpit(who(post))
        assert (cockpit.red, cockpit.orange, cockpit.tiers) == (None, None, ())
    dispatcher = await Leagues(filled).league(who("dispatcher@huaxi-centre"), HALF)
    assert dispatcher.total.satisfied is not None
    assert dispatcher.total.satisfied.whole.behind is None
    officer = await Supervision(filled).cockpit(who("officer@yanlou-justice"))
    assert {unit.unit for unit in officer.units} == {"yanlou-justice"}


async def test_desks_are_refused_to_whom_they_are_not_for(filled: Office) -> None:
    posts = {person.role: person.unit for person in filled.place.staff.values()} | {Role.CITIZEN: "a", Role.ADMIN_AUDIT: "huaxi-centre"}
    for role, unit in posts.items():
        actor = who(f"{role}@{unit}")
        asked: dict[Desk, Coroutine[Any, Any, object]] = {
            Desk.COCKPIT: Supervision(filled).cockpit(actor),
            Desk.LEAGUE: Leagues(filled).league(actor, HALF),
            Desk.BOARD: BoardDesk(filled).board(actor),
        }
        for desk, answer in asked.items():
            if role in DESKS[desk]:
                await answer
            else:
                with pytest.raises(Refused) as refused:
                    await answer
                assert refused.value.refusal.code is RefusalCode.NOT_ALLOWED


@pytest.mark.parametrize("post", ["dispatcher@huaxi-centre", "dispatcher@yanlou-centre"])
async def test_the_board_shows_every_stage_and_the_most_urgent_of_each(filled: Office, post: str) -> None:
    actor = who(post)
    board = await BoardDesk(filled).board(actor, most=3)
    assert [column.stage for column in board.columns] == list(Stage)[:9]
    await each_is_its_list(filled, actor, board)
    dues = {
        core.case.code or core.case.id: min(
            (clock.due.at for name, clock in core.case.clocks.items() if clock.due and name not in {"ladder", "object"}), default=None
        )
        for core in town()
    }
    by_id = {core.case.id: dues[core.case.code or core.case.id] for core in town()}
    for column in board.columns:
        assert sum(level.cases.value for level in column.levels) == column.cases.value
        assert len(column.urgent) == min(3, column.cases.value)
        shown = [card.due for card in column.urgent]
        assert shown == sorted(shown, key=lambda due: (due is None, due))
        for card in column.urgent:
            case_id = await filled.records.find(card.case.code)
            assert case_id is not None
            assert card.due == by_id[case_id]
            assert card.overdue == (card.due is not None and card.due < NOW)
            assert await Reader(filled).may_see(actor, case_id)


async def test_the_board_of_one_tier(filled: Office) -> None:
    actor = who("leader@huaxi-centre")
    board = await BoardDesk(filled).board(actor, tier=Tier.RED, town="yanlou")
    await each_is_its_list(filled, actor, board)
    total = sum(column.cases.value for column in board.columns)
    assert total == sum(c.case.tier is Tier.RED and c.case.town == "yanlou" and not c.case.ended for c in town())
    assert {card.case.tier for column in board.columns for card in column.urgent} <= {Tier.RED}
