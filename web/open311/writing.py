"""The documents of GeoReport v2 in both of its formats. An XML document wraps each item of a list in an element of its own name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import Response

Format = Literal["json", "xml"]

MEDIA: dict[str, str] = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}

ITEMS = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
    "attributes": "attribute",
    "values": "value",
}
"""What an item of a list is called in XML."""


def document(form: Format, root: str, content: Any, status: int = 200) -> Response:
    """Return a document; `root` is its outermost element in XML, JSON has none."""
    body = json.dumps(content, ensure_ascii=False).encode() if form == "json" else _xml(root, content)
    return Response(body, status, media_type=MEDIA[form], headers={"Cache-Control": "no-store"})


def errors(form: Format, status: int, description: str) -> Response:
    """Return what is wrong: a list with one error, its code the status."""
    return document(form, "errors", [{"code": status, "description": description}], status)


def _xml(root: str, content: Any) -> bytes:
    made: bytes = tostring(_element(Element(root), content), encoding="utf-8", xml_declaration=True)
    return made


def _element(element: Element, content: Any) -> Element:
    if isinstance(content, Mapping):
        for name, value in content.items():
            _element(SubElement(element, name), value)
    elif isinstance(content, Sequence) and not isinstance(content, str):
        for item in content:
            _element(SubElement(element, ITEMS[element.tag]), item)
    elif content is not None:
        element.text = str(content).lower() if isinstance(content, bool) else str(content)
    return element
