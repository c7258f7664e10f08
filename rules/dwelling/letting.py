"""What leases and check-ins are held against (出租规则): what may be let, square metres for each person, persons in a room, headcount."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from models.affair.dwelling.book import DwellingBook, Rule
from models.affair.dwelling.state import Dwelling, Flag


def breaches(dwelling: Dwelling, rooms: Iterable[str], headcount: int, present: int, book: DwellingBook) -> Iterator[tuple[bool, Flag]]:
    """Yield each rule that letting these rooms to so many people breaks: whether the book refuses it, and what to say of it.

    `headcount` is what the lease says, `present` how many live there or would.
    """
    let = [dwelling.rooms[name] for name in rooms]
    barred = [room for room in let if not book.uses[room.use].lettable]
    if barred:
        sources = dict.fromkeys(book.uses[room.use].source or book.rules.letting.source for room in barred)
        yield _breach("letting", book.rules.letting, ", ".join(room.id for room in barred), "; ".join(sources))
    people, fit = max(headcount, present), [room for room in let if book.uses[room.use].lettable]
    area = sum(room.area for room in fit)
    if area < people * book.rules.area.least:
        yield _breach("area", book.rules.area, f"{area:g} m² / {people} < {book.rules.area.least:g}")
    if people > len(fit) * book.rules.room.most:
        yield _breach("room", book.rules.room, f"{people} / {len(fit)} > {book.rules.room.most}")
    if present > headcount:
        yield _breach("headcount", book.rules.headcount, f"{present} > {headcount}")


def _breach(name: str, rule: Rule, detail: str, source: str = "") -> tuple[bool, Flag]:
    return rule.then == "refuse", Flag(rule=name, detail=detail[:100], source=source or rule.source)
