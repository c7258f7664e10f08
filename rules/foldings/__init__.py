"""What each happening changes in a case: one function per happening, returning the changed fields only."""

from __future__ import annotations

from rules.foldings import agreement, changes, clocks, closing, handling, intake, mediation, voice
from rules.foldings.common import FOLDINGS, Changes, Folding

__all__ = ["FOLDINGS", "Changes", "Folding"]

# The modules register their foldings when they are imported.
MODULES = (intake, handling, mediation, agreement, closing, changes, clocks, voice)
