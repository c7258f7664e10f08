"""A signal (线索) in three taps on a phone: what was noticed, about whom or what, send. It works without a script.

Whom a signal is about is offered where it is known: watches in sight, households that wait for a visit. No name stands there.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from models.affair.watch.book import SignalType, WatchBook
from models.affair.watch.state import SignalChannel, SubjectKind
from models.refusal import RefusalCode
from models.words import Role
from rules.affair.allowed import may_begin
from rules.affair.labels import said
from rules.watch.kind import WATCH
from service.affairs.beginning import begin
from service.affairs.watching import Near, Watching
from service.errors import Refused, UnknownAffair, refuse
from web.console.affair_forms import AffairChoices, at_post
from web.console.caller import Caller, CallerDep, FormDep
from web.console.fields import text
from web.console.pages.watches import of_name, spoken, watching
from web.problems import KINDS as PROBLEMS
from web.problems import WebProblem

router = APIRouter(prefix="/watches")

Code = Annotated[str, Query(max_length=80)]
Signal = Annotated[str, Query(max_length=40, pattern=r"^[a-z_]*$")]

BY_HAND = tuple(channel for channel in SignalChannel if channel not in {SignalChannel.EVENT, SignalChannel.AFFAIR})
"""How a signal comes that a person types in."""
USUAL = {Role.GRID: SignalChannel.VISIT, Role.POLICE: SignalChannel.CALL, Role.CLERK: SignalChannel.REPEAT}
"""How signals mostly come to a post."""

SIDES = ("one_person", "other_person")
PERSON = ("name", "phone", "id_number")


@router.get("/new")
async def blank(who: CallerDep, signal: Signal = "", about: Code = "") -> Response:
    """Return what may have been noticed, to choose from, or the form of what was chosen."""
    book = _book(who)
    if not signal:
        rows = [(name, who.words.pick(one.zh, one.en), one.hard) for name, one in _ordered(who, book)]
        hard, rest = ([(name, words) for name, words, is_hard in rows if is_hard is wanted] for wanted in (True, False))
        return who.page("watches/signals.html", {"hard": hard, "rest": rest, "about": about})
    if signal not in book.signals:
        raise WebProblem("not_found")
    begins = FormData([*at_post(who.office, who.actor.unit).multi_items(), ("signal", signal), ("about", about)])
    return await _form(who, begins)


def _ordered(who: Caller, book: WatchBook) -> list[tuple[str, SignalType]]:
    """The types of signals in the order of the place's own file; a stored document has none."""
    order = list(who.office.place.books[WATCH.name].model_dump(include={"signals"})["signals"])
    return sorted(book.signals.items(), key=lambda one: order.index(one[0]) if one[0] in order else len(order))


@router.post("/new")
async def send(who: CallerDep, fields: FormDep) -> Response:
    """Enter a signal. The same form sent twice is one."""
    _book(who)
    try:
        code = await _entered(who, fields)
    except Refused as refused:
        return await _form(who, fields, refused)
    except UnknownAffair:
        return await _form(who, fields, refuse(RefusalCode.INVALID, "subject"))
    seen = await who.affair_reader.may_see(who.actor, code)
    row = await who.affair_reader.row(who.actor, code) if seen else None
    return RedirectResponse(f"/watches/{row.code}?done=watch-signal" if row is not None else "/watches/new?done=watch-signal", 303)


async def _entered(who: Caller, fields: FormData) -> str:
    """Enter the signal of a form: on a watch that is known, or about what the form names. Return the watch's id."""
    names = ("signal", "channel", "text", "occurred_at")
    given: dict[str, Any] = {name: value for name in names if (value := text(fields, name, 300))}
    about = text(fields, "about", 80)
    if about in {str(of) for of in SubjectKind}:
        subject = _subject(fields, about)
    else:
        affair_id, known = await Watching(who.office).about(who.actor, about)
        if known is None:
            return (await who.affairs.act(affair_id, WATCH.opens, given, who.actor, action_id=text(fields, "id", 80) or None)).affair_id
        subject = known
    begun = await begin(who.office, WATCH.name, {**given, "subject": subject}, who.actor, who.once(fields))
    return begun.receipt.affair_id


