"""A plain recomputation of every indicator from the raw events, as JSON: nothing of `rules/kpi/` or `store/kpi/` is used here.

Written apart from the engine, so that a mistake in one of them shows. An action that was taken back is left out of the story first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from statistics import mean
from typing import Any

Event = dict[str, Any]
Case = dict[str, Any]
Found = dict[str, tuple[int, int, float | None]]

LOCAL = timezone(timedelta(hours=8))
DONE_BY = {
    "screen": "screened declined merging", "route": "routed", "sign": "signed", "rule": "rerouted designated task_ruled",
    "contact": "contacted", "consent": "consented refused", "mediate": "agreed refused channelled withdrawn", "task": "task_finished",
    "channel": "channelled", "joint_meeting": "meeting_set", "sign_agreement": "agreement_effective agreement_signed",
    "default": "performed channelled", "visit": "visited", "audit": "audited audit_failed", "archive": "archived", "complaint": "replied",
}  # fmt: skip
ENDS = ("archived", "declined", "channelled", "withdrawn", "merged")


def time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def when(event: Event) -> datetime:
    found = time(event.get("occurred_at") or event["at"])
    assert found is not None
    return found


def read(bodies: Iterable[str]) -> Case:
    """Read one case: its story without what was taken back, and what can be said of it."""
    events: list[Event] = [json.loads(body) for body in bodies]
    for event in list(events):
        if event["what"]["type"] == "taken_back":
            events = [one for one in events if one.get("action_id") != event["what"]["action"] or one["seq"] > event["seq"]]
    case: Case = {"chapter": 1, "lead": None, "hops": 0, "objected": 0, "upheld": 0, "stage": None, "steps": [], "promises": []}
    case |= {"visits": [], "ratings": [], "services": [], "category": None, "mediation": None, "effective": None, "tier": "blue"}
    for event in events:
        what = event["what"]
        READERS.get(what["type"], lambda *_: None)(case, what, event)
        if case.get("confirmation") == "barred" and any(clock["id"] == "confirm" for clock in event["clocks"]):
            case["confirmation"] = "open"
        for clock in event["clocks"]:
            promise = case.get("kept", {}).get(clock["id"].removeprefix("promise:"))
            if promise is not None and clock["due"]:
                promise["due"] = time(clock["due"]["at"])
        _stage(case, event)
        _settled(case, what, event)
    case["steps"] = steps(events)
    return case


def _registered(case: Case, what: Event, event: Event) -> None:
    persons = sorted(party["person"] for party in what["parties"] if party["person"])
    case |= {"opened": time(event["at"]), "channel": what["channel"], "persons": persons, "wages": what["wage_workers"] > 0}


def _screened(case: Case, what: Event, event: Event) -> None:
    case["category"] = what.get("category") or case["category"]
    if what["type"] == "screened":
        case.setdefault("accepted", when(event))


def _leads(case: Case, what: Event, event: Event) -> None:
    new = what.get("lead")
    if what["type"] == "routed":
        case.setdefault("routed", when(event))
        case["lead"] = new
        return
    case["upheld"] += what["type"] == "rerouted"
    if case["lead"] is not None and new is not None:
        case["hops"] += new != case["lead"]
        case["lead"] = new


def _objected(case: Case, what: Event, event: Event) -> None:
    case["objected"] += what.get("task") is None


def _agreed(case: Case, what: Event, event: Event) -> None:
    case["agreement"] = {promise["id"]: {"due": promise["due"], "state": "open"} for promise in what["agreement"]["promises"]}


def _effective(case: Case, what: Event, event: Event) -> None:
    case["effective"] = time(what["effective_at"])
    case["confirmation"] = "barred"
    if case["mediation"] == "open":
        case |= {"mediation": "agreed", "mediation_ended": case["effective"]}
    for promise in case["agreement"].values():
        midnight = datetime.fromisoformat(promise["due"]).replace(tzinfo=LOCAL) + timedelta(days=1)
        case["promises"].append(promise | {"due": midnight})
    case["kept"] = dict(zip(case["agreement"], case["promises"][len(case["promises"]) - len(case["agreement"]) :], strict=True))


def _performed(case: Case, what: Event, event: Event) -> None:
    promise = case["kept"][what["promise"]]
    promise["state"] = "made_good" if promise["state"] == "defaulted" else "performed"


def _defaulted(case: Case, what: Event, event: Event) -> None:
    case["kept"][what["promise"]]["state"] = "defaulted"


def _confirmation(case: Case, what: Event, event: Event) -> None:
    if what["type"] != "lapsed" or what["clock"] == "confirm":
        case["confirmation"] = what["type"].removeprefix("confirmation_")
    if what["type"] == "confirmation_applied":
        case["services"].append(when(event))


def _visited(case: Case, what: Event, event: Event) -> None:
    case["visits"].append((when(event), what["satisfied"]))


def _rated(case: Case, what: Event, event: Event) -> None:
    case["ratings"].append((when(event), what["satisfied"]))


def _reopened(case: Case, what: Event, event: Event) -> None:
    for promise in case["promises"]:
        promise["state"] = "dropped" if promise["state"] == "open" else promise["state"]
    case |= {"chapter": event["chapter"], "lead": None, "mediation": None, "effective": None, "agreement": {}, "kept": {}}
    for name in ("mediation_ended", "confirmation", "ended", "resolved"):
        case.pop(name, None)


READERS: dict[str, Any] = {
    "registered": _registered, "screened": _screened, "declined": _screened, "routed": _leads, "rerouted": _leads, "designated": _leads,
    "replanned": _leads, "escalated": _leads, "objected": _objected, "agreed": _agreed, "agreement_effective": _effective,
    "performed": _performed, "defaulted": _defaulted, "confirmation_applied": _confirmation, "confirmation_granted": _confirmation,
    "confirmation_rejected": _confirmation, "confirmation_waived": _confirmation, "lapsed": _confirmation, "visited": _visited,
    "rated": _rated, "reopened": _reopened,
    "notice_given": lambda case, what, event: case["services"].append(when(event)),
    "graded": lambda case, what, event: case.update(tier=what["tier"]),
    "contacted": lambda case, what, event: case.setdefault("contacted", when(event)),
}  # fmt: skip


def _stage(case: Case, event: Event) -> None:
    if event.get("stage") is None:
        return
    case["stage"] = event["stage"]
    case.pop("ended", None)
    if event["stage"] == "mediating":
        case["mediation"] = "open"
        case.pop("mediation_ended", None)
    if event["stage"] in ENDS:
        case["ended"] = time(event["at"])
        for promise in case["promises"]:
            promise["state"] = "dropped" if promise["state"] == "open" else promise["state"]
        if case["mediation"] == "open":
            outcome = {"withdrawn": "withdrawn", "merged": "merged"}.get(event["stage"], "failed")
            case |= {"mediation": outcome, "mediation_ended": when(event)}


def _settled(case: Case, what: Event, event: Event) -> None:
    defaulted = any(promise["state"] == "defaulted" for promise in case.get("kept", {}).values())
    if case["effective"] is None or defaulted:
        case.pop("resolved", None)
    elif "resolved" not in case:
        case["resolved"] = case["effective"] if what["type"] == "agreement_effective" else when(event)


def steps(events: list[Event]) -> list[dict[str, Any]]:
    """Every limit that had to be kept: what it was, its last due time, when and how it ended."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    running: dict[str, int] = {}
    for number, event in enumerate(events):
        for clock in event["clocks"]:
            key = (clock["id"], clock["round"])
            if key not in found and clock["id"] in running:
                _ended(found[clock["id"], running[clock["id"]]], event, events, number)
            running[clock["id"]] = clock["round"]
            found.setdefault(key, {"id": clock["id"], "how": "open"})["due"] = time(clock["due"]["at"]) if clock["due"] else None
        for clock_id in event["stopped"]:
            if clock_id in running:
                _ended(found[clock_id, running.pop(clock_id)], event, events, number)
    return [
        one
        for (clock_id, _), one in found.items()
        if clock_id.partition(":")[0] not in {"ladder", "object", "suspension", "confirm", "promise"}
    ]


