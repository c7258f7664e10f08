"""What may be wrong with a book of rounds (巡查方案校验), by key and reason, for whoever edits the file."""

from __future__ import annotations

from collections.abc import Iterator

from models.affair.round.book import Cadence, Plan, RoundBook
from models.network import Network

AHEAD = 8
"""Hours by which the place is before the clock that the server counts by."""

WEEK, MONTH, YEAR = range(1, 8), range(1, 32), range(1, 13)


def faults(book: RoundBook, network: Network) -> Iterator[tuple[str, str]]:
    """Yield each fault with the key it stands at."""
    kinds = {unit.kind for unit in network.units.values()}
    for key, plan in book.plans.items():
        at = f"plans.{key}"
        if plan.walks.unit not in kinds:
            yield f"{at}.walks.unit", f'unknown kind of unit "{plan.walks.unit}"'
        if not plan.due.expire:
            yield f"{at}.due.expire", "has to be true: at its end whatever is left is overdue"
        for place in plan.caps:
            if network.place(place) is None:
                yield f"{at}.caps.{place}", "unknown place"
        yield from _listed(at, plan, book)
        if plan.cadence is not None:
            yield from _cadence(f"{at}.cadence", plan.cadence, network)


def _listed(at: str, plan: Plan, book: RoundBook) -> Iterator[tuple[str, str]]:
    for skip in plan.skips:
        if skip not in book.skips:
            yield f"{at}.skips", f'unknown reason "{skip}"'
    for finding in plan.findings:
        if finding not in book.findings:
            yield f"{at}.findings", f'unknown finding "{finding}"'
    for name, question in plan.questions.items():
        for choice, told in question.choices.items():
            if told.finding is None:
                continue
            where = f"{at}.questions.{name}.choices.{choice}.finding"
            if told.finding not in book.findings:
                yield where, f'unknown finding "{told.finding}"'
            elif book.findings[told.finding].person:
                yield where, "a finding that takes a person has to be reported by hand"


def _cadence(at: str, cadence: Cadence, network: Network) -> Iterator[tuple[str, str]]:
    towns = network.towns()
    for town in cadence.towns:
        if town not in towns:
            yield f"{at}.towns", f'unknown town "{town}"'
    for name, known in (("weekdays", WEEK), ("days", MONTH), ("months", YEAR)):
        if any(number not in known for number in getattr(cadence, name)):
            yield f"{at}.{name}", f"from {known[0]} to {known[-1]}"
    if not (cadence.weekdays or cadence.days):
        yield at, "takes weekdays or days"
    if int(cadence.at[:2]) < AHEAD:
        yield f"{at}.at", f"not before {AHEAD:02d}:00: at an earlier hour it is another day by the server's clock"
