"""What the people who work on the instance remember (客户端记忆): each action they asked for, and the answer they were given."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Told:
    """An answered action: accepted with the events it led to, or refused with the code of why."""

    case_id: str
    """Empty for an intake that was refused."""
    action_id: str
    do: str
    refused: str = ""
    seq: int = 0
    events: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether it was."""
        return not self.refused


@dataclass
class Memory:
    """All that clients were told, in the order of the answers, and what troubled them on the way."""

    told: list[Told] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    """Ids of actions that never got an answer."""
    contradicted: list[str] = field(default_factory=list)
    """Ids of actions that were asked for twice at once and answered in two ways."""
    intakes: dict[str, str] = field(default_factory=dict)
    """Case id by intake id."""
    asked: int = 0
    """Requests sent, each try counted."""
    troubles: dict[str, int] = field(default_factory=dict)
    """Tries that brought no answer, by status or error."""

    def trouble(self, why: str) -> None:
        """Count a try that brought no answer."""
        self.troubles[why] = self.troubles.get(why, 0) + 1
