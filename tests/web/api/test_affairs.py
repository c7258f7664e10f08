"""Affairs over the API: begun once, seen by whoever may, read as far as the table says, acted on with versions and ids."""

from __future__ import annotations

from typing import Any

from models.staff import Staff
from models.words import Role
from service.office import Office
from store.looks import LookFilter, Looks
from tests.web.running import Api

GRID, HOUSING, CENTRE = "grid@yanlou-gumeng", "officer@yanlou-housing", "dispatcher@yanlou-centre"
SCREENER = "screener@yanlou-centre"
WORDS = "租户厨房燃气软管老化，无熄火保护"
FIELDS: dict[str, Any] = {"place": "520111105202", "item": "gas", "text": WORDS}


async def begin(api: Api, **more: Any) -> str:
    answer = await api.post("/affairs", {"kind": "hazard", "fields": FIELDS, **more}, GRID)
    assert answer.status_code == 201, answer.text
    code: str = answer.json()["receipt"]["code"]
    assert answer.headers["Location"] == f"/api/v1/affairs/{code}"
    return code


async def test_the_same_intake_is_the_same_affair_and_nobody_elses(api: Api) -> None:
    code = await begin(api, intake_id="slip-1")
    again = await api.post("/affairs", {"kind": "hazard", "fields": FIELDS, "intake_id": "slip-1"}, GRID)
    assert (again.status_code, again.json()["receipt"]["code"], again.json()["known"]) == (200, code, True)
    other = await api.post(
        "/affairs", {"kind": "hazard", "fields": FIELDS | {"place": "520111101201"}, "intake_id": "slip-1"}, "officer@qingyan-justice"
    )
    assert (other.status_code, other.json()["code"]) == (409, "already_done")
    keyed = [await api.post("/affairs", {"kind": "hazard", "fields": FIELDS}, GRID, headers={"Idempotency-Key": "k-1"}) for _ in range(2)]
    first, second = keyed
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["receipt"]["code"] == second.json()["receipt"]["code"]


