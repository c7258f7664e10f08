"""How the OIDC provider of the tests goes wrong when it is told to."""

from __future__ import annotations

from typing import Any, TypedDict


class Twist(TypedDict, total=False):
    """How the provider goes wrong. Paths are its own; a value of None takes a field away."""

    slow: dict[str, float]
    """Seconds before it answers, by path."""
    status: dict[str, int]
    """Status of the answer, by path."""
    body: dict[str, str]
    """The answer itself, by path."""
    fields: dict[str, dict[str, Any]]
    """Fields of a JSON answer, by path."""
    claims: dict[str, Any]
    """Claims of the id token, times in seconds from now where they are small."""
    header: dict[str, Any]
    """Fields of the id token's header."""
    signed_by: str
    """`other`: a key it does not publish."""
    key_id: str
    """The id under which it publishes its key and signs with it."""
