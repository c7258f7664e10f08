"""The viewers of the network, the procedure and the calendar: what is in force, for everybody who has signed in."""

from __future__ import annotations

from tests.web.console.visitors import Desk


async def test_the_network_opens_at_ones_own_town_and_shows_every_other(desk: Desk) -> None:
    mediator = await desk.at("mediator@yanlou-gumeng")
    page = await mediator.get("/network")
    assert all(words in page for words in ("燕楼镇综治中心", "三所（庭）", "谷蒙村人民调解委员会", "花溪区人民法院"))
    assert "青岩镇派出所" not in page
    assert "青岩镇派出所" in await mediator.get("/network?town=qingyan")
    district = await mediator.get("/network?town=-")
    assert "花溪公安分局" in district
    assert 'href="/network?town=qingyan"' in district
    assert "花溪公安分局" in await mediator.get("/network?town=nowhere")


async def test_every_limit_is_told_with_its_authority_and_source(desk: Desk) -> None:
    analyst = await desk.at("analyst@huaxi-centre")
    page = await analyst.get("/procedure")
    assert all(words in page for words in ("人民调解法 33", "劳动争议调解仲裁法 14", "30自然日", "红色 1小时", "调解（劳动人事）"))
    for word in ("mediate", "visit.", "PRODUCT_DEFAULT", "window_closes"):
        assert word not in page
    ways = await analyst.get("/procedure?tab=ways")
    assert all(words in ways for words in ("时限用去 80%", "结案清单", "约定事项已全部履行", "永久", "政法委员、民警"))
    assert "办理时限" in await analyst.get("/procedure?tab=nonsense")


async def test_the_year_marks_rest_days_and_make_up_days_in_words(desk: Desk) -> None:
    clerk = await desk.at("clerk@yanlou-centre")
    page = await clerk.get("/procedure?tab=calendar&year=2026")
    assert '<td class="day off">17<small>休</small></td>' in page
    assert '<td class="day make_up">14<small>班</small></td>' in page
    assert all(words in page for words in ("2026-02-15 至 2026-02-23（9 天）", "2026-02-14 周六", "16 个工作日"))
    assert "尚未公布" in await clerk.get("/procedure?tab=calendar&year=2027")
    assert "2026 年工作日历" in await clerk.get("/procedure?tab=calendar&year=1999")
    await clerk.submit("/preferences", language="en")
    english = await clerk.get("/procedure?tab=calendar&year=2026")
    assert all(words in english for words in ("February", "Made-up working day", "15 Feb 2026 to 23 Feb 2026 (9 days)"))
