"""The chain over a case's events: each hash covers the one before and the event's canonical text (design §6)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from models.case import Case
from models.event import Event
from models.record import Line
from rules.fold import fold

GENESIS = "0" * 64
"""Where every chain starts."""


def canonical(event: Event) -> str:
    """Return the event's one text: JSON with sorted keys, no spaces, nothing left out but empty fields."""
    body = event.model_dump(mode="json", exclude_defaults=False)
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link(previous: str, body: str) -> str:
    """Return the hash that follows `previous` over this text (SHA-256, hex)."""
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def append(case: Case, events: Iterable[Event]) -> tuple[Case, tuple[Line, ...]]:
    """Fold events into the case and write their lines; the case's head moves with them."""
    lines: list[Line] = []
    for event in events:
        body = canonical(event)
        digest = link(case.head, body)
        case = fold(case, event).model_copy(update={"head": digest})
        lines.append(Line(seq=event.seq, type=event.what.type, at=event.at, action_id=event.action_id, hash=digest, body=body))
    return case, tuple(lines)


def replayed(blank: Case, lines: Iterable[Line]) -> Case:
    """Return the case that stored lines fold to, starting from a blank one. Raises ValueError at a line that is no event."""
    case = blank
    for line in lines:
        event = Event.model_validate_json(line.body)
        case = fold(case, event).model_copy(update={"head": line.hash})
    return case


def broken_at(lines: Iterable[Line]) -> int | None:
    """Return the number of the first line that does not follow from the one before; None when the chain holds."""
    previous = GENESIS
    for expected, line in enumerate(lines, start=1):
        if line.seq != expected or link(previous, line.body) != line.hash:
            return expected
        previous = line.hash
    return None
