"""Service requests: taken in as disputes, and how far they are, without a word about anybody.

A request that came in this way is known by an id of its own that nobody guesses: who has it may ask whether it is open. With an
API key one sees the cases that one's post may see, by their codes. Nothing else is listed, to nobody.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from models.base import Instant, Model
from models.categories import Category
from models.party import Actor
from rules.open311.taking import Wrong, fields_of
from service.cases import Cases
from service.errors import UnknownCase
from service.office import Office
from service.reading import Filter, Reader
from service.shown import Listed
from store.desk.lists import Eyes

SOURCE = "open311"
"""Source of every case that came in this way."""

ID = re.compile(r"[0-9a-f]{32}-\d{2,4}", re.ASCII)

SPAN = timedelta(days=90)
"""Longest stretch that a list may ask for, and what it asks for where nothing is said."""

MOST = 1000
"""Most requests of a list."""


class Known(Model):
    """What is told of a request."""

    id: str
    closed: bool
    service: Category | None = None
    agency: str | None = None
    requested: Instant | None = None
    updated: Instant | None = None
    place: str | None = None
    place_name: str | None = None


class Wanted(Model):
    """Which requests a list is to hold."""

    ids: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    since: Instant
    until: Instant
    closed: bool | None = None


class Requests:
    """The requests of one office."""

    def __init__(self, office: Office, cases: Cases | None = None) -> None:
        self._office = office
        self._cases = cases or Cases(office)
        self._reader = Reader(office)

    async def take(self, actor: Actor, form: Mapping[str, str], key: str | None = None) -> str:
        """Take a request in, and return its id; the same key of a client gives the same. Raises Wrong, Refused, Unavailable."""
        office, bundle = self._office, self._office.bundle
        fields = fields_of(form, office.place.categories, bundle.network, bundle.cal, today=self._today(), home=self._home(actor))
        name = uuid.uuid5(uuid.NAMESPACE_OID, f"{actor.person}\0{key}").hex if key else uuid.uuid4().hex
        request_id = f"{name}-{form['service_code']}"
        await self._cases.open(fields, actor, intake_id=request_id, source=SOURCE)
        return request_id

    async def known(self, request_id: str, actor: Actor | None) -> Known:
        """Return what is told of a request, by its id, or to who may see the case by its code. Raises UnknownCase."""
        if ID.fullmatch(request_id):
            case_id = await self._office.records.by_intake(SOURCE, request_id)
            row = None if case_id is None else await self._office.queries.case(Eyes(everything=True), case_id)
            if row is None:
                raise UnknownCase(request_id)
            centre = self._office.bundle.network.unit(self._office.bundle.network.centre(row.town))
            return Known(
                id=request_id,
                closed=row.ended_at is not None,
                # What was asked for, not what it was found to be.
                service=self._office.place.categories.get(request_id.rpartition("-")[2]),
                agency=centre.name if centre is not None else None,
                requested=row.opened_at,
                updated=row.updated_at,
            )
        if actor is None:
            raise UnknownCase(request_id)
        return self._of(self._reader.listed(await self._reader.visible(actor, request_id), actor))

    async def of_ids(self, ids: Sequence[str], actor: Actor | None) -> list[Known]:
        """Return those of these requests that there are."""
        found = []
        for request_id in ids[:MOST]:
            try:
                found.append(await self.known(request_id, actor))
            except UnknownCase:
                continue
        return found

    async def list(self, actor: Actor, wanted: Wanted) -> list[Known]:
        """Return the cases somebody may see, the newest first, `MOST` at most. Raises Wrong for too long a stretch, Refused."""
        if not timedelta(0) <= wanted.until - wanted.since <= SPAN:
            raise Wrong("start_date and end_date may lie 90 days apart at most")
        one = wanted.services[0] if len(wanted.services) == 1 else None
        asked = Filter(opened_from=wanted.since, opened_to=wanted.until, ended=wanted.closed, category=one)
        found: list[Known] = []
        after: str | None = None
        while len(found) < MOST:
            page = await self._reader.list(actor, asked, after=after, limit=200)
            found += [self._of(row) for row in page.cases if not wanted.services or _is_of(row.category, wanted.services)]
            after = page.next
            if after is None:
                break
        return found[:MOST]

    def window(self, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
        """Return the stretch that is asked for: without its ends the last 90 days."""
        end = until or (since + SPAN if since is not None else self._office.now() + timedelta(minutes=1))
        return since or end - SPAN, end

    def _of(self, row: Listed) -> Known:
        return Known(
            id=row.code,
            closed=row.ended_at is not None,
            service=self._office.place.categories.get(row.category) if row.category else None,
            agency=row.lead_name or row.town_name,
            requested=row.opened_at,
            updated=row.updated_at,
            place=row.place,
            place_name=row.place_name,
        )

    def _home(self, actor: Actor) -> str:
        """Return the place of who asks: their town, or the district."""
        network = self._office.bundle.network
        unit = network.unit(actor.unit)
        town = network.town(unit.town) if unit is not None and unit.town is not None else None
        return (town or network.district).code

    def _today(self) -> date:
        return self._office.bundle.cal.local_date(self._office.now())


def _is_of(category: str | None, services: Sequence[str]) -> bool:
    return category is not None and any(category.startswith(one) for one in services)
