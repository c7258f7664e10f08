"""The story of a case (办理经过): each event as a sentence in both languages, and which of its words may be read by whom.

A sentence names units, posts, stages and dates; it never holds words of a party. Those stand beside it, under the group of
`rules/visibility.py` that they belong to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from models.event import Event
from models.network import Network
from models.words import Role
from rules.labels import Both, clock_label, label
from rules.visibility import Group, Show, Sight, shown_to

Teller = Callable[[Any, "Names"], Both]


class Names:
    """Names of units in the sentences of one case."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def unit(self, unit_id: str | None) -> str:
        """Return the name of a unit, or its id where the network does not know it."""
        unit = self._network.unit(unit_id or "")
        return unit.name if unit else unit_id or "–"

    def units(self, unit_ids: Iterable[str]) -> str:
        """Return the names of several."""
        return "、".join(self.unit(unit) for unit in unit_ids) or "–"

    def place(self, code: str) -> str:
        """Return the name of a place."""
        place = self._network.place(code)
        return place.name if place else code

    def post(self, person: str) -> str:
        """Return a person of the staff by post and unit: `某某司法所调解员`."""
        role, sign, rest = person.partition("@")
        unit, _, number = rest.partition("#")
        return f"{self.unit(unit)}{label('role', role)[0]}{number}" if sign else person


def _same(zh: str, en: str) -> Teller:
    return lambda what, names: (zh, en)


def _task(zh: str, en: str) -> Teller:
    return lambda what, names: (f"{names.unit(what.unit)}{zh}", f"{names.unit(what.unit)} {en}")


def _of_task(case_zh: str, case_en: str, task_zh: str, task_en: str) -> Teller:
    def tell(what: Any, names: Names) -> Both:
        zh, en = (task_zh, task_en) if what.task is not None else (case_zh, case_en)
        return f"{names.unit(what.unit)}{zh}", f"{names.unit(what.unit)} {en}"

    return tell


def _clock(zh: str, en: str) -> Teller:
    def tell(what: Any, names: Names) -> Both:
        name_zh, name_en = clock_label(what.clock)
        return zh.format(name_zh), en.format(name_en)

    return tell


def _party(zh: str, en: str) -> Teller:
    return lambda what, names: (f"当事人 {what.party} {zh}", f"Party {what.party} {en}")


def _registered(what: Any, names: Names) -> Both:
    zh, en = label("channel", what.channel)
    place = names.place(what.place)
    told = f"经{zh}登记，发生地{place}，当事人 {len(what.parties)} 方", f"Taken in by {en} at {place}, {len(what.parties)} parties"
    oral = "，口头申请，记录已宣读并经确认", ", applied for by word of mouth, read back and confirmed"
    return (told[0] + oral[0], told[1] + oral[1]) if what.oral else told


def _graded(what: Any, names: Names) -> Both:
    zh, en = label("tier", what.tier)
    return f"风险等级定为{zh}", f"Graded {en}"


def _routed(what: Any, names: Names) -> Both:
    zh, en = label("level", what.level)
    return f"分流至{names.unit(what.lead)}主办（{zh}）", f"Routed to {names.unit(what.lead)} ({en} level)"


def _escalated(what: Any, names: Names) -> Both:
    zh, en = label("level", what.level)
    return f"升级至{zh}，由{names.unit(what.lead)}主办", f"Raised to the {en} level, led by {names.unit(what.lead)}"


def _replanned(what: Any, names: Names) -> Both:
    zh, en = ["调整联动单位"], ["Units changed"]
    if what.lead is not None:
        zh.append(f"主办改为{names.unit(what.lead)}")
        en.append(f"now led by {names.unit(what.lead)}")
    if what.added:
        zh.append(f"增加{names.units(what.added)}")
        en.append(f"added {names.units(what.added)}")
    if what.dropped:
        zh.append(f"解除{names.units(what.dropped)}")
        en.append(f"dropped {names.units(what.dropped)}")
    return "，".join(zh), "; ".join(en)


