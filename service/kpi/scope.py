"""Which cases indicators are asked for, for faces: they know no store."""

from __future__ import annotations

from store.kpi.figures import By, Scope

__all__ = ["By", "Scope"]
