"""Takes the pictures of `docs/console.md`: starts an instance of its own, fills it with made-up disputes, looks at the main pages.

`make pictures` (needs Chromium and a Chinese font: `make deps`). Everything in the pictures is made up.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.faces.stack import running

ROOT = Path(__file__).resolve().parent.parent
INTO = ROOT / "docs" / "pictures"
SCREEN: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}

STORIES = (
    ("院坝抬高，雨水流入邻家堂屋", "0201", 9),
    ("宅基地滴水线之争", "0202", 6),
    ("工地拖欠工人工资", "0701", 4),
    ("赡养老人分担不均", "0102", 3),
    ("租房押金退还", "0602", 2),
    ("噪声扰邻", "0203", 1),
)
"""What happened, its category, and how many steps it has come."""


CENTRE = "{}@yanlou-centre"

STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("screen", {"accept": True}),
    ("route", {}),
    ("sign", {}),
    ("contact", {"note": "已电话联系双方，约定次日到现场"}),
    ("assign", {}),
    ("consent", {"party": "a", "agrees": True}),
    ("consent", {"party": "b", "agrees": True}),
    ("record", {"outcome": "continue", "text": "双方各让一步，约定再谈"}),
)
"""What is done one after the other, by whoever it falls to."""


def _of(do: str, category: str) -> dict[str, Any]:
    return {"category": category} if do == "screen" else {}


@dataclass
class Picture:
    """One picture: whose page, which, and how it is looked at."""

    name: str
    login: str
    path: str
    size: ViewportSize = field(default_factory=lambda: SCREEN)
    language: str = "zh"
    theme: str = "light"


PICTURES = (
    Picture("inbox", "screener", "/inbox"),
    Picture("intake", "clerk", "/cases/new"),
    Picture("case", "mediator", "/cases/YANLOU-2026-00001"),
    Picture("case-dark-english", "mediator", "/cases/YANLOU-2026-00001", language="en", theme="dark"),
    Picture("case-phone", "gumeng", "/cases/YANLOU-2026-00002", size=PHONE),
    Picture("board", "dispatcher", "/board"),
    Picture("cockpit", "director", "/cockpit"),
    Picture("audit", "auditor", "/audit"),
    Picture("procedure", "director", "/procedure"),
    Picture("citizen-phone", "", "/citizen", size=PHONE),
)


class Office:
    """The instance, asked through its API as one post after another."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=f"{address}/api/v1", timeout=30)

    def ask(self, post: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send a request that must be accepted."""
        answer = self._client.post(path, json=body, headers={"Authorization": f"Bearer demo:{post}"})
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def fill(self) -> None:
        """Take in disputes and bring each as far as its story says."""
        for story, category, far in STORIES * 2:
            code = self._open(story, category)
            for do, fields in STEPS[:far]:
                case = self._case(code)
                by = {"screen": CENTRE.format("screener"), "route": CENTRE.format("dispatcher")}
                post = by.get(do) or case["mediator"] or f"officer@{case['lead']}"
                self.ask(post, f"/cases/{code}/actions/{do}", {**fields, **_of(do, category)})

    def _case(self, code: str) -> dict[str, Any]:
        """Read a case as the dispatcher sees it."""
        headers = {"Authorization": f"Bearer demo:{CENTRE.format('dispatcher')}"}
        found: dict[str, Any] = self._client.get(f"/cases/{code}", headers=headers).raise_for_status().json()
        return found

    def _open(self, story: str, category: str) -> str:
        wages = {"people": 12, "wage_workers": 12, "amount": 86000} if category == "0701" else {"people": 2}
        body = {
            "channel": "window", "place": "520111105202", "summary": story, "happened_on": "2026-11-02",
            "parties": [
                {"id": "a", "side": "applicant", "name": "赵一", "phone": "13800000001", "address": "燕楼镇谷蒙村三组8号"},
                {"id": "b", "side": "respondent", "name": "钱二", "phone": "13800000002"},
            ],
            **wages,
        }  # fmt: skip
        code: str = self.ask("clerk@yanlou-centre", "/cases", body)["receipt"]["code"]
        return code


def take(browser: Browser, address: str, password: str, picture: Picture) -> None:
    """Sign in where somebody has to, and take one picture."""
    context = browser.new_context(base_url=address, viewport=picture.size, locale="zh-CN", timezone_id="Asia/Shanghai")
    cookies = {"jiefen_lang": picture.language, "jiefen_theme": picture.theme}
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
    page = context.new_page()
    if picture.login:
        page.goto("/login")
        page.fill("#name", picture.login)
        page.fill("#password", password)
        page.click("main button.main")
    page.goto(picture.path)
    page.wait_for_timeout(500)
    page.screenshot(path=INTO / f"{picture.name}.png", full_page=picture.size is SCREEN)
    context.close()


def main() -> None:
    """Take all pictures."""
    INTO.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), web=True) as instance, sync_playwright() as playwright:
        address = f"http://127.0.0.1:{instance.environment['JIEFEN_PORT']}"
        Office(address).fill()
        password = (Path(folder) / "demo-accounts.txt").read_text("utf-8").splitlines()[1].split("\t")[1]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for picture in PICTURES:
            take(browser, address, password, picture)
            sys.stdout.write(f"docs/pictures/{picture.name}.png\n")
        browser.close()


if __name__ == "__main__":
    main()
