"""Arrivals (来件): events that other systems send, and how each becomes an action here, as data.

A `Sender` is one file of `places/<id>/arrivals/`: who sends, how it proves so, and for each type of event which field of
which action is filled from where. Read by `store/arrivals/mappings.py`, applied by `rules/arrivals/mapping.py`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from models.action.intake import Open
from models.base import Id, Instant, Label, Model
from models.network import wrong
from models.words import Channel, PartyKind, Side

Scalar = str | bool | int | float

Path = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^.\s=]+(\.[^.\s]+)*$")]
"""Where a value stands in an event: keys and positions with dots between, `data.caller.phone`, `data.parties.0.name`."""

OF_EVENT = frozenset({"data", "id", "source", "type", "subject", "time"})
"""How a path may begin; below a list that is gone through (`each`) also with `item`."""

OPEN_FIELDS = frozenset(Open.model_fields) - {"do", "id", "actor", "channel", "parties", "occurred_at"}
"""Fields of an intake that a mapping may fill; the parties have rows of their own."""

OWED = frozenset({"place", "summary", "happened_on"})
"""Those that it has to fill. Without `people` the parties are counted."""

SIGNAL_FIELDS = frozenset({"place", "signal", "text", "household", "spot"})
"""Fields of a signal to a watch: what it is about, which type, few words. Two parties make it one about a pair."""

PARTY_FIELDS = frozenset({"id", "side", "kind", "name", "phone", "id_number", "address", "people", "vulnerable", "minor", "household"})


class Rule(Model):
    """How one field is filled: from the first path that is there, through a table, or else by default."""

    path: Path | tuple[Path, ...] = ()
    value: Scalar | None = None
    """The same for every event; then there is no path."""
    default: Scalar | None = None
    """Where none of the paths is there, or the table does not know what stands there."""
    table: dict[str, Scalar] = Field(default_factory=dict)
    """What is written for what stands there; in a list an empty text is nothing."""
    join: str | None = Field(default=None, max_length=20)
    """All paths that are there, with this between them, instead of the first."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths, in the order in which they are looked for."""
        return (self.path,) if isinstance(self.path, str) else self.path

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: object) -> object:
        """Take `data.text` for a path and `=window` for a value."""
        if isinstance(given, str):
            return {"value": given[1:]} if given.startswith("=") else {"path": given}
        return given

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.paths) == (self.value is not None):
            raise ValueError("needs either a path or a value")
        return self


class PartyRule(Model):
    """How one party, or one for each item of a list, is filled."""

    each: Path | None = None
    """A list in the event; paths of the fields then begin with `item`."""
    when: Path | None = None
    """There is such a party only where this is there."""
    fields: dict[str, Rule]

    @model_validator(mode="after")
    def _checked(self) -> Self:
        for name in self.fields:
            if name not in PARTY_FIELDS:
                raise wrong(f"fields.{name}", "a party has no such field")
        for name, words in (("side", tuple(Side)), ("kind", tuple(PartyKind))):
            _among(self.fields.get(name), f"fields.{name}", words)
        if missing := {"side", "name"} - set(self.fields):
            raise wrong("fields", f"{' and '.join(sorted(missing))} is missing")
        roots = OF_EVENT | {"item"} if self.each else OF_EVENT
        _rooted({"each": Rule(path=self.each)} if self.each else {}, OF_EVENT, "")
        _rooted({"when": Rule(path=self.when)} if self.when else {}, OF_EVENT, "")
        _rooted(self.fields, roots, "fields.")
        return self


