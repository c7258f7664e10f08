"""What the fields of a form may be chosen from: pairs of value and words, from the case as shown and from the place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from models.network import Network
from models.staff import CHINESE
from models.words import Channel, Level, TaskState, Tier
from rules.labels import CHANNELS, LEVELS, PARTY_KINDS, SIDES, STAGES, TIERS, Both
from service import shown
from service.office import Office
from web.console.caller import Caller
from web.console.posts import post_name
from web.console.words import Words

Choice = tuple[str, str]
"""Value and words."""

Group = tuple[str, tuple[Choice, ...]]
"""Heading and choices; an empty heading for none."""

ACCEPT: tuple[tuple[str, Both], ...] = (("yes", ("受理", "accept")), ("no", ("不予受理", "decline")))
AGREES: tuple[tuple[str, Both], ...] = (("yes", ("同意", "agrees")), ("no", ("不同意", "does not agree")))
SATISFIED: tuple[tuple[str, Both], ...] = (("yes", ("满意", "satisfied")), ("no", ("不满意", "not satisfied")))
PASSED: tuple[tuple[str, Both], ...] = (("yes", ("通过", "passed")), ("no", ("退回", "sent back")))
UPHOLD: tuple[tuple[str, Both], ...] = (("yes", ("异议成立", "upheld")), ("no", ("异议不成立", "rejected")))
SESSIONS: tuple[tuple[str, Both], ...] = (("continue", ("继续调解", "to be continued")), ("failed", ("未成", "failed")))
AGREEMENTS: tuple[tuple[str, Both], ...] = (("written", ("书面协议", "written")), ("oral", ("口头协议", "oral")))
VISITS: tuple[tuple[str, Both], ...] = (
    ("calm", ("平稳", "calm")),
    ("relapse", ("反复", "relapse")),
    ("unreachable", ("未联系上", "unreachable")),
)
CONTACTS: tuple[tuple[str, Both], ...] = (
    ("phone", ("电话", "phone")),
    ("visit", ("上门", "visit")),
    ("sms", ("短信", "text message")),
    ("video", ("视频", "video")),
    ("letter", ("信函", "letter")),
)
CONFIRM: tuple[tuple[str, Both], ...] = (
    ("apply", ("共同申请", "apply jointly")),
    ("granted", ("裁定确认", "granted")),
    ("rejected", ("裁定驳回", "rejected")),
    ("waive", ("不申请", "waive")),
)
ROUTES: tuple[tuple[str, Both], ...] = (
    ("litigation", ("诉讼", "litigation")),
    ("arbitration", ("仲裁", "arbitration")),
    ("labour_arbitration", ("劳动争议仲裁", "labour arbitration")),
    ("administrative_review", ("行政复议", "administrative review")),
    ("administrative_ruling", ("行政裁决", "administrative ruling")),
    ("petition", ("信访", "petition")),
    ("police", ("公安处理", "police")),
)
LIMITS: tuple[tuple[str, Both], ...] = (
    ("1wd", ("1个工作日", "1 working day")),
    ("2wd", ("2个工作日", "2 working days")),
    ("3wd", ("3个工作日", "3 working days")),
    ("5wd", ("5个工作日", "5 working days")),
    ("10wd", ("10个工作日", "10 working days")),
)
LANGUAGES: dict[str, Both] = {"miao": ("苗语", "Miao"), "buyi": ("布依语", "Buyi")}
GROUNDS: dict[str, Both] = {
    "appraisal": ("鉴定", "appraisal"),
    "party_unreachable": ("当事人失联", "party unreachable"),
    "parallel_procedure": ("另案处理", "parallel procedure"),
    "force_majeure": ("不可抗力", "force majeure"),
}
MATTERS: dict[str, Both] = {
    "status_of_marriage": ("婚姻状态", "status of marriage"),
    "parentage": ("亲子关系", "parentage"),
    "adoption": ("收养", "adoption"),
    "title": ("权属", "title"),
    "use": ("使用", "use"),
    "compensation": ("补偿", "compensation"),
}


@dataclass(slots=True)
class Choices:
    """What can be chosen on one case by one person."""

    words: Words
    office: Office
    case: shown.CaseShown | None
    unit: str
    people: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    """Mediators and colleagues; they are asked for beforehand, for they stand in the store."""

    def of(self, table: str) -> tuple[Group, ...]:
        """Return the choices of a table, in groups."""
        if table == "units":
            return self._units()
        if table == "categories":
            return self._categories()
        return (("", tuple(TABLES[table](self))),) if table in TABLES else (("", self.people.get(table, ())),)

    def named(self, rows: Iterable[tuple[str, Both]]) -> tuple[Choice, ...]:
        """Return rows in the language of the page."""
        return tuple((value, self.words.both(both)) for value, both in rows)

    @property
    def network(self) -> Network:
        """The network in force."""
        return self.office.bundle.network

    @property
    def shown(self) -> shown.CaseShown:
        """The case; a form that needs one is only made for one."""
        if self.case is None:
            raise LookupError("no case")
        return self.case

    def word(self, table: str, value: str | None) -> str:
        """Return the words of a choice of a table; what has none stays as it is."""
        found = {one: words for _, rows in self.of(table) for one, words in rows}
        return found.get(value or "", value or "")

    def party(self, party_id: str) -> str:
        """Return a party in words."""
        found = next((one for one in self.shown.parties if one.id == party_id), None)
        side = self.words.label("side", found.side) if found else ""
        return f"{side} {found.name or found.id}".strip() if found else party_id

    def _units(self) -> tuple[Group, ...]:
        """Units by level: the village's, the town's, the district's."""
        town = self.case.town if self.case else (self.network.unit(self.unit) or next(iter(self.network.units.values()))).town
        near = [u for u in self.network.units.values() if not u.vacant and (u.town is None or u.town == town)]
        groups = []
        for level in (Level.TOWN, Level.VILLAGE, Level.COUNTY):
            rows = tuple(sorted((u.id, u.name) for u in near if u.level is level))
            if rows:
                groups.append((self.words.label("level", level), rows))
        return tuple(groups)

    def _categories(self) -> tuple[Group, ...]:
        listed = self.office.place.categories.categories
        name = {code: self.words.pick(one.zh, one.en) for code, one in listed.items()}
        classes = [code for code in listed if len(code) == 2]
        return tuple(
            (
                f"{code} {name[code]}",
                tuple((kind, f"{kind} {name[kind]}") for kind in listed if kind[:2] == code and len(kind) == 4) or ((code, name[code]),),
            )
            for code in classes
        )


