"""What each command loads before it does anything: nothing that only few of them need and that takes its time."""

from __future__ import annotations

import subprocess
import sys

from service.settings import ROOT

HEAVY = ("openpyxl", "docx", "docxtpl", "aiohttp", "PIL.Image", "pikepdf")
"""Workbooks, documents, pictures, requests to other servers."""


def test_no_command_loads_what_few_of_them_need() -> None:
    look = f"import starter, sys; print([name for name in {HEAVY} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
