"""Fields of a form as typed: trimmed, bounded, never None."""

from __future__ import annotations

from starlette.datastructures import FormData


def text(fields: FormData, name: str, limit: int = 20_000) -> str:
    """Return one field as text, without its ends; nothing where it is missing."""
    found = fields.get(name)
    return found.strip()[:limit] if isinstance(found, str) else ""


def texts(fields: FormData, name: str) -> tuple[str, ...]:
    """Return all values of a field that are not empty."""
    return tuple(value.strip() for value in fields.getlist(name) if isinstance(value, str) and value.strip())