async def test_a_hazard_goes_its_way_with_versions_and_ids(api: Api) -> None:
    code = await begin(api)
    seen = await api.get(f"/affairs/{code}", HOUSING)
    assert seen.headers["ETag"] == '"1"'
    assert seen.json()["allowed"] == ["fix", "pass", "note", "link"]
    assert seen.json()["holder"] | {"due": None} == {
        "id": "rectify", "act": "fix", "role": "officer", "unit": "yanlou-housing", "person": None, "clock": "rectify", "due": None,
        "provisional": False, "holds_ball": True,
    }  # fmt: skip
    stale = await api.post(f"/affairs/{code}/actions/fix", {"text": "已更换"}, HOUSING, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    done = [await api.post(f"/affairs/{code}/actions/fix", {"text": "已更换", "id": "fix-1"}, HOUSING) for _ in range(2)]
    assert [answer.status_code for answer in done] == [200, 200]
    assert done[0].json() == done[1].json()
    wrong = await api.post(f"/affairs/{code}/actions/fix", {"text": "再次"}, HOUSING)
    assert (wrong.status_code, wrong.json()["code"]) == (409, "wrong_stage")
    same = await api.post(f"/affairs/{code}/actions/inspect", {"passed": True}, HOUSING)
    assert (same.status_code, same.json()["code"]) == (403, "same_person")
    assert (await api.post(f"/affairs/{code}/actions/inspect", {"passed": True}, GRID)).json()["stage"] == "closed"
    story = (await api.get(f"/affairs/{code}/timeline", HOUSING)).json()["events"]
    assert [event["type"] for event in story] == ["hazard_reported", "hazard_fixed", "hazard_inspected"]
    assert story[0]["facts"]["text"] == WORDS
    assert (await api.get(f"/affairs/{code}/explain", HOUSING)).json()["view"]["ended"]


async def test_words_are_read_by_who_began_it_who_works_on_it_and_the_centre_in_charge(api: Api) -> None:
    code = await begin(api)

    async def text(post: str) -> Any:
        answer = await api.get(f"/affairs/{code}", post)
        return answer.json()["facts"]["text"] if answer.status_code == 200 else answer.status_code

    assert {post: await text(post) for post in (GRID, HOUSING, CENTRE)} == dict.fromkeys((GRID, HOUSING, CENTRE), WORDS)
    assert await text("director@huaxi-centre") == WORDS
    assert await text("archivist@yanlou-justice") is None
    for post in ("officer@yanlou-justice", "grid@yanlou-tongmu", "dispatcher@qingyan-centre", "analyst@huaxi-centre"):
        assert await text(post) in {401, 404}, post


async def test_lists_and_counts_hold_what_one_sees(api: Api) -> None:
    code = await begin(api)
    query = "/affairs?kind=hazard&stage=reported&town=yanlou&limit=200"
    assert code in [row["code"] for row in (await api.get(query, CENTRE)).json()["affairs"]]
    assert code not in [row["code"] for row in (await api.get(query, "officer@yanlou-justice")).json()["affairs"]]
    assert (await api.get("/affairs/count?kind=hazard", CENTRE)).json()["kinds"]["hazard"]["reported"] >= 1
    first = (await api.get("/affairs?limit=1", CENTRE)).json()
    after = (await api.get("/affairs", CENTRE, params={"limit": 1, "cursor": first["next"]})).json()
    assert first["affairs"][0]["code"] != after["affairs"][0]["code"]
    assert (await api.get("/affairs?cursor=x", CENTRE)).status_code == 422


async def test_what_is_malformed_names_fields_and_never_their_content(api: Api) -> None:
    answer = await api.post("/affairs", {"kind": "hazard", "fields": {**FIELDS, "item": "独一无二"}}, GRID)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert "独一无二" not in answer.text
    assert (await api.post("/affairs", {"kind": "nothing", "fields": {}}, GRID)).status_code == 422
    assert (await api.get("/affairs/HZ-NONE", GRID)).json()["code"] == "unknown_affair"


async def test_each_look_is_logged_before_it_is_answered(api: Api, office: Office) -> None:
    code = await begin(api)
    for part in ("", "/explain", "/timeline"):
        assert (await api.get(f"/affairs/{code}{part}", HOUSING)).status_code == 200
    looks = await Looks(office.store).page(LookFilter(code=code))
    assert [(look.person, look.look, look.code) for look in looks] == [
        (HOUSING, look, code) for look in ("affair_story", "affair_explain", "affair")
    ]


async def test_what_is_owed_in_an_affair_and_in_a_case_is_claimed_alike(api: Api, office: Office) -> None:
    colleagues = [
        Staff(id=f"{HOUSING}#2", role=Role.OFFICER, unit="yanlou-housing"),
        Staff(id=f"{SCREENER}#2", role=Role.SCREENER, unit="yanlou-centre"),
    ]
    await office.roll.seed([*await office.roll.all(), *colleagues])
    for code, duty, one in ((await begin(api), "rectify", HOUSING), (await api.open(), "screen", SCREENER)):
        two, owed = f"{one}#2", {"code": code, "duty": duty}
        mine = await api.post("/inbox/claim", owed, one)
        assert (mine.status_code, mine.json()["person"], mine.json()["mine"]) == (200, one, True), mine.text
        taken = await api.post("/inbox/claim", owed, two)
        assert (taken.status_code, taken.json()["code"]) == (409, "claimed")
        (item,) = [
            item for item in (await api.get("/inbox?limit=500", two)).json()["items"] if (item["affair"] or item["case"])["code"] == code
        ]
        assert item["claim"] == mine.json() | {"mine": False}
        assert (await api.post("/inbox/claim", owed | {"take_over": True}, two)).json()["person"] == two
        assert [(await api.post("/inbox/release", owed, post)).json()["released"] for post in (one, two)] == [True, False]
        other = await api.post("/inbox/claim", owed | {"duty": "nothing"}, one)
        assert (other.status_code, other.json()["code"], other.json()["detail"]) == (422, "invalid", "duty")
    hazard = {"code": await begin(api), "duty": "rectify"}
    refused = [await api.post("/inbox/claim", hazard, post) for post in (CENTRE, "officer@yanlou-justice")]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(403, "not_holder"), (404, "unknown_affair")]
