"""The intake (登记受理): its fields, how they become those of `open`, and what is wrong with them in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from starlette.datastructures import FormData

from models.refusal import RefusalCode
from rules.labels import Both
from service.errors import Refused, refuse
from web.console.fields import text, texts
from web.console.inputs import Form, Input, party, read
from web.console.words import Words
from web.problems import KINDS

ROWS = 2
"""Parties asked for at first: the one who comes, and the other."""

MOST_ROWS = 20
"""Of more, a group is written down as one party with its number of people, or they are added to the case afterwards."""

IDS = "abcdefghijklmnopqrst"
PERSONAL = ("name", "phone", "id_number", "address")
NOT_KEPT = frozenset({"csrf", "do", "draft", "version", "seen"})

INTAKE = Form(
    "登记受理",
    "Take in",
    (
        Input("channel", "choice", "来源", "Came in by", "channels", needed=True),
        Input("place", "choice", "发生地", "Place", needed=True),
        Input("happened_on", "day", "发生日期", "Happened on", needed=True),
        Input("summary", "area", "纠纷情况", "What it is about", needed=True),
        Input("oral", "check", "口头申请，当场记录", "Applied by word of mouth, written down on the spot"),
        Input("people", "int", "涉及人数", "People concerned", hint=("不填则按当事人计算", "as many as the parties")),
        Input("amount", "money", "涉及金额（元）", "Amount (yuan)"),
        Input("wage_workers", "int", "被欠薪人数", "Workers not paid"),
        Input("languages", "many", "需要会说", "Language needed", "languages"),
        Input("risk_signs", "many", "风险情形", "Signs of risk", "signs"),
    ),
)
"""All but the parties."""

FIELDS: dict[str, Both] = {
    **{asked.name: (asked.zh, asked.en) for asked in INTAKE.inputs},
    "read_back": ("宣读确认", "Read back"),
    "parties": ("当事人", "Parties"),
    "side": ("身份", "Side"),
    "kind": ("类型", "Kind"),
    "name": ("姓名或名称", "Name"),
    "phone": ("电话", "Phone"),
    "id_number": ("证件号码", "ID number"),
    "address": ("住址", "Address"),
}
"""Fields in words, those of a party by their last part."""

REASONS: dict[str, Both] = {
    "needed": ("请填写", "is needed"),
    "missing": ("请填写", "is needed"),
    "string_too_short": ("请填写", "is needed"),
    "empty": ("请填写", "is needed"),
    "control_characters": ("含有不能使用的字符", "holds characters that can't be used"),
    "string_too_long": ("太长了", "is too long"),
    "string_pattern_mismatch": ("格式不对", "does not look right"),
    "future": ("不能晚于今天", "can't be later than today"),
    "more_than_people": ("不能多于涉及人数", "can't be more than the people concerned"),
    "oral": ("须向申请人宣读记录并由其确认", "The record has to be read back to the applicant, who confirms it"),
}
"""Why a field is not right, by the kind of error; any other is "please check"."""

CHECK: Both = ("请检查", "please check")


def rows_of(fields: FormData) -> int:
    """Return how many rows for parties the form has."""
    typed = text(fields, "rows", 3)
    return min(max(int(typed), ROWS), MOST_ROWS) if typed.isascii() and typed.isdigit() else ROWS


def tidied(fields: FormData) -> FormData:
    """Return the form with rows of parties that are empty behind the others, so that the first row is the first party."""
    rows = range(rows_of(fields))
    order = sorted(rows, key=lambda row: not any(text(fields, f"parties.{row}.{name}") for name in PERSONAL))
    moved = {f"parties.{old}.": f"parties.{new}." for new, old in enumerate(order)}
    found = []
    for name, value in fields.multi_items():
        row = re.match(r"parties\.\d+\.", name)
        found.append((moved.get(row[0], row[0]) + name[row.end() :] if row else name, value))
    return FormData(found)


def asked(fields: FormData, today: date) -> dict[str, Any]:
    """Return the fields of `open` from a tidied form. Refuses `invalid`, naming each field that is not right and the kind of error."""
    found = read(INTAKE, fields)
    rows = {row: party(fields, f"parties.{row}", IDS[row]) for row in range(rows_of(fields))}
    found["parties"] = tuple(one for one in rows.values() if one is not None)
    people = sum(one.get("people", 1) for one in found["parties"])
    found.setdefault("people", max(people, found.get("wage_workers", 0)))
    problems = list(_problems(fields, found, today))
    # A phone or a number without a name must not get lost unseen.
    unnamed = [row for row, one in rows.items() if one is None and any(text(fields, f"parties.{row}.{name}") for name in PERSONAL)]
    problems += [f"parties.{row}.name (needed)" for row in unnamed or ([] if found["parties"] else [0])]
    if problems:
        raise refuse(RefusalCode.INVALID, "; ".join(problems))
    return found


def _problems(fields: FormData, found: dict[str, Any], today: date) -> Iterator[str]:
    """Yield what this page can say by itself, field and kind; the rest is said by the core."""
    yield from (f"{one.name} (needed)" for one in INTAKE.inputs if one.needed and one.name not in found)
    if "happened_on" in found and date.fromisoformat(found["happened_on"]) > today:
        yield "happened_on (future)"
    if "oral" in found and not text(fields, "read_back"):
        yield "read_back (oral)"
    if found.get("wage_workers", 0) > found["people"]:
        yield "wage_workers (more_than_people)"


def loosely(fields: FormData) -> dict[str, Any]:
    """Return what has been typed so far, whatever it is worth: for the grade as it stands and for likely duplicates."""
    parties = [_typed(fields, f"parties.{row}") for row in range(rows_of(fields))]
    found = {name: _figure(fields, name) for name in ("people", "amount", "wage_workers")}
    if not found["people"]:
        named = sum(_whole(party["people"]) or 1 for party in parties if party["name"])
        found["people"] = str(max(named, 1, _whole(found["wage_workers"])))
    return {**found, "happened_on": text(fields, "happened_on"), "risk_signs": texts(fields, "risk_signs"), "parties": parties}


def kept(fields: FormData) -> dict[str, tuple[str, ...]]:
    """Return what a draft keeps of a form: all that was typed."""
    return {name: texts(fields, name) for name in fields if name not in NOT_KEPT}


def is_begun(fields: FormData) -> bool:
    """Whether anything was typed that would be a pity to lose."""
    written = [name for name in fields if name == "summary" or name.rpartition(".")[2] in PERSONAL]
    return any(text(fields, name) for name in written)


def _typed(fields: FormData, at: str) -> dict[str, Any]:
    flags = {name: bool(text(fields, f"{at}.{name}")) for name in ("vulnerable", "minor")}
    return {**flags, **{name: text(fields, f"{at}.{name}") for name in ("name", "phone", "id_number", "people")}}


def _figure(fields: FormData, name: str) -> str:
    return text(fields, name, 20).replace(",", "").replace("，", "")


def _whole(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0


def wrong(refused: Refused, words: Words) -> dict[str, str]:
    """Return what is wrong: sentences by field, the empty name for what belongs to no field."""
    refusal = refused.refusal
    kind = KINDS[str(refusal.code)]
    named = list(_named(refusal.detail)) if refusal.code is RefusalCode.INVALID else []
    if refusal.code is RefusalCode.UNKNOWN_PLACE:
        named = [("place", "")]
    if not named:
        return {"": words.pick(kind.zh, kind.en)}
    return {field: _sentence(field, reason, words) for field, reason in named}


def _named(detail: str) -> Iterable[tuple[str, str]]:
    """Return the fields of a refusal with the kind of error, by their names in the form."""
    for part in detail.split("; "):
        found = re.fullmatch(r"([a-z_.0-9]+)(?: \((\w+)\))?", part.strip())
        field = found[1] if found else ""
        if found and (field in FIELDS or field.rpartition(".")[2] in FIELDS):
            yield field, found[2] or ""


def _sentence(field: str, reason: str, words: Words) -> str:
    row = re.fullmatch(r"parties\.(\d+)\.\w+", field)
    name = words.both(FIELDS[field.rpartition(".")[2]])
    if row:
        name = words.message("第 %(n)s 位当事人的%(field)s", n=int(row[1]) + 1, field=name)
    said = words.both(REASONS.get(reason, CHECK))
    return said if reason == "oral" else words.message("%(field)s：%(said)s", field=name, said=said)
