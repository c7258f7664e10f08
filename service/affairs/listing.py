"""A row of an affair on its way to a list or an inbox, with its names in words."""

from __future__ import annotations

from models.network import Network
from rules.affair.kinds import KINDS
from rules.affair.labels import said
from service.showing import town_name
from service.shown import AffairListed
from store.affairs.lists import AffairRow


def listed(row: AffairRow, network: Network) -> AffairListed:
    """Return a row as lists show it to whoever reaches it."""
    kind, place = KINDS[row.kind], network.place(row.place or "")
    zh, en = said(kind.labels, "stages", row.stage)
    return AffairListed(
        **row.model_dump(exclude={"affair_id"}),
        kind_zh=kind.zh,
        kind_en=kind.en,
        stage_zh=zh,
        stage_en=en,
        place_name=place.name if place else None,
        town_name=town_name(network, row.town),
    )
