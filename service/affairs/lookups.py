"""Fields by which an action names another record (关联对象): a code at the door, the record itself for the core.

The service looks the code up and says what it found as `found`; a caller never does.
"""

from __future__ import annotations

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "link": "to",
    "blow": "of",
    "report": "of",
}
"""By action: the field that holds the code. The action has a field `found` beside it."""
