"""What the parts of a hazard are called (隐患用语)."""

from __future__ import annotations

from rules.affair.labels import AffairLabels

LABELS = AffairLabels(
    stages={"reported": ("待整改", "to be mended"), "fixed": ("待复查", "to be looked at"), "closed": ("已销号", "closed")},
    actions={
        "report": ("上报隐患", "Report a hazard"),
        "fix": ("整改反馈", "Say that it is mended"),
        "inspect": ("复查", "Look again"),
        "pass": ("移交", "Give to another unit"),
    },
    fields={
        "item": ("隐患条目", "What is unsafe"),
        "severity": ("隐患等级", "Severity"),
        "unit": ("整改责任单位", "Unit that has to see to it"),
        "text": ("情况说明", "What was seen or done"),
        "passed": ("复查合格", "It is gone"),
        "fixed_by": ("整改反馈人", "Who said that it is mended"),
        "inspections": ("复查记录", "Inspections"),
        "inspection": ("复查", "Inspection"),
        "of": ("所属出租房或其他记录编号", "Code of the dwelling or record it belongs to"),
        "dwelling": ("所在出租房", "Dwelling it is in"),
        "place": ("所在村（社区）", "Village or community"),
    },
    clocks={"rectify": ("整改", "mending"), "reinspect": ("复查", "inspection")},
    happened={
        "hazard_reported": ("上报隐患", "The hazard was reported"),
        "hazard_fixed": ("反馈已整改", "It was said to be mended"),
        "hazard_inspected": ("复查", "Somebody looked whether it is gone"),
        "hazard_passed": ("移交其他单位", "Another unit has to see to it"),
    },
    lists={"item": "items", "severity": "severities"},
)
