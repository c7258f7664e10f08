"""Cases played through the pure core, and every kind of paper written from them: for the golden texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from models.paper.facts import Facts, FileFacts, HeadFacts, RowFacts
from models.paper.kinds import Kind
from models.party import Party
from models.refusal import Refusal
from rules.labels import label
from rules.papers.dossier import difficulty
from rules.papers.facts import facts
from rules.papers.source import Source
from rules.papers.writing import day
from rules.telling import Names
from service.settings import ROOT
from store.persons import Person
from store.places import LoadedPlace, load_place
from tests.support.core import CoreCase

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
PERSONS = {
    "person:1": Person(name="甲一", phone="13800000001", id_number="520111198001010016", address="燕楼镇谷蒙村一组"),
    "person:2": Person(name="乙二", phone="13800000002", id_number="520111199005050028", address="燕楼镇谷蒙村二组"),
    "person:3": Person(name="丙三", phone="13800000003"),
}
MEDIATOR, OFFICER, CLERK = "mediator@yanlou-gumeng", "officer@yanlou-gumeng", "clerk@yanlou-centre"
DISPATCHER = "dispatcher@yanlou-centre"

ENTRIES: dict[str, dict[str, str]] = {
    "application": {"requests": "一、恢复排水沟原状；\n二、赔偿损失三千元。"},
    "acceptance": {"remark": "口头申请，已宣读"},
    "investigation": {
        "time": "2026年3月2日15时",
        "place": "谷蒙村村委会",
        "person": "丁四，男，谷蒙村村民",
        "record": "问：水从哪里来？\n答：从院坝流下来。",
    },
    "mediation_record": {"place": "村调解室", "recorder": "戊五", "record": "双方交换了意见 <排水沟> & 院坝。"},
    "agreement": {"manner": "现场施工"},
    "routes_notice": {"reason": "被申请人不同意调解。", "routes": "向燕楼镇人民法庭起诉。"},
    "follow_up": {"measures": "无"},
    "transfer_slip": {"opinion": "请主办。", "instruction": "抓紧办。"},
    "return_slip": {"law": "有关职责规定"},
    "card_notice": {"demand": "立即签收办理。", "answer_by": "2026年3月6日"},
}


@cache
def place() -> LoadedPlace:
    return load_place(ROOT / "places" / "huaxi")


def done(case: CoreCase, post: str, do: str, **fields: Any) -> None:
    found = case.act(post, do, **fields)
    assert not isinstance(found, Refusal), f"{do}: {found}"


def opened() -> CoreCase:
    case = CoreCase(START)
    done(
        case,
        CLERK,
        "open",
        channel="window",
        place="520111105202",
        summary="甲家院坝抬高，雨水流入乙家堂屋。\n双方多次争吵。",
        happened_on="2026-02-26",
        parties=[
            {"id": "a", "side": "applicant", "kind": "person", "person": "person:1", "representative": "person:3"},
            {"id": "b", "side": "respondent", "kind": "person", "person": "person:2"},
        ],
        people=2,
        amount=3000,
    )
    case.case = case.case.model_copy(update={"code": "YANLOU-2026-00001"})
    done(case, "screener@yanlou-centre", "screen", category="0201", accept=True)
    return case


def mediating() -> CoreCase:
    case = opened()
    done(case, DISPATCHER, "route", level="village")
    done(case, OFFICER, "sign")
    done(case, OFFICER, "contact", note="已联系")
    done(case, OFFICER, "assign")
    for party in ("a", "b"):
        done(case, MEDIATOR, "consent", party=party, agrees=True)
    case.pass_time(days=1)
    done(case, MEDIATOR, "record", outcome="continue", text="各自陈述了经过。")
    return case


def agreed(form: str) -> CoreCase:
    case = mediating()
    promises = [
        {"id": "p1", "debtor": "a", "what": "修通排水沟", "due": "2026-03-15"},
        {"id": "p2", "debtor": "b", "what": "支付清淤费", "due": "2026-03-20", "amount": 200.5},
    ]
    done(case, MEDIATOR, "agree", form=form, terms="一、甲家修通排水沟；\n二、乙家不再阻工。", promises=promises)
    if form == "written":
        for party in ("a", "b"):
            done(case, MEDIATOR, "sign_agreement", party=party)
        done(case, OFFICER, "seal")
    case.pass_time(days=8)
    done(case, MEDIATOR, "perform", promise="p1", proof="现场查看通畅")
    done(case, CLERK, "visit", outcome="calm", satisfied=True, by_contact="phone", text="已经和好。")
    return case


def objected() -> CoreCase:
    case = opened()
    done(case, DISPATCHER, "route", level="town")
    lead = case.case.lead
    done(case, f"officer@{lead}", "object", reason="不属于本所职责。", to="yanlou-gumeng")
    done(case, DISPATCHER, "rule", uphold=True, to="yanlou-gumeng")
    return case


def overdue() -> CoreCase:
    case = opened()
    done(case, DISPATCHER, "route", level="village")
    case.pass_time(days=6)
    assert case.case.cards
    return case


def refused() -> CoreCase:
    case = mediating()
    done(case, MEDIATOR, "consent", party="b", agrees=False)
    return case


STORIES: dict[str, Callable[[], CoreCase]] = {
    "application": opened,
    "acceptance": opened,
    "rights_notice": mediating,
    "investigation": mediating,
    "mediation_record": mediating,
    "agreement": lambda: agreed("written"),
    "oral_register": lambda: agreed("oral"),
    "routes_notice": refused,
    "receipt": lambda: agreed("written"),
    "follow_up": lambda: agreed("written"),
    "confirmation": lambda: agreed("written"),
    "transfer_slip": mediating,
    "return_slip": objected,
    "card_notice": overdue,
    "cover": lambda: agreed("written"),
    "catalogue": lambda: agreed("written"),
    "back_cover": lambda: agreed("written"),
}
ABOUT = {"receipt": "p1", "transfer_slip": "lead"}
FILE = FileFacts(
    title="甲一与乙二邻里纠纷",
    papers="2",
    pages="3",
    missing="当事人身份证明",
    filed_on="2026年4月2日",
    filer="燕楼镇司法所档案员",
    rows=(
        RowFacts(n="1", title="人民调解申请书", pages="1"),
        RowFacts(n="2", title="人民调解协议书", number="燕楼人调协字〔2026〕1号", pages="2-3"),
    ),
)


def source(case: CoreCase, entries: Mapping[str, str] | None = None) -> Source:
    bundle = case.library.bundle(case.case.docs)

    def who(ref: str | None) -> Person | None:
        return PERSONS.get(ref or "")

    def party(one: Party) -> Person:
        found = who(one.person)
        assert found is not None
        return found

    return Source(
        case=case.case,
        events=tuple(case.events),
        network=bundle.network,
        cal=bundle.cal,
        categories=place().categories,
        now=case.now,
        say=lambda ref, group: ref,
        who=party,
        stands_for=lambda one: who(one.representative),
        difficulty=label("difficulty", difficulty(case.case, place().papers.known.grading))[0],
        retention="30年",
        phone="12345",
        entries=dict(entries or {}),
    )


def written(kind: Kind) -> Facts:
    """What a paper of this kind says of its story."""
    case = STORIES[kind.id]()
    entries = {entry.id: ENTRIES.get(kind.id, {}).get(entry.id, "") for entry in kind.entries}
    found = source(case, entries)
    number = f"燕楼{kind.series}字〔2026〕1号" if kind.series else ""
    maker = Names(found.network).post(MEDIATOR)
    head = HeadFacts(title=kind.zh, number=number, on=day(found.today()), year="2026", maker=maker, basis=kind.basis)
    said = facts(found, head, kind.about, ABOUT.get(kind.id, ""))
    assert said is not None
    return said.model_copy(update={"file": FILE})


def all_papers() -> Iterator[tuple[Kind, Facts]]:
    for kind in place().papers.known.kinds:
        yield kind, written(kind)