def _agreed(what: Any, names: Names) -> Both:
    zh, en = label("outcome", what.agreement.form)
    count = len(what.agreement.promises)
    return f"达成{zh}协议，履行项 {count} 项", f"Agreed in {en} form, {count} promises"


def _visited(what: Any, names: Names) -> Both:
    zh, en = label("outcome", what.outcome)
    content = {True: ("，群众满意", ", satisfied"), False: ("，群众不满意", ", not satisfied"), None: ("", "")}[what.satisfied]
    return f"回访：{zh}{content[0]}", f"Visited: {en}{content[1]}"


def _rated(what: Any, names: Names) -> Both:
    zh, en = ("满意", "satisfied") if what.satisfied else ("不满意", "not satisfied")
    return f"当事人 {what.party} 评价：{zh}", f"Party {what.party} rated the handling: {en}"


def _recorded(what: Any, names: Names) -> Both:
    zh, en = label("outcome", what.outcome)
    return f"调解记录：{zh}", f"Session recorded: {en}"


def _carded(what: Any, names: Names) -> Both:
    zh, en = label("card", what.card.kind)
    clock_zh, clock_en = clock_label(what.card.clock)
    return f"{clock_zh}逾期，对{names.unit(what.card.unit)}亮{zh}", f"{clock_en} overdue: {en} for {names.unit(what.card.unit)}"


def _back_to(what: Any, names: Names) -> Both:
    zh, en = label("stage", what.back_to)
    return f"审核未通过，退回{zh}", f"Audit not passed, back to: {en}"


def _meeting(what: Any, names: Names) -> Both:
    kind = ("联席会商", "joint meeting") if what.meeting.joint else ("会商", "meeting")
    units = names.units(what.meeting.units)
    return f"召集{kind[0]}，参加单位：{units}", f"Called a {kind[1]} with {units}"


def _signed_off(what: Any, names: Names) -> Both:
    zh, en = label("role", what.role)
    return f"{zh}审签", f"Signed off by the {en}"


def _archived(what: Any, names: Names) -> Both:
    until = what.retain_until.isoformat() if what.retain_until else None
    return f"归档，保管至{until or '永久'}", f"Archived, kept {'until ' + until if until else 'permanently'}"


