"""Lists of a book whose order means something (有序条目): questions on a sheet, answers to choose from.

The text a document is hashed by has its keys sorted, so an order among keys is lost in the store. A list of this kind is written there as
pairs, which stay as they are; in the place's YAML, and to whoever reads the book, it is a mapping like the others.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, SerializerFunctionWrapHandler, WrapSerializer

T = TypeVar("T")


def _opened(value: Any) -> Any:
    """Take pairs for the mapping they came from; whatever else comes is judged as a mapping."""
    pairs = isinstance(value, list) and all(isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) for one in value)
    return dict(value) if pairs else value


def _paired(value: dict[str, Any], handler: SerializerFunctionWrapHandler) -> list[list[Any]]:
    return [[name, one] for name, one in handler(value).items()]


Ordered = Annotated[dict[str, T], BeforeValidator(_opened), WrapSerializer(_paired, when_used="json")]
"""A mapping from words to something, in the order somebody wrote it in."""
