"""What only the engine sends: time, answers, restarts."""

from __future__ import annotations

from typing import Any, Literal

from models.action.base import Base


class Tick(Base):
    """Time has come to some clocks; sent by the shell alone (时限到点)."""

    do: Literal["tick"] = "tick"


class Answer(Base):
    """The answer to a piece of pending work; sent by the shell alone (结果回填)."""

    do: Literal["answer"] = "answer"
    work: str
    result: dict[str, Any]


class Restart(Base):
    """Note that the case went on from the record under the code at hand; sent by the shell alone (自记录恢复)."""

    do: Literal["restart"] = "restart"
    why: Literal["diverged", "replay", "missing"]
