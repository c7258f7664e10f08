"""Why a case is proposed to be routed so (分流理由): the short codes of a proposal as sentences in both languages."""

from __future__ import annotations

from models.categories import Categories
from models.network import DEFAULT, VILLAGE, Network, Place
from rules.labels import Both, label
from rules.routing import Proposal, resolve


def reasons(proposal: Proposal, place: Place, network: Network, categories: Categories) -> tuple[Both, ...]:
    """Return the reasons of a proposal for a dispute in this place, one sentence for each, in their order."""
    telling = Telling(proposal, place, network, categories)
    return tuple(telling.told(code) for code in proposal.why)


class Telling:
    """One proposal, told."""

    def __init__(self, proposal: Proposal, place: Place, network: Network, categories: Categories) -> None:
        self._proposal = proposal
        self._place = place
        self._network = network
        self._categories = categories

    def told(self, code: str) -> Both:
        """Return one reason as a sentence."""
        what, _, rest = code.partition(":")
        tell = {
            "row": self._row,
            "level": self._level,
            "raised": self._raised,
            "lead": self._lead,
            "missing": self._missing,
            "dropped": self._dropped,
            "fallback": self._fallback,
            "above": self._above,
        }.get(what)
        return (code, code) if tell is None else tell(rest)

    def _row(self, key: str) -> Both:
        if key == DEFAULT:
            return "此类纠纷没有专门规则，按通用规则分流", "No rule of its own for this kind: routed by the general one"
        found = self._categories.get(key)
        zh, en = (found.zh, found.en) if found else (key, key)
        return f"按“{zh}”（{key}）的分流规则", f"By the rule for {en} ({key})"

    def _level(self, level: str) -> Both:
        zh, en = label("level", level)
        return f"层级：{zh}", f"Level: {en}"

    def _raised(self, rest: str) -> Both:
        level, _, tier = rest.partition(":")
        (level_zh, level_en), (tier_zh, tier_en) = label("level", level), label("tier", tier)
        return f"风险等级为{tier_zh}，层级提升至{level_zh}", f"Graded {tier_en}: raised to the {level_en} level"

    def _lead(self, reason: str) -> Both:
        lead = self._name(self._proposal.lead)
        what, _, kind = reason.partition(":")
        if reason == "centre":
            return f"没有其他单位可主办，由{lead}主办", f"Nobody else can lead: {lead} does"
        if what == "fallback":
            return f"{self._of_kind(kind)}空缺，由{lead}主办", f"{self._of_kind(kind)} is vacant: led by {lead}"
        if what == "above":
            return f"不在村（社区）办理，由{lead}主办", f"Not handled in the village: led by {lead}"
        return f"由{lead}主办", f"Led by {lead}"

    def _missing(self, kind: str) -> Both:
        if kind == VILLAGE:
            return "没有可主办的村（社区）组织", "No village committee that could lead"
        return f"{self._of_kind(kind)}空缺", f"{self._of_kind(kind)} is vacant"

    def _dropped(self, kind: str) -> Both:
        return f"{self._of_kind(kind)}空缺，不列入协办", f"{self._of_kind(kind)} is vacant and left out"

    def _fallback(self, kind: str) -> Both:
        instead = self._found(kind)
        return f"{self._of_kind(kind)}空缺，由{instead}协办", f"{self._of_kind(kind)} is vacant: {instead} assists"

    def _above(self, kind: str) -> Both:
        instead = self._found(kind)
        return f"不在村（社区）办理，由{instead}协办", f"Not handled in the village: {instead} assists"

    def _found(self, kind: str) -> str:
        """Return the name of the unit that a kind came to."""
        unit, _ = resolve(self._network, kind, self._proposal.level, self._place.town, self._place.code)
        return self._name(unit or kind)

    def _of_kind(self, kind: str) -> str:
        """Return the name of the unit that a kind means here, vacant or not."""
        network, town = self._network, self._place.town
        names = (kind, f"{town}-{kind}", f"{network.district.id}-{kind}")
        return self._name(next((name for name in names if network.unit(name) is not None), kind))

    def _name(self, unit_id: str) -> str:
        unit = self._network.unit(unit_id)
        return unit.name if unit else unit_id
