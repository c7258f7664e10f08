"""Documents on the shelf: stored once under their hash, and put back into a library as they were."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update
from structlog.testing import capture_logs

from models.library import Documents
from rules.library import Document, Library, UnknownDocument, canonical, content_hash, digest
from store.documents import DocumentShelf
from store.engine import Store
from store.places import LoadedPlace, load_place
from store.staff import StaffRoll
from store.tables import documents
from tests.store.making import NOW


@pytest.fixture(scope="module")
def place() -> LoadedPlace:
    return load_place(Path(__file__).parents[2] / "places" / "huaxi")


@pytest.fixture
def shelf(store: Store) -> DocumentShelf:
    return DocumentShelf(store)


async def test_a_place_goes_onto_the_shelf_and_back_into_a_library(shelf: DocumentShelf, place: LoadedPlace) -> None:
    docs: list[Document] = [place.network, place.procedure, place.risk, place.calendar]
    names = await shelf.put(docs, NOW)
    assert names == [content_hash(doc) for doc in docs]
    assert await shelf.put(docs[:2], NOW + timedelta(1)) == names[:2]
    library = Library()
    assert await shelf.fill(library) == 4
    assert await shelf.fill(library) == 0
    bundle = library.bundle(Documents(network=names[0], procedure=names[1], risk=names[2], calendar=names[3]))
    assert [bundle.network, bundle.procedure, bundle.risk, bundle.calendar] == docs
    assert await shelf.body(names[1]) == canonical(place.procedure)
    assert await shelf.body("nothing") is None


async def test_the_same_documents_put_at_once_are_stored_once(shelf: DocumentShelf, place: LoadedPlace) -> None:
    names = await asyncio.gather(*(shelf.put([place.risk, place.risk], NOW) for _ in range(4)))
    assert all(name == names[0] for name in names)
    assert await shelf.fill(Library()) == 1


async def test_the_newest_of_a_kind_is_known(shelf: DocumentShelf, place: LoadedPlace) -> None:
    later = place.risk.model_copy(update={"version": place.risk.version + 1})
    first, second = await shelf.put([place.risk], NOW), await shelf.put([later], NOW + timedelta(1))
    assert first != second
    assert await shelf.newest("risk") == second[0]
    assert await shelf.newest("network") is None


async def test_a_document_that_was_changed_is_refused(store: Store, shelf: DocumentShelf, place: LoadedPlace) -> None:
    await shelf.put([place.risk], NOW)
    async with store.write() as db:
        await db.execute(update(documents).values(body="{}"))
    with pytest.raises(ValueError, match="hash"):
        await shelf.fill(Library())


async def test_what_newer_code_has_written_is_waited_for_and_keeps_nobody_from_all_else(
    store: Store, shelf: DocumentShelf, place: LoadedPlace
) -> None:
    newer = {"risk": canonical(place.risk).replace("{", '{"aspect":1,', 1), "tide": "{}"}
    rows = [{"hash": digest(body), "kind": kind, "body": body, "added_at": NOW} for kind, body in newer.items()]
    async with store.write() as db:
        await db.execute(insert(documents), rows)
    (known,) = await shelf.put([place.risk], NOW)
    library = Library()
    with capture_logs() as logs:
        assert [await shelf.fill(library), await shelf.fill(library)] == [1, 0]
    assert library.risk(known) == place.risk
    assert [line["event"] for line in logs] == ["document_of_newer_code"] * 2
    for row in rows:
        with pytest.raises(UnknownDocument):
            library.get(str(row["hash"]))


async def test_all_staff_of_a_place_come_back(store: Store, place: LoadedPlace) -> None:
    roll = StaffRoll(store)
    await roll.seed(place.staff.values())
    assert await roll.all() == sorted(place.staff.values(), key=lambda person: person.id)
