"""The kind `watch` (预警): its actions, its clocks, whose it is, and how little of it is shown to whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from models.affair.watch import action as a
from models.affair.watch import happening as h
from models.affair.watch.book import WatchBook
from models.affair.watch.state import SubjectKind, Watch
from models.network import Network
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role, Tier
from rules.affair.common import EVERYBODY, SUPERVISORS
from rules.affair.kind import AffairBundle, AffairSpec, Kind, Owes, Want
from rules.affair.units import by_centre, centres, of_centre, of_place, unit_of, where
from rules.draft import Refuse
from rules.visibility import Group, Show
from rules.watch import acting
from rules.watch.acting import QUIETED, WATCHING
from rules.watch.excluded import excluded
from rules.watch.foldings import FOLDINGS
from rules.watch.labels import LABELS
from rules.watch.subject import intake_id, key, ordered, whole
from rules.watch.telling import tell

REPORTERS = (EVERYBODY - {Role.AUDITOR, Role.ARCHIVIST, Role.ADVISER, Role.DOCTOR}) | {Role.SYSTEM}
"""Who may enter a signal; a doctor's concern goes to the police or the centre by word of mouth (domain 8.1)."""
VISITORS = frozenset({Role.GRID, Role.POLICE, Role.OFFICER, Role.DISPATCHER, Role.DIRECTOR})
CENTRE = frozenset({Role.CLERK, Role.SCREENER, Role.DISPATCHER, Role.DIRECTOR, Role.LEADER})
TO_VISIT = dict.fromkeys((Group.WAY, Group.KIND, Group.PLACE, Group.NAMES, Group.ADDRESSES, Group.PHONES), Show.FULL)
"""What those see who only have to go there: that there is somewhere to go, no points, no signals, no words (domain 8.1)."""
SHOWS = dict.fromkeys((Role.GRID, Role.OFFICER, Role.MEDIATOR, Role.STEWARD, Role.VOLUNTEER, Role.DOCTOR), TO_VISIT)
GROUPS = {
    **dict.fromkeys(("grade", "before", "score", "hard", "why", "signal", "signals", "carried", "struck", "folded", "counted"), Group.RISK),
    **dict.fromkeys(("objections", "objection", "objected", "uphold", "reason"), Group.RISK),
    **dict.fromkeys(("signalled", "signals_folded", "watch_graded", "label_kept", "signal_struck"), Group.RISK),
    **dict.fromkeys(("watch_objected", "objection_settled"), Group.RISK),
}
SERIOUS = frozenset({Tier.ORANGE, Tier.RED})
"""Grades that the police of the beat see (domain 8.1)."""
NOBODY = Owes("wait", Role.SYSTEM)


def _fault(watch: Watch, act: a.SignalWatch, bundle: AffairBundle) -> str | None:
    """Name what is wrong with the subject: it is owed once, and never another."""
    if act.subject is None:
        return "subject" if watch.subject is None else None
    if not whole(act.subject):
        return "subject"
    return "subject" if watch.subject is not None and key(act.subject) != key(watch.subject) else None


