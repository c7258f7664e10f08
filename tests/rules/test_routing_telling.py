"""The routing in words: each reason there can be is a sentence, by the names of the units of the place."""

from __future__ import annotations

import pytest

from models.categories import Categories
from models.network import Network
from models.words import Level, Tier
from rules.library import Bundle
from rules.routing import Proposal, propose
from rules.routing_telling import Telling, reasons
from store.places import load_place
from tests.support.core import ROOT, huaxi

GUMENG = "520111105202"


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    library, docs = huaxi()
    return library.bundle(docs)


@pytest.fixture(scope="module")
def categories() -> Categories:
    return load_place(ROOT / "places" / "huaxi").categories


def told(
    bundle: Bundle,
    categories: Categories,
    category: str | None,
    *,
    tier: Tier = Tier.BLUE,
    level: Level | None = None,
    vacant: tuple[str, ...] = (),
    place: str = GUMENG,
) -> list[str]:
    units = {name: unit.model_copy(update={"vacant": unit.vacant or name in vacant}) for name, unit in bundle.network.units.items()}
    network = bundle.network.model_copy(update={"units": units})
    found = propose(network, category=category, level=level, tier=tier, place=place, procedure=bundle.procedure)
    where = network.place(place)
    assert where is not None
    both = reasons(found, where, network, categories)
    assert len(both) == len(found.why)
    assert all(":" not in zh and en and zh != en for zh, en in both), both
    return [zh for zh, _ in both]


def test_a_proposal_is_told_by_rule_level_and_lead(bundle: Bundle, categories: Categories) -> None:
    assert told(bundle, categories, "0201") == [
        f"按“{categories.categories['02'].zh}”（02）的分流规则",
        "层级：村（社区）",
        "由谷蒙村人民调解委员会主办",
    ]
    assert told(bundle, categories, None)[0] == "此类纠纷没有专门规则，按通用规则分流"
    raised = told(bundle, categories, "0201", tier=Tier.RED)
    assert raised[1:] == ["风险等级为红色，层级提升至镇（街道）", "不在村（社区）办理，由燕楼镇司法所主办"]


def test_vacant_units_and_who_stands_in_are_named(bundle: Bundle, categories: Categories) -> None:
    assert "燕楼镇人社中心空缺" in told(bundle, categories, "0701", vacant=("yanlou-hr",))
    assert told(bundle, categories, "0701", vacant=("yanlou-hr", "yanlou-justice"))[2:] == [
        "燕楼镇人社中心空缺",
        "燕楼镇司法所空缺",
        "没有其他单位可主办，由燕楼镇综治中心主办",
        "燕楼镇司法所空缺，不列入协办",
    ]
    assert told(bundle, categories, "0804", vacant=("yanlou-court",))[-1] == "燕楼镇人民法庭空缺，由花溪区人民法院协办"
    assert told(bundle, categories, "0101", vacant=("yanlou-women",))[-1] == "燕楼镇妇联空缺，不列入协办"
    village = told(bundle, categories, "0201", level=Level.VILLAGE, vacant=("yanlou-gumeng",))
    assert village[1:] == ["不在村（社区）办理，由燕楼镇司法所主办"]


def test_a_reason_nobody_knows_is_shown_as_it_is(bundle: Bundle, categories: Categories) -> None:
    network: Network = bundle.network
    place = network.place(GUMENG)
    assert place is not None
    telling = Telling(Proposal(level=Level.TOWN, lead="yanlou-justice", assist=(), why=()), place, network, categories)
    assert telling.told("new:x") == ("new:x", "new:x")
    assert telling.told("missing:village")[0] == "没有可主办的村（社区）组织"
    assert telling.told("fallback:court")[0] == "燕楼镇人民法庭空缺，由燕楼镇人民法庭协办"
    assert telling.told("above:village")[0] == "不在村（社区）办理，由燕楼镇司法所协办"
