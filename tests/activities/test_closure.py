"""The closure audit reads the record: its chain first, then the checklist on what the events fold to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from temporalio.exceptions import ApplicationError

from activities.closure import ClosureActivities
from models.case import Case
from models.record import AuditQuery, Publication
from models.words import Stage
from rules import chain
from rules.papers.dossier import completeness
from store.engine import Store
from store.papers.register import PaperRegister
from store.records import Records
from store.tables import events
from tests.papers.stories import place
from tests.store.papers.test_register import paper, parts
from tests.support.core import CoreCase, huaxi
from tests.support.onward import case_at

NOW = datetime(2026, 6, 1, tzinfo=UTC)


async def recorded(store: Store, core: CoreCase) -> Case:
    """Put a case of the pure core into the record, event by event as they were decided."""
    blank = Case(id=core.case.id, source=core.case.source, intake_id=core.case.intake_id, docs=core.case.docs)
    _, lines = chain.append(blank, core.events)
    await Records(store).publish(Publication(case=core.case, prev_head=chain.GENESIS, lines=tuple(lines)))
    return core.case


def audit(store: Store, *, audited: bool = False) -> ClosureActivities:
    library, _ = huaxi()
    papers = place().papers.known.model_copy(update={"audited": audited})
    return ClosureActivities(Records(store), library, papers, PaperRegister(store))


async def test_what_the_record_bears_out_passes_and_names_the_head_it_saw(store: Store) -> None:
    case = await recorded(store, case_at(Stage.AUDITING))
    report = await audit(store).check(AuditQuery(case_id=case.id, now=NOW))
    assert (report.open, report.broken_at, report.head) == ((), None, case.head)
    assert {"agreement_effective", "risk_calm", "party_side_confirmed", "visits_made"} <= set(report.passed)


async def test_what_is_still_open_is_named(store: Store) -> None:
    case = await recorded(store, case_at(Stage.FOLLOWING_UP, risk_signs=["weapon"]))
    report = await audit(store).check(AuditQuery(case_id=case.id, now=NOW))
    assert report.open == ("visits_made", "risk_calm", "party_side_confirmed", "signed_off")


async def test_a_record_that_was_tampered_with_bears_out_nothing(store: Store) -> None:
    case = await recorded(store, case_at(Stage.AUDITING))
    async with store.write() as db:
        await db.execute(update(events).where(events.c.case_id == case.id, events.c.seq == 3).values(body="{}"))
    report = await audit(store).check(AuditQuery(case_id=case.id, now=NOW))
    assert (report.passed, report.broken_at) == ((), 3)


async def test_a_case_the_record_does_not_know_is_asked_for_again(store: Store) -> None:
    with pytest.raises(ApplicationError, match="does not know") as caught:
        await audit(store).check(AuditQuery(case_id="nowhere", now=NOW))
    assert not caught.value.non_retryable


async def test_where_the_place_says_so_a_file_that_lacks_papers_is_not_closed(store: Store) -> None:
    case = await recorded(store, case_at(Stage.AUDITING))
    report = await audit(store, audited=True).check(AuditQuery(case_id=case.id, now=NOW))
    assert report.open == ("file_complete",)
    await store.keys.keys([f"case:{case.id}"])
    lacks = completeness(case, place().papers.known, ()).missing
    assert lacks
    for one in lacks:
        assert await PaperRegister(store).add(paper(case_id=case.id, kind=one.kind, owners=(f"case:{case.id}",)), b"{}", parts(b"abc"))
    report = await audit(store, audited=True).check(AuditQuery(case_id=case.id, now=NOW))
    assert report.open == ()
    assert report.passed[-1] == "file_complete"