TELLERS: dict[str, Teller] = {
    "registered": _registered,
    "graded": _graded,
    "police_told": lambda w, n: (f"已通报{n.units(w.units)}", f"Told {n.units(w.units)}"),
    "screened": _same("甄别受理", "Screened and accepted"),
    "declined": _same("不予受理，已告知去向", "Not accepted, told where to go"),
    "merging": lambda w, n: (f"正在并入 {w.into_code}", f"Being merged into {w.into_code}"),
    "merged": lambda w, n: (f"已并入 {w.into_code}", f"Merged into {w.into_code}"),
    "merge_failed": _same("并案未成，本案继续办理", "Not merged; the case goes on"),
    "absorbed": lambda w, n: (f"并入案件 {w.from_code}", f"Took in case {w.from_code}"),
    "split_requested": _same("申请分案", "A split was asked for"),
    "split_off": lambda w, n: (f"已分出新案 {w.new_code}", f"Split off as {w.new_code}"),
    "split_failed": _same("分案未成", "The split failed"),
    "routed": _routed,
    "task_raised": lambda w, n: (f"向{n.unit(w.task.unit)}交办任务", f"Task for {n.unit(w.task.unit)}"),
    "signed": _of_task("签收案件", "signed for the case", "签收任务", "signed for its task"),
    "deemed_signed": _of_task(
        "逾期未签，视为签收案件", "deemed to have signed", "逾期未签，视为签收任务", "deemed to have signed for its task"
    ),
    "objected": _of_task("提出异议", "objected", "对任务提出异议", "objected to its task"),
    "rerouted": lambda w, n: (f"异议成立，改由{n.unit(w.lead)}主办", f"Objection upheld, now led by {n.unit(w.lead)}"),
    "designated": lambda w, n: (f"指定{n.unit(w.lead)}主办", f"{n.unit(w.lead)} designated to lead"),
    "task_released": _task("的任务已解除", "released from its task"),
    "task_ruled": _task("的任务异议不成立", "has to do its task: objection turned down"),
    "contacted": _same("已首次联系当事人", "First contact made"),
    "assignment_requested": _same("请求指派调解员", "A mediator was asked for"),
    "assigned": lambda w, n: (f"指派{n.post(w.mediator.person)}", f"{w.mediator.person} appointed as mediator"),
    "assignment_failed": _same("暂无合适调解员", "Nobody was fit to mediate"),
    "recused": lambda w, n: (f"{n.post(w.mediator)}回避", f"{w.mediator} stepped back"),
    "consented": _party("同意调解", "agreed to mediation"),
    "refused": _party("不同意调解", "refused mediation"),
    "meeting_set": _meeting,
    "meeting_called_off": _same("取消会商", "Meeting called off"),
    "session_recorded": _recorded,
    "replanned": _replanned,
    "task_finished": _task("反馈任务完成", "reported its task done"),
    "task_returned": _task("的任务退回重办", "has to do its task again"),
    "escalation_requested": _same("请求升级", "The next level was asked for"),
    "escalated": _escalated,
    "leader_charged": _same("领导包案", "The leader is in charge"),
    "suspended": _same("中止，时限暂停计算", "Suspended; the clocks stand still"),
    "resumed": _same("恢复办理，时限继续计算", "Resumed; the clocks run on"),
    "extended": lambda w, n: (f"经各方同意延长 {w.days} 日", f"Extended by {w.days} days with the consent of all"),
    "agreed": _agreed,
    "agreement_signed": _party("已签署协议", "signed the agreement"),
    "agreement_effective": _same("协议生效", "The agreement took effect"),
    "confirmation_applied": _same("申请司法确认", "Judicial confirmation applied for"),
    "confirmation_granted": _same("法院裁定确认有效", "Confirmed by the court"),
    "confirmation_rejected": _same("法院驳回确认申请", "Not confirmed by the court"),
    "confirmation_waived": _same("各方不申请司法确认", "The parties do without confirmation"),
    "performed": lambda w, n: (f"履行项 {w.promise} 已履行", f"Promise {w.promise} kept"),
    "defaulted": lambda w, n: (f"履行项 {w.promise} 违约", f"Promise {w.promise} broken"),
    "visited": _visited,
    "audit_requested": _same("提请结案审核", "Closing is being audited"),
    "audited": _same("审核通过", "Audit passed"),
    "audit_failed": _back_to,
    "signed_off": _signed_off,
    "archived": _archived,
    "withdrawn": _party("撤回申请", "withdrew"),
    "notice_given": _same("已告知法定途径", "The parties were told of the legal routes"),
    "channelled": _same("导入法定程序", "Sent on a legal route"),
    "reopened": _same("重启办理", "Opened again"),
    "rated": _rated,
    "complained": _party("投诉", "complained"),
    "replied": _same("已答复投诉", "The complaint was replied to"),
    "noted": _same("备注", "Noted"),
    "reminded": _clock("{}时限临近，已提醒", "Reminded: {} is due soon"),
    "carded": _carded,
    "card_lifted": _same("撤销督办牌", "Card lifted"),
    "review_due": _clock("{}到期，须复核", "{} has run out: to be reviewed"),
    "lapsed": _clock("{}期限届满", "{} has lapsed"),
    "recalendared": lambda w, n: (f"日历更新，{len(w.moved)} 个时限变动", f"New calendar, {len(w.moved)} clocks moved"),
    "rebased": _same("改用新规程", "Runs under a new procedure"),
    "rebase_planned": _same("拟自下一阶段起改用新规程（或撤销该安排）", "A new procedure is planned from the next stage on, or no longer"),
    "amended": lambda w, n: (f"更正：{'、'.join(sorted(w.after))}", f"Corrected: {', '.join(sorted(w.after))}"),
    "party_added": _same("追加当事人", "A party was added"),
    "represented": _party("委托代理人", "is represented"),
    "attached": _same("附入材料", "A paper was attached"),
    "taken_back": _same("撤回上一步操作", "The last step was taken back"),
    "handed_over": lambda w, n: (f"移交给{n.post(w.to)}", f"Handed over to {w.to}"),
    "restarted": _same("自记录恢复运行", "Went on from the record"),
}
"""A sentence for every happening; a test looks that none is missing."""

