"""How values become payloads: as the SDK's pydantic converter writes them, and a question to a local activity as the value that it is.

A local activity runs in the process of the workflow that asks, and no history holds what it was asked. So its question, a whole
case for a publication, need not be written as JSON, sealed, opened and read again: the payload names the value, and the activity
takes it. The workflow that waits for the answer keeps the value; a name whose value is gone (the run was taken out of the cache) is
an error of that one attempt, and the workflow asks again through the server, with all of the question in its payload. Answers
are always written: they stand in the history.
"""

from __future__ import annotations

import itertools
import os
from typing import Any
from weakref import WeakValueDictionary

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    ActivitySerializationContext,
    CompositePayloadConverter,
    EncodingPayloadConverter,
    SerializationContext,
)

from models.base import Model

HANDED = b"binary/handed"
"""The encoding of a payload that names a value of this process; it never leaves the process, so nobody seals it."""

_MARK = os.urandom(8)
"""Of this process, so that no name is ever taken for one of another's."""


class Handed(EncodingPayloadConverter):
    """Names values, and finds them again by their names."""

    def __init__(self) -> None:
        self._values: WeakValueDictionary[bytes, Model] = WeakValueDictionary()
        self._numbers = itertools.count(1)

    @property
    def encoding(self) -> str:
        """See the base class."""
        return HANDED.decode()

    def to_payload(self, value: Any) -> Payload | None:
        """Name a value of ours; anything else is left to the next converter."""
        if not isinstance(value, Model):
            return None
        name = b"%b:%d" % (_MARK, next(self._numbers))
        self._values[name] = value
        return Payload(metadata={"encoding": HANDED}, data=name)

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """Return the value. Raises RuntimeError when it is gone, or is not of the type asked for."""
        value = self._values.get(payload.data)
        if value is None:
            raise RuntimeError("what the run has asked is gone with it")
        if type_hint is not None and not isinstance(value, type_hint):
            raise RuntimeError(f"a {type(value).__name__} was handed over where a {type_hint.__name__} is asked for")
        return value


HAND = Handed()
WRITTEN = tuple(PydanticPayloadConverter().converters.values())
"""The SDK's converters, made once: it asks for them with every activation."""


class Payloads(CompositePayloadConverter):
    """Writes values, and reads what was written or handed over."""

    def __init__(self) -> None:
        super().__init__(*WRITTEN, HAND)

    def with_context(self, context: SerializationContext) -> Any:
        """Return what hands over, for what a workflow asks of a local activity; all else is written."""
        local = isinstance(context, ActivitySerializationContext) and context.is_local
        return HANDING if local and workflow.in_workflow() else self


class _Handing(CompositePayloadConverter):
    """Hands values over, and reads the answers."""

    def __init__(self) -> None:
        super().__init__(HAND, *WRITTEN)


HANDING = _Handing()