def _tasks(choices: Choices, states: set[str], *, mine: bool) -> list[Choice]:
    return [
        (task.id, f"{task.title or task.id} · {task.unit_name or task.unit}")
        for task in choices.shown.tasks
        if task.state in states and (not mine or task.unit == choices.unit)
    ]


def _unsigned(choices: Choices) -> list[str]:
    made = choices.shown.agreement
    return [party for party in made.parties if party not in made.signed] if made is not None else []


OPEN_TASKS = {str(TaskState.RAISED), str(TaskState.SIGNED), str(TaskState.RETURNED)}

TABLES: dict[str, Callable[[Choices], Iterable[Choice]]] = {
    "accept": lambda c: c.named(ACCEPT),
    "agrees": lambda c: c.named(AGREES),
    "satisfied": lambda c: c.named(SATISFIED),
    "passed": lambda c: c.named(PASSED),
    "uphold": lambda c: c.named(UPHOLD),
    "session_outcomes": lambda c: c.named(SESSIONS),
    "agreement_forms": lambda c: c.named(AGREEMENTS),
    "visit_outcomes": lambda c: c.named(VISITS),
    "contacts": lambda c: c.named(CONTACTS),
    "confirm_steps": lambda c: c.named(CONFIRM),
    "routes": lambda c: c.named(ROUTES),
    "limits": lambda c: c.named(LIMITS),
    "levels": lambda c: c.named((str(level), LEVELS[level]) for level in Level),
    "tiers": lambda c: c.named((str(tier), TIERS[tier]) for tier in Tier),
    "back_to": lambda c: c.named((str(stage), STAGES[stage]) for stage in c.office.bundle.procedure.audit_back_to),
    "grounds": lambda c: c.named(
        (ground, GROUNDS.get(ground, (ground, ground))) for ground in c.office.bundle.procedure.suspension_grounds
    ),
    "matters": lambda c: c.named(
        (matter, MATTERS.get(matter, (matter, matter)))
        for matter in (*c.office.bundle.procedure.barred_matters, *c.office.bundle.procedure.allowed_matters)
    ),
    "channels": lambda c: c.named((str(channel), words) for channel, words in CHANNELS.items() if channel is not Channel.EVENT),
    "languages": lambda c: c.named(
        (language, LANGUAGES.get(language, (language, language)))
        for language in sorted({one for person in c.office.place.staff.values() for one in person.languages} - {CHINESE})
    ),
    "sides": lambda c: c.named((str(side), words) for side, words in SIDES.items()),
    "party_kinds": lambda c: c.named((str(kind), words) for kind, words in PARTY_KINDS.items()),
    "signs": lambda c: c.named((code, (sign.zh, sign.en)) for code, sign in c.office.bundle.risk.signs.items()),
    "parties": lambda c: [(party.id, c.party(party.id)) for party in c.shown.parties if not party.left],
    "unsigned": lambda c: [(party, c.party(party)) for party in _unsigned(c)],
    "tasks_mine": lambda c: _tasks(c, OPEN_TASKS, mine=True),
    "tasks_done": lambda c: _tasks(c, {str(TaskState.FINISHED)}, mine=False),
    "assisting": lambda c: sorted({(task.unit, task.unit_name or task.unit) for task in c.shown.tasks if task.state in OPEN_TASKS}),
    "promises": lambda c: [
        (promise.id, f"{promise.what or promise.id} · {c.party(promise.debtor)} · {c.words.day(promise.due)}")
        for promise in (c.shown.agreement.promises if c.shown.agreement else ())
        if promise.state != "performed"
    ],
    "meetings": lambda c: [(meeting.id, c.words.at(meeting.at)) for meeting in c.shown.meetings if not meeting.off],
    "cards": lambda c: [
        (card.id, f"{c.words.label('card', card.kind)} · {c.words.clock(card.clock)}") for card in c.shown.cards if card.closed_at is None
    ],
}
"""The tables that need no store."""


async def choices(caller: Caller, case: shown.CaseShown | None) -> Choices:
    """Return what somebody can choose from on a case."""
    made = Choices(words=caller.words, office=caller.office, case=case, unit=caller.actor.unit)
    if case is not None and {"assign", "hand_over"} & set(case.allowed):
        roll, network = caller.office.roll, caller.office.bundle.network
        unit = network.unit(case.lead or caller.actor.unit)
        near = [u.id for u in network.units.values() if unit is not None and (u.town == unit.town or u.town is None)]
        mediators = await roll.mediators(near)
        made.people["mediators"] = tuple((person.id, post_name(person.id, network, caller.words)) for person in mediators)
        same = [person for person in await roll.all() if person.unit == caller.actor.unit and person.id != caller.actor.holder]
        made.people["colleagues"] = tuple((person.id, post_name(person.id, network, caller.words)) for person in same)
    return made
