"""The chain over a case's events: each hash covers the one before and the event's canonical text (design §6).

Each says which algorithm it was made with (`rules/digests.py`), so a chain may change it at any event.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from models.base import Model
from models.case import Case
from models.event import Event
from models.record import Line
from models.words import Algorithm
from rules.digests import digest, fits
from rules.fold import fold

GENESIS = "0" * 64
"""Where every chain starts."""


def canonical(event: Model) -> str:
    """Return the event's one text: JSON with sorted keys, no spaces, nothing left out.

    But for a field that came after a release: that one is declared with `exclude_if`, and not written while it is what it always was.
    Else the text of every earlier event, decided again by a running case that replays, would be another one.
    """
    body = event.model_dump(mode="json", exclude_defaults=False)
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link(previous: str, body: str, algorithm: Algorithm | None = None) -> str:
    """Return the hash that follows `previous` over this text. Raises NoAlgorithm."""
    return digest(f"{previous}\n{body}", algorithm)


def follows(previous: str, body: str, found: str) -> bool:
    """Return whether a hash follows `previous` over this text, by the algorithm that it names itself. Raises NoAlgorithm."""
    return fits(f"{previous}\n{body}", found)


def append(case: Case, events: Iterable[Event], algorithm: Algorithm | None = None) -> tuple[Case, tuple[Line, ...]]:
    """Fold events into the case and write their lines; the case's head moves with them."""
    lines: list[Line] = []
    for event in events:
        body = canonical(event)
        head = link(case.head, body, algorithm)
        case = fold(case, event).model_copy(update={"head": head})
        lines.append(Line(seq=event.seq, type=event.what.type, at=event.at, action_id=event.action_id, hash=head, body=body))
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
        if line.seq != expected or not follows(previous, line.body, line.hash):
            return expected
        previous = line.hash
    return None
