"""What a template may name: its placeholders against the fields of `Facts`, without rendering anything.

A template is text with Jinja in it, taken out of a DOCX by `store/papers/templates.py`. Every name is followed to the field it
means, through loops, so that a misspelt one is told when the place is loaded and not when somebody needs the paper.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, get_args, get_origin

from jinja2 import Environment, TemplateSyntaxError, nodes
from pydantic import BaseModel

from models.paper.facts import Facts

TYPED = "typed"
"""The one field whose names the kind itself says."""

LOOP = "loop"
"""What Jinja gives inside a loop."""

Scope = dict[str, Any]


def faults(text: str, entries: Collection[str]) -> list[str]:
    """Return what is wrong with the placeholders of a template: in words, nothing where all is well.

    `entries` are the ids of what the maker writes in, reached as `typed.<id>`.
    """
    try:
        tree = Environment(autoescape=True).parse(text)
    except TemplateSyntaxError as error:
        return [f"the placeholders can't be read: {error.message}"]
    known = {name: field.annotation for name, field in Facts.model_fields.items()}
    return list(dict.fromkeys(_walk(tree, known, frozenset(entries))))


def _walk(node: nodes.Node, scope: Scope, entries: frozenset[str]) -> Iterator[str]:
    if isinstance(node, nodes.For):
        yield from _loop(node, scope, entries)
        return
    if isinstance(node, (nodes.Import, nodes.FromImport, nodes.Include, nodes.Extends, nodes.Call, nodes.CallBlock)):
        yield f"{type(node).__name__.lower()} is not for templates of papers"
        return
    if isinstance(node, (nodes.Name, nodes.Getattr, nodes.Getitem)) and getattr(node, "ctx", "load") == "load":
        _, fault = _type(node, scope, entries)
        if fault is not None:
            yield fault
        return
    inner = scope
    if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
        scope[node.target.name] = str
    for child in node.iter_child_nodes():
        yield from _walk(child, inner, entries)


def _loop(node: nodes.For, scope: Scope, entries: frozenset[str]) -> Iterator[str]:
    over, fault = _type(node.iter, scope, entries)
    items = _items(over)
    if fault is not None or items is None or not isinstance(node.target, nodes.Name):
        yield fault or f'"{_written(node.iter)}" is no list'
        return
    inside = {**scope, node.target.name: items, LOOP: None}
    for child in (*([node.test] if node.test else ()), *node.body):
        yield from _walk(child, inside, entries)
    for child in node.else_:
        yield from _walk(child, scope, entries)


def _type(node: nodes.Node, scope: Scope, entries: frozenset[str]) -> tuple[Any, str | None]:
    """Return what an expression means, and what is wrong with it; anything but a name in front of a dot is a text."""
    if isinstance(node, nodes.Name):
        return (scope[node.name], None) if node.name in scope else (None, f'unknown placeholder "{node.name}"')
    if isinstance(node, nodes.Getattr):
        return _attribute(node, scope, entries)
    if isinstance(node, nodes.Getitem):
        over, fault = _type(node.node, scope, entries)
        return _items(over), fault
    if isinstance(node, nodes.Filter) and node.node is not None:
        return _type(node.node, scope, entries)
    return str, None


def _attribute(node: nodes.Getattr, scope: Scope, entries: frozenset[str]) -> tuple[Any, str | None]:
    if isinstance(node.node, nodes.Name) and node.node.name == LOOP and LOOP in scope:
        return str, None
    if isinstance(node.node, nodes.Name) and node.node.name == TYPED:
        return (str, None) if node.attr in entries else (None, f'unknown placeholder "typed.{node.attr}": no such entry')
    owner, fault = _type(node.node, scope, entries)
    if fault is not None:
        return None, fault
    if isinstance(owner, type) and issubclass(owner, BaseModel) and node.attr in owner.model_fields:
        return owner.model_fields[node.attr].annotation, None
    return None, f'unknown placeholder "{_written(node)}"'


def _items(annotation: Any) -> Any:
    """Return what a list of this type is made of; None where it is no list."""
    return get_args(annotation)[0] if get_origin(annotation) is tuple else None


def _written(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_written(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else type(node).__name__.lower()


def known() -> Iterator[str]:
    """Yield every placeholder there is, lists with what their items have; `typed` is the kind's own."""
    for name, field in Facts.model_fields.items():
        yield from _named(name, field.annotation)


def _named(path: str, annotation: Any) -> Iterator[str]:
    items = _items(annotation)
    if items is not None:
        path, annotation = f"{path}[]", items
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            yield from _named(f"{path}.{name}", field.annotation)
    else:
        yield path