def _near(watch: Watch, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    """Whether the actor's unit is one of the place, its town or the district; the engine speaks for other records."""
    place = act.subject.place if isinstance(act, a.SignalWatch) and act.subject is not None else watch.place
    if place is not None and bundle.network.place(place) is None:
        raise Refuse(RefusalCode.UNKNOWN_PLACE, "subject.place")
    return actor.role is Role.SYSTEM or of_place(place, actor, bundle.network)


def _may_object(watch: Watch, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    """The centre, for somebody; or a citizen, of whom the service has found out that they are watched."""
    return actor.role is Role.CITIZEN or of_centre(watch, actor, bundle)


def _objected(watch: Watch, act: a.ObjectToWatch, bundle: AffairBundle) -> bool:
    return any((one.person, one.by if one.person is None else None) == _objector(act) for one in watch.objections)


def _objector(act: a.ObjectToWatch) -> tuple[str | None, str | None]:
    return (act.person, act.actor.person if act.person is None else None)


def _settled(watch: Watch, act: a.SettleObjection, bundle: AffairBundle) -> bool:
    number = act.objection[1:]
    return act.objection[:1] == "o" and number.isdecimal() and 1 <= int(number) <= watch.objected and _open(watch, act.objection) is None


def _no_such(watch: Watch, act: a.SettleObjection, bundle: AffairBundle) -> str | None:
    return None if _open(watch, act.objection) is not None or _settled(watch, act, bundle) else "objection"


def _open(watch: Watch, name: str) -> object | None:
    return next((one for one in watch.objections if one.id == name), None)


def _wants(watch: Watch, bundle: AffairBundle) -> Mapping[str, Want]:
    """The label's clock while there is one, else that of silence; a visit's and an objection's beside it."""
    book: WatchBook = bundle.book
    wants = {f"objection:{one.id}": Want("objection", book.objection, one.at) for one in watch.objections}
    if watch.grade is not Tier.BLUE:
        rule = book.grades[watch.grade]
        wants["label"] = Want("label", rule.label, watch.moments["labelled"])
        if watch.owes_visit and rule.visit is not None:
            wants["visit"] = Want("visit", rule.visit.within, watch.moments["visit_asked"])
    elif not watch.objections:
        wants["quiet"] = Want("quiet", book.rest, acting.quiet_since(watch))
    return wants


def _owes(watch: Watch, clock: str, bundle: AffairBundle) -> Owes:
    network = bundle.network
    if clock.startswith("objection:"):
        return Owes("settle", Role.DIRECTOR, network.centre(watch.town))
    rule = bundle.book.grades[watch.grade].visit if clock == "visit" and watch.grade is not Tier.BLUE else None
    return NOBODY if rule is None else Owes("visit", rule.by, unit_of(network, rule.unit, where(network, watch.place or "")))


def _ball(watch: Watch, bundle: AffairBundle) -> str | None:
    if watch.objections:
        return f"objection:{watch.objections[0].id}"
    return "visit" if watch.owes_visit else None


def _access(watch: Watch, bundle: AffairBundle) -> Iterator[tuple[str, str]]:
    """The centre in charge and who supervises it; the police of the beat for orange and red. Who has to go there is added by the duty."""
    network = bundle.network
    yield from (("unit", unit) for unit in centres(watch.town, network))
    if watch.town is not None:
        yield ("town", watch.town)
    if watch.grade in SERIOUS:
        yield ("unit", unit_of(network, "police", where(network, watch.place or "")))


def _keys(watch: Watch) -> Iterator[tuple[str, str]]:
    yield ("grade", str(watch.grade))
    subject = watch.subject
    if subject is None:
        return
    if subject.of is SubjectKind.HOUSEHOLD:
        yield ("household", f"{subject.place}:{subject.number}")
    yield from (("watched", ref) for ref in (ordered(subject).one_person, ordered(subject).other_person) if ref is not None)


def _faults(book: WatchBook, network: Network) -> Iterator[tuple[str, str]]:
    kinds = {unit.kind for unit in network.units.values()}
    for name, rule in book.signals.items():
        if (factor := excluded(name, rule.zh, rule.en)) is not None:
            yield f"signals.{name}", f"{factor} is never a factor (domain 6.3)"
    for tier, grade in book.grades.items():
        if grade.visit is not None and grade.visit.unit is not None and grade.visit.unit not in kinds:
            yield f"grades.{tier}.visit.unit", f'unknown kind of unit "{grade.visit.unit}"'


RUNNING = frozenset({WATCHING})

WATCH = Kind(
    name="watch",
    zh="预警",
    en="Early warning",
    mark="YJ",
    workflow="Watch",
    state=Watch,
    event=h.WatchEvent,
    actions=TypeAdapter(a.WatchAction),
    book=WatchBook,
    opens="signal",
    ends=frozenset({QUIETED}),
    specs={
        "signal": AffairSpec(body=acting.signal, roles=REPORTERS, stages=frozenset({None, WATCHING, QUIETED}), fault=_fault, holds=_near),
        "visit": AffairSpec(body=acting.visit, roles=VISITORS, stages=RUNNING, holds=_near),
        "strike": AffairSpec(body=acting.strike, roles=SUPERVISORS, stages=RUNNING, holds=by_centre),
        "lower": AffairSpec(body=acting.lower, roles=SUPERVISORS, stages=RUNNING, holds=by_centre),
        "object": AffairSpec(body=acting.object_to, roles=CENTRE | {Role.CITIZEN}, stages=RUNNING, holds=_may_object, done=_objected),
        "settle": AffairSpec(
            body=acting.settle,
            roles=SUPERVISORS,
            stages=RUNNING,
            fault=_no_such,
            done=_settled,
            holds=by_centre,
        ),
    },
    foldings=FOLDINGS,
    wants=_wants,
    owes=_owes,
    ball=_ball,
    access=_access,
    expire=acting.expire,
    keys=_keys,
    faults=_faults,
    subject=intake_id,
    tells=tell,
    labels=LABELS,
    shows=SHOWS,
    groups=GROUPS,
    asks_purpose=lambda watch: watch.grade is Tier.RED,
)
