"""Commands of what the property team publishes: its price list and its income by village."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from faces.cli_cases import Json
from faces.cli_kpi import PeriodOption, period_of, today_of
from faces.desk import desk
from faces.output import command, out, show, table
from service.affairs.orders import Orders

orders = typer.Typer(help="The property team (红色物管队): price list and income, as they are put up on the board.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(orders, name="orders")


@orders.command("prices")
def prices(as_json: Json = False) -> None:
    """The free list and the paid one, each price with its market reference (价目公示)."""

    async def doing() -> None:
        async with desk() as (office, _):
            book = Orders(office).book()
        rows: list[tuple[object, ...]] = [
            (
                {**book.free.classes, **book.paid.classes}[item.cls].zh,
                item.zh,
                item.en,
                f"{item.price:g} / {item.unit}" if item.price is not None else "无偿 free",
                f"{item.market.price:g}（{item.market.day}，{item.market.source}）" if item.market is not None else "",
            )
            for item in book.items.values()
        ]
        show(
            book.model_dump(mode="json"),
            as_json,
            lambda: out.print(table("价目 prices", ("类别", "项目", "item", "价格 price", "市场参考 market"), rows)),
        )

    command(doing, as_json=as_json)


@orders.command("ledger")
def ledger(
    period: PeriodOption = "",
    town: Annotated[str, typer.Option("--town", help="Of one town alone.")] = "",
    village: Annotated[str, typer.Option("--village", help="Of one village alone, by its division code.")] = "",
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE.csv", help="Write it as a list instead.")] = None,
    as_json: Json = False,
) -> None:
    """What was done for nothing and what was earned, by village and item, without any name (收支公示)."""

    async def doing() -> None:
        async with desk() as (office, _):
            span = period_of(period, today_of(office))
            team = Orders(office)
            found = await team.ledger(span.first, span.last, town=town or None, village=village or None)
            items, network = team.book().items, team.network
        rows: list[tuple[object, ...]] = []
        for row in found.rows:
            place = network.place(row.village)
            name = items[row.item].zh if row.item in items else row.item
            rows.append(
                (place.name if place else row.village, name, row.orders, f"{row.quantity:g}", f"{row.income:.2f}", f"{row.market:.2f}")
            )
        if to is not None:
            _write(to, rows, found.first, found.last)
        title = f"{found.first} – {found.last}  {found.orders} 单 orders, {found.income:.2f} 元 earned, {found.saved:.2f} 元 saved"
        show(found, as_json, lambda: out.print(table(title, HEADS, rows)))

    command(doing, as_json=as_json)


HEADS = ("村 village", "项目 item", "单数 orders", "数量 quantity", "收入 income", "市场价 market")


def _write(to: Path, rows: list[tuple[object, ...]], first: date, last: date) -> None:
    """Write the ledger as a list for the board."""
    import csv  # noqa: PLC0415 - only where a list is written

    with to.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f"{first} – {last}"])
        writer.writerow(HEADS)
        writer.writerows(rows)
