"""What makes a kind of affair (事务种类): its models, its rules by action, its foldings, its clocks, whose it is and who sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter

from models.affair.base import Affair, AffairAction, AffairEvent, Happened
from models.affair.limits import AffairLimit
from models.affair.record import Told
from models.clock import Budget, Clock
from models.network import Network
from models.party import Actor
from models.words import Algorithm, Role
from rules.affair.labels import AffairLabels
from rules.calendar import WorkingCalendar
from rules.library import Library
from rules.visibility import Group, Show


@dataclass(frozen=True, slots=True)
class AffairBundle:
    """The documents of one affair, resolved, with the calendar compiled for reckoning."""

    network: Network
    cal: WorkingCalendar
    book: Any
    """The document of the affair's kind."""


@dataclass(frozen=True, slots=True)
class AffairContext:
    """What a decision may look at besides affair and action: the time, the library, what the chain is made with."""

    now: datetime
    library: Library
    algorithm: Algorithm | None = None


@dataclass(frozen=True, slots=True)
class Want:
    """A clock that should run: the limit's key and what it says, and what it is counted from."""

    key: str
    limit: AffairLimit
    anchor: datetime
    budget: Budget | None = None
    """Another budget than the limit's own."""
    due_on: date | None = None
    """A date of its own, to which rolling alone applies."""


@dataclass(frozen=True, slots=True)
class Owes:
    """Who owes what: an act and a post; unit None = any unit of the scope with this role."""

    act: str
    role: Role
    unit: str | None = None
    person: str | None = None


ANY: frozenset[str | None] = frozenset({"*"})
"""In the place of an action's stages: any but before the first event."""

Check = Callable[[Any, Any, AffairBundle], object]
"""Looks at affair, action and documents; true means yes."""

Fault = Callable[[Any, Any, AffairBundle], str | None]
"""Looks at the same and names the field at fault; None means none is."""

Folding = Callable[[Any, Any, Any], dict[str, Any]]
"""Affair, happening, event → the changed fields of the state."""


