"""QR codes as SVG that stands in a page: no style of its own, dark on white in every theme, for a camera has to read it."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr(text: str, scale: int = 4) -> Markup:
    """Return a text as a QR code. What it says is for who looks at the page; it is in no address and no cache."""
    made = segno.make(text, error="m").svg_inline(scale=scale, border=4, light="#fff", svgclass="qr", lineclass=None, omitsize=False)
    return Markup(made)  # noqa: S704 - segno writes numbers alone  # nosec B704
