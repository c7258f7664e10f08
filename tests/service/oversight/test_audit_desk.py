"""The audit desk: the checklist as the audit itself reads it, what is missing, and who may give it."""

from __future__ import annotations

import pytest

from models.case import Case
from models.words import Role, Stage, Tier
from rules.allowed import allowed
from rules.closure import checklist
from rules.desks import DESKS, Desk
from rules.draft import Context
from rules.obligations import missing_sign_offs
from rules.papers.dossier import completeness
from rules.visibility import Group
from service.errors import Refused
from service.office import Office
from service.oversight.audit_desk import ABOUT, AuditDesk, ToClose
from tests.service.town import town, who


def in_audit() -> dict[str, Case]:
    return {core.case.id: core.case for core in town() if core.case.stage is Stage.AUDITING}


async def waiting(office: Office, post: str, **how: str) -> dict[str, ToClose]:
    """All pages, by case id."""
    found: dict[str, ToClose] = {}
    after = None
    while True:
        page = await AuditDesk(office).waiting(who(post), after=after, limit=3, **how)  # type: ignore[arg-type]
        for item in page.cases:
            case_id = await office.records.find(item.case.code)
            assert case_id is not None
            found[case_id] = item
        if page.next is None:
            assert page.count == len(found)
            return found
        after = page.next


async def test_every_case_in_audit_with_its_checklist_as_the_audit_reads_it(filled: Office) -> None:
    found = await waiting(filled, "auditor@huaxi-justice")
    cases = in_audit()
    assert set(found) == set(cases)
    assert len(cases) > 3
    for case_id, item in found.items():
        case = cases[case_id]
        held, still_open = checklist(case, filled.bundle.procedure)
        assert {one.code for one in item.items if one.holds} == set(held)
        assert {one.code for one in item.items if one.holds is False} == set(still_open)
        assert item.open_items == len(still_open)
        assert [missing.role for missing in item.missing] == list(missing_sign_offs(case, filled.bundle.procedure))
        assert item.audited == case.audited
        lacks = completeness(case, filled.place.papers.known, ()).missing
        assert item.lacking == tuple((one.zh, one.en) for one in lacks)
        assert item.since == case.moments["followed_up"]
    assert any(item.missing for item in found.values())
    assert any(item.open_items for item in found.values())


async def test_who_may_sign_off_may_in_fact(filled: Office) -> None:
    found, cases = await waiting(filled, "auditor@huaxi-justice"), in_audit()
    ctx = Context(now=filled.now(), library=filled.library)
    told = 0
    for case_id, item in found.items():
        for missing in item.missing:
            told += 1
            assert missing.signers, (case_id, missing.role)
            for signer in missing.signers:
                assert "sign_off" in allowed(cases[case_id], who(signer.post), ctx)
            others = {person.id for person in await filled.roll.holders(missing.role)} - {signer.post for signer in missing.signers}
            assert not [post for post in others if "sign_off" in allowed(cases[case_id], who(post), ctx)]
    assert told


async def test_the_desk_holds_only_what_one_reaches(filled: Office) -> None:
    cases = in_audit()
    assert set(await waiting(filled, "auditor@qingyan-justice")) == {key for key, case in cases.items() if case.town == "qingyan"}
    police = set(await waiting(filled, "police@yanlou-police"))
    assert police == {key for key, case in cases.items() if "yanlou-police" in case.told or case.lead == "yanlou-police"}
    red = await waiting(filled, "leader@huaxi-centre", tier=Tier.RED)
    assert set(red) == {key for key, case in cases.items() if case.tier is Tier.RED}


async def test_items_are_shown_as_far_as_the_case_shows_what_they_tell_of(filled: Office) -> None:
    desk, cases = AuditDesk(filled), in_audit()
    for post in ("police@yanlou-police", "director@huaxi-centre", "archivist@huaxi-justice"):
        for case_id, item in (await waiting(filled, post)).items():
            seen = await desk._sight(cases[case_id], who(post))
            for one in item.items:
                assert (one.holds is not None) == seen.sees(ABOUT.get(one.code, Group.WAY)), (post, one.code)


async def test_a_handler_is_told_that_somebody_else_has_to_audit(filled: Office) -> None:
    desk = AuditDesk(filled)
    plain = (await desk.waiting(who("auditor@huaxi-justice"))).cases
    ready = next(item for item in plain if not item.audited)
    assert ready.may == ("audit",)
    case_id = await filled.records.find(ready.case.code)
    handler = in_audit()[case_id or ""].handlers[0]
    barred = who("auditor@huaxi-justice").model_copy(update={"also": (handler,)})
    item = next(one for one in (await desk.waiting(barred)).cases if one.case.code == ready.case.code)
    assert (item.may, str(item.barred)) == ((), "same_person")


async def test_the_desk_is_refused_to_others(filled: Office) -> None:
    for role in set(Role) - DESKS[Desk.AUDIT]:
        with pytest.raises(Refused):
            await AuditDesk(filled).waiting(who(f"{role}@huaxi-centre"))
