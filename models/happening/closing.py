"""Happenings of closing: visited, audited, signed off, archived, reopened (回访、审核、审签、归档、重启)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from models.base import Model
from models.case import Work
from models.words import Role, Stage


class Visited(Model):
    """A visit was made (回访)."""

    type: Literal["visited"] = "visited"
    slot: str | None
    outcome: str
    satisfied: bool | None
    by_contact: str | None
    text: str | None
    mediator_of_record: bool


class AuditRequested(Model):
    """The record is being checked for closing (请求审核)."""

    type: Literal["audit_requested"] = "audit_requested"
    work: Work


class Audited(Model):
    """The closing passed the audit (审核通过)."""

    type: Literal["audited"] = "audited"
    checklist: tuple[str, ...]
    checked_head: str
    """Hash of the last event of the record that was checked."""
    work: str


class AuditFailed(Model):
    """The audit sent the case back (审核不通过)."""

    type: Literal["audit_failed"] = "audit_failed"
    findings: tuple[str, ...]
    back_to: Stage
    work: str | None = None


class SignedOff(Model):
    """A red or orange case was signed off (审签)."""

    type: Literal["signed_off"] = "signed_off"
    role: Role


class Archived(Model):
    """The case was sealed and archived (归档)."""

    type: Literal["archived"] = "archived"
    code: str | None
    seal: str
    """Hash of all events before this one."""
    retention: str
    retain_until: date | None
    """None = permanent (永久)."""


class Reopened(Model):
    """A new chapter began (重启)."""

    type: Literal["reopened"] = "reopened"
    reason: str
    former_mediator: str | None
