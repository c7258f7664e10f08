"""Closure audit (结案审核): the checklist of domain 2.5 evaluated on the stored record, after its chain has been verified.

Where the place's list of papers says so, a file that lacks a paper it needs is an open item as well.
"""

from __future__ import annotations

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.contracts import CHECK_CLOSURE
from models.paper.kinds import PaperList
from models.record import AuditQuery, AuditReport
from rules import chain
from rules.closure import checklist
from rules.library import Library
from rules.papers.dossier import completeness
from store.papers.register import PaperRegister
from store.records import Records
from store.replaying import refolded

FILE_ITEM = "file_complete"
"""The item of the checklist that only the register of papers can tell."""


class ClosureActivities:
    """Auditing the record."""

    def __init__(self, records: Records, library: Library, papers: PaperList, register: PaperRegister) -> None:
        self._records = records
        self._library = library
        self._papers = papers
        self._register = register

    @activity.defn(name=CHECK_CLOSURE.name)
    async def check(self, query: AuditQuery) -> AuditReport:
        """Verify the chain, fold the events anew and evaluate the checklist on the result. Changes nothing.

        A record that does not know the case is an error and is tried again: it may be on its way.
        """
        lines = await self._records.lines(query.case_id)
        stored = await self._records.load(query.case_id)
        if not lines or stored is None:
            raise ApplicationError("the record does not know this case", type="record_missing")
        broken = chain.broken_at(lines)
        if broken is not None:
            return AuditReport(passed=(), open=(), head=stored.head, broken_at=broken)
        case = refolded(stored, lines)
        held, still_open = checklist(case, self._library.procedure(case.docs.procedure))
        if self._papers.audited:
            kinds = (await self._register.kinds([case.id]))[case.id]
            complete = completeness(case, self._papers, kinds).complete
            held, still_open = ((*held, FILE_ITEM), still_open) if complete else (held, (*still_open, FILE_ITEM))
        return AuditReport(passed=held, open=still_open, head=case.head)
