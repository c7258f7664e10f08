"""Commands of a case: open, act, show, explain, list, watch."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from faces.asking import DIRECTOR, asker, maybe_asker
from faces.desk import desk, fields_of, read_fields
from faces.output import command, out, say, show, table
from models.account import TokenScope
from models.party import Actor
from models.record import ActReceipt, CaseView, Duty, Explanation
from models.refusal import RefusalCode
from models.words import Stage, Tier
from service.cases import Cases, Opened
from service.errors import refuse
from service.office import Office
from service.reading import Reader
from service.shown import File, Likeness, Page
from store.desk.lists import Filter

As = Annotated[
    str,
    typer.Option("--as", metavar="ROLE@UNIT", help="Who asks, e.g. clerk@yanlou-centre; elsewhere a token."),
]
MaybeAs = Annotated[str, typer.Option("--as", metavar="ROLE@UNIT", help="Who looks; without it no words of the case are shown.")]
Why = Annotated[str, typer.Option("--why", metavar="PURPOSE", help="Why you look (查阅事由): a code, or words.")]
Json = Annotated[bool, typer.Option("--json", help="Machine output on stdout.")]
Code = Annotated[str, typer.Argument(help="The case code.")]
With = Annotated[str, typer.Option("--with", metavar="JSON|@FILE", help="The action's fields.")]
ActionId = Annotated[str, typer.Option("--id", help="Your id of this action: asking again with it never doubles anything.")]

AsOf = Annotated[str, typer.Option("--as-of", metavar="DAY|TIME", help="As it stood then: 2026-03-05 to its end, or 2026-03-05T10:00.")]

EVERY = 2.0
"""Seconds between two looks of `watch`."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for name, function in (
        ("open", open_),
        ("act", act),
        ("show", show_),
        ("explain", explain),
        ("list", list_),
        ("watch", watch),
    ):
        app.command(name)(function)


def open_(
    file: Annotated[Path, typer.Option("--file", help="Intake as JSON or YAML.")],
    who: As = "",
    intake_id: Annotated[str, typer.Option("--intake-id", help="Your slip's number: the same one is the same case.")] = "",
    as_json: Json = False,
) -> None:
    """Take a dispute in (受理登记)."""
    slip = intake_id or uuid.uuid4().hex

    async def doing() -> None:
        fields = read_fields(file)
        if intake_id or "intake_id" not in fields:
            fields["intake_id"] = slip
        async with desk(engine=True) as (office, cases):
            actor = await asker(office, who, TokenScope.ACT)
            opened = await cases.open(fields, actor)
            seen = await cases.view(opened.receipt.code or opened.receipt.case_id)
            alike = await Reader(office).likenesses(actor, opened.candidates)
        value = {"receipt": opened.receipt, "known": opened.known, "candidates": alike}
        show(value, as_json, lambda: _opened(opened, seen, alike))

    command(doing, as_json=as_json, again=f"--intake-id {slip}")


def _opened(opened: Opened, seen: CaseView, alike: Iterable[Likeness]) -> None:
    word = "已有案件 already known" if opened.known else "已登记 registered"
    say(f"  {word}  {seen.stage} · {seen.tier}", head=opened.receipt.code or opened.receipt.case_id)
    for candidate in alike:
        say(f"  可能重复 possibly the same: {candidate.case.code} ({', '.join(candidate.why)})")


def act(
    code: Code,
    action: Annotated[str, typer.Argument(help="The action, e.g. screen.")],
    who: As = "",
    given: With = "{}",
    action_id: ActionId = "",
    as_json: Json = False,
) -> None:
    """Do an action on a case (办理)."""
    key = action_id or uuid.uuid4().hex

    async def doing() -> None:
        fields = fields_of(given)
        async with desk(engine=True) as (office, cases):
            receipt = await cases.act(code, action, fields, await asker(office, who, TokenScope.ACT), action_id=key)
        show(receipt, as_json, lambda: _receipt(receipt))

    command(doing, as_json=as_json, again=f"--id {key}")


def _receipt(receipt: ActReceipt) -> None:
    say(f"  {receipt.stage}  #{receipt.seq}  {', '.join(receipt.events)}", head=receipt.code or receipt.case_id)


def show_(
    code: Code,
    who: MaybeAs = "",
    why: Why = "",
    events: Annotated[bool, typer.Option("--events", help="The timeline too.")] = False,
    as_of: AsOf = "",
    as_json: Json = False,
) -> None:
    """Show a case: where it is, who holds it, what is owed, now or as it stood at a time (案件详情)."""

    async def doing() -> None:
        async with desk() as (office, cases):
            actor, detail = await maybe_asker(office, who), None
            if actor is None:
                seen: CaseView | None = (await cases.then(code, as_of)).view if as_of else await cases.view(code)
            else:
                file = await _file(office, actor, code, why, as_of)
                detail, seen = file.case, file.explanation.view if file.explanation is not None else None
            lines = (
                [line for line in await office.records.lines(seen.case_id) if line.seq <= seen.seq] if events and seen is not None else []
            )
        value = {"view": seen, "detail": detail, "events": [line.model_dump(exclude={"body"}, mode="json") for line in lines]}

        def human() -> None:
            if seen is not None:
                _card(seen, office)
            if detail is not None and detail.summary:
                say(f"案情 {detail.summary}")
            for party in detail.parties if detail is not None else ():
                say(f"当事人 {party.id} ({party.side}) {party.name or '–'} {party.phone or ''}")
            for line in lines:
                say(f"  {line.seq:>4}  {_time(line.at, office)}  {line.type}")

        show(value, as_json, human)

    command(doing, as_json=as_json)


