"""Every role × every endpoint × cases of every kind: nobody sees a case outside their scope, by whatever road.

What may be seen is told here a second time, in plain words and from the case alone, so that a mistake in the tables shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from models.case import Case
from models.party import Actor
from models.words import Role, Stage, TaskState
from rules.permissions import ENDPOINTS
from rules.reserved import restricted
from service.office import Office
from store.desk.inbox import Inboxes
from store.desk.lists import Eyes, Holder
from tests.web.running import CLERK, INTAKE, Api, Asking, asked

UNITS = (
    "yanlou-centre", "yanlou-justice", "yanlou-police", "yanlou-health", "yanlou-steward", "yanlou-gumeng", "yanlou-hr",
    "qingyan-centre", "qingyan-justice", "qingyan-police", "huaxi-centre", "huaxi-justice", "huaxi-hr", "huaxi-medical",
)  # fmt: skip
"""Units whose every post is tried."""

CENTRE = {Role.CLERK, Role.SCREENER, Role.DISPATCHER, Role.DIRECTOR, Role.LEADER}
NOBODY = {Role.ANALYST, Role.ADMIN_SYSTEM, Role.ADMIN_SECURITY, Role.ADMIN_AUDIT, Role.CITIZEN}
NAME, PHONE = "万俟独一", "13912345678"


@dataclass
class Post:
    """Somebody who asks."""

    actor: Actor
    town: str | None
    grids: tuple[str, ...]


def may_see(post: Post, case: Case) -> bool:
    """Whether this person may see this case, as design §7 says it."""
    who = post.actor
    if who.role in NOBODY:
        return False
    if who.role in CENTRE | {Role.AUDITOR, Role.ARCHIVIST}:
        return (post.town is None or post.town == case.town) and (not reserved_from(who, case) or owes(who, case))
    if who.role is Role.MEDIATOR:
        return case.mediator is not None and case.mediator.person == who.person
    tasked = {task.unit for task in case.tasks.values() if task.state is not TaskState.RELEASED}
    if who.role in {Role.DOCTOR, Role.STEWARD, Role.VOLUNTEER}:
        return who.unit in tasked
    mediating = {case.mediator.unit} if case.mediator else set()
    if who.unit in tasked | mediating | set(case.told) | {case.lead}:
        return True
    return who.role is Role.GRID and case.place in post.grids and not restricted(case)


def reserved_from(who: Actor, case: Case) -> bool:
    """Whether a case is reserved, and not for them, who has not taken it in: design §7 in plain words again."""
    if who.role in {Role.CLERK, Role.SCREENER}:
        return restricted(case) and who.person != CLERK
    return who.role is Role.DISPATCHER and (case.category or "").startswith("15")


def owes(who: Actor, case: Case) -> bool:
    """Whether this post's turn it is."""
    turn = {Stage.REGISTERED: Role.SCREENER, Stage.SCREENED: Role.DISPATCHER}.get(case.stage or Stage.MERGED)
    return who.role is turn and who.unit == case.centre


async def made(api: Api) -> list[str]:
    """Open cases of every kind; return their codes."""
    screener, dispatcher = "screener@yanlou-centre", "dispatcher@yanlou-centre"
    codes = [await api.open()]
    routed = await api.open()
    await api.act(routed, screener, "screen", category="0201", accept=True)
    await api.act(routed, dispatcher, "route", level="village")
    await api.act(routed, "officer@yanlou-gumeng", "sign")
    await api.act(routed, "officer@yanlou-gumeng", "contact", note="已联系")
    await api.act(routed, "officer@yanlou-gumeng", "assign", mediator="mediator@yanlou-gumeng")
    await api.act(routed, dispatcher, "raise_task", unit="yanlou-steward", title="搬走院坝里的杂物")
    await api.act(routed, dispatcher, "raise_task", unit="yanlou-health", title="上门看望老人")
    await api.act(routed, dispatcher, "note", text=f"和{NAME}谈过")
    red = await api.open(risk_signs=["threat_to_life"])
    wages = await api.open()
    await api.act(wages, screener, "screen", category="0701", accept=True)
    await api.act(wages, dispatcher, "route", level="county")
    conduct = await api.open()
    await api.act(conduct, screener, "screen", category="1501", accept=True)
    minor = await api.open(parties=[{**INTAKE["parties"][0], "minor": True}, INTAKE["parties"][1]])
    one = [{"id": "a", "side": "applicant", "name": NAME, "phone": PHONE}]
    other = await api.open("clerk@qingyan-centre", place="520111101201", summary=f"{NAME}与店家争执", parties=one)
    declined = await api.open()
    await api.act(declined, screener, "screen", accept=False, reason="不属于受理范围", redirect="court")
    return [*codes, routed, red, wages, conduct, minor, other, declined]


def posts(office: Office) -> list[Post]:
    """Everybody in these units, a second mediator, the administrators and a citizen."""
    network = office.bundle.network
    found = []
    for person in office.place.staff.values():
        unit = network.unit(person.unit)
        if person.unit in UNITS and unit is not None:
            found.append(Post(Actor(person=person.id, role=person.role, unit=person.unit), unit.town, person.grids))
    three = (Role.ADMIN_SYSTEM, Role.ADMIN_SECURITY, Role.ADMIN_AUDIT)
    found += [Post(Actor(person=f"{role}@huaxi-centre", role=role, unit="huaxi-centre"), None, ()) for role in three]
    found.append(Post(Actor(person="citizen:a", role=Role.CITIZEN, unit="a"), None, ()))
    return found