def _ended(step: dict[str, Any], event: Event, events: list[Event], number: int) -> None:
    if step["how"] != "open":
        return
    at_once = [
        one["what"]["type"] for one in events[: number + 1] if (one["at"], one.get("action_id")) == (event["at"], event.get("action_id"))
    ]
    by = DONE_BY.get(step["id"].partition(":")[0].partition(".")[0], "").split()
    overrun = step["due"] is not None and step["due"] <= when(event)
    step |= {"how": "met" if set(at_once) & set(by) else "overrun" if overrun else "dropped", "done": when(event)}


def recount(stories: Iterable[Iterable[str]], since: datetime, until: datetime, now: datetime) -> Found:
    """Return part, whole and value of every indicator of Huaxi."""
    cases = [read(bodies) for bodies in stories]

    def inside(at: datetime | None) -> bool:
        return at is not None and since <= at < until

    def share(part: list[Any], whole: list[Any]) -> tuple[int, int, float | None]:
        return len(part), len(whole), round(100 * len(part) / len(whole), 1) if whole else None

    def number(every: list[Any]) -> tuple[int, int, float | None]:
        return len(every), len(every), float(len(every))

    def of_all(values: list[float], percent: int) -> float | None:
        values = sorted(values)
        return round(next(v for n, v in enumerate(values, 1) if 100 * n >= percent * len(values)), 1) if values else None

    opened = [c for c in cases if inside(c["opened"])]
    ended = [c for c in cases if inside(c.get("ended"))]
    routed = [c for c in cases if inside(c.get("routed"))]
    running = [c for c in cases if "ended" not in c]
    accepted = [c for c in opened if "accepted" in c and c["stage"] not in {"declined", "merged"}]
    mediated = [c for c in cases if inside(c.get("mediation_ended"))]
    agreed = [c for c in cases if inside(c["effective"]) and c["confirmation"] != "barred"]
    old = [c for c in accepted if c["opened"] <= now - timedelta(days=60)]
    due = [(s, c) for c in cases for s in c["steps"] if s["how"] != "dropped" and s["due"] and since <= s["due"] < min(until, now)]
    in_time = [(s, c) for s, c in due if s["how"] == "met" and s["done"] <= s["due"]]
    promised = [p for c in cases for p in c["promises"] if p["state"] != "dropped" and since <= p["due"] < min(until, now)]
    replies = [satisfied for c in cases for at, satisfied in c["visits"] if inside(at)]
    ratings = [satisfied for c in cases for at, satisfied in c["ratings"] if inside(at)]
    finished = [c for c in ended if c["stage"] != "merged"]
    wages = [c for c in opened if c["wages"] and c["stage"] not in {"declined", "merged"} and ("accepted" in c or "ended" not in c)]

    def steps_named(*names: str, tier: str | None = None) -> tuple[int, int, float | None]:
        def mine(step: dict[str, Any], case: Case) -> bool:
            return step["id"].partition(":")[0] in names and (tier is None or case["tier"] == tier)

        return share([s for s, c in in_time if mine(s, c)], [s for s, c in due if mine(s, c)])

    def again(case: Case, channel: str | None = None) -> bool:
        return any(
            other["stage"] != "merged" and other["category"] and case["category"] and case["persons"]
            and (other["persons"], other["category"][:2]) == (case["persons"], case["category"][:2])
            and case["ended"] < other["opened"] <= case["ended"] + timedelta(days=180) and channel in {None, other["channel"]}
            for other in cases
        )  # fmt: skip

    contact = [int((c["contacted"] - c["opened"]).total_seconds() // 60) / 60 for c in opened if "contacted" in c]
    took = [int((c["ended"] - c["opened"]).total_seconds() // 60) / 1440 for c in ended]
    age = [(now - c["opened"]) / timedelta(days=1) for c in running]
    in_intake = [c for c in opened if c["stage"] not in {"declined", "merged"}]
    calendar = [c for c in cases if inside(c.get("accepted")) and c["stage"] not in {"declined", "merged"}]
    resolved = [c for c in cases if inside(c.get("resolved"))]
    visits = [(s, c) for s, c in due if s["id"].startswith("visit.")]
    return {
        "registered": number(opened), "accepted": number(calendar), "intake_rate": share(accepted, in_intake), "ended": number(ended),
        "open": number(running), "on_time": share(in_time, due), "on_time_screen": steps_named("screen"),
        "on_time_route": steps_named("route"), "on_time_sign": steps_named("sign"), "on_time_contact": steps_named("contact"),
        "on_time_mediate": steps_named("mediate"), "on_time_task": steps_named("task"),
        "red_response": share(
            [s for s, c in in_time if s["id"] in {"screen", "route", "sign", "contact"} and c["tier"] == "red"],
            [s for s, c in due if s["id"] in {"screen", "route", "sign", "contact"} and c["tier"] == "red"],
        ),
        "first_contact": (len(contact), len(opened), of_all(contact, 50)), "took_p50": (len(took), len(ended), of_all(took, 50)),
        "took_p90": (len(took), len(ended), of_all(took, 90)), "age_p50": (len(age), len(running), of_all(age, 50)),
        "age_p90": (len(age), len(running), of_all(age, 90)),
        "success_rate": share(
            [c for c in mediated if c["mediation"] == "agreed"], [c for c in mediated if c["mediation"] in {"agreed", "failed"}]
        ),
        "withdrawn_in_mediation": number([c for c in mediated if c["mediation"] == "withdrawn"]),
        "resolution_rate": share([c for c in old if "resolved" in c], old), "resolution_calendar": share(resolved, calendar),
        "channelled": number([c for c in ended if c["stage"] == "channelled"]),
        "wages_cleared": share([c for c in wages if "resolved" in c and c["resolved"] < _festival(c["opened"])], wages),
        "performance_rate": share([p for p in promised if p["state"] in {"performed", "made_good"}], promised),
        "confirmation_rate": share([c for c in agreed if c["confirmation"] == "granted"], agreed),
        "application_rate": share([c for c in agreed if c["confirmation"] in {"applied", "granted", "rejected"}], agreed),
        "visit_rate": share([s for s, _ in visits if s["how"] == "met"], visits),
        "satisfaction": share([r for r in replies if r], [r for r in replies if r is not None]),
        "reply_rate": share([r for r in replies if r is not None], replies), "rating": share([r for r in ratings if r], ratings),
        "repeat_rate": share([c for c in finished if again(c)], finished),
        "petition_repeat": share([c for c in finished if again(c, "petition")], finished),
        "reopened_rate": share([c for c in accepted if c["chapter"] > 1], accepted),
        "return_rate": share([c for c in routed if c["objected"]], routed),
        "wrong_route": share([c for c in routed if c["upheld"]], routed),
        "hops": (len(routed), len(routed), round(mean(c["hops"] for c in routed), 2) if routed else None),
    }  # fmt: skip


def _festival(day: datetime) -> datetime:
    """The Spring Festival that came next."""
    days = ["2025-01-29", "2026-02-17", "2027-02-06"]
    return next(at for at in (datetime.fromisoformat(text).replace(tzinfo=LOCAL) for text in days) if at >= day.replace(hour=0, minute=0))
