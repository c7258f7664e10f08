"""Every message of the console has its English, and nothing else stands in the catalogues."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

from service.settings import ROOT
from web.console.words import Words


def test_pages_and_catalogues_agree() -> None:
    done = subprocess.run([sys.executable, ROOT / "scripts" / "messages.py"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_days_end_at_24_and_spans_are_told_in_one_unit() -> None:
    shanghai = timezone(timedelta(hours=8))
    zh, en = Words("zh", shanghai), Words("en", shanghai)
    now = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    assert zh.at(datetime(2026, 3, 4, 16, 0, tzinfo=UTC)) == "2026-03-04 24:00"
    assert en.at(now) == "2 Mar 2026, 09:30"
    assert zh.left(now + timedelta(days=3), now) == "还剩 3 天"
    assert (zh.dated(now.date()), en.dated(now.date())) == ("2026-03-02 周一", "Mon 2 Mar 2026")
    assert en.left(now - timedelta(hours=5), now) == "5 hours over"