@dataclass(frozen=True, slots=True)
class AffairSpec:
    """The rule of one action. Each part is asked only when all before it have let the action pass, as for disputes (design §4)."""

    body: Callable[[Any, Any], None]
    """Writes events into the draft, or refuses."""
    roles: frozenset[Role]
    stages: frozenset[str | None]
    """Stages it may be done in; None = before the first event."""
    holds: Callable[[Any, Actor, Any, AffairBundle], object] | None = None
    """Affair, actor, action, documents: whether it is in this actor's hands; false = `not_holder`."""
    fault: Fault | None = None
    in_time: Check | None = None
    """False = `too_late`."""
    done: Check | None = None
    """True = `already_done`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of affair. `name` is the word in addresses, tables and files (`whistle`)."""

    name: str
    zh: str
    en: str
    mark: str
    """Letters of its codes: `YANLOU-WH-2026-00001`."""
    state: type[Affair]
    event: type[AffairEvent]
    actions: TypeAdapter[Any]
    """The union of its actions, the common ones among them, told apart by `do`."""
    book: type[BaseModel]
    opens: str
    """The action that begins one."""
    specs: Mapping[str, AffairSpec]
    foldings: Mapping[str, Folding]
    ends: frozenset[str]
    wants: Callable[[Any, AffairBundle], Mapping[str, Want]]
    """Which clocks should run now, by clock id. An ended affair has none."""
    owes: Callable[[Any, str, AffairBundle], Owes]
    """Who owes what a clock counts for, by the clock's id."""
    access: Callable[[Any, AffairBundle], Iterable[tuple[str, str]]]
    """Whose eyes may rest on it: pairs of kind (`unit`, `town`, `place`, `person`, `party`, `task`) and value, as for cases."""
    expire: Callable[[Any, Clock], None] | None = None
    """What the end of a limit with `expire` leads to; writes into the draft, the rung alarm is carried by what it writes."""
    also: Callable[[Any, AffairBundle], Iterable[tuple[str, Owes]]] = field(default=lambda _affair, _bundle: ())
    """Duties for which no clock runs, by their ids."""
    ball: Callable[[Any, AffairBundle], str | None] = field(default=lambda _affair, _bundle: None)
    """The duty that must be met next for the affair to move on, by its id."""
    workflow: str | None = None
    """Name of the workflow that each runs in; where it is None, clocks are rung from the record (`service/affairs/keeping.py`)."""
    staff: Callable[[Any], Mapping[str, str]] = field(default=lambda _affair: {})
    """Who of the staff has an open part in it: paths in its state (`seats.s1.staff`, through models and mappings) and the staff ids that
    stand there. The common action `hand_over` puts another id in their place, and a handover (离岗交接) finds it by them."""
    keys: Callable[[Any], Iterable[tuple[str, str]]] = field(default=lambda _affair: ())
    """What it is found by besides its code: pairs of a name and a value, never a person's words (`household`, `subject` …)."""

    named_by: Callable[[Any, Network], str] | None = None
    """What a new one is told apart by, from its opening action: another one of the same name is `already_done`, not a second file."""
    subject: Callable[[Any], str] | None = None
    """Opening action → what it is about, in references and codes, never in words. Where it is set, the same subject is the same affair:
    the intake id is made of it, and the opening action, which has a field `docs`, acts on an affair that is there already. Empty = it
    says of nothing."""
    tells: Callable[[Any, AffairBundle, datetime], Iterable[Told]] = field(default=lambda _affair, _bundle, _now: ())
    """What it has to explain besides its clocks, as sentences."""
    shares: str | None = None
    """The kind whose book it runs under, where it has none of its own: a part of that kind."""
    faults: Callable[[Any, Network], Iterable[tuple[str, str]]] = field(default=lambda _book, _network: ())
    """What is wrong with its book in this network: pairs of key and reason, for whoever edits the file."""
    labels: AffairLabels = field(default_factory=AffairLabels)
    """What its parts are called (`rules/<kind>/labels.py`)."""
    shows: Mapping[Role, Mapping[Group, Show]] = field(default_factory=dict)
    """The most a role is shown of it, where that is less than `rules/affair/sight.py` says; what is not named is hidden."""
    groups: Mapping[str, Group] = field(default_factory=dict)
    """By field of its state and of its happenings: its group, where that is not `Group.KIND`. Words and persons go by theirs. By type of
    happening: the group without which one is not told that it has happened."""
    urgent: Callable[[Any], bool] = field(default=lambda _affair: False)
    """Whether people are told of this one outside office hours as well, as of red cases."""
    asks_purpose: Callable[[Any], bool] = field(default=lambda _affair: False)
    """Whether who looks at this one has to say why (查阅事由), as for red and reserved cases."""

    def spec(self, do: str) -> AffairSpec | None:
        """The rule of an action, or None where the kind knows no such action."""
        return self.specs.get(do) or COMMON_SPECS.get(do)

    @property
    def stages(self) -> frozenset[str]:
        """Every stage it can be in, as its rules name them."""
        named = frozenset(stage for spec in self.specs.values() for stage in spec.stages if stage is not None)
        return (named | self.ends) - {str(stage) for stage in ANY}

    @property
    def models(self) -> dict[str, type[AffairAction]]:
        """The models of its actions, the common ones among them, by name."""
        union = get_args(self.actions._type)[0]  # noqa: SLF001 - pydantic says nowhere else what an adapter was made of
        return {model.model_fields["do"].default: model for model in get_args(union)}

    @property
    def happenings(self) -> dict[str, type[Happened]]:
        """The models of its happenings, the common ones among them, by type."""
        union = get_args(self.event.model_fields["what"].annotation)
        return {model.model_fields["type"].default: model for model in union}

    def found_by(self, affair: Any) -> tuple[tuple[str, str], ...]:
        """Everything it is found by: its own keys, whose hands it is in (`staff`), the records it is linked with (`case`, `affair`)."""
        linked = (("case" if link.kind == "dispute" else "affair", link.id) for link in affair.links)
        staff = (("staff", person) for person in dict.fromkeys(self.in_hands(affair).values()))
        return (*self.keys(affair), *staff, *linked)

    def in_hands(self, affair: Any) -> Mapping[str, str]:
        """Who of the staff has an open part in it, by path; nobody before it has begun and after its end."""
        return {} if affair.stage is None or affair.ended else self.staff(affair)

    def after_end(self, do: str) -> bool:
        """Whether an ended affair takes this action: its run has ended, so a new one has to begin from the record."""
        spec = self.spec(do)
        return spec is not None and (spec.stages is ANY or not self.ends.isdisjoint(spec.stages))

    def act(self, plain: Mapping[str, Any]) -> AffairAction:
        """The action as its model. Raises ValidationError."""
        action: AffairAction = self.actions.validate_python(plain)
        return action


COMMON_SPECS: dict[str, AffairSpec] = {}
"""Rules of the actions that all kinds have (`rules/affair/common.py`)."""


def bundle(affair: Affair, library: Library, book: type[BaseModel]) -> AffairBundle:
    """The documents an affair runs under; raises UnknownDocument, on which the caller waits."""
    docs = affair.docs
    return AffairBundle(network=library.network(docs.network), cal=library.compiled(docs.calendar), book=library.book(docs.book, book))
