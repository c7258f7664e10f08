"""What filters and pickers of lists are chosen from: words of the vocabulary, kinds of disputes, towns, and who chooses a town."""

from __future__ import annotations

from rules.affair.kinds import KINDS
from rules.labels import Both
from web.console.caller import Caller
from web.console.choices import Choice, Group


def named(who: Caller, table: dict[str, Both]) -> tuple[Group, ...]:
    """Return the values of a table of the vocabulary in the language of the page."""
    return (("", tuple((str(value), who.words.both(words)) for value, words in table.items())),)


def kinds(who: Caller) -> tuple[Group, ...]:
    """Return the classes of disputes."""
    listed = who.office.place.categories.categories
    return (("", tuple((code, f"{code} {who.words.pick(kind.zh, kind.en)}") for code, kind in listed.items() if len(code) == 2)),)


def affair_kinds(who: Caller) -> tuple[Choice, ...]:
    """Return the kinds of affairs that this place has."""
    here = [(name, kind) for name, kind in KINDS.items() if (kind.shares or name) in who.office.place.books]
    return tuple((name, who.words.pick(kind.zh, kind.en)) for name, kind in here)


def towns(who: Caller) -> tuple[Group, ...]:
    """Return the towns of the district."""
    return (("", tuple(who.office.bundle.network.towns().items())),)


def whole(who: Caller) -> bool:
    """Whether somebody's unit is one of the whole district, so that they may choose among the towns."""
    unit = who.office.bundle.network.unit(who.actor.unit)
    return unit is not None and unit.town is None
