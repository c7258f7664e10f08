"""What the parts of a handover are called (离岗交接用语)."""

from __future__ import annotations

from rules.affair.labels import AffairLabels

LABELS = AffairLabels(
    stages={
        "proposed": ("待审核", "to be reviewed"),
        "approved": ("移交中", "being moved"),
        "done": ("已交接", "done"),
        "rejected": ("已退回", "rejected"),
        "withdrawn": ("已撤回", "taken back"),
    },
    actions={
        "propose": ("提出交接", "Propose a handover"),
        "redirect": ("改派接收人", "Name another receiver"),
        "approve": ("审核通过", "Approve"),
        "reject": ("退回", "Reject"),
        "withdraw": ("撤回", "Take back"),
        "finish": ("结束交接", "Close it"),
    },
    fields={
        "leaver": ("离岗人员", "Who leaves"),
        "receiver": ("接收人", "Who receives"),
        "ground": ("离岗事由", "Ground"),
        "last_day": ("离岗日期", "Last day"),
        "proposer": ("提出人", "Proposed by"),
        "reviewer": ("审核人", "Reviewed by"),
        "pieces": ("交接清单", "List of what is handed over"),
        "record": ("案件或事务", "Record"),
        "records": ("案件或事务", "Records"),
        "kind": ("种类", "Kind"),
        "state": ("移交结果", "What became of it"),
        "refusal": ("未移交原因", "Why it was not moved"),
        "more": ("提出后新增", "Came after the proposal"),
        "whole": ("全部改派", "All of it"),
        "work": ("移交事项", "Piece of work"),
        "counts": ("结果计数", "Counts"),
        "open_work": ("在办事项", "Open work"),
    },
    clocks={"review": ("审核交接", "review"), "move": ("完成移交", "moving")},
    happened={
        "handover_proposed": ("提出交接", "A handover was proposed"),
        "handover_redirected": ("改派接收人", "Another receiver was named"),
        "handover_approved": ("审核通过", "It was approved"),
        "handover_rejected": ("审核退回", "It was rejected"),
        "handover_withdrawn": ("撤回交接", "It was taken back"),
        "piece_settled": ("一项移交完成", "One piece was settled"),
        "handover_finished": ("交接结束", "It is over"),
    },
    lists={"ground": "grounds"},
    values={
        "state": {
            "open": ("待移交", "to be moved"),
            "moved": ("已移交", "moved"),
            "refused": ("未能移交", "refused"),
            "left": ("留存", "left"),
        }
    },
)
