"""One case on its way onto paper: what its maker sees of it, as the source of the facts (`rules/papers/facts.py`).

The same permissions as the case's page: words and persons come through `service/showing.py`, and what its maker may not read is not
in the paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from models.case import Case
from models.event import Event
from models.happening import TakenBack
from models.paper.kinds import Need
from models.party import Actor, Party
from models.words import PartyKind, Side, Stage
from rules.closure import keeping
from rules.labels import label
from rules.library import Bundle
from rules.papers.dossier import difficulty
from rules.papers.source import Source
from rules.telling import words
from rules.visibility import Group, Sight
from service import shown
from service.office import Office
from service.showing import Showing


@dataclass(frozen=True, slots=True)
class Seen:
    """A case as one person sees it, opened for writing papers."""

    actor: Actor
    case: Case
    bundle: Bundle
    sight: Sight
    events: tuple[Event, ...]
    showing: Showing
    source: Source

    def sees(self, needs: tuple[Need, ...]) -> bool:
        """Whether this person sees all of it in full, and papers at all."""
        return self.sight.full(Group.PAPERS) and all(self.sight.full(Group(need)) for need in needs)

    @property
    def owners(self) -> tuple[str, ...]:
        """Whose keys a paper about this case is sealed under: the case's, and those of everybody it can name."""
        named = {ref for party in self.case.parties for ref in (party.person, party.representative) if ref and self.showing.knows(ref)}
        return (f"case:{self.case.id}", *sorted(named))


async def open_case(office: Office, actor: Actor, found: tuple[Case, Bundle, Sight], entries: Mapping[str, str] | None = None) -> Seen:
    """Open a case for one person who has looked at it (`Reader.look`). Raises StoreAway."""
    case, bundle, sight = found
    lines = await office.records.lines(case.id)
    events = _standing([Event.model_validate_json(line.body) for line in lines])
    showing = Showing(office, actor, case, bundle, sight)
    said = [ref for event in events for _, refs in words(event).values() for ref in refs]
    await showing.open([*said, *_refs(case)])
    source = Source(
        case=case,
        events=events,
        network=bundle.network,
        cal=bundle.cal,
        categories=office.place.categories,
        now=office.now(),
        say=showing.text,
        who=lambda party: showing.person(party.person, party.kind),
        stands_for=lambda party: _representative(showing, party),
        difficulty=label("difficulty", difficulty(case, office.place.papers.known.grading))[0],
        retention=_retention(case, bundle, office.now()),
        phone=office.place.contacts.phone(case.centre),
        entries=dict(entries or {}),
    )
    return Seen(actor=actor, case=case, bundle=bundle, sight=sight, events=events, showing=showing, source=source)


def file_title(seen: Seen) -> str:
    """Return how a file is called: who with whom about what."""
    source = seen.source
    applicants = [party for party in seen.case.parties if party.side is Side.APPLICANT]
    others = [party for party in seen.case.parties if party.side is not Side.APPLICANT]
    who = "与".join("、".join(source.name(party.id) for party in side) for side in (applicants, others) if side)
    category = source.categories.get(seen.case.category or "")
    return f"{who}{category.zh if category else ''}纠纷"


def _standing(events: list[Event]) -> tuple[Event, ...]:
    """Leave out what was taken back: it has not happened."""
    undone = {event.what.action for event in events if isinstance(event.what, TakenBack)}
    return tuple(event for event in events if event.action_id not in undone)


def _refs(case: Case) -> list[str | None]:
    found: list[str | None] = [case.summary]
    found += [ref for task in case.tasks.values() for ref in (task.title, task.result)]
    if case.agreement is not None:
        found += [case.agreement.terms, *(ref for promise in case.agreement.promises for ref in (promise.what, promise.proof))]
    return found


def _representative(showing: Showing, party: Party) -> shown.PersonShown | None:
    return showing.person(party.representative, PartyKind.PERSON) if party.representative else None


def _retention(case: Case, bundle: Bundle, now: datetime) -> str:
    """Return how long the file is kept, in words: as it was decided at the end, else as it would be by now."""
    if case.ended:
        return "永久" if case.retain_until is None else f"{case.retain_until.year - bundle.cal.local_date(case.ended_at or now).year}年"
    kept = keeping(case, case.stage or Stage.REGISTERED, bundle.procedure, bundle.cal.local_date(now)).retention
    return "永久" if kept == "permanent" else kept.replace("y", "年")
