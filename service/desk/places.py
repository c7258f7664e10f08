"""Places (区划) to choose from: the district, its towns and their villages as a tree, found by name, by pinyin or by code.

Worked out once for each network and kept by its hash. A list of places is nobody's secret: whoever is asked for one may see it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pypinyin import Style, lazy_pinyin

from models.base import Model
from models.network import Network, Place, PlaceLevel
from service.office import Office


class PlaceNode(Model):
    """A place with those below it, in the order of their codes."""

    code: str
    name: str
    level: PlaceLevel
    town: str | None
    """Town id; None for the district."""
    unit: str | None
    """Unit id of the village's committee."""
    pinyin: str
    """`gumengcun`."""
    initials: str
    """`gmc`."""
    children: tuple[PlaceNode, ...] = ()


class PlaceFound(Model):
    """A place that was searched for, with the town it lies in."""

    code: str
    name: str
    level: PlaceLevel
    town: str | None
    town_name: str | None
    pinyin: str


TREES: dict[str, PlaceNode] = {}
"""By hash of the network; networks are immutable and few."""


class Places:
    """The places of an office's network."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def tree(self, town: str | None = None) -> PlaceNode | None:
        """Return the district with all below it, or one town by its id; None for a town that is not there."""
        whole = self._tree()
        return whole if town is None else next((node for node in whole.children if node.town == town), None)

    def find(self, text: str, *, town: str | None = None, limit: int = 20) -> tuple[PlaceFound, ...]:
        """Return the places that fit, the best first: by the name or a part of it, by pinyin, its initials, or the code's beginning.

        With a town only its own. An empty text finds nothing.
        """
        root, wanted = self.tree(town), _folded(text)
        if root is None or not wanted:
            return ()
        found = [(rank, node, above) for node, above in _walk(root, root) if (rank := _rank(node, wanted)) is not None]
        found.sort(key=lambda one: (one[0], one[1].level is not PlaceLevel.TOWN, one[1].code))
        return tuple(_found(node, above) for _, node, above in found[:limit])

    def named(self, text: str) -> tuple[PlaceNode, ...]:
        """Return the places whose name has this text in it, of two characters at least: for a search among cases."""
        wanted = _folded(text)
        root = self._tree()
        return tuple(node for node, _ in _walk(root, root) if len(wanted) > 1 and wanted in node.name)

    def _tree(self) -> PlaceNode:
        name = self._office.docs.network
        if name not in TREES:
            TREES[name] = _grown(self._office.bundle.network)
        return TREES[name]


def _grown(network: Network) -> PlaceNode:
    """Return a network's places as a tree."""
    places = sorted(network.places.values(), key=lambda place: place.code)
    villages: dict[str | None, list[PlaceNode]] = {}
    for place in places:
        if place.level is PlaceLevel.VILLAGE:
            villages.setdefault(place.town, []).append(_node(place))
    towns = tuple(_node(place, tuple(villages.get(place.town, ()))) for place in places if place.level is PlaceLevel.TOWN)
    district = next(place for place in places if place.level is PlaceLevel.DISTRICT)
    return _node(district, towns)


def _node(place: Place, children: tuple[PlaceNode, ...] = ()) -> PlaceNode:
    fields = place.model_dump(include={"code", "name", "level", "town", "unit"})
    return PlaceNode(
        **fields, pinyin=_letters(place.name, Style.NORMAL), initials=_letters(place.name, Style.FIRST_LETTER), children=children
    )


def _letters(name: str, style: Style) -> str:
    return re.sub(r"[^a-z0-9]", "", "".join(lazy_pinyin(name, style=style)).lower())


def _folded(text: str) -> str:
    """Return what was typed without spaces and in small letters."""
    return "".join(text.lower().split())


def _walk(node: PlaceNode, above: PlaceNode) -> list[tuple[PlaceNode, PlaceNode]]:
    """Return a node and all below it, each with the one above."""
    return [(node, above), *(pair for child in node.children for pair in _walk(child, node))]


RANKS: tuple[Callable[[PlaceNode, str], bool], ...] = (
    lambda node, wanted: wanted in {node.name, node.code},
    lambda node, wanted: node.name.startswith(wanted),
    lambda node, wanted: wanted in {node.pinyin, node.initials},
    lambda node, wanted: node.pinyin.startswith(wanted),
    lambda node, wanted: node.initials.startswith(wanted),
    lambda node, wanted: wanted in node.name,
    lambda node, wanted: len(wanted) > 1 and wanted in node.pinyin,
    lambda node, wanted: len(wanted) > 2 and node.code.startswith(wanted),
)
"""The ways in which a place can fit, the best first."""


def _rank(node: PlaceNode, wanted: str) -> int | None:
    return next((rank for rank, fits in enumerate(RANKS) if fits(node, wanted)), None)


def _found(node: PlaceNode, above: PlaceNode) -> PlaceFound:
    town = above if node.level is PlaceLevel.VILLAGE and above.level is PlaceLevel.TOWN else None
    return PlaceFound(
        **node.model_dump(include={"code", "name", "level", "town", "pinyin"}), town_name=town.name if town is not None else None
    )
