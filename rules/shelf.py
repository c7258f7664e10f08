"""The library this process works with: filled by its worker or service at the start, read by workflows without I/O."""

from __future__ import annotations

from rules.library import Library

SHELF = Library()
"""One per process. Documents are immutable and named by their content, so sharing them is safe."""
