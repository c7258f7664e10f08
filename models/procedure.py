"""The procedure (办理规程) of one place: limits, cards, ladder, follow-up, closing, retention.

Read from `places/<id>/procedure.yaml` by `store/places.py`; used by `decide` and the rules of clocks. An immutable
document named by its content hash. The numbers are the place's, within the ceilings of stronger rules.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from models.base import Model
from models.clock import Budget
from models.network import wrong
from models.words import Authority, Level, Role, Stage, Tier

OWN_DATE = "own date"
"""Written as the limit of a promise: its due date is the one agreed, not an amount of time."""


class Then(StrEnum):
    """What a limit's end leads to. Only `card` raises yellow and red cards."""

    CARD = "card"  # 亮牌
    DEEMED_SIGNED = "deemed_signed"  # 视为签收
    WINDOW_CLOSES = "window_closes"  # 异议或重启期届满
    REVIEW_DUE = "review_due"  # 复核
    LAPSED = "lapsed"  # 司法确认申请期届满
    DEFAULTED = "defaulted"  # 逾期未履行
    ARCHIVE = "archive"  # 自动归档


class Limit(Model):
    """One limit of the procedure: how long, from which moment, and what its end leads to."""

    key: str
    """Its name in the table, e.g. `sign`, `mediate.07`, `visit.first`."""
    budget: Budget | None = Field(alias="limit")
    """None for a promise, whose date is its own (`limit: own date`)."""
    start: str = Field(alias="from")
    """The moment it is counted from: an event such as `routed`, or `mediating`, `ended`, `promised`."""
    then: Then
    by_tier: dict[Tier, Budget] = Field(default_factory=dict)
    """Another budget for a tier, e.g. red 1h."""
    extend_times: int = Field(default=0, ge=0)
    """How often the parties may extend it by consent of all."""
    remind_after: tuple[Budget, ...] = ()
    """Reminders counted from the anchor."""
    remind_before: tuple[Budget, ...] = ()
    """Reminders counted back from the due time."""
    check_after: Budget | None = None
    """How long after the due time somebody is to look."""
    expire_after: Budget | None = None
    """How long after the due time `then` happens; None = at the due time."""
    only: tuple[Tier, ...] = ()
    """Tiers it runs for; empty = all."""
    wages: Literal["back"] | None = None
    """`back`: a sum promised to workers whose pay is owed rolls back off rest days, not forward (保障农民工工资支付条例 14)."""
    pause: tuple[str, ...] = ()
    """Suspension grounds that a stronger rule excludes from this limit; a suspension stops every clock anyway."""
    authority: Authority
    source: str = ""

    @field_validator("budget", mode="before")
    @classmethod
    def _own_date(cls, value: object) -> object:
        return None if value == OWN_DATE else value

    def of(self, tier: Tier) -> Budget | None:
        """The budget for a case of this tier."""
        return self.by_tier.get(tier, self.budget)


class Cards(Model):
    """When a limit reminds and when its cards are shown, as fractions of the budget (督办牌)."""

    remind: float = Field(gt=0, lt=1)
    yellow: float = Field(default=1.0, ge=1, le=1)
    red_after: Budget
    """From the yellow card to the red one."""

    @field_validator("remind", "yellow", mode="before")
    @classmethod
    def _percent(cls, value: object) -> object:
        """Take `80%` as 0.8."""
        if isinstance(value, str) and value.endswith("%") and value[:-1].isdigit():
            return int(value[:-1]) / 100
        return value


class LadderRules(Model):
    """How a case climbs (层级升级). The remarks on each rule stand in the data file."""

    start_at_least: dict[Tier, Level]
    """The lowest level a case of a tier may be routed to; a tier not named may start anywhere."""
    joint_meeting: Budget
    """From arrival at the joint level to the meeting of the three and the N."""
    joint_meeting_red: Budget
    failed_sessions: int = Field(ge=1)
    """So many failed sessions raise the level."""


class Visits(Model):
    """What a follow-up visit (回访) that went badly leads to; never made by the mediator of record."""

    relapse: Literal["reopen"] = "reopen"
    dissatisfied: Literal["reopen"] = "reopen"


class TakeBack(Model):
    """Which actions their own actor may take back, and how long, while nobody else has acted (撤回操作)."""

    within: Budget
    actions: tuple[str, ...]


class RetentionRule(Model):
    """How long a file is kept (保管期限) when one of these grounds holds; years None = permanent."""

    years: int | None
    grounds: tuple[str, ...]


