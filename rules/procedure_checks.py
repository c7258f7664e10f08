"""What a procedure may say at all: names that nothing listens to are slips, and a slip would silence a clock or a rule.

Called when a procedure is read from a file; each check yields the key and the reason, for the person who edited it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from models.action import INTERNAL
from models.clock import TimeUnit
from models.procedure import Limit, Procedure, Then
from models.words import Level, Stage
from rules.authority import PERMITS

ENDINGS: dict[str, tuple[Then, ...]] = {
    **dict.fromkeys(
        ("screen", "route", "rule", "contact", "consent", "channel", "sign_agreement", "default"), (Then.CARD, Then.REVIEW_DUE)
    ),
    **dict.fromkeys(
        ("task", "visit.first", "visit.second", "visit.third", "visit.again", "audit", "complaint"), (Then.CARD, Then.REVIEW_DUE)
    ),
    **dict.fromkeys(("mediate", "suspension"), (Then.REVIEW_DUE, Then.CARD)),
    **dict.fromkeys(("object", "reopen", "rate"), (Then.WINDOW_CLOSES,)),
    "sign": (Then.DEEMED_SIGNED, Then.CARD),
    "confirm": (Then.LAPSED,),
    "promise": (Then.DEFAULTED,),
    "archive": (Then.ARCHIVE, Then.CARD),
}
"""The limits there are, and what the end of each may lead to."""

MOMENTS = frozenset({
    *("registered", "screened", "routed", "arrived", "objected", "signed", "mediating", "refused", "suspended", "agreed"),
    *("agreement_effective", "promised", "defaulted", "audit_failed", "followed_up", "audited", "ended", "complained"),
})  # fmt: skip
"""What a limit may be counted from."""

BACK_TO = (Stage.FOLLOWING_UP, Stage.PERFORMING, Stage.MEDIATING)
"""Where an audit may send a case back to: from each of these it finds its way on."""

GROUNDS = frozenset({"red", "title", "collective", "minors", "death_or_injury", "written", "oral", *map(str, Stage)})
"""What a file may be kept for: what the dispute was, the form of its agreement, or the end it came to."""

CLOCK_UNITS = frozenset({TimeUnit.MINUTES, TimeUnit.HOURS, TimeUnit.DAYS})
"""Units of a stretch of time that no calendar has a part in."""


def faults(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """Yield the key and the reason of everything that would never take effect."""
    for key, limit in procedure.limits.items():
        yield from _limit(key, limit)
    yield from ((f"ladder.{level}", "every level needs its time") for level in Level if level not in procedure.ladder)
    yield from _unknown("audit_back_to", procedure.audit_back_to, BACK_TO, "an audit can't send a case back to")
    for place, rule in enumerate(procedure.retention):
        yield from _unknown(f"retention.{place}.grounds", rule.grounds, GROUNDS, "unknown ground")
    actions = PERMITS.keys() - INTERNAL
    yield from _unknown("take_back.actions", procedure.take_back.actions, actions, "unknown action")
    yield from _unknown("backdate_actions", procedure.backdate_actions, actions, "unknown action")
    for key, budget in (("take_back.within", procedure.take_back.within), ("backdate_within", procedure.backdate_within)):
        if budget.unit not in CLOCK_UNITS:
            yield key, "is counted by the clock: write it in min, h or d"


def _unknown(key: str, names: Iterable[str], known: Container[str], reason: str) -> Iterator[tuple[str, str]]:
    """Yield each name of a list that is not known, by its place."""
    return ((f"{key}.{place}", f'{reason} "{name}"') for place, name in enumerate(names) if name not in known)


def _limit(key: str, limit: Limit) -> Iterator[tuple[str, str]]:
    name, _, variant = key.rpartition(".")
    name = name if variant.isdigit() else key
    if name not in ENDINGS:
        yield f"limits.{key}", "there is no limit of this name"
        return
    if limit.start not in MOMENTS:
        yield f"limits.{key}.from", f'unknown moment "{limit.start}"'
    if limit.then not in ENDINGS[name]:
        yield f"limits.{key}.then", f"its end leads to {' or '.join(ENDINGS[name])}, not to {limit.then}"
    if limit.wages is not None and name != "promise":
        yield f"limits.{key}.wages", "only a promise has a pay-day"
    if limit.budget is None and name != "promise":
        yield f"limits.{key}.limit", "only a promise has a date of its own"
