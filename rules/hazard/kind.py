"""The kind `hazard` (隐患): its actions, its clocks, whose it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from models.affair import hazard as h
from models.affair.common import AffairLinked
from models.network import Network
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role
from rules.affair.common import EVERYBODY, SUPERVISORS
from rules.affair.draft import AffairDraft
from rules.affair.folding import copied
from rules.affair.kind import AffairBundle, AffairSpec, Kind, Owes, Want
from rules.affair.units import known_unit, of_centre, of_place, owed_there, standard_access, unit_of, where
from rules.draft import require
from rules.hazard.labels import LABELS
from rules.obligations import acting

WORKERS = frozenset({Role.OFFICER, Role.GRID, Role.POLICE, Role.STEWARD, Role.DISPATCHER, Role.DIRECTOR})


def _report(draft: AffairDraft, act: h.ReportHazard) -> None:
    book: h.HazardBook = draft.bundle.book
    network = draft.bundle.network
    place, item = where(network, act.place), book.items[act.item]
    unit = known_unit(network, act.unit) if act.unit is not None else unit_of(network, item.unit, place)
    what = h.HazardReported(
        place=place.code,
        town=place.town,
        item=act.item,
        severity=act.severity or item.severity,
        unit=unit,
        text=act.text,
        dwelling=_dwelling(act),
    )
    draft.add(what, stage="reported", moments=("reported",))
    if act.found is not None:
        draft.add(AffairLinked(link=act.found))
    _tell(draft, "hazard_found", {"item": what.item, "severity": what.severity})


def _dwelling(act: h.ReportHazard) -> str | None:
    return act.found.id if act.found is not None and act.found.kind == "dwelling" else None


def _tell(draft: AffairDraft, do: str, fields: dict[str, Any]) -> None:
    """Tell the dwelling that it is in, where it is in one; the engine does, for nobody else may."""
    if draft.affair.dwelling is not None:
        draft.ask("act_affair", {"to": draft.affair.dwelling, "do": do, "fields": fields, "says_who": True}, own=True, awaited=True)


def _fault(hazard: h.Hazard, act: h.ReportHazard, bundle: AffairBundle) -> str | None:
    if act.item not in bundle.book.items:
        return "item"
    if act.of is not None and act.found is None:
        return "of"
    return "severity" if act.severity is not None and act.severity not in bundle.book.severities else None


def _fix(draft: AffairDraft, act: h.FixHazard) -> None:
    draft.add(h.HazardFixed(text=act.text, person=draft.actor.person), stage="fixed", moments=("fixed",))


def _inspect(draft: AffairDraft, act: h.InspectHazard) -> None:
    require(draft.affair.fixed_by not in draft.actor.ids, RefusalCode.SAME_PERSON)
    require(act.passed or act.text, RefusalCode.MISSING_REASON)
    found = h.Inspection(person=draft.actor.person, passed=act.passed, at=draft.when, text=act.text)
    stage, moments = ("closed", ()) if act.passed else ("reported", ("reported",))
    draft.add(h.HazardInspected(inspection=found), stage=stage, moments=moments)
    if act.passed:
        _tell(draft, "hazard_closed", {})
        return
    severity: h.Severity = draft.bundle.book.severities[draft.affair.severity]
    times = sum(not one.passed for one in draft.affair.inspections)
    _tell(draft, "hazard_again", {"times": times, "suspends": severity.suspends_letting and times >= severity.suspends_after})


def _pass(draft: AffairDraft, act: h.PassHazard) -> None:
    require(act.unit != draft.affair.unit, RefusalCode.ALREADY_DONE)
    require(act.reason, RefusalCode.MISSING_REASON)
    draft.add(h.HazardPassed(unit=known_unit(draft.bundle.network, act.unit), reason=act.reason), moments=("reported",))


def _holds(hazard: h.Hazard, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    """The unit that has to see to it, or the centre in charge."""
    return actor.unit == hazard.unit or of_centre(hazard, actor, bundle)


def _near(hazard: h.Hazard, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    place = act.place if isinstance(act, h.ReportHazard) else hazard.place
    return of_place(place, actor, bundle.network)


def _wants(hazard: h.Hazard, bundle: AffairBundle) -> Mapping[str, Want]:
    severity: h.Severity = bundle.book.severities[hazard.severity]
    if hazard.stage == "reported":
        return {"rectify": Want(f"{hazard.severity}.rectify", severity.rectify, hazard.moments["reported"])}
    return {"reinspect": Want(f"{hazard.severity}.reinspect", severity.reinspect, hazard.moments["fixed"])}


def _owes(hazard: h.Hazard, clock: str, bundle: AffairBundle) -> Owes:
    if clock == "rectify":
        return Owes("fix", acting(hazard.unit), hazard.unit)
    return owed_there(hazard, "inspect", bundle.network)


def _ball(hazard: h.Hazard, bundle: AffairBundle) -> str:
    return "rectify" if hazard.stage == "reported" else "reinspect"


def _fixed(hazard: h.Hazard, what: h.HazardFixed, event: h.HazardEvent) -> dict[str, Any]:
    return {"fixed_by": what.person}


def _inspected(hazard: h.Hazard, what: h.HazardInspected, event: h.HazardEvent) -> dict[str, Any]:
    return {"inspections": (*hazard.inspections, what.inspection)}


def _passed(hazard: h.Hazard, what: h.HazardPassed, event: h.HazardEvent) -> dict[str, Any]:
    return {"unit": what.unit}


def _faults(book: h.HazardBook, network: Network) -> Iterator[tuple[str, str]]:
    kinds = {unit.kind for unit in network.units.values()}
    for key, item in book.items.items():
        if item.severity not in book.severities:
            yield f"items.{key}.severity", f'unknown severity "{item.severity}"'
        if item.unit is not None and item.unit not in kinds:
            yield f"items.{key}.unit", f'unknown kind of unit "{item.unit}"'


HAZARD = Kind(
    name="hazard",
    zh="隐患",
    en="Hazard",
    mark="HZ",
    workflow="Hazard",
    state=h.Hazard,
    event=h.HazardEvent,
    actions=TypeAdapter(h.HazardAction),
    book=h.HazardBook,
    opens="report",
    ends=frozenset({"closed"}),
    specs={
        "report": AffairSpec(body=_report, roles=EVERYBODY, stages=frozenset({None}), fault=_fault, holds=_near),
        "fix": AffairSpec(body=_fix, roles=WORKERS, stages=frozenset({"reported"}), holds=_holds),
        "inspect": AffairSpec(body=_inspect, roles=WORKERS, stages=frozenset({"fixed"}), holds=_near),
        "pass": AffairSpec(body=_pass, roles=WORKERS | SUPERVISORS, stages=frozenset({"reported"}), holds=_holds),
    },
    foldings={"hazard_reported": copied, "hazard_fixed": _fixed, "hazard_inspected": _inspected, "hazard_passed": _passed},
    wants=_wants,
    owes=_owes,
    ball=_ball,
    urgent=lambda hazard: hazard.severity == "grave",
    access=lambda hazard, bundle: standard_access(hazard, bundle.network, hazard.unit),
    faults=_faults,
    labels=LABELS,
)
