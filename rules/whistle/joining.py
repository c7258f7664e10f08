"""When the units that were called are enough (合力规则): k of n have arrived, k of n have resolved their part."""

from __future__ import annotations

from collections.abc import Iterable

from models.affair.whistle.book import Joining, WhistleBook
from models.affair.whistle.state import Call, CallState, Whistle
from rules.affair.kind import AffairBundle
from rules.whistle.calling import enough, parts


def joining(whistle: Whistle, bundle: AffairBundle) -> Joining:
    """The joining rule of a whistle: of its item, else of its level."""
    book: WhistleBook = bundle.book
    item = book.items.get(whistle.item or "")
    own = item.join if item is not None else None
    return own or book.levels[whistle.level or ""].join


def moves_to(whistle: Whistle, calls: Iterable[Call], bundle: AffairBundle) -> str | None:
    """The stage that a whistle comes to when its calls are these, or None where it stays."""
    shared = parts(calls)
    join = joining(whistle, bundle)
    resolved = sum(any(call.state is CallState.RESOLVED for call in part) for part in shared.values())
    arrived = sum(any(call.there for call in part) for part in shared.values())
    begun = whistle.stage == "working" or enough(join.arrive, len(shared), arrived)
    if begun and enough(join.resolve, len(shared), resolved):
        return "resolved"
    return "working" if begun and whistle.stage != "working" else None
