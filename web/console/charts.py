"""Charts (图表) as SVG: a few kinds, drawn by pygal from numbers and words alone, in the colours of the tokens.

What a chart shows stands in its address, so that it always says what the table beside it says, and asks no store. `Chart.address`
writes it, `Chart.read` reads it back.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence
from typing import Literal, Self
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pygal
from pydantic import Field, model_validator
from pygal.etree import etree
from pygal.style import Style

from models.base import Model
from web.console.palette import Theme, palette

# pygal leaves a finder behind for plugins with maps, and Python would warn of it at every later import.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]

# pygal builds its tree with lxml wherever that happens to be installed; what is cut out and written below is the standard library's.
etree.to_etree()

Kind = Literal["stacked", "beside", "course"]
"""Bars in one line, bars beside each other, lines over time."""

WIDTH = 620
ROW = {"stacked": 26, "beside": 36}
"""Height of what one label takes, in pixels."""

SERIES = {"stacked": ("bar", "bar-late"), "beside": ("bar", "bar-still"), "course": ("bar", "ok", "orange")}
"""Tokens of the series of each kind."""

DASHES: tuple[dict[str, str], ...] = ({}, {"dasharray": "7,4"}, {"dasharray": "2,4"})
"""Lines differ in more than colour."""

WIDE = 1.0
NARROW = 0.62
GUESS = 0.6
"""Widths of characters in their own size; the last is what pygal takes for all, too little for Chinese."""


class Line(Model):
    """One series."""

    name: str = Field(max_length=60)
    values: tuple[float | None, ...] = Field(max_length=60)


class Chart(Model):
    """What a chart shows; every series has a value, or None, for each label."""

    kind: Kind
    labels: tuple[str, ...] = Field(min_length=1, max_length=60)
    lines: tuple[Line, ...] = Field(min_length=1, max_length=3)

    @model_validator(mode="after")
    def _even(self) -> Self:
        if any(len(line.values) != len(self.labels) for line in self.lines) or any(len(label) > 60 for label in self.labels):
            raise ValueError("a value for each label")
        if any(value is not None and not 0 <= value < 1e9 for line in self.lines for value in line.values):
            raise ValueError("out of range")
        return self

    @classmethod
    def read(cls, kind: str, pairs: Sequence[tuple[str, str]]) -> Self:
        """Return the chart of an address. Raises ValueError."""
        named = [value.split("|", 1) for name, value in pairs if name == "s"]
        lines = [{"name": one[0], "values": [float(v) if v else None for v in one[1].split(",")] if len(one) == 2 else ()} for one in named]
        return cls.model_validate({"kind": kind, "labels": [value for name, value in pairs if name == "x"], "lines": lines})

    def address(self, theme: Theme) -> str:
        """Return the address this chart stands at."""
        values = [(line.name.replace("|", " "), ",".join("" if v is None else f"{v:g}" for v in line.values)) for line in self.lines]
        pairs = [("theme", theme), *(("x", label) for label in self.labels), *(("s", f"{name}|{told}") for name, told in values)]
        return f"/charts/{self.kind}.svg?{urlencode(pairs)}"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return WIDTH, 340 if self.kind == "course" else 64 + ROW[self.kind] * len(self.labels)

    def svg(self, theme: Theme) -> bytes:
        """Draw it."""
        chart = KINDS[self.kind](style=_style(self.kind, theme), **self._options())
        chart.uuid = self.kind
        chart.x_labels = list(self.labels) if self.kind == "course" else list(reversed(self.labels))
        for number, line in enumerate(self.lines):
            if self.kind == "course":
                chart.add(line.name, list(line.values), stroke_style={"width": 2.5, **DASHES[number]})
            else:
                chart.add(line.name, list(reversed(line.values)))
        tree = chart.render_tree()
        for parent in tree.iter():
            for child in [child for child in parent if child.tag is ET.Comment or str(child.tag).endswith("script")]:
                parent.remove(child)
        return bytes(ET.tostring(tree, encoding="utf-8"))

    def _options(self) -> dict[str, object]:
        width, height = self.size
        across = self.kind != "course"
        return {
            "width": width,
            "height": height,
            "explicit_size": True,
            "no_prefix": True,
            "js": (),
            "legend_at_bottom": True,
            "legend_at_bottom_columns": len(self.lines),
            "margin": 6,
            "margin_left": 6 + (max(_more(label) for label in self.labels) if across else 0),
            "print_values": self.kind == "stacked",
            "print_zeroes": False,
            "show_x_guides": False,
            "show_y_guides": not across,
            "x_label_rotation": 0 if across else 35,
            "truncate_label": -1,
            "dots_size": 3,
            "range": (0, max([1.0, *(v or 0 for line in self.lines for v in line.values)])) if not across else None,
            "formatter": lambda value: f"{value:g}" if value is not None else "",
        }


KINDS = {"stacked": pygal.HorizontalStackedBar, "beside": pygal.HorizontalBar, "course": pygal.Line}


def _style(kind: Kind, theme: Theme) -> Style:
    tokens = palette(theme)
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground=tokens["text"],
        foreground_strong=tokens["text"],
        foreground_subtle=tokens["muted"],
        guide_stroke_color=tokens["line"],
        major_guide_stroke_color=tokens["line"],
        colors=tuple(tokens[name] for name in SERIES[kind]),
        value_colors=(tokens["on-primary"],) * 2,
        opacity="1",
        stroke_width="2.5",
        font_family=tokens["type"],
        label_font_size=13,
        major_label_font_size=13,
        value_font_size=12,
        legend_font_size=13,
    )


def _more(label: str) -> int:
    """Return how much wider a label is than pygal thinks, in pixels."""
    width = sum(WIDE if unicodedata.east_asian_width(char) in "WF" else NARROW for char in label)
    return max(0, round(13 * (width - GUESS * len(label))))
