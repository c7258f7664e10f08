"""What is never a factor of a watch (排除因素, domain 6.3): traits of persons, and what they may lawfully do. No place may change this.

A book is searched for the words of these in the keys and names of its signal types.
"""

from __future__ import annotations

import re

EXCLUDED: dict[str, tuple[str, ...]] = {
    "ethnicity": ("民族", "少数民族", "族别", "ethnic", "ethnicity", "race", "minority"),
    "religion": ("宗教", "信教", "教徒", "信仰", "religion", "religious", "faith"),
    "origin": ("籍贯", "户籍", "外地人", "外来人口", "本地人", "原籍", "origin", "birthplace", "outsider", "migrant"),
    "schooling": ("学历", "文化程度", "文盲", "schooling", "education", "illiterate"),
    "income": ("收入", "低保", "贫困", "穷", "失业", "income", "poverty", "poor", "unemployed"),
    "criminal record": ("前科", "刑满", "服刑", "犯罪记录", "社区矫正", "吸毒", "criminal", "convict", "convicted", "parole"),
    "health": ("精神病", "精神障碍", "诊断", "病史", "艾滋", "残疾", "health", "diagnosis", "mental", "psychiatric", "disabled"),
    "lawful petition": ("信访", "上访", "举报", "投诉记录", "petition", "petitions", "petitioner"),
    "trait of a person": ("性格", "年龄", "性别", "单身", "离异", "age", "sex", "gender", "character", "divorced", "single"),
}
"""By factor, the words that name it: Chinese ones wherever they stand, English ones as whole words."""


def excluded(*texts: str) -> str | None:
    """The excluded factor that one of these texts names, or None."""
    plain = " ".join(texts).lower()
    words = frozenset(re.split(r"[^a-z]+", plain))
    return next((factor for factor, names in EXCLUDED.items() if any(name in (words if name.isascii() else plain) for name in names)), None)
