"""Huaxi's files, and what a person is told who has made a mistake in one."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from models.affair.books import BOOKS
from models.clock import Budget
from models.library import Documents
from models.words import Authority, Level, Role, Stage, Tier, UnitTier
from rules.library import KINDS, Document, Library, UnknownDocument, canonical, content_hash, kind_of
from rules.routing import at_joint
from store.files import BadFile
from store.places import LoadedPlace, load_place
from tests.support.editing import swap

ROOT = Path(__file__).parents[2]
HUAXI = ROOT / "places" / "huaxi"
TOWNS = "guizhu yangguang qingxi xibei huanghelu pingqiao xiaomeng jinzhu qingyan shiban maiping yanlou mengguan jiuan gaopo qiantao maling"


@pytest.fixture(scope="module")
def huaxi() -> LoadedPlace:
    return load_place(HUAXI)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HUAXI, tmp_path / "places" / "huaxi"))


def budget(text: str) -> Budget:
    return Budget.model_validate(text)


def documents(place: LoadedPlace) -> list[Document]:
    return [place.network, place.procedure, place.risk, place.calendar]


def test_all_seventeen_towns_and_190_village_committees_are_there_with_their_own_ids(huaxi: LoadedPlace) -> None:
    units, places = huaxi.network.units, huaxi.network.places
    assert [place.town for place in places.values() if place.level == "town"] == TOWNS.split()
    villages = [unit for unit in units.values() if unit.kind == "village"]
    assert len(villages) == 190
    assert len(units) == 12 + 17 * 14 + 190
    assert all(name == unit.id for name, unit in units.items())
    assert all(unit.village is not None and places[unit.village].unit == unit.id for unit in villages)


def test_yanlous_ids_are_exactly_as_written_out(huaxi: LoadedPlace) -> None:
    names = ["yanlou", "gumeng", "jiupan", "huaizhou", "balou", "sire", "baigu", "tongxin"]
    found = [unit.id for unit in huaxi.network.units.values() if unit.town == "yanlou" and unit.kind == "village"]
    assert found == [f"yanlou-{name}" for name in names]
    assert huaxi.network.units["yanlou-gumeng"].name == "谷蒙村人民调解委员会"
    assert huaxi.network.units["yanlou-gumeng"].village == "520111105202"


def test_a_community_and_a_village_of_the_same_name_have_different_ids(huaxi: LoadedPlace) -> None:
    assert huaxi.network.units["mengguan-mengguan"].village == "520111201003"
    assert huaxi.network.units["mengguan-mengguan-2"].village == "520111201201"


def test_the_kinds_and_levels_of_units_follow_from_their_place_in_the_file(huaxi: LoadedPlace) -> None:
    units = huaxi.network.units
    assert (units["yanlou-justice"].kind, units["yanlou-justice"].level, units["yanlou-justice"].town) == ("justice", Level.TOWN, "yanlou")
    assert (units["huaxi-medical"].kind, units["huaxi-medical"].level, units["huaxi-medical"].town) == ("medical", Level.COUNTY, None)
    assert (units["yanlou-sire"].tier, units["yanlou-sire"].level) == (UnitTier.SOCIAL, Level.VILLAGE)
    assert units["qingyan-court"].fallback == "huaxi-court"
    assert huaxi.network.centre("qingyan") == "qingyan-centre"
    assert huaxi.network.centre(None) == "huaxi-centre"


def test_the_limits_hold_every_number_of_the_procedure(huaxi: LoadedPlace) -> None:
    procedure = huaxi.procedure
    assert len(procedure.limits) == 27
    mediate = {category: procedure.limit("mediate", category) for category in (None, "0201", "0701", "0502", "0503")}
    assert [limit and str(limit.budget) for limit in mediate.values()] == ["30d", "30d", "15d", "30wd", "10d"]
    contact = procedure.limits["contact"]
    assert [str(contact.of(tier)) for tier in Tier] == ["1wd", "1wd", "24h", "1h"]
    assert contact.authority is Authority.LOCAL_PRACTICE
    confirm, promise = procedure.limits["confirm"], procedure.limits["promise"]
    assert [str(step) for step in confirm.remind_after] == ["7d", "20d", "27d"]
    assert (promise.budget, promise.check_after, promise.expire_after) == (None, budget("1d"), budget("7d"))
    assert promise.remind_before == (budget("3d"),)
    assert procedure.limits["visit.third"].only == (Tier.RED,)
    assert procedure.limit("visit.first", "0701") is procedure.limits["visit.first"]
    assert procedure.limit("visit") is None
    assert procedure.cards.remind == 0.8
    assert procedure.sign_offs == {Tier.RED: (Role.LEADER, Role.POLICE), Tier.ORANGE: (Role.DIRECTOR,)}
    assert procedure.audit_back_to[0] is Stage.FOLLOWING_UP


def test_title_is_barred_but_use_and_compensation_may_be_settled(huaxi: LoadedPlace) -> None:
    procedure = huaxi.procedure
    assert procedure.bars_agreement("0201", "title")
    assert procedure.bars_agreement("0903", None)
    assert not procedure.bars_agreement("0903", "compensation")
    assert not procedure.bars_agreement("0902", None)
    assert procedure.bars_confirmation("0902", None)
    assert not procedure.bars_confirmation("0701", None)
    assert not procedure.bars_confirmation(None, None)


def test_retention_takes_the_longest_ground_and_ten_years_for_the_rest(huaxi: LoadedPlace) -> None:
    assert huaxi.procedure.keep_years(("written", "red")) is None
    assert huaxi.procedure.keep_years(("written",)) == 30
    assert huaxi.procedure.keep_years(("channelled",)) == 10


def test_everybody_has_a_post_and_the_casebooks_units_have_one_mediator_each(huaxi: LoadedPlace) -> None:
    staff = huaxi.staff
    assert all(person.role in huaxi.network.units[person.unit].roles for person in staff.values())
    for unit in ("yanlou-gumeng", "yanlou-hr", "huaxi-medical", "yanlou-justice", "yanlou-huaizhou"):
        mediators = [person.id for person in staff.values() if person.unit == unit and person.role is Role.MEDIATOR]
        assert mediators == [f"mediator@{unit}"]
    assert staff["mediator@yanlou-gumeng"].grids == ("520111105202",)
    assert "miao" in staff["mediator@gaopo-justice#2"].languages


def test_the_categories_are_the_seventeen_classes_with_both_languages(huaxi: LoadedPlace) -> None:
    codes = list(huaxi.categories.categories)
    assert codes == sorted(codes)
    assert [code for code in codes if len(code) == 2] == [f"{number:02}" for number in range(1, 17)] + ["99"]
    assert huaxi.categories.get("0701") is not None


WRONG = [
    ("network.yaml", '"0602": {lead: housing,', '"0602": {lead: hosing,', 'routing.0602.lead: unknown unit "hosing"'),
    ("network.yaml", "assist: [women, civil]", "assist: [women, civic]", 'routing.01.assist.1: unknown unit "civic"'),
    ("network.yaml", '  "0602":', '  "0682":', "routing.0682: unknown category"),
    ("network.yaml", "id: huaxi-union,", "id: huaxi-court,", 'county.11.id: unit "huaxi-court" is named twice'),
    ("network.yaml", '"{town}-women"', '"{town}-civil"', 'template.9.id: unit "guizhu-civil" is named twice'),
    ("network.yaml", "[steward, volunteer]", "[steward, volunter]", "template.13.roles.1: Input should be 'clerk'"),
    ("network.yaml", "fallback: huaxi-court", "fallback: huaxi-curt", 'units.guizhu-court.fallback: unknown unit "huaxi-curt"'),
    ("network.yaml", "grid_team:", "grid_teams:", "grid_teams: unknown key"),
    ("network.yaml", '"520111105206"', '"520111105299"', "towns.yanlou.villages.sire: 520111105299 is no village of this town"),
    ("network.yaml", "  yanlou:\n    code:", "  yanlou:\n    vacant: [curt]\n    code:", 'towns.yanlou.vacant.0: unknown unit "curt"'),
    ("network.yaml", "  yanlou:\n    code:", "  hongbian: {}\n  yanlou:\n    code:", "towns.hongbian: there is no such town"),
    ("network.yaml", '  "11":', '  "09":', 'key "09" is written twice, first on line'),
    ("network.yaml", "roles: [officer, doctor]}", "roles: [officer, doctor}", "line 37: "),
    ("divisions.csv", "520111008,520111,town", "520111008,52011,town", 'line 7: "52011" is no parent for a town'),
    ("divisions.csv", "520111209208,520111209,village,凯坝村", "520111209208,520111209,凯坝村", "line 209: has 3 fields instead of 4"),
    ("procedure.yaml", "sign:           {limit: 1wd", "sign:           {limt: 1wd", "limits.sign.limt: unknown key; limit is missing"),
    ("procedure.yaml", "rule:           {limit: 2wd", "rule:           {limit: 5 days", "limits.rule.limit: a limit looks like 5wd"),
    ("procedure.yaml", "confirm:        {limit: 30d", "confirm:        {limit: 45d", "limits.confirm.limit: 45d is longer than the 30d"),
    ("procedure.yaml", "{limit: 15d,  from: registered", "{limit: 15wd,  from: registered", "limits.mediate.07.limit: the rule behind it"),
    ("procedure.yaml", "object: 5wd", "objet: 5wd", "statutory.objet: there is no limit of this name"),
    ("procedure.yaml", 'barred_categories: ["0903"]', 'barred_categories: ["0993"]', 'barred_categories.0: unknown category "0993"'),
    ("procedure.yaml", "effective_from: 2026-01-01", "effective_from: 2026-02-30", "procedure.yaml: is not YAML"),
    ("procedure.yaml", "  screen:         {", "  scren:          {", "limits.scren: there is no limit of this name"),
    ("procedure.yaml", "{limit: 1wd,  from: screened", "{limit: 1wd,  from: screned", 'limits.route.from: unknown moment "screned"'),
    ("procedure.yaml", "then: deemed_signed", "then: lapsed", "limits.sign.then: its end leads to deemed_signed or card, not to lapsed"),
    ("procedure.yaml", "{limit: 2wd,  from: objected", "{limit: own date, from: objected", "limits.rule.limit: only a promise has a date"),
    (
        "procedure.yaml",
        "complaint:      {limit: 5wd,",
        "complaint:      {wages: back, limit: 5wd,",
        "limits.complaint.wages: only a promise has",
    ),
    ("procedure.yaml", "wages: back", "wages: forth", "limits.promise.wages: Input should be 'back'"),
    ("procedure.yaml", "  joint: 10wd\n", "", "ladder.joint: every level needs its time"),
    (
        "procedure.yaml",
        "[following_up, performing",
        "[following_up, archived",
        'audit_back_to.1: an audit can\'t send a case back to "archived"',
    ),
    ("procedure.yaml", "grounds: [red, title", "grounds: [read, title", 'retention.0.grounds.0: unknown ground "read"'),
    ("procedure.yaml", "actions: [screen, route", "actions: [screen, rout", 'take_back.actions.1: unknown action "rout"'),
    ("procedure.yaml", "backdate_actions: [contact", "backdate_actions: [tick", 'backdate_actions.0: unknown action "tick"'),
    ("procedure.yaml", "within: 10min", "within: 1wd", "take_back.within: is counted by the clock"),
    ("procedure.yaml", "backdate_within: 7d", "backdate_within: 5wd", "backdate_within: is counted by the clock"),
    ("procedure.yaml", "relapse: reopen", "relapse: forget", "visits.relapse: Input should be 'reopen'"),
    ("procedure.yaml", 'unmediable_categories: ["15"]', 'unmediable_categories: ["77"]', 'unmediable_categories.0: unknown category "77"'),
    ("risk.yaml", "{yellow: 20, orange: 45, red: 70}", "{yellow: 20, orange: 75, red: 70}", "thresholds: must name yellow"),
    ("risk.yaml", "exposure, points: 5}", "exposure}", "signs.media: a sign is either hard or has points"),
    (
        "staff.yaml",
        "mediator@gaopo-justice#2:",
        "mediator@gaopo-justise#2:",
        'staff.mediator@gaopo-justise#2: unknown unit "gaopo-justise"',
    ),
    ("staff.yaml", "mediator@maling-justice:", "doctor@maling-justice:", 'maling-justice has no role "doctor"'),
    ("staff.yaml", 'skills: ["09"]', 'skills: ["98"]', 'staff.mediator@gaopo-justice#2.skills.0: unknown category "98"'),
    ("categories.yaml", '  "99":', '  "9901":', "categories.9901: its class 99 is missing"),
    ("messages/routing.yaml", "{when: [carded]", "{when: [carde]", 'messages/routing.yaml: routes.8.when: unknown happening "carde"'),
    ("messages/routing.yaml", "say: carded}", "say: cards}", 'routes.8.say: no template "cards" for mail in zh'),
    ("messages/routing.yaml", "to: [parties], by: [sms]", "to: [parties], by: [mail]", "routes.14.to: parties have a line of their own"),
    ("messages/templates.zh.yaml", "案件{code}已亮牌", "案件{cod}已亮牌", 'templates.zh.yaml: carded.sms: unknown gap "{cod}"'),
    ("messages/templates.zh.yaml", "您反映的事项有", "您反映的{code}有", 'templates.zh.yaml: moved.sms: unknown gap "{code}"'),
    (
        "messages/channels.yaml",
        "webhooks: {}",
        'webhooks: {a: {url: "https://a.example/", secrets: [a]}}',
        'webhooks.a.url: "a.example" is not in',
    ),
    ("messages/channels.yaml", "bots: {}", "allowed: {}", "messages/channels.yaml: allowed: unknown key"),
]


@pytest.mark.parametrize(("name", "old", "new", "told"), WRONG, ids=[row[3] for row in WRONG])
def test_a_mistake_is_told_with_file_key_and_reason(folder: Path, name: str, old: str, new: str, told: str) -> None:
    swap(folder / name, old, new)
    with pytest.raises(BadFile) as error:
        load_place(folder)
    assert str(error.value).startswith(f"places/huaxi/{name}: ")
    assert told in str(error.value)
    assert "pydantic" not in str(error.value)


@pytest.mark.parametrize("unknown", ["hazard.cardd", "hazards", "watch.watch_graded"])
def test_a_webhook_can_ask_only_for_affairs_that_are_told(folder: Path, unknown: str) -> None:
    channels = folder / "messages" / "channels.yaml"
    swap(channels, "allowed_hosts: []", "allowed_hosts: [a.example]")
    swap(channels, "webhooks: {}", f"webhooks: {{a: {{url: 'https://a.example/', secrets: [a], affairs: [whistle, {unknown}]}}}}")
    with pytest.raises(BadFile, match=f'webhooks.a.affairs: unknown kind or happening "{unknown}"'):
        load_place(folder)


def test_a_missing_file_is_told(folder: Path) -> None:
    (folder / "risk.yaml").unlink()
    with pytest.raises(BadFile, match=r"^places/huaxi/risk.yaml: cannot be read: No such file"):
        load_place(folder)


def test_a_stricter_limit_of_the_place_is_welcome(folder: Path) -> None:
    swap(folder / "procedure.yaml", "{limit: 15d,  from: registered", "{limit: 10d,  from: registered")
    assert load_place(folder).procedure.limits["mediate.07"].budget == budget("10d")


def test_a_town_without_a_tribunal_has_no_post_there(folder: Path) -> None:
    swap(folder / "network.yaml", "towns:\n", "towns:\n  qingyan: {vacant: [court]}\n")
    place = load_place(folder)
    assert place.network.units["qingyan-court"].vacant
    assert "officer@qingyan-court" not in place.staff
    assert "officer@yanlou-court" in place.staff


def test_documents_survive_their_stored_text_and_keep_their_hash(huaxi: LoadedPlace) -> None:
    library = Library()
    for doc in documents(huaxi):
        name = library.add(doc)
        assert library.add(doc) == name
        other = Library()
        other.restore(name, kind_of(doc), canonical(doc))
        assert other.get(name) == doc
        assert content_hash(other.get(name)) == name
        with pytest.raises(ValueError, match="does not have the hash"):
            other.restore(name, kind_of(doc), canonical(doc) + " ")


def test_a_restored_network_routes_as_the_one_from_the_file(huaxi: LoadedPlace) -> None:
    """The stored text sorts its keys: nothing may hang on the order of the units."""
    library = Library()
    library.restore(content_hash(huaxi.network), "network", canonical(huaxi.network))
    stored = library.network(content_hash(huaxi.network))
    assert list(stored.units) != list(huaxi.network.units)
    for category in huaxi.network.routing:
        assert at_joint(stored, category=category, town="qingyan") == at_joint(huaxi.network, category=category, town="qingyan")
    assert stored.three == ("police", "justice", "court")


def test_a_bundle_resolves_the_four_documents_once_and_an_unknown_hash_is_an_error(huaxi: LoadedPlace) -> None:
    library = Library()
    names = [library.add(doc) for doc in documents(huaxi)]
    docs = Documents(network=names[0], procedure=names[1], risk=names[2], calendar=names[3])
    bundle = library.bundle(docs)
    assert library.bundle(docs) is bundle
    assert bundle.network is huaxi.network
    assert library.has(names[0])
    with pytest.raises(UnknownDocument):
        library.bundle(docs.model_copy(update={"risk": "0" * 64}))
    with pytest.raises(UnknownDocument):
        library.network(names[1])
    assert [kind_of(doc) for doc in documents(huaxi)] == [kind for kind in KINDS if kind not in BOOKS]


def test_hashes_do_not_depend_on_the_run(huaxi: LoadedPlace) -> None:
    program = (
        "from pathlib import Path; from store.places import load_place; from rules.library import content_hash;"
        f"p = load_place(Path({str(HUAXI)!r})); print(*map(content_hash, (p.network, p.procedure, p.risk, p.calendar)))"
    )
    here = [content_hash(doc) for doc in documents(huaxi)]
    for seed in ("0", "1", "2"):
        there = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert there.stdout.split() == here


def test_the_pinyin_of_every_unit_is_what_running_cases_know_it_by(huaxi: LoadedPlace) -> None:
    """A new pypinyin that reads a name differently would rename units under running cases: then write the id out in the file."""
    ids = "\n".join(sorted(huaxi.network.units))
    assert hashlib.sha256(ids.encode()).hexdigest()[:16] == "803ee030f9222c02"


def test_citizens_are_given_a_units_own_phone_or_the_hotline(huaxi: LoadedPlace, folder: Path) -> None:
    assert huaxi.contacts.phone("yanlou-centre") == huaxi.contacts.phone(None) == "12345"
    file = folder / "contacts.yaml"
    file.write_text('version: 1\nhotline: "12345"\nphones: {yanlou-centre: "0851-00000000"}\n')
    assert load_place(folder).contacts.phone("yanlou-centre") == "0851-00000000"
    file.write_text('version: 1\nhotline: "12345"\nphones: {nowhere: "12345"}\n')
    with pytest.raises(BadFile, match=r'contacts.yaml: phones.nowhere: unknown unit "nowhere"'):
        load_place(folder)
