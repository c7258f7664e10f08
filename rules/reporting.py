"""Which row of the justice statistics a case belongs to, which scale it has, and how it came out, for reports to others. Pure."""

from __future__ import annotations

from models.case import Case
from models.kpi import CaseFact, Mediation
from models.report import JusticeType, Reports
from models.words import Channel, Level, Stage

HARD_LEVELS = frozenset({Level.JOINT, Level.COUNTY})


def justice_row(reports: Reports, category: str | None, *, wages: bool) -> int:
    """Return the number of the row a category belongs to: by the longest code that fits, wages before other labour."""
    fits = [
        (max((len(code) for code in row.categories if (category or "").startswith(code)), default=0), row.wages, -number)
        for number, row in enumerate(reports.justice)
        if not row.wages or wages
    ]
    length, _, number = max(fits)
    return -number if length else _rest(reports.justice)


def _rest(rows: tuple[JusticeType, ...]) -> int:
    return next(number for number, row in enumerate(rows) if row.rest)


def source_column(reports: Reports, channel: Channel) -> int:
    """Return the number of the column a channel belongs to."""
    return next(number for number, source in enumerate(reports.sources) if channel in source.channels)


def hard(reports: Reports, case: Case) -> bool:
    """Whether a case counts as a hard one (疑难复杂)."""
    return case.sessions >= reports.hard_sessions or case.level in HARD_LEVELS


def scale(reports: Reports, people: int) -> str | None:
    """Return the scale by the number of people."""
    return next((code for least, code in reversed(reports.scales) if people >= least), None)


def way(case: Case, fact: CaseFact, route: str | None) -> str | None:
    """Return the way a dispute was resolved, as the table of ways calls it; None while it is open."""
    if fact.resolved_at is not None:
        return "agreement"
    if case.stage is Stage.CHANNELLED:
        return route or "other"
    return {Stage.WITHDRAWN: "withdrawn", Stage.DECLINED: "other", Stage.MERGED: "other"}.get(case.stage or Stage.REGISTERED)


def success(case: Case, fact: CaseFact) -> str | None:
    """Return `yes` or `no`, None while the case is open without a result."""
    if fact.mediation is Mediation.AGREED or fact.resolved_at is not None:
        return "yes"
    return "no" if case.ended else None
