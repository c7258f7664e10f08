"""Absences: who declares them, for whom, and what they lead to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.account import AbsenceReason, Identity, Session, StandInProblem
from service.entry.absences import LONGEST, Absences
from service.entry.accounts import Accounts
from service.errors import AccountRefused
from service.office import Office
from store.entry.account_log import AccountLog

MEDIATOR, OTHER = "mediator@yanlou-gumeng", "mediator@yanlou-justice"
OFFICER = "officer@yanlou-gumeng"
DIRECTOR = "director@yanlou-centre"
LEAVE = AbsenceReason.LEAVE
DAY = timedelta(days=1)


async def at(accounts: Accounts, *posts: str) -> Identity:
    """Who holds these posts, signed in now."""
    login = "-".join(posts).replace("_", "-")[:80]
    try:
        account = (await accounts.create(login, "王某", posts, local=False)).account
    except AccountRefused:
        account = await accounts.named(login)
    session = await accounts.sign_in_known(account, second_factor=False)
    assert isinstance(session, Session)
    return session.identity


async def test_who_is_away_is_stood_in_for_from_the_first_day_to_the_last(accounts: Accounts, bare_office: Office) -> None:
    mine = Absences(bare_office, await at(accounts, MEDIATOR))
    first = mine.today + DAY
    made = await mine.declare(first, first + DAY, LEAVE, {MEDIATOR: OTHER})
    assert [one.id for one in await mine.own()] == [made[0].id]
    other = Absences(bare_office, await at(accounts, OTHER))
    assert [one.absent for one in await other.standing_in()] == [MEDIATOR]
    seen = []
    for _ in range(4):
        found = await at(accounts, OTHER)
        seen.append(found.stands_in_for)
        bare_office.shift += DAY
    assert seen == [(), (MEDIATOR,), (MEDIATOR,), ()]
    assert await mine.own() == []
    assert [line.act for line in await AccountLog(bare_office.store).page(about=MEDIATOR)] == ["absence_declared"]


async def test_an_absence_is_ended_early_by_its_person_and_once(accounts: Accounts, bare_office: Office) -> None:
    me = await at(accounts, MEDIATOR)
    mine = Absences(bare_office, me)
    (made,) = await mine.declare(mine.today, mine.today + DAY, LEAVE, {MEDIATOR: OTHER})
    assert (await at(accounts, OTHER)).stands_in_for == (MEDIATOR,)
    with pytest.raises(AccountRefused, match="not_allowed"):
        await Absences(bare_office, await at(accounts, OTHER)).end(made.id)
    await mine.end(made.id)
    assert (await at(accounts, OTHER)).stands_in_for == ()
    for absence in (made.id, "unknown"):
        with pytest.raises(AccountRefused, match="unknown"):
            await mine.end(absence)


async def test_all_posts_of_a_person_are_declared_together_or_none(accounts: Accounts, bare_office: Office) -> None:
    mine = Absences(bare_office, await at(accounts, MEDIATOR, OTHER))
    with pytest.raises(AccountRefused, match="same_person"):
        await mine.declare(mine.today, mine.today, LEAVE, {MEDIATOR: None, OTHER: MEDIATOR})
    assert await mine.own() == []
    await mine.declare(mine.today, mine.today, LEAVE, {MEDIATOR: None, OTHER: "mediator@yanlou-tongxin"})
    assert {one.absent for one in await mine.own()} == {MEDIATOR, OTHER}


@pytest.mark.parametrize(
    ("start", "end", "stand_in", "problem"),
    [
        (1, 0, None, StandInProblem.DATES),
        (-1, 1, None, StandInProblem.DATES),
        (0, LONGEST.days + 1, None, StandInProblem.DATES),
        (2, 3, None, StandInProblem.DATES),
        (0, 0, "clerk@yanlou-centre", StandInProblem.ROLE),
        (0, 0, "mediator@qingyan-justice", StandInProblem.UNIT),
        (0, 0, "mediator@nowhere", StandInProblem.UNKNOWN_PERSON),
        (0, 0, MEDIATOR, StandInProblem.SAME_PERSON),
        (0, 1, OTHER, StandInProblem.AWAY),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_an_absence_is_refused(
    accounts: Accounts, bare_office: Office, start: int, end: int, stand_in: str | None, problem: StandInProblem
) -> None:
    mine = Absences(bare_office, await at(accounts, MEDIATOR))
    other = Absences(bare_office, await at(accounts, OTHER))
    await mine.declare(mine.today + 3 * DAY, mine.today + 4 * DAY, LEAVE, {MEDIATOR: None})
    await other.declare(mine.today + DAY, mine.today + DAY, LEAVE, {OTHER: None})
    with pytest.raises(AccountRefused) as refused:
        await mine.declare(mine.today + start * DAY, mine.today + end * DAY, LEAVE, {MEDIATOR: stand_in})
    assert refused.value.code is problem


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_director_arranges_the_absences_of_the_town_and_of_no_other(accounts: Accounts, bare_office: Office) -> None:
    director = Absences(bare_office, await at(accounts, DIRECTOR))
    units = {person.unit for person in await director.people()}
    assert {"yanlou-gumeng", "yanlou-centre"} <= units
    assert not [unit for unit in units if not unit.startswith("yanlou-")]
    await director.declare(director.today, director.today, LEAVE, {MEDIATOR: OTHER})
    assert [one.absent for one in await director.arranged()] == [MEDIATOR]
    assert await Absences(bare_office, await at(accounts, "director@qingyan-centre")).arranged() == []
    stranger = "mediator@qingyan-justice"
    assert await director.candidates(stranger) == []
    for who in (director, Absences(bare_office, await at(accounts, OFFICER))):
        with pytest.raises(AccountRefused, match="not_allowed"):
            await who.declare(who.today, who.today, LEAVE, {stranger: None})
    assert "mediator@qingyan-justice" in {
        person.id for person in await Absences(bare_office, await at(accounts, "leader@huaxi-centre")).people()
    }


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_candidates_are_those_who_would_be_taken_the_own_unit_first(accounts: Accounts, bare_office: Office) -> None:
    mine = Absences(bare_office, await at(accounts, OFFICER))
    found = [person.id for person in await mine.candidates(OFFICER)]
    assert found[0] == MEDIATOR
    assert OFFICER not in found
    made = await mine.declare(mine.today, mine.today, LEAVE, {OFFICER: found[-1]})
    assert made[0].stand_in == found[-1]
    assert await Absences(bare_office, await at(accounts, "admin_system@huaxi-centre")).candidates("admin_system@huaxi-centre") == []
