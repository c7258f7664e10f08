"""Plausible actions for property tests: who asks, for what, with fields that fit the case more often than not.

Used by `tests/rules/test_procedure_stateful.py`. Words of people do not matter to the core, so they are all one word.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from models.case import Case
from models.network import Network
from models.words import Level, Role, Tier

Fields = dict[str, Any]
TOWN = "yanlou"
PLACES = ("520111105201", "520111105202", "520111105206", "520111105", "520111")
CATEGORIES = ("0201", "0101", "0602", "0701", "0502", "0503", "0804", "0903", "09")
SIGNS = ("threat_to_life", "gathering", "previous_violence", "separation", "lawyer_engaged", "death_or_injury")
UNITS = (
    *(f"{TOWN}-{kind}" for kind in ("centre", "police", "justice", "court", "hr", "housing", "land", "women", "steward", "health")),
    *("yanlou-gumeng", "yanlou-sire", "huaxi-centre", "huaxi-justice", "huaxi-medical", "huaxi-traffic", "huaxi-police"),
)
MEDIATORS = tuple(f"mediator@{unit}" for unit in ("yanlou-justice", "yanlou-hr", "yanlou-gumeng", "huaxi-justice", "huaxi-medical"))
OUTSIDERS = ("analyst@huaxi-centre", "dispatcher@qingyan-centre", "admin_system@huaxi-centre", "officer@nowhere")


def posts(network: Network) -> tuple[str, ...]:
    """Every post of the units that play a part, a citizen and some who have no business here."""
    held = [f"{role}@{unit}" for unit in UNITS if (found := network.unit(unit)) is not None for role in found.roles]
    return (*held, "citizen@a", "citizen@stranger", *OUTSIDERS)


def opening(now: datetime) -> st.SearchStrategy[Fields]:
    """What an intake clerk may type in."""
    return st.builds(
        _opening,
        place=st.sampled_from(PLACES),
        sides=st.sampled_from(
            (("applicant", "respondent"), ("applicant", "respondent", "respondent"), ("applicant", "applicant", "third"))
        ),
        people=st.sampled_from((1, 2, 12, 35)),
        signs=st.lists(st.sampled_from(SIGNS), max_size=2, unique=True),
        minor=st.booleans(),
        age=st.sampled_from((0, 3, 200)),
        today=st.just((now + timedelta(hours=8)).date()),
    )


def _opening(place: str, sides: tuple[str, ...], people: int, signs: list[str], age: int, today: date, *, minor: bool) -> Fields:
    parties = [
        {"id": "abc"[number], "side": side, "kind": "person", "person": f"v{number}", "minor": minor and number == 0}
        for number, side in enumerate(sides)
    ]
    happened = str(today - timedelta(days=age))
    told = {"channel": "window", "place": place, "summary": "ref", "happened_on": happened, "people": people}
    return {**told, "parties": parties, "risk_signs": signs, "amount": 1000.0 * people, "wage_workers": 0}


def parties_of(case: Case) -> st.SearchStrategy[str]:
    return st.sampled_from((*(party.id for party in case.parties), *(party.id for party in case.parties), "zz"))


REASON = st.sampled_from(("ref", "ref", "ref", ""))
UNIT = st.sampled_from((*UNITS, "nowhere"))


def _tasks(case: Case) -> st.SearchStrategy[str | None]:
    return st.sampled_from((None, None, *case.tasks, "t99"))


def _promises(case: Case) -> st.SearchStrategy[str]:
    return st.sampled_from((*(p.id for p in case.agreement.promises), "p9") if case.agreement else ("p1",))


def _everybody(case: Case) -> st.SearchStrategy[list[str]]:
    staying = [party.id for party in case.parties if not party.left]
    return st.sampled_from((staying, staying, staying[:1], [*staying, "zz"]))


def terms(case: Case, now: datetime) -> st.SearchStrategy[list[Fields]]:
    today = (now + timedelta(hours=8)).date()
    one = st.fixed_dictionaries(
        {
            "debtor": st.sampled_from([party.id for party in case.parties]),
            "what": st.just("ref"),
            "due": st.sampled_from((-1, 0, 3, 10, 40, 120)).map(lambda days: str(today + timedelta(days=days))),
        }
    )
    return st.lists(one, max_size=2).map(lambda many: [{"id": f"p{n}", **term} for n, term in enumerate(many, 1)])


def fields_of(do: str, case: Case, now: datetime) -> st.SearchStrategy[Fields]:
    """Fields for this action on this case."""
    maker = FIELDS.get(do)
    return maker(case, now) if maker is not None else st.just({})


def _fixed(optional: Fields | None = None, /, **wanted: st.SearchStrategy[Any]) -> st.SearchStrategy[Fields]:
    return st.fixed_dictionaries(wanted, optional=optional or {})


def _of(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def _new_party(case: Case, now: datetime) -> st.SearchStrategy[Fields]:
    one = _fixed(
        id=_of("d", "e", "a"), side=_of("respondent", "third"), kind=_of("person"), person=_of("v0", "v8"), vulnerable=st.booleans()
    )
    return _fixed(party=one)


def _meeting(case: Case, now: datetime) -> st.SearchStrategy[Fields]:
    at = _of(-1, 1, 30, 200).map(lambda hours: (now + timedelta(hours=hours)).isoformat())
    return _fixed(at=at, place=_of("ref"), units=st.lists(UNIT, max_size=3), joint=st.booleans())


def _amendment(case: Case, now: datetime) -> st.SearchStrategy[Fields]:
    more = {
        "people": _of(1, 12, 40),
        "risk_signs": st.lists(_of(*SIGNS), max_size=2, unique=True),
        "category": _of(*CATEGORIES),
        "summary": _of("ref2"),
        "amount": _of(5.0, 90000.0),
    }
    return st.fixed_dictionaries({"reason": REASON}, optional=more)


def _absorbing(case: Case, now: datetime) -> st.SearchStrategy[Fields]:
    party = _fixed(id=_of("a", "f"), side=_of("applicant", "respondent"), kind=_of("person"), person=_of("v0", "v7"))
    return _fixed(from_case=_of("c1", "c2", "c3"), from_code=_of("C"), parties=st.lists(party, max_size=1), papers=st.just(["p"]))


FIELDS: dict[str, Callable[[Case, datetime], st.SearchStrategy[Fields]]] = {
    "open": lambda c, now: opening(now),
    "screen": lambda c, now: _fixed(
        category=_of(*CATEGORIES, None),
        accept=_of(True, True, True, True, True, True, True, False),
        reason=REASON,
        redirect=_of("court", None),
    ),
    "regrade": lambda c, now: _fixed(tier=_of(*Tier), reason=REASON),
    "route": lambda c, now: _fixed({"lead": UNIT, "assist": st.lists(UNIT, max_size=3), "level": _of(*Level)}),
    "sign": lambda c, now: _fixed(task=_tasks(c)),
    "object": lambda c, now: _fixed(reason=REASON, to=st.none() | UNIT, task=_tasks(c)),
    "rule": lambda c, now: _fixed(uphold=st.booleans(), to=st.none() | UNIT, reason=REASON),
    "contact": lambda c, now: _fixed(note=_of("ref")),
    "assign": lambda c, now: _fixed(mediator=_of(None, *MEDIATORS, "officer@yanlou-court")),
    "recuse": lambda c, now: _fixed(reason=REASON, party=st.none() | parties_of(c)),
    "consent": lambda c, now: _fixed(party=parties_of(c), agrees=_of(True, True, True, False)),
    "meet": _meeting,
    "call_off": lambda c, now: _fixed(meeting=_of(*(m.id for m in c.meetings), "m9"), reason=REASON),
    "record": lambda c, now: _fixed(outcome=_of("continue", "failed"), text=_of("ref")),
    "raise_task": lambda c, now: _fixed({"limit": _of("2wd", "48h", "10d")}, unit=UNIT, title=_of("ref")),
    "replan": lambda c, now: _fixed(lead=st.none() | UNIT, add=st.lists(UNIT, max_size=2), drop=st.lists(UNIT, max_size=2), reason=REASON),
    "finish": lambda c, now: _fixed(result=_of("ref"), task=_tasks(c)),
    "rework": lambda c, now: _fixed(unit=st.none() | UNIT, task=_tasks(c), reason=REASON),
    "escalate": lambda c, now: _fixed(reason=REASON),
    "suspend": lambda c, now: _fixed(ground=_of("appraisal", "appraisal", "weather"), evidence=REASON),
    "extend": lambda c, now: _fixed(days=_of(1, 10, 30), consents=_everybody(c)),
    "agree": lambda c, now: _fixed(form=_of("written", "oral"), terms=_of("ref"), promises=terms(c, now), matter=_of(None, "use", "title")),
    "sign_agreement": lambda c, now: _fixed(party=parties_of(c)),
    "confirm": lambda c, now: _fixed(step=_of("apply", "granted", "rejected", "waive"), consents=_everybody(c)),
    "perform": lambda c, now: _fixed(promise=_promises(c), proof=_of("ref")),
    "default": lambda c, now: _fixed(promise=_promises(c)),
    "visit": lambda c, now: _fixed(
        outcome=_of("calm", "calm", "calm", "calm", "unreachable", "relapse"), satisfied=_of(True, True, True, None, False)
    ),
    "audit": lambda c, now: _fixed(
        passed=_of(True, True, False), findings=_of([], ["ref"]), back_to=_of(None, None, "performing", "mediating")
    ),
    "merge": lambda c, now: _fixed(into=_of("OLD-1"), into_case=_of("old", None)),
    "absorb": _absorbing,
    "withdraw": lambda c, now: _fixed(party=parties_of(c), reason=REASON),
    "channel": lambda c, now: _fixed(route=_of("court"), notice=REASON),
    "reopen": lambda c, now: _fixed(reason=REASON),
    "rate": lambda c, now: _fixed(party=parties_of(c), satisfied=st.booleans(), text=REASON),
    "complain": lambda c, now: _fixed(party=parties_of(c), text=_of("ref")),
    "reply": lambda c, now: _fixed(complaint=_of(None, None, *(item.id for item in c.complaints), "c9"), text=_of("ref")),
    "note": lambda c, now: _fixed(text=_of("ref")),
    "lift_card": lambda c, now: _fixed(card=_of(*(card.id for card in c.cards), "contact#9:red"), reason=REASON),
    "amend": _amendment,
    "add_party": _new_party,
    "represent": lambda c, now: _fixed(party=parties_of(c), representative=_of("ref"), authority=_of("ref")),
    "attach": lambda c, now: _fixed(title=_of("ref"), sha256=_of("a" * 64, "b" * 64), size=_of(1)),
    "take_back": lambda c, now: _fixed(action=_of(c.undo.action_id if c.undo else "a1", "a1")),
    "hand_over": lambda c, now: _fixed(to=_of(*MEDIATORS, "mediator@yanlou-justice#2", "officer@yanlou-justice#2"), reason=REASON),
    "restart": lambda c, now: _fixed(why=_of("replay", "diverged")),
    "split": lambda c, now: _fixed(parties=st.lists(parties_of(c), min_size=1, max_size=2, unique=True), summary=_of("ref"), reason=REASON),
}
"""By action; what is not here has no fields. `recalendar` and `rebase` need documents and are made by the test."""

BACKDATABLE = ("contact", "consent", "record", "agree", "sign_agreement", "seal", "perform", "visit")


def likely_posts(do: str, case: Case) -> tuple[str, ...]:
    """Posts that would ask for this in life; the rest of the world asks, too, but less often."""
    led = case.lead or case.centre or ""
    mediator = (case.mediator.person,) if case.mediator is not None else ()
    lead = (f"officer@{led}", f"dispatcher@{led}")
    assisting = tuple(f"officer@{task.unit}" for task in case.tasks.values())
    centre = tuple(f"{role}@{case.centre}" for role in (Role.DISPATCHER, Role.DIRECTOR, Role.SCREENER, Role.CLERK))
    closing = (
        "auditor@yanlou-justice",
        "archivist@yanlou-justice",
        "leader@yanlou-centre",
        "director@yanlou-centre",
        "police@yanlou-police",
    )
    if do in {"tick", "answer", "absorb", "restart"}:
        return ("system@system",)
    if do in {"audit", "archive", "sign_off"}:
        return closing
    return (*mediator, *mediator, *lead, *assisting, *centre, "citizen@a")
