"""The office: everything a use case needs, opened once per process and passed down."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

from pydantic import BaseModel
from temporalio.client import Client

from models.affair.base import AffairDocuments
from models.calendar import Calendar
from models.library import Documents
from rules.library import Bundle, Library, content_hash
from rules.shelf import SHELF
from service.papers.cleaning import Cleaner
from service.papers.converting import Converter
from service.secrecy.sealing import SealedPayloads, sealed
from service.settings import Settings
from service.watch.tracing import interceptors
from store.affairs.queries import AffairQueries
from store.affairs.records import AffairRecords
from store.desk.queries import Queries
from store.documents import DocumentShelf, InForce
from store.engine import Store
from store.places import LoadedPlace, load_place
from store.records import Records
from store.secrecy.erasures import Erasures
from store.staff import StaffRoll
from store.vault import Vault

CALENDAR = "calendar"
"""Kind of the one document that an approved import replaces for new cases."""


@dataclass(slots=True)
class Office:
    """Store, vault, library and Temporal client of one instance."""

    settings: Settings
    store: Store
    place: LoadedPlace
    docs: Documents
    client: Client
    """Seals whatever it sends."""
    codec: SealedPayloads
    library: Library = SHELF
    erased_again: tuple[str, ...] = ()
    """Whose keys a restore had brought back, and this start has destroyed again."""
    shift: timedelta = field(default_factory=timedelta)
    """Added to the clock in rehearsals; zero in life."""
    records: Records = field(init=False)
    queries: Queries = field(init=False)
    vault: Vault = field(init=False)
    roll: StaffRoll = field(init=False)
    shelf: DocumentShelf = field(init=False)
    converter: Converter = field(init=False)
    cleaner: Cleaner = field(init=False)
    affairs: AffairRecords = field(init=False)
    affair_queries: AffairQueries = field(init=False)
    _books: dict[str, tuple[BaseModel, str]] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.records = Records(self.store)
        self.queries = Queries(self.store)
        self.vault = Vault(self.store)
        self.roll = StaffRoll(self.store)
        self.shelf = DocumentShelf(self.store)
        self.converter = Converter(self.settings.home / "tmp")
        self.cleaner = Cleaner(self.settings.clamd)
        self.affairs = AffairRecords(self.store)
        self.affair_queries = AffairQueries(self.store)

    @classmethod
    async def open(cls, settings: Settings, client: Client, place: LoadedPlace | None = None) -> Self:
        """Open the store, take the client over, load the place's documents, and fill the library.

        What a restore has brought back of what was destroyed is destroyed again first.
        Raises BadFile, StoreAway, KeyProblem.
        """
        place = place or load_place(settings.place_folder)
        store = await Store.open(settings.database_url, settings.keys_url, settings.master_keys, settings.hash_algorithm)
        codec = await SealedPayloads.open(store.keys.payload_keys, settings.payload_cipher)
        own = sealed(client, codec, interceptors())
        office = cls(settings=settings, store=store, place=place, docs=place.documents(SHELF), client=own, codec=codec)
        office.erased_again = tuple(await Erasures(store).replay(datetime.now(UTC)))
        known = [place.network, place.procedure, place.risk, place.calendar, *place.books.values()]
        await office.shelf.put(known, datetime.now(UTC))
        for book in place.books.values():
            # Before the stored ones: their text has its keys sorted, and pages offer lists in the order of the book.
            office.library.add(book)
        await office.refresh()
        await office.roll.seed(place.staff.values())
        return office

    async def close(self) -> None:
        """Let go of the databases, and of what conversions have left."""
        self.converter.close()
        await self.store.close()

    async def refresh(self) -> None:
        """Fetch what other processes have done: documents, the calendar in force, keys made and erased. Raises StoreAway, KeyProblem."""
        await self.store.keys.refresh()
        await self.codec.renew()
        await self.shelf.fill(self.library)
        self.docs = self.docs.model_copy(update={"calendar": await self.calendar_in_force()})

    async def calendar_in_force(self) -> str:
        """Return the hash of the calendar new cases run under: the one that was put in force last, else the place's own.

        So an approved import stays when the place's file is read again at the next start, and a wrong one can be replaced.
        """
        chosen = await self.shelf.in_force(CALENDAR)
        return content_hash(self.place.calendar) if chosen is None else chosen.name

    async def adopt(self, calendar: Calendar, person: str) -> InForce:
        """Put a calendar in force for new cases; running ones keep theirs until each is told."""
        now = datetime.now(UTC)
        (name,) = await self.shelf.put([calendar], now)
        self.library.add(calendar)
        chosen = await self.shelf.put_in_force(CALENDAR, name, person, now)
        self.docs = self.docs.model_copy(update={"calendar": chosen.name})
        return chosen

    def affair_docs(self, kind: str) -> AffairDocuments | None:
        """The documents that a new affair of a kind runs under; None where the place has no book for it."""
        book = self.place.books.get(kind)
        if book is None:
            return None
        known = self._books.get(kind)
        if known is None or known[0] is not book:
            # A book is a long text: it is hashed once, not for each affair.
            known = self._books[kind] = (book, self.library.add(book))
        return AffairDocuments(network=self.docs.network, calendar=self.docs.calendar, book=known[1])

    def now(self) -> datetime:
        """The time as this office counts it."""
        return datetime.now(UTC) + self.shift

    @property
    def bundle(self) -> Bundle:
        """The documents a new case runs under."""
        return self.library.bundle(self.docs)
