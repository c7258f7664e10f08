"""The pictures of charts. They have a content policy of their own: pygal puts its style inside the SVG, and nothing else may be there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from web.console.caller import CallerDep
from web.console.charts import Chart
from web.console.palette import Theme
from web.problems import WebProblem

router = APIRouter(prefix="/charts")

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
    "Cache-Control": "private, max-age=86400",
}


@router.get("/{kind}.svg")
async def chart(who: CallerDep, kind: str, theme: Annotated[Theme, Query()] = "light") -> Response:
    """Return a chart; all it shows is in the address."""
    try:
        found = Chart.read(kind, who.request.query_params.multi_items())
    except ValueError as error:
        raise WebProblem("invalid") from error
    return Response(found.svg(theme), media_type="image/svg+xml", headers=HEADERS)