@pytest.mark.timeout(300)
async def test_nobody_sees_a_case_outside_their_scope(office: Office) -> None:
    async with asked(office) as api:
        start = (await api.get("/changes")).json()["next"]
        codes = await made(api)
        cases: dict[str, Case] = {}
        for code in codes:
            case = await office.records.load((await office.records.find(code)) or "")
            assert case is not None
            cases[code] = case
        asking = Asking(api.client)
        everybody = posts(office)
        assert {post.actor.role for post in everybody} == set(Role) - {Role.SYSTEM}
        for post in everybody:
            expected = {code for code, case in cases.items() if may_see(post, case)}
            await look(asking, post, cases, expected)
            await list_(asking, post, codes, expected, start)
        await every_duty_finds_its_holder(office, everybody, cases)


async def look(asking: Asking, post: Post, cases: dict[str, Case], expected: set[str]) -> None:
    """One case after another: detail, timeline, explanation, action."""
    for code in cases:
        told = (post.actor.person, code)
        detail = await asking.as_(post.actor, f"/cases/{code}", headers={"Jiefen-Purpose": "supervising"})
        assert detail.status_code == (200 if code in expected else 404), told
        then = await asking.as_(post.actor, f"/cases/{code}?as_of=2099-01-01")
        assert then.status_code == detail.status_code, told
        if code in expected:
            hidden_words(then.text, detail.json(), told)
        for part in ("timeline", "explain"):
            answer = await asking.as_(post.actor, f"/cases/{code}/{part}")
            shows_way = ENDPOINTS[f"GET /cases/{{code}}/{part}"](post.actor.role) != ""
            assert answer.status_code == (404 if code not in expected else 200 if shows_way else 403), (told, part)
            if code in expected and shows_way:
                hidden_words(answer.text, detail.json(), told)
        if code in expected:
            hidden_words(detail.text, detail.json(), told)
        else:
            asked_for = await asking.post(f"/cases/{code}/actions/note", {"text": "x"}, None)
            assert asked_for.status_code == 404, told
            assert asked_for.json()["code"] == "unknown_case"


def hidden_words(text: str, detail: dict[str, Any], told: object) -> None:
    """What is said to be hidden or masked is not in the answer."""
    kept_back = {*detail["hidden"], *detail["masked"]}
    if "names" in kept_back and "summary" in kept_back:
        assert "张三丰" not in text, told
    if "phones" in kept_back and "summary" in kept_back:
        assert "13800000001" not in text, told
    if "numbers" in kept_back:
        assert "520111199001011234" not in text, told
    if "handling" in detail["hidden"]:
        assert NAME not in text, told
        assert "不属于受理范围" not in text, told


async def list_(asking: Asking, post: Post, codes: list[str], expected: set[str], start: int) -> None:
    """Lists, counts, search, inbox, changes, figures."""
    who, ours = post.actor, set(codes)
    rows: dict[str, Any] = {}
    cursor: dict[str, Any] = {"limit": 200}
    while True:
        page = (await asking.as_(who, "/cases", params=cursor)).json()
        rows |= {row["code"]: row for row in page["cases"]}
        if page["next"] is None:
            break
        cursor = {"limit": 200, "cursor": page["next"]}
    assert set(rows) & ours == expected, who.person
    assert (await asking.as_(who, "/cases/count")).json()["count"] == len(rows), who.person
    for code in sorted(expected):
        detail = (await asking.as_(who, f"/cases/{code}")).json()
        for name, value in rows[code].items():
            if value is not None and name in detail and name not in {"seq", "ended_at", "opened_at"}:
                assert detail[name] is not None, (who.person, code, name)
    inbox = (await asking.as_(who, "/inbox")).json()
    assert {item["case"]["code"] for item in inbox["items"] if item["case"]} & ours <= expected, who.person
    changes = (await asking.as_(who, "/changes", params={"after": start})).json()["changes"]
    assert {change["code"] for change in changes} & ours == expected, who.person
    figures = await asking.as_(who, "/stats")
    assert figures.status_code == (200 if ENDPOINTS["GET /stats"](who.role) else 403), who.person
    if figures.status_code == 200 and who.role is not Role.ANALYST:
        assert figures.json()["total"] == len(rows), who.person
    for words in (NAME, PHONE, codes[6]):
        asking.who = who
        found = {row["code"] for row in (await asking.post("/search", {"text": words}, None)).json()["cases"]}
        assert found & ours <= expected, (who.person, words)
        if who.role in CENTRE and post.town == "qingyan":
            assert codes[6] in found, (who.person, words)


async def every_duty_finds_its_holder(office: Office, everybody: list[Post], cases: dict[str, Case]) -> None:
    """Who owes something sees the case it is owed in."""
    now = office.now()
    for post in everybody:
        holder = Holder(role=post.actor.role, unit=post.actor.unit, town=post.town, person=post.actor.person)
        for row in (await Inboxes(office.store).page(holder, Eyes(everything=True), now, limit=1000)).rows:
            if row.case.code in cases:
                assert may_see(post, cases[row.case.code]), (post.actor.person, row.case.code, row.duty.act)


async def test_every_endpoint_stands_in_the_matrix(api: Api) -> None:
    paths = (await api.get("/openapi.json")).json()["paths"]
    named = {part.removeprefix("GET ").removeprefix("POST ").strip() for name in ENDPOINTS for part in name.split(",")}
    for path in paths:
        short = path.removeprefix("/api/v1")
        # What other systems send is no reader's, and a feed is whose address it is.
        acts = short.startswith(("/cases/{code}/actions/", "/affairs/{code}/actions/"))
        assert acts or short in named or short in {"/events", "/feeds/{secret}"}, path
