"""The forms in which a rule is tried (规则试算): one changed value in plain fields, or a text; and what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData

from models.clock import SUFFIX, Budget
from models.procedure import Limit, Procedure
from models.words import LEVELS
from rules.clock_explain import UNITS
from rules.labels import Both
from rules.procedure_labels import budget_label, key_label
from service.oversight.trials import BadFile, CalendarTrial, ProcedureTrial, Trials
from web.console.caller import Caller
from web.console.choices import Choice, Group
from web.console.fields import text

MOVES = 200
"""Most moves that a page lists."""

TEXT = 200_000
"""Longest text taken."""

PERCENT = "%"
COUNT = "times"

AMOUNT = re.compile(r"(\d+) (\w+)")
SHARE = re.compile(r"(?:0\.\d+|1\.0)")


@dataclass(slots=True)
class Tried:
    """What was tried: its fields, and what would move or what was wrong."""

    kind: str = ""
    fields: FormData = field(default_factory=FormData)
    procedure: ProcedureTrial | None = None
    calendar: CalendarTrial | None = None
    wrong: BadFile | None = None


async def tried(who: Caller, fields: FormData) -> Tried:
    """Try what a form asks for. Refused to whom the desk is not for."""
    kind, trials = text(fields, "kind", 20), Trials(who.office)
    found = Tried(kind, fields)
    try:
        if kind == "value":
            found.procedure = await trials.procedure_value(who.actor, text(fields, "key", 100), _value(fields))
        elif kind == "procedure":
            found.procedure = await trials.procedure_text(who.actor, text(fields, "text", TEXT))
        else:
            name = "notice.ics" if text(fields, "text", TEXT).startswith("BEGIN:VCALENDAR") else "notice.yaml"
            found.calendar = await trials.calendar_text(who.actor, text(fields, "text", TEXT), name)
    except BadFile as wrong:
        found.wrong = wrong
    return found


def _value(fields: FormData) -> str:
    """Return a value as the procedure writes it: `5wd`, `80%`, `2`."""
    amount, unit = text(fields, "amount", 10), text(fields, "unit", 10)
    return f"{amount}{'' if unit == COUNT else unit}"


def values(who: Caller, procedure: Procedure, limits: Sequence[Limit], categories: dict[str, Both]) -> tuple[Group, ...]:
    """Return the values that can be changed in plain fields, with what they are now; the limits in the order given."""
    words = who.words

    def choice(key: str, now: str) -> Choice:
        return key, words.message("%(what)s（现为%(now)s）", what=words.both(key_label(key, procedure, categories)), now=now)

    def budget(found: Budget) -> str:
        return words.both(budget_label(found))

    def of_limits() -> Iterator[Choice]:
        for limit in limits:
            if limit.budget is not None:
                yield choice(f"limits.{limit.key}.limit", budget(limit.budget))
            yield from (choice(f"limits.{limit.key}.by_tier.{tier}", budget(other)) for tier, other in limit.by_tier.items())

    rules, cards = procedure.ladder_rules, procedure.cards
    others = (
        choice("cards.remind", f"{cards.remind:.0%}"),
        choice("cards.red_after", budget(cards.red_after)),
        choice("ladder_rules.joint_meeting", budget(rules.joint_meeting)),
        choice("ladder_rules.joint_meeting_red", budget(rules.joint_meeting_red)),
        choice("ladder_rules.failed_sessions", str(rules.failed_sessions)),
    )
    ladder = tuple(choice(f"ladder.{level}", budget(procedure.ladder[level])) for level in LEVELS if level in procedure.ladder)
    return (
        (words.message("办理时限"), tuple(of_limits())),
        (words.message("逐级化解"), ladder),
        (words.message("督办与会商"), others),
    )


def units(who: Caller) -> tuple[Group, ...]:
    """Return the units of an amount."""
    spans = tuple((short, who.words.both(UNITS[unit])) for short, unit in sorted(SUFFIX.items(), key=lambda one: one[0] != "wd"))
    return (("", (*spans, (PERCENT, "%"), (COUNT, who.words.message("次")))),)


def shown(who: Caller, value: str | None) -> str:
    """Return a value of the procedure in words; nothing is a dash."""
    if value is None:
        return "—"
    found = AMOUNT.fullmatch(value)
    if found and found[2] in UNITS:
        return who.words.both(budget_label(Budget.model_validate({"amount": int(found[1]), "unit": found[2]})))
    return f"{float(value):.0%}" if SHARE.fullmatch(value) else value


def context(who: Caller, procedure: Procedure, limits: Sequence[Limit], categories: dict[str, Both], found: Tried) -> dict[str, Any]:
    """Return what the page of trials is made of."""
    told = found.procedure or found.calendar
    return {
        "found": found,
        "trial": told.trial if told is not None else None,
        "most": MOVES,
        "values": values(who, procedure, limits, categories),
        "units": units(who),
        "named_key": lambda key: who.words.both(key_label(key, procedure, categories)),
        "shown": lambda value: shown(who, value),
    }
