"""What a person is shown of papers: those of a case, those they could make now, and what its file lacks."""

from __future__ import annotations

from models.base import Instant, Model
from models.paper.kinds import Entry
from models.paper.record import Signature
from rules.papers.dossier import Completeness
from service.shown import PaperShown


class PaperLine(Model):
    """A paper of a case that is kept here."""

    id: str
    kind: str
    zh: str
    en: str
    title: str
    """Of what was brought in, as it was called; else the kind's name."""
    number: str | None
    version: int
    newest: bool
    """False where a later version stands beside it."""
    about: str
    made: bool
    """Whether it was made here; else it was brought in."""
    sha256: str
    size: int
    """In bytes."""
    media_type: str
    ending: str
    at: Instant
    by: str
    attached: bool
    """Whether its digest is on the case's timeline."""
    erased: bool
    """Whether it can't be read any more."""
    signatures: tuple[Signature, ...]


class Choice(Model):
    """Something a paper can be about."""

    id: str
    words: str


class Offer(Model):
    """A kind of paper that this person can make now."""

    kind: str
    zh: str
    en: str
    basis: str
    series: str | None
    entries: tuple[Entry, ...]
    about: str
    choices: tuple[Choice, ...]


class SlotShown(Model):
    """A kind of enclosure that can be brought in."""

    kind: str
    zh: str
    en: str


class PaperDesk(Model):
    """The papers of a case, for one person."""

    as_of: Instant
    code: str
    papers: tuple[PaperLine, ...]
    digests: tuple[PaperShown, ...]
    """Papers known by their digest alone: they lie elsewhere."""
    offers: tuple[Offer, ...]
    enclosures: tuple[SlotShown, ...]
    """What can be brought in; none where this person may attach nothing."""
    endings: tuple[str, ...]
    most_bytes: int
    file: Completeness
    pdf: bool
    """Whether PDF can be made here."""
