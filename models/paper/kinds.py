"""Which papers a place knows (文书种类): its `papers.yaml`, validated.

A kind is made from a template; an enclosure is brought in from outside. Both have their place in the legal order of the file
(卷宗), and say for which difficulty the file is incomplete without them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.base import Label, Model
from models.network import wrong
from models.words import Level, Role, Stage, Tier

KindId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,38}$")]
"""Id of a kind of paper."""


class Difficulty(StrEnum):
    """How difficult a case is (难易程度): the more difficult, the more papers its file needs."""

    SIMPLE = "simple"  # 简易
    ORDINARY = "ordinary"  # 一般
    DIFFICULT = "difficult"  # 疑难复杂


class About(StrEnum):
    """What a paper is about; the maker names which one."""

    CASE = "case"  # 整件案件
    AGREEMENT = "agreement"  # 调解协议
    SESSION = "session"  # 一次调解
    VISIT = "visit"  # 一次回访
    PROMISE = "promise"  # 一个履行项
    UNIT = "unit"  # 主办单位或一项交办任务
    OBJECTION = "objection"  # 一次异议（退回）
    CARD = "card"  # 一张督办牌


class When(StrEnum):
    """When a paper belongs into the file."""

    ALWAYS = "always"
    ACCEPTED = "accepted"  # 已受理
    MEDIATED = "mediated"  # 调解过
    WRITTEN = "written"  # 书面协议
    ORAL = "oral"  # 口头协议
    NOT_SETTLED = "not_settled"  # 调解不成、导入法定程序
    PERFORMED = "performed"  # 已有履行
    VISITED = "visited"  # 已回访
    CONFIRMING = "confirming"  # 申请司法确认
    ENDED = "ended"  # 已办结


Need = Literal["names", "summary", "handling", "agreement", "tasks"]
"""A group of a case's fields that a paper tells of."""


class Entry(Model):
    """Something of a field that the maker writes in by hand."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,29}$")]
    zh: Label
    en: Label
    area: bool = False
    """Whether it takes several lines."""
    needed: bool = False


class Slot(Model):
    """A place in the file's legal order (入卷顺序), and what completeness asks of it."""

    id: KindId
    zh: Label
    en: Label
    order: int = Field(ge=0, le=999)
    needed: tuple[Difficulty, ...] = ()
    """For which difficulty the file is incomplete without it, once `when` holds."""
    when: When = When.ALWAYS
    one_of: str | None = None
    """Papers with the same word here stand for each other: one of them is enough."""
    keep_years: int | None = Field(default=None, ge=1, le=100)
    """How long it is kept where it is kept outside the file; None = as the file itself."""


class Kind(Slot):
    """A paper that is made here (制作的文书)."""

    basis: Label
    """The law or rule behind it."""
    template: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*\.docx$")]
    series: Annotated[str, Field(pattern=r"^[\u4e00-\u9fff]{1,8}$")] | None = None
    """The word of its numbers, `人调协` in 燕楼人调协字〔2026〕1号; None = it has none."""
    makers: tuple[Role, ...] = ()
    stages: tuple[Stage, ...] = ()
    """Stages in which it may be made; empty = all."""
    needs: tuple[Need, ...] = ("names", "summary")
    """What of the case its maker, and its reader, has to see in full (`rules/visibility.py`)."""
    about: About = About.CASE
    entries: tuple[Entry, ...] = ()
    of_record: bool = True
    """Whether its digest goes onto the case's timeline; the parts of the file itself (cover, catalogue, back) are no papers of record."""
    bound: bool = False
    """Written when the file is put together, never by itself (目录、封底)."""


class Enclosure(Slot):
    """A paper that is brought in from outside (附入的材料)."""

    media: tuple[str, ...] = ()
    """Types taken for it; empty = all of `Uploads.types`."""


class Grading(Model):
    """When a case is simple or difficult; whatever is neither is ordinary. One ground is enough for difficult, simple asks for all."""

    difficult_tiers: tuple[Tier, ...] = (Tier.ORANGE, Tier.RED)
    difficult_levels: tuple[Level, ...] = (Level.JOINT, Level.COUNTY)
    difficult_people: int = Field(default=10, ge=2)
    simple_tiers: tuple[Tier, ...] = (Tier.BLUE,)
    simple_levels: tuple[Level, ...] = (Level.GRID, Level.VILLAGE)
    simple_amount: float = Field(default=10_000, ge=0)
    """A sum above it makes a case ordinary."""


class Uploads(Model):
    """What may be brought in, and how much of it."""

    most_bytes: int = Field(ge=1024, le=50_000_000)
    most_per_case: int = Field(ge=1, le=1000)
    most_pixels: int = Field(ge=1_000_000, le=200_000_000)
    """Pictures with more are refused before they are unpacked."""
    types: dict[str, tuple[str, ...]] = Field(min_length=1)
    """Endings of names by media type, `image/jpeg: [jpg, jpeg]`."""


class PaperList(Model):
    """All papers of a place. Refuses what is named twice."""

    version: int = Field(ge=1)
    kinds: tuple[Kind, ...] = Field(min_length=1)
    enclosures: tuple[Enclosure, ...] = ()
    grading: Grading = Grading()
    audited: bool = False
    """Whether the closing audit fails while the file lacks a paper it needs."""
    uploads: Uploads

    def kind(self, kind_id: str) -> Kind | None:
        """The kind of this id that is made here."""
        return next((one for one in self.kinds if one.id == kind_id), None)

    def slot(self, kind_id: str) -> Slot | None:
        """The place in the file of this kind, made here or brought in."""
        return next((one for one in self.slots if one.id == kind_id), None)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """All places in the file, in its legal order."""
        return tuple(sorted((*self.kinds, *self.enclosures), key=lambda one: one.order))

    @model_validator(mode="after")
    def _once(self) -> Self:
        seen: set[str] = set()
        for part, rows in (("kinds", self.kinds), ("enclosures", self.enclosures)):
            for place, row in enumerate(rows):
                if row.id in seen:
                    raise wrong(f"{part}.{place}.id", f'"{row.id}" is there twice')
                seen.add(row.id)
        for place, kind in enumerate(self.kinds):
            names = [entry.id for entry in kind.entries]
            if len(set(names)) < len(names):
                raise wrong(f"kinds.{place}.entries", "an id is there twice")
            if not kind.bound and not kind.makers:
                raise wrong(f"kinds.{place}.makers", "somebody has to make it")
        for place, enclosure in enumerate(self.enclosures):
            for media in enclosure.media:
                if media not in self.uploads.types:
                    raise wrong(f"enclosures.{place}.media", f'"{media}" is not among uploads.types')
        return self