WORDS: dict[str, dict[str, Group]] = {
    "registered": {"summary": Group.SUMMARY},
    "graded": {"reason": Group.HANDLING},
    "declined": {"reason": Group.HANDLING, "redirect": Group.HANDLING},
    "objected": {"reason": Group.HANDLING},
    "rerouted": {"reason": Group.HANDLING},
    "designated": {"reason": Group.HANDLING},
    "contacted": {"note": Group.HANDLING},
    "replanned": {"reason": Group.HANDLING},
    "task_finished": {"result": Group.TASKS},
    "task_returned": {"reason": Group.TASKS},
    "escalated": {"reason": Group.HANDLING},
    "handed_over": {"reason": Group.HANDLING},
    "recused": {"reason": Group.HANDLING},
    "meeting_set": {"place": Group.HANDLING},
    "meeting_called_off": {"reason": Group.HANDLING},
    "session_recorded": {"text": Group.HANDLING},
    "suspended": {"ground": Group.HANDLING, "evidence": Group.HANDLING},
    "performed": {"proof": Group.AGREEMENT},
    "withdrawn": {"reason": Group.HANDLING},
    "notice_given": {"notice": Group.HANDLING},
    "channelled": {"route": Group.WAY},
    "visited": {"text": Group.HANDLING},
    "audit_failed": {"findings": Group.HANDLING},
    "reopened": {"reason": Group.HANDLING},
    "rated": {"text": Group.COMPLAINTS},
    "complained": {"text": Group.COMPLAINTS},
    "replied": {"text": Group.COMPLAINTS},
    "noted": {"text": Group.HANDLING},
    "card_lifted": {"reason": Group.HANDLING},
    "rebased": {"reason": Group.HANDLING},
    "rebase_planned": {"reason": Group.HANDLING},
    "amended": {"reason": Group.HANDLING},
    "represented": {"authority": Group.HANDLING},
    "attached": {"title": Group.PAPERS},
}
"""Fields of a happening that hold words, and the group of each; deeper ones are told by the case itself."""

OF_RISK = frozenset({"graded", "police_told"})
"""Happenings that tell of the risk: shown where the risk is shown in full."""

OF_COMPLAINTS = frozenset({"complained", "replied"})
"""Happenings that tell of complaints: shown where those are shown, for who is complained about need not know by whom."""


def told_to(event: Event, seen: Sight) -> bool:
    """Whether somebody who sees this much of the case is told of the event at all."""
    if event.type in OF_RISK:
        return seen.full(Group.RISK)
    return event.type not in OF_COMPLAINTS or seen.sees(Group.COMPLAINTS)


def named_to(role: Role, happening: str) -> bool:
    """Whether a role may hear a happening by its name where nothing else is known of the case: in no doubt less than `told_to`."""
    if happening in OF_RISK:
        return shown_to(role, Group.RISK, Show.FULL)
    return happening not in OF_COMPLAINTS or shown_to(role, Group.COMPLAINTS)


def tell(event: Event, network: Network) -> Both:
    """Return the event as a sentence, in Chinese and in English."""
    return TELLERS[event.type](event.what, Names(network))


def words(event: Event) -> dict[str, tuple[Group, tuple[str, ...]]]:
    """Return the words of an event by field: the group they belong to, and their references."""
    found: dict[str, tuple[Group, tuple[str, ...]]] = {}
    for name, group in WORDS.get(event.type, {}).items():
        value = getattr(event.what, name)
        refs = value if isinstance(value, tuple) else (value,) if value else ()
        if refs:
            found[name] = (group, refs)
    return found
