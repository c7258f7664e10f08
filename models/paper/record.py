"""A paper as it is kept: what of it may lie open. Its words are sealed (`store/papers/`)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from models.base import Instant, Model
from models.words import Role

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
ZIP = "application/zip"


class SignedBy(StrEnum):
    """How somebody signed a paper."""

    INK = "ink"  # 签名
    FINGERPRINT = "fingerprint"  # 捺印
    SEAL = "seal"  # 盖章
    ELECTRONIC = "electronic"  # 电子签名


class Signature(Model):
    """Who signed a paper and when; a party or a post by its id, never a name."""

    signer: str
    how: SignedBy
    on: date
    recorded_by: str
    recorded_at: Instant


class Paper(Model):
    """A paper of a case, made here or brought in."""

    id: str
    case_id: str
    kind: str
    about: str = ""
    """Which session, visit, promise … it is about."""
    version: int = 1
    number: str | None = None
    template: str | None = None
    """Hash of the template it was made from; None for what was brought in."""
    sha256: str
    size: int
    media_type: str
    ending: str
    made_at: Instant
    made_by: str
    role: Role
    unit: str
    owners: tuple[str, ...] = ()
    """Whose keys seal it: once one of them is erased it can't be read any more."""
    parts: int = Field(default=1, ge=1)
    signatures: tuple[Signature, ...] = ()
