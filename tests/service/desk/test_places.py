"""Places to choose from: a tree of the whole district, found by name, pinyin, initials and code."""

from __future__ import annotations

import pytest

from models.network import PlaceLevel
from service.desk.places import TREES, PlaceFound, Places
from service.office import Office

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def names(found: tuple[PlaceFound, ...]) -> list[str]:
    return [place.name for place in found]


def test_the_tree_holds_every_place_once_below_its_town(bare_office: Office) -> None:
    places = Places(bare_office)
    tree = places.tree()
    assert tree is not None
    assert (tree.name, tree.level, len(tree.children)) == ("花溪区", PlaceLevel.DISTRICT, 17)
    nodes = [tree, *tree.children, *(village for town in tree.children for village in town.children)]
    assert {node.code for node in nodes} == set(bare_office.bundle.network.places)
    assert all(village.town == town.town and village.unit for town in tree.children for village in town.children)
    yanlou = places.tree("yanlou")
    assert yanlou is not None
    assert (yanlou.name, yanlou.pinyin, yanlou.initials, len(yanlou.children)) == ("燕楼镇", "yanlouzhen", "ylz", 8)
    gumeng = next(village for village in yanlou.children if village.code == "520111105202")
    assert (gumeng.name, gumeng.pinyin, gumeng.initials, gumeng.unit) == ("谷蒙村", "gumengcun", "gmc", "yanlou-gumeng")
    assert places.tree("nowhere") is None


def test_it_is_worked_out_once_for_each_network(bare_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Places(bare_office).tree()
    assert TREES[bare_office.docs.network] is first
    monkeypatch.setattr("service.desk.places.lazy_pinyin", None)
    assert Places(bare_office).tree() is first


def test_a_place_is_found_by_name_pinyin_initials_and_code(bare_office: Office) -> None:
    places = Places(bare_office)
    for text in ("谷蒙村", "谷蒙", "gumeng", "GuMeng cun", "gmc", "520111105202"):
        assert names(places.find(text))[0] == "谷蒙村", text
    assert names(places.find("燕楼"))[0] == "燕楼镇"
    found = places.find("yl", limit=3)
    assert (found[0].name, found[0].town_name, len(found)) == ("燕楼镇", None, 3)
    assert places.find("gumeng")[0].town_name == "燕楼镇"
    assert [place.town for place in places.find("社区", town="qingyan")] == ["qingyan"] * len(places.find("社区", town="qingyan"))
    assert len(places.find("村", limit=7)) == 7
    for text in ("", "  ", "没有这个地方", "%"):
        assert places.find(text) == (), text
    assert places.find("gumeng", town="nowhere") == ()


def test_a_search_among_cases_goes_by_names_alone(bare_office: Office) -> None:
    places = Places(bare_office)
    assert [node.name for node in places.named(" 谷蒙 ")] == ["谷蒙村"]
    assert places.named("村") == places.named("gumeng") == places.named("") == ()
