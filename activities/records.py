"""The record (记录): what a running case has stored, and what it reads back."""

from __future__ import annotations

from datetime import datetime

from temporalio import activity

from activities.contracts import LOAD, PUBLISH
from models.record import Loaded, Publication, Published
from models.words import Tier
from rules.access import access
from rules.clock import next_alarm
from rules.library import Bundle, Library
from rules.obligations import duties
from store.records import Records


class RecordActivities:
    """Publishing to the record and loading from it."""

    def __init__(self, records: Records, library: Library) -> None:
        self._records = records
        self._library = library

    @activity.defn(name=PUBLISH.name)
    async def publish(self, publication: Publication) -> Published:
        """Store new events with the views made of them, in one transaction.

        Idempotent by (case, seq) and the heads before and after: a second attempt finds its events and answers `known`.
        """
        case = publication.case
        bundle = self._library.bundle(case.docs)
        owed = duties(case, bundle.procedure)
        return await self._records.publish(
            publication,
            duties=owed,
            access=access(case, bundle.network, owed),
            next_due=next_alarm(case.clocks.values()),
            deliver_after=self._office_hours(publication, bundle),
        )

    @activity.defn(name=LOAD.name)
    async def load(self, case_id: str) -> Loaded:
        """Read a case back. Changes nothing."""
        return Loaded(case=await self._records.load(case_id))

    @staticmethod
    def _office_hours(publication: Publication, bundle: Bundle) -> list[datetime | None] | None:
        """Notices wait for the office to open, except those of red cases."""
        if publication.case.tier is Tier.RED:
            return None
        waits = [None if bundle.cal.in_office(line.at) else bundle.cal.next_opening(line.at) for line in publication.lines]
        return waits if any(waits) else None
