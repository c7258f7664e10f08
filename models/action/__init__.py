"""Actions (操作): what somebody asks to do, in the imperative. Design §4 and §11.12 list them; the names are the API.

The form of an action is checked here (a wrong type is `invalid`); whether it is allowed is decided in `rules/`.
Fields of type `Text` or `Reason` hold words at the door and vault references behind it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.action.agreement import Agree, ChannelInto, Confirm, Default, Perform, PromiseTerm, Seal, SignAgreement, Withdraw
from models.action.base import Base
from models.action.changes import AddParty, Amend, Attach, LiftCard, Note, Rebase, Recalendar, Represent, Split, TakeBack
from models.action.closing import Archive, Audit, Reopen, SignOff, VisitAction
from models.action.engine import Answer, Restart, Tick
from models.action.handling import Contact, Escalate, Finish, Object, RaiseTask, Replan, Rework, Rule, Sign
from models.action.intake import Absorb, Merge, Open, Regrade, Route, Screen
from models.action.mediation import Assign, CallOff, Consent, Extend, HandOver, Meet, Record, Recuse, Resume, Suspend
from models.action.voice import Complain, Rate, Reply
from models.base import Model
from models.words import Algorithm

__all__ = [
    "INTERNAL",
    "Absorb",
    "Action",
    "AddParty",
    "Agree",
    "Amend",
    "Answer",
    "Archive",
    "Assign",
    "Attach",
    "Audit",
    "Base",
    "CallOff",
    "ChannelInto",
    "Complain",
    "Confirm",
    "Consent",
    "Contact",
    "Default",
    "Escalate",
    "Extend",
    "Finish",
    "HandOver",
    "LiftCard",
    "Meet",
    "Merge",
    "Note",
    "Object",
    "Open",
    "Perform",
    "PromiseTerm",
    "RaiseTask",
    "Rate",
    "Rebase",
    "Recalendar",
    "Record",
    "Recuse",
    "Regrade",
    "Reopen",
    "Replan",
    "Reply",
    "Represent",
    "Request",
    "Restart",
    "Resume",
    "Rework",
    "Route",
    "Rule",
    "Screen",
    "Seal",
    "Sign",
    "SignAgreement",
    "SignOff",
    "Split",
    "Suspend",
    "TakeBack",
    "Tick",
    "VisitAction",
    "Withdraw",
]

Action = Annotated[
    Open
    | Screen
    | Regrade
    | Route
    | Sign
    | Object
    | Rule
    | Contact
    | Assign
    | Recuse
    | Consent
    | Meet
    | CallOff
    | Record
    | RaiseTask
    | Replan
    | Finish
    | Rework
    | Escalate
    | Suspend
    | Resume
    | Extend
    | Agree
    | SignAgreement
    | Seal
    | Confirm
    | Perform
    | Default
    | VisitAction
    | Audit
    | SignOff
    | Archive
    | Merge
    | Absorb
    | Withdraw
    | ChannelInto
    | Reopen
    | Rate
    | Complain
    | Reply
    | Note
    | LiftCard
    | Recalendar
    | Rebase
    | Amend
    | AddParty
    | Represent
    | Attach
    | TakeBack
    | HandOver
    | Split
    | Tick
    | Answer
    | Restart,
    Field(discriminator="do"),
]
"""Any action."""

INTERNAL = frozenset({"tick", "answer", "absorb", "restart"})
"""Actions that only the engine sends; at the door they are `not_allowed`."""


class Request(Model):
    """The argument of the workflow's one Update."""

    action: Action
    algorithm: Algorithm | None = None
    """What the case is chained with from here on; None = as before."""
