"""The figures of one process for Prometheus, beside those of Temporal's SDK. Few labels, and none that names a case or a person.

Each process counts for itself, so sums over all of them are right; what stands in the store is told by each of them alike, so of
those figures take the highest. `docs/operate.md` says what each means; a test holds it to what is really told.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from service.office import Office
from store.connect import StoreAway
from store.engine import Store
from store.keyring.keys import KeyProblem
from store.watch.standing import standing

# When each series began would double their number, and nobody asks for it.
disable_created_metrics()  # type: ignore[no-untyped-call]

LATE = timedelta(minutes=2)
"""How long after its time an alarm counts as one that has not rung, and a message as one that has not left."""

FRESH = 10.0
"""Seconds for which what was counted in the store is told again: many may ask, and counting is not free."""

PATIENCE = 5.0
"""Seconds the store may take to count."""

STORES = ("cases", "keys")

ABOUT = {
    "cases_open": ("jiefen_cases_open", "Cases that have not ended"),
    "alarms_late": ("jiefen_alarms_late", "Open cases with an alarm that is two minutes late"),
    "duties_open": ("jiefen_obligations_open", "Obligations of all posts"),
    "duties_overdue": ("jiefen_obligations_overdue", "Obligations whose due time has passed"),
    "arrivals_waiting": ("jiefen_arrivals_waiting", "Events of other systems that are not settled yet"),
    "redactions_waiting": ("jiefen_redactions_waiting", "Texts on the redaction list that nobody has settled"),
    "events_unplanned": ("jiefen_events_unplanned", "Events for which nobody has looked yet who is to be told, up to 10,000"),
    "messages_late": ("jiefen_messages_late", "Messages that are two minutes late"),
    "messages_dead": ("jiefen_messages_dead", "Messages given up, until a person settles them"),
    "roads_shut": ("jiefen_roads_shut", "Roads of messages that are broken or switched off"),
    "feed_end": ("jiefen_feed_end", "Last position of the change feed"),
}
"""Name and meaning of each count of the store."""

ACTION_BUCKETS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
LAG_BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0, 30.0, 120.0, 600.0)


class Figures:
    """The figures of one process."""

    def __init__(self) -> None:
        self.registry = made = CollectorRegistry()
        ProcessCollector(registry=made)
        self.actions = Counter("jiefen_actions", "Actions by what became of them", ["action", "outcome"], registry=made)
        self.action_seconds = Histogram(
            "jiefen_action_seconds", "How long actions took", ["outcome"], buckets=ACTION_BUCKETS, registry=made
        )
        self.publish_lag = Histogram(
            "jiefen_publish_lag_seconds", "From what happened until it was stored", buckets=LAG_BUCKETS, registry=made
        )
        self.publications = Counter("jiefen_publications", "Publications by what the record made of them", ["outcome"], registry=made)
        self.events = Counter("jiefen_events", "Events stored, by type and by whose hand", ["type", "hand"], registry=made)
        self.activity_seconds = Histogram("jiefen_activity_seconds", "How long activities took", ["activity", "outcome"], registry=made)
        self.activities_running = Gauge("jiefen_activities_running", "Activities at work now", ["activity"], registry=made)
        self.activity_retries = Counter("jiefen_activity_retries", "Activities tried again", ["activity"], registry=made)
        self.erasures_replayed = Gauge(
            "jiefen_erasures_replayed", "Keys that a restore had brought back and the last start destroyed again", registry=made
        )
        self.store_up = Gauge("jiefen_store_up", "Whether the database of the cases and the key store answer", ["store"], registry=made)
        self._standing = {field: Gauge(name, about, registry=made) for field, (name, about) in ABOUT.items()}
        self._counted: tuple[Store | None, float] = (None, 0.0)
        """What was counted last, and when."""
        self._turn = asyncio.Lock()
        self.feed_end = 0
        """Last position of the change feed, when it was last counted."""

    def acted(self, action: str, outcome: str, seconds: float) -> None:
        """Count an action: `accepted`, a refusal's code, `unknown_case`, `unavailable` or `failed`."""
        self.actions.labels(action, outcome).inc()
        kind = outcome if outcome in {"accepted", "unavailable", "failed"} else "refused"
        self.action_seconds.labels(kind).observe(seconds)

    async def told(self, office: Office) -> bytes:
        """Count what stands in the store, unless that was done just now, and return all figures in Prometheus' words."""
        async with self._turn:
            counted, at = self._counted
            if counted is not office.store or time.monotonic() - at >= FRESH:
                await self._count(office)
                self._counted = (office.store, time.monotonic())
        return generate_latest(self.registry)

    async def _count(self, office: Office) -> None:
        self.erasures_replayed.set(len(office.erased_again))
        up = dict.fromkeys(STORES, 0)
        try:
            async with asyncio.timeout(PATIENCE):
                now = office.now()
                found = await standing(office.store, now, now - LATE)
                up["cases"] = 1
                await office.store.keys.refresh()
                up["keys"] = 1
        except (StoreAway, KeyProblem, TimeoutError):
            found = None
        for name, answers in up.items():
            self.store_up.labels(name).set(answers)
        if found is not None:
            self.feed_end = found.feed_end
            for field, gauge in self._standing.items():
                gauge.set(getattr(found, field))


FIGURES = Figures()
"""Those of this process."""
