"""From a service request of GeoReport v2 to the fields of an intake."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from models.categories import Categories
from models.network import Network
from rules.arrivals import values
from rules.arrivals.values import Unfit
from rules.calendar import WorkingCalendar

LONGEST = 4000
"""Characters of a description, as the specification has it."""

NOBODY = "匿名"


class Attribute:
    """Codes of what a service asks for besides."""

    HAPPENED_ON = "happened_on"
    PEOPLE = "people"
    OTHER = "other_party"
    OTHER_PHONE = "other_phone"


class Wrong(ValueError):
    """A request can't be taken; its argument says which field, never what stands in it."""


def fields_of(
    form: Mapping[str, str], categories: Categories, network: Network, cal: WorkingCalendar, *, today: date, home: str
) -> dict[str, Any]:
    """Return the fields of an intake. `home` is the place where coordinates alone lead to. Raises Wrong."""
    code = form.get("service_code", "")
    if not code or categories.get(code) is None:
        raise Wrong("service_code is not one of the services" if code else "service_code was not provided")
    description = form.get("description", "").strip()
    if not description or len(description) > LONGEST:
        raise Wrong(f"description has to be there, with at most {LONGEST} characters")
    try:
        place, where = _place(form, network, home)
        happened = form.get(f"attribute[{Attribute.HAPPENED_ON}]")
        people = form.get(f"attribute[{Attribute.PEOPLE}]")
        parties = _parties(form)
        return {
            "channel": "web",
            "place": place,
            "summary": "\n".join(_told(form, categories, description, where)),
            "happened_on": values.day(happened, cal) if happened else today,
            "people": values.whole(people) if people else len(parties),
            "parties": parties,
        }
    except Unfit as unfit:
        raise Wrong(f"address_id, address_string, attribute[happened_on] or attribute[people]: {unfit}") from None


def _place(form: Mapping[str, str], network: Network, home: str) -> tuple[str, str]:
    """Return the place, and words that tell more exactly where."""
    lat, long = form.get("lat", ""), form.get("long", "")
    point = ""
    if lat or long:
        if not (-90 <= values.number(lat) <= 90 and -180 <= values.number(long) <= 180):
            raise Wrong("lat and long are degrees (WGS84)")
        point = f"坐标：{values.number(lat):.6f},{values.number(long):.6f}"
    named = form.get("address_id") or form.get("address_string") or ""
    if not named and not point:
        raise Wrong("lat and long, address_id or address_string has to be provided")
    told = "\n".join(part for part in (f"地址：{form['address_string']}" if form.get("address_string") else "", point) if part)
    return (values.place(named, network).code if named else home), told


def _told(form: Mapping[str, str], categories: Categories, description: str, where: str) -> list[str]:
    """Return what is written down of it, line by line."""
    category = categories.get(form["service_code"])
    lines = [f"反映类别：{category.zh}" if category is not None else "", description, where]
    lines += [f"{words}：{form[name]}" for name, words in (("email", "电子邮箱"), ("media_url", "图片")) if form.get(name)]
    return [line for line in lines if line]


def _parties(form: Mapping[str, str]) -> list[dict[str, Any]]:
    first, last = form.get("first_name", "").strip(), form.get("last_name", "").strip()
    latin = (first + last).isascii()
    name = f"{first} {last}".strip() if latin else f"{last}{first}"
    parties = [{"id": "a", "side": "applicant", "kind": "person", "name": name or NOBODY, "phone": form.get("phone") or None}]
    other = form.get(f"attribute[{Attribute.OTHER}]", "").strip()
    if other:
        phone = form.get(f"attribute[{Attribute.OTHER_PHONE}]") or None
        parties.append({"id": "b", "side": "respondent", "kind": "person", "name": other, "phone": phone})
    return parties