async def _file(office: Office, actor: Actor, code: str, why: str, as_of: str) -> File:
    reader = Reader(office)
    return await reader.then(actor, code, as_of, why) if as_of else await reader.file(actor, code, why)


def _card(seen: CaseView, office: Office) -> None:
    lead = office.bundle.network.unit(seen.lead or "")
    say(f"  {seen.stage} · {seen.tier} · {seen.level or '–'}  类别 {seen.category or '–'}", head=seen.code or seen.case_id)
    standing = "中止 suspended  " if seen.suspended else ""
    say(f"主办 {lead.name if lead else '–'}  调解员 {seen.mediator or '–'}  {standing}督办牌 {', '.join(seen.cards) or '–'}")
    if seen.holder is not None:
        say(f"球在 holder: {_post(seen.holder)} → {seen.holder.act}")
    rows: list[tuple[object, ...]] = [
        (duty.act, _post(duty), _due(duty, office), "provisional" if duty.provisional else "") for duty in seen.duties
    ]
    if rows:
        out.print(table("待办 duties", ("act", "who", "due", ""), rows))
    if seen.tasks:
        out.print(table("交办 tasks", ("unit", "state"), list(seen.tasks.items())))


def _post(duty: Duty) -> str:
    return f"{duty.role}@{duty.unit or '*'}"


def _due(duty: Duty, office: Office) -> str:
    return office.bundle.cal.end_stamp(duty.due) if duty.due is not None else "–"


def _time(at: datetime | None, office: Office) -> str:
    return office.bundle.cal.stamp(at) if at is not None else "–"


def explain(code: Code, who: MaybeAs = "", why: Why = "", as_of: AsOf = "", as_json: Json = False) -> None:
    """Say who holds the ball, and of each clock why its date, now or as they stood at a time (时限说明)."""

    async def doing() -> None:
        async with desk() as (office, cases):
            actor = await maybe_asker(office, who)
            if actor is None:
                story = await cases.then(code, as_of) if as_of else await cases.explain(code)
            else:
                reader = Reader(office)
                story = await reader.explained_then(actor, code, as_of, why) if as_of else await reader.explain(actor, code, why)
        show(story, as_json, lambda: _story(story))

    command(doing, as_json=as_json)


def _story(story: Explanation) -> None:
    holder = story.view.holder
    say(f"  {story.view.stage}  球在 holder: {_post(holder) if holder else '–'}", head=story.view.code or story.view.case_id)
    for clock in story.clocks:
        say(head=f"\n{clock.clock}")
        for zh, en in zip(clock.zh, clock.en, strict=True):
            say(f"  {zh}\n", tail=f"  {en}")


def list_(  # noqa: PLR0913, PLR0917 - one option for each filter
    who: As = "",
    town: Annotated[str, typer.Option(help="Town id.")] = "",
    stage: Annotated[Stage | None, typer.Option(help="Stage.")] = None,
    tier: Annotated[Tier | None, typer.Option(help="Risk tier.")] = None,
    lead: Annotated[str, typer.Option(help="Lead unit.")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is overdue.")] = False,
    after: Annotated[str, typer.Option(help="Cursor of the page before.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    as_json: Json = False,
) -> None:
    """List cases, the newest first (案件列表)."""

    async def doing() -> None:
        wanted = Filter(town=town or None, stage=stage, tier=tier, lead=lead or None, overdue=overdue or None)
        async with desk() as (office, _):
            page = await _page(Reader(office), await asker(office, who, usual=DIRECTOR), wanted, after, limit)
        rows: list[tuple[object, ...]] = [
            (row.code, row.stage, row.tier, row.level, row.lead, row.category, _time(row.next_due, office)) for row in page.cases
        ]
        title = f"as of {_time(page.as_of, office)}" + (f"  next: --after {page.next}" if page.next else "")
        show(page, as_json, lambda: out.print(table(title, ("case", "stage", "tier", "level", "lead", "category", "next clock"), rows)))

    command(doing, as_json=as_json)


async def _page(reader: Reader, actor: Actor, wanted: Filter, after: str, limit: int) -> Page:
    try:
        return await reader.list(actor, wanted, after=after or None, limit=limit)
    except ValueError:
        raise refuse(RefusalCode.INVALID, "--after") from None


def watch(code: Code, who: MaybeAs = "", as_json: Json = False) -> None:
    """Print what happens to a case as it happens, until Ctrl-C or its end (跟踪)."""

    async def doing() -> None:
        async with desk() as (office, cases):
            actor = await maybe_asker(office, who)
            if actor is not None:
                await Reader(office).visible(actor, code)
            await _follow(office, cases, code, as_json=as_json)

    command(doing, as_json=as_json)


async def _follow(office: Office, cases: Cases, code: str, *, as_json: bool) -> None:
    shown = 0
    case_id = await cases.find(code)
    while True:
        for line in (await office.records.lines(case_id))[shown:]:
            shown = line.seq
            value = {"seq": line.seq, "at": line.at, "type": line.type}
            text = f"{line.seq:>4}  {_time(line.at, office)}  {line.type}"
            show(value, as_json, partial(say, text), indent=None)
        if (await cases.load(code)).ended:
            return
        await asyncio.sleep(EVERY)