class Procedure(Model):
    """The whole procedure. Refuses a limit that is longer than the stronger rule behind it allows."""

    version: int = Field(ge=1)
    effective_from: date
    limits: dict[str, Limit]
    statutory: dict[str, Budget] = Field(default_factory=dict)
    """Ceilings of statutes and national rules by limit; a place may be stricter, never laxer."""
    cards: Cards
    ladder: dict[Level, Budget]
    """Time at a level without an agreement, from arrival there."""
    ladder_rules: LadderRules
    visits: Visits
    sign_offs: dict[Tier, tuple[Role, ...]]
    """Who signs off a case of a tier before its audit may pass, all of them."""
    audit_back_to: tuple[Stage, ...] = Field(min_length=1)
    """Where a failed audit may send a case back to; the first is the default."""
    suspension_grounds: tuple[str, ...]
    unmediable_categories: tuple[str, ...] = ()
    """Categories that are taken in and passed on, but never mediated: no agreement on any matter (domain 1.2, 3.10)."""
    barred_categories: tuple[str, ...] = ()
    """Categories in which no agreement may be made, except on `allowed_matters` (domain 3.10)."""
    barred_matters: tuple[str, ...] = ()
    """Matters no agreement may settle, in any category."""
    allowed_matters: tuple[str, ...] = ()
    """Matters that may be settled also in a barred category: use and compensation."""
    unconfirmable_categories: tuple[str, ...] = ()
    """Categories whose agreements no court confirms, except on `allowed_matters` (domain 3.2)."""
    unconfirmable_matters: tuple[str, ...] = ()
    retention: tuple[RetentionRule, ...] = Field(min_length=1)
    """The first rule with a ground that holds; the last one where none does."""
    take_back: TakeBack
    backdate_actions: tuple[str, ...] = ()
    """Actions that may claim an earlier `occurred_at` (补录)."""
    backdate_within: Budget
    digest_above: int = Field(ge=1)
    """More breaches at once than this become one digest."""

    def limit(self, name: str, category: str | None = None) -> Limit | None:
        """The limit of this name; a variant for the category wins, the longest match first (`mediate.0502`)."""
        for end in range(len(category or ""), 0, -1):
            variant = self.limits.get(f"{name}.{(category or '')[:end]}")
            if variant is not None:
                return variant
        return self.limits.get(name)

    def bars_agreement(self, category: str | None, matter: str | None) -> bool:
        """Whether an agreement on this matter in this category is barred (domain 3.10)."""
        if matter in self.barred_matters or _within(category, self.unmediable_categories):
            return True
        return matter not in self.allowed_matters and _within(category, self.barred_categories)

    def bars_confirmation(self, category: str | None, matter: str | None) -> bool:
        """Whether a court would not take an application to confirm such an agreement (domain 3.2)."""
        if matter in self.unconfirmable_matters:
            return True
        return matter not in self.allowed_matters and _within(category, self.unconfirmable_categories)

    def keep_years(self, grounds: tuple[str, ...]) -> int | None:
        """How many years a file with these grounds is kept; None = permanently."""
        for rule in self.retention:
            if any(ground in rule.grounds for ground in grounds):
                return rule.years
        return self.retention[-1].years

    @field_validator("limits", mode="before")
    @classmethod
    def _keys(cls, value: object) -> object:
        """Give each limit its own key, which the table already says."""
        if not isinstance(value, dict):
            return value
        return {key: {"key": key, **row} if isinstance(row, dict) else row for key, row in value.items()}

    @model_validator(mode="after")
    def _ceilings(self) -> Self:
        for key, ceiling in self.statutory.items():
            limit = self.limits.get(key)
            if limit is None:
                raise wrong(f"statutory.{key}", "there is no limit of this name")
            for budget in (limit.budget, *limit.by_tier.values()):
                self._ceiling(limit, budget, ceiling)
        for key, limit in self.limits.items():
            if limit.authority in {Authority.STATUTE, Authority.NATIONAL_RULE} and key not in self.statutory:
                raise wrong(f"limits.{key}.authority", f"{limit.authority} needs its ceiling under `statutory`")
        return self

    def _ceiling(self, limit: Limit, budget: Budget | None, ceiling: Budget) -> None:
        key = f"limits.{limit.key}.limit"
        if limit.authority not in {Authority.STATUTE, Authority.NATIONAL_RULE}:
            raise wrong(f"limits.{limit.key}.authority", f"a rule stands behind it, {limit.authority} is too weak")
        if budget is None or budget.unit is not ceiling.unit:
            raise wrong(key, f"the rule behind it ({limit.source}) counts in another unit: {ceiling}")
        if budget.amount > ceiling.amount:
            raise wrong(key, f"{budget} is longer than the {ceiling} of the rule behind it ({limit.source})")


def _within(category: str | None, barred: tuple[str, ...]) -> bool:
    return category is not None and category.startswith(barred) if barred else False
