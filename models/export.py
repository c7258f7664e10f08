"""Exports (导出): what was taken out of the system as a file, by whom, and why. Nothing of a case stands here but its code."""

from __future__ import annotations

from enum import StrEnum

from models.base import Instant, Model
from models.words import Role


class ExportFormat(StrEnum):
    """The form of a file."""

    XLSX = "xlsx"
    CSV = "csv"


class ExportKind(StrEnum):
    """What is taken out."""

    CASES = "cases"  # 案件列表
    ARCHIVE = "archive"  # 档案列表
    CASE = "case"  # 一个案件
    REPORT = "report"  # 报表


class ExportNote(Model):
    """What the access log says of an export, besides who and when."""

    id: str
    """`E20261125-1a2b3c4d`: the day and a random number; it stands in the file, too."""
    kind: ExportKind
    format: ExportFormat
    rows: int
    why: str
    """A code of the place's list of purposes, or words."""
    asked: str
    """What was asked for: fields of the filter, or the code of the case; never words of a case."""


class ExportLine(ExportNote):
    """An export as the audit administrator finds it."""

    look: int
    """The number of its line in the access log."""
    at: Instant
    person: str
    role: Role
    unit: str
    unit_name: str | None = None
