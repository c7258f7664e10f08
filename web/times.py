"""Times in addresses: written as ISO 8601 says, as the description tells; a bare number is none."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator

from models.base import Instant

WRITTEN = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d", re.ASCII)


def _written(value: object) -> object:
    """Refuse what pydantic would take for seconds since 1970."""
    if isinstance(value, str) and WRITTEN.match(value) is None:
        raise ValueError("a time is written as 2026-03-02T09:30:00+08:00")
    return value


WrittenInstant = Annotated[Instant, BeforeValidator(_written)]
