"""The library: immutable documents by content hash, resolved without I/O (design 11.2).

A worker fills one library at its start and when a document is published; workflows, services and tests only read it.
An unknown hash raises `UnknownDocument`: the caller waits, it does not guess.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from models.affair.books import BOOKS
from models.calendar import Calendar
from models.library import Documents
from models.network import Network
from models.procedure import Procedure
from models.risk import RiskTable
from rules.calendar import WorkingCalendar, compiled

Document = BaseModel
"""Anything a case or an affair refers to by hash."""

D = TypeVar("D", bound=BaseModel)

KINDS: dict[str, type[BaseModel]] = {
    "network": Network,
    "procedure": Procedure,
    "risk": RiskTable,
    "calendar": Calendar,
    **BOOKS,
}
"""Kind of document as rows and routes name it, and as `Documents` names its field; and the books of affairs by their kind."""


class UnreadableDocument(ValueError):
    """A stored document that this code can't read: newer code has written it."""


class UnknownDocument(LookupError):
    """No document of this hash (and kind) is in the library; its argument is the hash."""


def kind_of(doc: Document) -> str:
    """The kind under which a document is stored, a key of `KINDS`."""
    return next(kind for kind, model in KINDS.items() if type(doc) is model)


def canonical(doc: BaseModel) -> str:
    """The document's one text: JSON with sorted keys and no spaces. This is what is stored and what is hashed."""
    return json.dumps(doc.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """The SHA-256 of a text in UTF-8, as hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def content_hash(doc: BaseModel) -> str:
    """The document's name: the digest of its canonical text, the same on every machine."""
    return digest(canonical(doc))


@dataclass(frozen=True, slots=True)
class Bundle:
    """The documents of one case, resolved, with the calendar compiled for reckoning."""

    network: Network
    procedure: Procedure
    risk: RiskTable
    calendar: Calendar
    cal: WorkingCalendar


class Library:
    """A registry of documents by hash. Adding is idempotent; nothing is ever removed or changed."""

    def __init__(self) -> None:
        self._docs: dict[str, Document] = {}
        self._bundles: dict[Documents, Bundle] = {}

    def add(self, doc: Document) -> str:
        """Put a document in and return its hash."""
        name = content_hash(doc)
        self._docs.setdefault(name, doc)
        return name

    def restore(self, name: str, kind: str, text: str) -> None:
        """Put a stored document in under the hash it was stored with, which stays its name.

        A model that has grown a field since would hash to another name; the stored text is what counts. Raises
        ValueError when the text does not have this hash, and UnreadableDocument where this code can't read it.
        """
        if digest(text) != name:
            raise ValueError(f"the stored {kind} {name} does not have the hash it is named by")
        if kind not in KINDS:
            raise UnreadableDocument(f"{kind} {name}: unknown kind")
        try:
            doc = KINDS[kind].model_validate_json(text)
        except ValidationError as error:
            raise UnreadableDocument(f"{kind} {name}: {error.error_count()} places that this code does not know") from None
        self._docs.setdefault(name, doc)

    def has(self, name: str) -> bool:
        """Whether a document of this hash is in."""
        return name in self._docs

    def get(self, name: str) -> Document:
        """The document of this hash; raises UnknownDocument."""
        try:
            return self._docs[name]
        except KeyError:
            raise UnknownDocument(name) from None

    def network(self, name: str) -> Network:
        """The network of this hash; raises UnknownDocument, also when the hash names another kind."""
        return self._typed(name, Network)

    def procedure(self, name: str) -> Procedure:
        """The procedure of this hash; raises UnknownDocument, also when the hash names another kind."""
        return self._typed(name, Procedure)

    def risk(self, name: str) -> RiskTable:
        """The risk table of this hash; raises UnknownDocument, also when the hash names another kind."""
        return self._typed(name, RiskTable)

    def calendar(self, name: str) -> Calendar:
        """The calendar of this hash; raises UnknownDocument, also when the hash names another kind."""
        return self._typed(name, Calendar)

    def book(self, name: str, model: type[D]) -> D:
        """The document of a kind of affair; raises UnknownDocument, also when the hash names another kind."""
        return self._typed(name, model)

    def compiled(self, name: str) -> WorkingCalendar:
        """The calendar of this hash, compiled for reckoning; raises UnknownDocument."""
        return compiled(self.calendar(name))

    def bundle(self, docs: Documents) -> Bundle:
        """The four documents of a case, resolved once and kept; raises UnknownDocument."""
        found = self._bundles.get(docs)
        if found is None:
            calendar = self.calendar(docs.calendar)
            found = Bundle(
                network=self.network(docs.network),
                procedure=self.procedure(docs.procedure),
                risk=self.risk(docs.risk),
                calendar=calendar,
                cal=compiled(calendar),
            )
            self._bundles[docs] = found
        return found

    def _typed(self, name: str, model: type[D]) -> D:
        doc = self.get(name)
        if not isinstance(doc, model):
            raise UnknownDocument(name)
        return doc