class CaseRule(Model):
    """Which case an event adds to: by its code, or by the event that opened it."""

    code: Path | None = None
    earlier: Path | None = None
    """Id of an earlier event of the same source."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.code is None) == (self.earlier is None):
            raise ValueError("needs either code or earlier")
        path = self.code or self.earlier
        _rooted({"earlier" if self.code is None else "code": Rule(path=path or "")}, OF_EVENT, "")
        return self


FIELDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "open": (OPEN_FIELDS, OWED),
    "note": (frozenset({"text"}), frozenset({"text"})),
    "signal": (SIGNAL_FIELDS, frozenset({"place", "signal"})),
}
"""By what is done: the fields there are, and those that are owed."""


class TypeRule(Model):
    """What becomes of events of one type: a case is taken in, a note is added to one, or a signal goes to a watch."""

    do: Literal["open", "note", "signal"]
    fields: dict[str, Rule]
    parties: tuple[PartyRule, ...] = ()
    case: CaseRule | None = None

    @model_validator(mode="after")
    def _checked(self) -> Self:
        known, owed = FIELDS[self.do]
        for name in self.fields:
            if name not in known:
                raise wrong(f"fields.{name}", f"{self.do} has no such field")
        if missing := owed - set(self.fields):
            raise wrong("fields", f"{' and '.join(sorted(missing))} is missing")
        if self.do != "signal" and (self.do == "open") != bool(self.parties):
            raise wrong("parties", "is missing" if self.do == "open" else "a note has no parties")
        if self.parties and {"household", "spot"} & set(self.fields):
            raise wrong("parties", "a signal is about a pair, or about a household or spot")
        if (self.do == "note") != (self.case is not None):
            raise wrong("case", "is missing" if self.do == "note" else f"{self.do} adds to no case")
        _rooted(self.fields, OF_EVENT, "fields.")
        return self


class Sender(Model):
    """A system that sends events (来件系统): one file."""

    version: int = Field(ge=1)
    id: Id
    zh: Label
    en: Label
    sources: tuple[Annotated[str, Field(min_length=1, max_length=300)], ...] = Field(min_length=1)
    """What its events may call their source (`source` of CloudEvents); `/court/*` is everything that begins so."""
    proof: Literal["signature", "token"]
    """How it proves who it is: a signature over each request, or a bearer token."""
    tolerance: int = Field(default=300, ge=1, le=3600)
    """Seconds by which the time of a signature may differ from ours."""
    channel: Channel
    post: str = Field(pattern=r"^[a-z_]+@(\{town\}|[a-z0-9]+)(-[a-z0-9]+)*(#[0-9]+)?$")
    """The post in whose name it is done; `{town}` is the town of the place."""
    types: dict[Annotated[str, Field(min_length=1, max_length=200)], TypeRule] = Field(min_length=1)

    def speaks_for(self, source: str) -> bool:
        """Whether its events may carry this source."""
        return any(source == one or (one.endswith("*") and source.startswith(one[:-1])) for one in self.sources)


class Fault(Model):
    """Why a field can't be filled: which, from where in the event, and what is wrong; never what stands there."""

    field: str
    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field} <- {self.path or '-'} ({self.reason})"


class Event(Model):
    """An event as it came (CloudEvents 1.0)."""

    id: str = Field(min_length=1, max_length=300)
    source: str = Field(min_length=1, max_length=300)
    type: str = Field(min_length=1, max_length=300)
    subject: str | None = Field(default=None, max_length=1000)
    time: Instant | None = None
    data: Any = None


class ArrivalState(StrEnum):
    """How far an arrival has come (来件状态)."""

    WAITING = "waiting"  # 待处理: kept, not settled yet
    ACCEPTED = "accepted"  # 已接收
    QUARANTINED = "quarantined"  # 已隔离: a person has to look at it
    DISCARDED = "discarded"  # 已弃置


class ArrivalReason(StrEnum):
    """Why an arrival stands in quarantine (隔离原因)."""

    UNREADABLE = "unreadable"  # no event can be read from it
    FOREIGN = "foreign"  # a source that this sender does not speak for
    UNKNOWN_TYPE = "unknown_type"  # the mapping has no such type
    UNMAPPED = "unmapped"  # a field can't be filled
    UNKNOWN_CASE = "unknown_case"  # the case it adds to is not here
    REFUSED = "refused"  # the engine refused the action


class Arrival(Model):
    """What is known of an arrival without opening it."""

    id: str
    sender: str
    type: str
    """Empty for a type that the mapping does not know."""
    state: ArrivalState
    reason: ArrivalReason | None = None
    detail: str = ""
    """Fields and kinds of fault, or the code of a refusal; no content."""
    town: str | None = None
    """Whose screeners it is for; None = the district's."""
    case_id: str | None = None
    code: str | None = None
    at: Instant
    settled_at: Instant | None = None
    settled_by: str | None = None
    """Who replayed or discarded it; None where it went by itself."""


def _among(rule: Rule | None, key: str, words: tuple[str, ...]) -> None:
    """Refuse a fixed word that the vocabulary has not."""
    for word in () if rule is None else (rule.value, rule.default, *rule.table.values()):
        if word is not None and word not in words:
            raise wrong(key, f'unknown word "{word}"')


def _rooted(rules: dict[str, Rule], roots: frozenset[str], prefix: str) -> None:
    """Refuse a path that begins with nothing an event has."""
    for name, rule in rules.items():
        for path in rule.paths:
            if path.split(".", 1)[0] not in roots:
                raise wrong(f"{prefix}{name}", f'a path begins with {", ".join(sorted(roots))}, not "{path}"')