def _subject(fields: FormData, of: str) -> dict[str, Any]:
    """Return what a form says a signal is about; of the other kinds of subjects it takes nothing."""
    found: dict[str, Any] = {"of": of, "place": text(fields, "place", 40)}
    if of == SubjectKind.PAIR:
        for side in SIDES:
            person = {name: value for name in PERSON if (value := text(fields, f"{side}.{name}", 100))}
            found[side] = person or None
    elif number := text(fields, f"{of}_number", 80):
        found["number"] = number
    return found


async def _form(who: Caller, typed: FormData, refused: Refused | None = None) -> Response:
    book, signal = _book(who), text(typed, "signal", 40)
    chosen = book.signals.get(signal)
    if chosen is None:
        raise WebProblem("not_found")
    near = await Watching(who.office).near(who.actor)
    problem, wrong = _wrong(who, refused, text(typed, "about", 80))
    usual = SignalChannel.WECHAT if chosen.by_hand else USUAL.get(who.actor.role, SignalChannel.VISIT)
    context: dict[str, Any] = {
        "signal": (signal, chosen),
        "near": near,
        "named": lambda one: _named(who, one),
        "ofs": [(str(of), who.words.both(WATCH.labels.values["of"][of])) for of in SubjectKind],
        "places": AffairChoices(who.words, who.office, WATCH, who.actor.unit).places(),
        "channels": [(str(one), who.words.both(WATCH.labels.values["channel"][one])) for one in BY_HAND],
        "channel": text(typed, "channel", 20) or str(usual),
        "about": text(typed, "about", 80),
        "typed": lambda name: text(typed, name, 300),
        "problem": problem,
        "wrong": wrong,
        "new_id": text(typed, "id", 80) or uuid.uuid4().hex,
        **spoken(who),
    }
    return who.page("watches/new.html", context, status=PROBLEMS[str(refused.refusal.code)].status if refused is not None else 200)


def _named(who: Caller, one: Near) -> str:
    """What a subject is called that is offered: a household by its number, a watch by its code."""
    words = [of_name(who, one.subject.of), one.subject.number or "", one.place_name or ""]
    if one.kind == WATCH.name:
        words += [one.code]
    return " · ".join(word for word in words if word)


def _wrong(who: Caller, refused: Refused | None, about: str) -> tuple[str, frozenset[str]]:
    """Why a signal was refused, and the fields that are to be looked at."""
    if refused is None:
        return "", frozenset()
    found, words = refused.refusal, who.words
    problem = PROBLEMS[str(found.code)]
    paths = [part.strip().partition(" ")[0].split(".") for part in found.detail.replace(";", ",").split(",") if part.strip()]
    fields = {path[1] if path[0] == "subject" and len(path) > 1 else path[0] for path in paths}
    named = [words.both(said(WATCH.labels, "fields", name)) for name in sorted(fields)]
    marked = {one for name in fields for one in (_lacking(about) if name in {"subject", "number"} else {name})}
    return words.about(words.pick(problem.zh, problem.en), named), frozenset(marked)


def _lacking(about: str) -> set[str]:
    """The fields of a subject that is not whole: what its kind is known by, or the choice itself."""
    if about == SubjectKind.PAIR:
        return set(SIDES)
    return {f"{about}_number"} if about in {str(of) for of in SubjectKind} else {"about"}


def _book(who: Caller) -> WatchBook:
    """Return the book, for somebody who may enter signals. Raises WebProblem; Refused `not_allowed`."""
    book = watching(who).book()
    if book is None or not may_begin(WATCH, who.actor):
        raise refuse(RefusalCode.NOT_ALLOWED)
    return book
