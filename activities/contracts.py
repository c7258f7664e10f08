"""The activities as workflows know them: a name, a question, an answer. No implementation is imported with these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from models.affair.record import AffairKey, AffairPublication, AffairTask, AffairTaskDone, LoadedAffair
from models.affair.round.due import RoundsBegun, RoundsDue
from models.anchor import AnchorDue, Anchored
from models.base import Model
from models.bulletin import BulletinDue, BulletinsMade
from models.household_list import ListDone, ListTask
from models.record import (
    AssignmentProposal,
    AssignmentQuery,
    AuditQuery,
    AuditReport,
    Delivery,
    DeliveryAnswer,
    EscalationProposal,
    EscalationQuery,
    Loaded,
    Publication,
    Published,
)

Q = TypeVar("Q")
A = TypeVar("A", bound=Model)


@dataclass(frozen=True, slots=True)
class Contract(Generic[Q, A]):
    """One activity: `name` as it is registered, and the types of its argument and result."""

    name: str
    query: type[Q]
    answer: type[A]


PUBLISH = Contract("publish", Publication, Published)
LOAD = Contract("load", str, Loaded)
PROPOSE_MEDIATOR = Contract("propose_mediator", AssignmentQuery, AssignmentProposal)
RESOLVE_LEVEL = Contract("resolve_level", EscalationQuery, EscalationProposal)
CHECK_CLOSURE = Contract("check_closure", AuditQuery, AuditReport)
DELIVER = Contract("deliver", Delivery, DeliveryAnswer)
ANCHOR = Contract("anchor", AnchorDue, Anchored)
STAMP = Contract("stamp", Anchored, Anchored)
MAKE_BULLETINS = Contract("make_bulletins", BulletinDue, BulletinsMade)
PUBLISH_AFFAIR = Contract("publish_affair", AffairPublication, Published)
LOAD_AFFAIR = Contract("load_affair", AffairKey, LoadedAffair)
SERVE_AFFAIR = Contract("serve_affair", AffairTask, AffairTaskDone)
BEGIN_ROUNDS = Contract("begin_rounds", RoundsDue, RoundsBegun)
HOUSEHOLD_LIST = Contract("household_list", ListTask, ListDone)
