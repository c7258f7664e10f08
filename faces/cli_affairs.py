"""Commands of affairs 事务: `affair open`, `act`, `show`, `explain`, `timeline`, `list`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from faces.asking import DIRECTOR, asker
from faces.cli_cases import ActionId, As, Json, Why, With
from faces.desk import desk, fields_of, read_fields
from faces.output import command, out, say, show, table
from faces.owing import owed
from models.account import TokenScope
from models.affair.record import AffairExplanation, AffairReceiptOut
from models.refusal import RefusalCode
from rules.affair.kinds import KINDS
from rules.affair.labels import said
from rules.affair.telling import Fact, Telling
from rules.calendar import WorkingCalendar
from rules.labels import Both, label
from service.affairs.beginning import begin
from service.affairs.desk import Affairs
from service.affairs.reading import AffairFilter, AffairReader
from service.affairs.shown import AffairShown, AffairsPage, AffairTimeline
from service.errors import refuse

affair = typer.Typer(help="Affairs (事务): whistles, rounds, households, dwellings, hazards, watches, orders.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="The affair's code.")]
KindName = Annotated[str, typer.Argument(metavar="KIND", help=f"One of: {', '.join(KINDS)}.")]
MaybeFile = Annotated[Path | None, typer.Option("--file", help="The fields as JSON or YAML.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(affair, name="affair")


@affair.command("open")
def open_(
    kind: KindName,
    who: As = "",
    given: With = "{}",
    file: MaybeFile = None,
    intake_id: Annotated[str, typer.Option("--id", help="Your slip's number: the same one is the same affair.")] = "",
    as_json: Json = False,
) -> None:
    """Begin an affair of a kind (登记)."""
    slip = intake_id or uuid.uuid4().hex

    async def doing() -> None:
        fields = (read_fields(file) if file is not None else {}) | fields_of(given)
        async with desk(engine=True) as (office, _):
            begun = await begin(office, kind, fields, await asker(office, who, TokenScope.ACT), slip)
        word: Both = ("已有事务", "already known") if begun.known else ("已登记", "begun")
        show(begun, as_json, lambda: _receipt(begun.receipt, *word))

    command(doing, as_json=as_json, again=f"--id {slip}")


@affair.command("act")
def act(
    code: Code,
    action: Annotated[str, typer.Argument(metavar="DO", help="The action, e.g. note.")],
    who: As = "",
    given: With = "{}",
    action_id: ActionId = "",
    as_json: Json = False,
) -> None:
    """Do an action on an affair (办理)."""
    key = action_id or uuid.uuid4().hex

    async def doing() -> None:
        fields = fields_of(given)
        async with desk(engine=True) as (office, _):
            receipt = await Affairs(office).act(code, action, fields, await asker(office, who, TokenScope.ACT), action_id=key)
        show(receipt, as_json, lambda: _receipt(receipt))

    command(doing, as_json=as_json, again=f"--id {key}")


def _receipt(receipt: AffairReceiptOut, *word: str) -> None:
    stage = " ".join(said(KINDS[receipt.kind].labels, "stages", receipt.stage))
    before = f"{' '.join(word)}  " if word else ""
    say(f"  {before}{stage}  #{receipt.seq}  {', '.join(receipt.events)}", head=receipt.code or receipt.affair_id)


@affair.command("show")
def show_(
    code: Code,
    who: As = "",
    why: Why = "",
    events: Annotated[bool, typer.Option("--events", help="The timeline too.")] = False,
    as_json: Json = False,
) -> None:
    """Show an affair: where it is, who holds it, what is owed, what is kept of it (详情)."""

    async def doing() -> None:
        async with desk() as (office, _):
            reader = AffairReader(office)
            file = await reader.file(await asker(office, who), code, why, story=events)
            telling = reader.telling(file.affair.kind)

        def human() -> None:
            _card(file.affair, office.bundle.cal)
            _facts(telling.facts(file.affair.facts))
            if file.timeline is not None:
                _story(file.timeline, telling, office.bundle.cal)

        show(file, as_json, human)

    command(doing, as_json=as_json)


@affair.command("explain")
def explain(code: Code, who: As = "", why: Why = "", as_json: Json = False) -> None:
    """Say who holds the ball, and of each clock why its date (时限说明)."""

    async def doing() -> None:
        async with desk() as (office, _):
            found = await AffairReader(office).explain(await asker(office, who), code, why)
        show(found, as_json, lambda: _explained(found))

    command(doing, as_json=as_json)


@affair.command("timeline")
def timeline(code: Code, who: As = "", why: Why = "", as_json: Json = False) -> None:
    """Tell the story of an affair, with the words this post may read (经过)."""

    async def doing() -> None:
        async with desk() as (office, _):
            reader, actor = AffairReader(office), await asker(office, who)
            kind = (await reader.row(actor, code)).kind
            found = await reader.timeline(actor, code, why)
        show(found, as_json, lambda: _story(found, reader.telling(kind), office.bundle.cal))

    command(doing, as_json=as_json)


@affair.command("list")
def list_(
    who: As = "",
    kind: Annotated[str, typer.Option(help="Kind.")] = "",
    town: Annotated[str, typer.Option(help="Town id.")] = "",
    stage: Annotated[str, typer.Option(help="Stage.")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Only with something overdue.")] = False,
    after: Annotated[str, typer.Option(help="Cursor of the page before.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    as_json: Json = False,
) -> None:
    """List affairs, the newest begun first (列表)."""

    async def doing() -> None:
        if kind and kind not in KINDS:
            raise refuse(RefusalCode.INVALID, "--kind")
        wanted = AffairFilter(
            kinds=(kind,) if kind else None, town=town or None, stages=(stage,) if stage else None, overdue=overdue or None
        )
        async with desk() as (office, _):
            actor = await asker(office, who, usual=DIRECTOR)
            try:
                page = await AffairReader(office).list(actor, wanted, after=after or None, limit=limit)
            except ValueError:
                raise refuse(RefusalCode.INVALID, "--after") from None
        show(page, as_json, lambda: _page(page, office.bundle.cal))

    command(doing, as_json=as_json)


def _page(page: AffairsPage, cal: WorkingCalendar) -> None:
    rows: list[tuple[object, ...]] = [
        (
            row.code,
            f"{row.kind_zh} {row.kind_en}",
            f"{row.stage_zh} {row.stage_en}",
            row.place_name or row.place,
            cal.stamp(row.next_due) if row.next_due else None,
            " ".join([*["黄 yellow"] * row.yellow_cards, *["红 red"] * row.red_cards]),
        )
        for row in page.affairs
    ]
    title = f"as of {cal.stamp(page.as_of)}" + (f"  next: --after {page.next}" if page.next else "")
    out.print(table(title, ("affair", "kind", "stage", "place", "next clock", "cards"), rows))


def _card(found: AffairShown, cal: WorkingCalendar) -> None:
    kind = KINDS[found.kind]
    stage = " ".join(said(kind.labels, "stages", found.stage))
    say(f"  {kind.zh} {kind.en} · {stage}  {found.place_name or ''}", head=found.code)
    cards = [card.kind for card in found.cards if card.closed_at is None]
    say(f"督办牌 cards {', '.join(cards) or '–'}")
    if found.holder is not None:
        say(f"球在 holder: {found.holder.role}@{found.holder.unit or '*'} → {owed(kind, found.holder.act)}")
    rows: list[tuple[object, ...]] = [
        (
            owed(kind, duty.act),
            f"{duty.role}@{duty.unit or '*'}",
            cal.end_stamp(duty.due) if duty.due else None,
            "provisional" if duty.provisional else "",
        )
        for duty in found.duties
    ]
    if rows:
        out.print(table("待办 duties", ("act", "who", "due", ""), rows))
    for link in found.links:
        name = ("案件", "case") if link.kind == "dispute" else (KINDS[link.kind].zh, KINDS[link.kind].en)
        say(f"关联 link: {' '.join(name)} {link.code}")


def _facts(facts: Iterable[Fact], depth: int = 0) -> None:
    for fact in facts:
        zh, en = fact.value
        value = zh if zh == en else f"{zh} {en}"
        say(f"{'  ' * depth}{' '.join(fact.label)}: {value}")
        for row in fact.inside:
            _facts(row, depth + 1)


def _story(found: AffairTimeline, telling: Telling, cal: WorkingCalendar) -> None:
    for event in found.events:
        role = " ".join(label("role", event.role))
        say(f"  {event.seq:>4}  {cal.stamp(event.at)}  {event.zh} {event.en}  {event.unit_name or event.unit} {role}")
        _facts(telling.facts(event.facts), 4)


def _explained(found: AffairExplanation) -> None:
    holder = found.view.holder
    who = f"{holder.role}@{holder.unit or '*'}" if holder else "–"
    say(f"  {found.view.stage}  球在 holder: {who}", head=found.view.code or found.view.affair_id)
    for told in found.told:
        say(f"  {told.zh}\n", tail=f"  {told.en}")
    for clock in found.clocks:
        say(head=f"\n{clock.clock}")
        for zh, en in zip(clock.zh, clock.en, strict=True):
            say(f"  {zh}\n", tail=f"  {en}")
