"""Who is in a dispute (当事人) and who acts on it. Words about persons stand in the vault; here are references."""

from __future__ import annotations

from pydantic import Field

from models.base import Id, Label, Model
from models.words import PartyKind, Role, Side


class Actor(Model):
    """Who asks: a person in a post. The service has checked that this person holds it; `system` is the engine itself."""

    person: Id
    role: Role
    unit: str
    also: tuple[Id, ...] = ()
    """The same person's other posts, so that nobody checks in one post what they did in another."""
    stands_for: Id | None = None
    """Whose post it is, while `person` stands in for somebody absent."""

    @property
    def holder(self) -> str:
        """Whose cases and duties these are: the absent person's, where somebody stands in."""
        return self.stands_for or self.person

    @property
    def ids(self) -> frozenset[str]:
        """Everything that this person, or who they stand in for, is known by: for rules that ask for somebody else."""
        return frozenset({self.person, self.holder, *self.also})

    @property
    def own_ids(self) -> frozenset[str]:
        """Everything that this person alone is known by: for conflicts of interest."""
        return frozenset({self.person, *self.also})


class Party(Model):
    """One party of a dispute."""

    id: Id
    side: Side
    kind: PartyKind
    person: str | None = None
    """Vault reference of who it is; None only where nothing but the side is known."""
    people: int | None = Field(default=None, ge=1, le=100_000)
    """How many stand behind a group."""
    vulnerable: bool = False
    """A protection factor: minor, elderly alone, disabled, ill (domain 6.3)."""
    minor: bool = False
    household: Label | None = None
    """Household number, to find a mediator of the same household."""
    kin: tuple[Id, ...] = ()
    """Staff who are near relatives of this party, as declared."""
    staff: Id | None = None
    """The member of staff who is this party."""
    representative: str | None = None
    """Vault reference of its representative (代理人)."""
    left: bool = False
    """Refused mediation or withdrew, while the others go on."""


SYSTEM = Actor(person="system", role=Role.SYSTEM, unit="system")
"""The engine's own hand."""
