"""One case as rows of a file: section, field, value, just as its page shows it to whoever takes it out."""

from __future__ import annotations

from collections.abc import Iterator

from rules.labels import Both
from service import shown
from service.exporting.columns import Cell, Writer

Row = tuple[Cell, ...]

HEADS: tuple[Both, ...] = (("部分", "part"), ("项目", "field"), ("内容", "content"))

FACTS: dict[str, Both] = {
    "town_name": ("镇街", "town"),
    "place_name": ("地点", "place"),
    "lead_name": ("主办单位", "lead"),
    "mediator": ("调解员", "mediator"),
    "category_zh": ("类别", "category"),
    "happened_on": ("发生日期", "happened on"),
    "people": ("涉及人数", "people"),
    "amount": ("涉案金额（元）", "amount (yuan)"),
    "score": ("风险分", "risk score"),
    "opened_at": ("登记时间", "registered"),
    "ended_at": ("办结时间", "ended"),
    "retain_until": ("保管至", "kept until"),
    "summary": ("案情", "summary"),
}
"""Fields of a case that are a value each, in the order of the page."""

PERSON: dict[str, Both] = {
    "name": ("姓名", "name"),
    "phone": ("电话", "phone"),
    "id_number": ("证件号码", "id number"),
    "address": ("住址", "address"),
}


def rows(file: shown.File, writer: Writer) -> Iterator[Row]:
    """Yield the rows of a case. What is hidden from its reader has no row."""
    case = file.case
    facts, parties, story = (writer.both(words) for words in (("基本情况", "facts"), ("当事人", "parties"), ("流程", "story")))
    for field, words in (("stage", ("阶段", "stage")), ("tier", ("风险", "risk")), ("level", ("层级", "level"))):
        yield from _row(facts, writer.both(words), writer.word(field, getattr(case, field)))
    for field, words in FACTS.items():
        name = "category_en" if field == "category_zh" and writer.language != "zh" else field
        yield from _row(facts, writer.both(words), _cell(getattr(case, name), writer))
    for party in case.parties:
        who = f"{party.id} {writer.word('side', party.side)}"
        yield from _person(parties, who, party, writer)
        if party.representative is not None:
            yield from _person(parties, f"{who} · {writer.both(('代理人', 'representative'))}", party.representative, writer)
    yield from _agreement(case, writer)
    yield from _work(case, writer)
    for event in file.timeline.events if file.timeline is not None else ():
        said = "；".join((writer.both((event.zh, event.en)), *event.words.values()))
        yield from _row(story, writer.time(event.at) or "", said)


def _person(part: str, who: str, person: shown.PersonShown, writer: Writer) -> Iterator[Row]:
    for field, words in PERSON.items():
        yield from _row(part, f"{who} · {writer.both(words)}", getattr(person, field))


def _agreement(case: shown.CaseShown, writer: Writer) -> Iterator[Row]:
    part = writer.both(("协议与履行", "agreement"))
    if case.agreement is not None:
        yield from _row(part, writer.both(("条款", "terms")), case.agreement.terms)
        for promise in case.agreement.promises:
            said = (promise.what, promise.amount, writer.day(promise.due), writer.word("promise_state", promise.state))
            yield from _row(part, f"{writer.both(('履行项', 'promise'))} {promise.id}", "；".join(str(one) for one in said if one))


def _work(case: shown.CaseShown, writer: Writer) -> Iterator[Row]:
    for task in case.tasks:
        said = "；".join(one for one in (task.title, writer.word("task_state", task.state), task.result) if one)
        yield from _row(writer.both(("协办任务", "tasks")), task.unit_name or task.unit, said)
    for visit in case.visits:
        yield from _row(writer.both(("回访", "visits")), writer.time(visit.at) or "", writer.word("outcome", visit.outcome))
    for complaint in case.complaints:
        said = "；".join(one for one in (complaint.text, complaint.reply) if one)
        yield from _row(writer.both(("投诉", "complaints")), writer.time(complaint.at) or "", said)


def _row(part: str, field: str, value: Cell) -> Iterator[Row]:
    if value is not None and value != "":
        yield part, field, value


def _cell(value: object, writer: Writer) -> Cell:
    if value is None or isinstance(value, (str, int, float)):
        return value
    return writer.time(value) if hasattr(value, "hour") else str(value)  # type: ignore[arg-type]
