"""Writing iCalendar (RFC 5545) and invitations (iTIP, RFC 5546). Pure: the same entries give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneStandard, vCalAddress, vText

from models.case import Case, Meeting
from models.feed import EntryKind, Feed, FeedKind, Kept
from models.network import Network
from rules.affair.kinds import KINDS as KINDS_OF_AFFAIRS
from rules.affair.labels import said
from rules.labels import Both, clock_label

ZONE = "Asia/Shanghai"
"""The one zone of the country. Its offset has not changed since 1991, so one rule describes it."""

OFFSET = timedelta(hours=8)
PRODUCT = "-//Jiefen//Jiefen 1//ZH"
REFRESH = timedelta(hours=1)
"""How often a programme is asked to fetch a feed again."""

LASTS = timedelta(hours=1)
"""How long a meeting is taken to last: the case says only when it begins."""

NO_MAIL = "jiefen.invalid"
"""Domain of the units' addresses: the network knows none, and nothing can be sent there."""

Method = Literal["REQUEST", "CANCEL"]

KINDS: dict[str, Both] = {
    EntryKind.MEETING: ("会商", "Meeting"),
    EntryKind.VISIT: ("回访", "Visit"),
    EntryKind.DEADLINE: ("时限", "Deadline"),
}
MEETINGS: dict[str, Both] = {"meeting": ("调解会商", "mediation meeting"), "joint_meeting": ("联席会商", "joint meeting")}
PROVISIONAL: Both = ("（暂定）", " (provisional)")
NAMES: dict[str, Both] = {FeedKind.PERSONAL: ("解纷·我的待办", "Jiefen: my work"), FeedKind.UNIT: ("解纷·本单位", "Jiefen: my unit")}


def meeting_uid(code: str, chapter: int, meeting_id: str) -> str:
    """Return the UID of a meeting, the same in feeds and invitations."""
    return f"{code}.{chapter}.{meeting_id}@meeting.jiefen"


def duty_uid(code: str, duty_id: str) -> str:
    """Return the UID of an obligation."""
    return f"{code}.{duty_id}@duty.jiefen"


def written(feed: Feed, kept: Iterable[Kept], places: Mapping[str, str], provisional: frozenset[str], public_url: str = "") -> bytes:
    """Return a feed. `places` are those of the meetings and `provisional` the entries whose date may still move, by UID."""
    calendar = _calendar()
    calendar.add("method", "PUBLISH")
    name = _pick(NAMES[feed.kind], feed.language)
    for key in ("name", "x-wr-calname"):
        calendar.add(key, name)
    calendar.add("x-wr-timezone", ZONE)
    calendar.add("refresh-interval", REFRESH, {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for entry in kept:
        calendar.add_component(_entry(feed, entry, places.get(entry.uid, ""), public_url, provisional=entry.uid in provisional))
    return bytes(calendar.to_ical())


def _entry(feed: Feed, kept: Kept, place: str, public_url: str, *, provisional: bool) -> Event:
    made = _event(kept.uid, kept.start, kept.end, kept.changed_at, kept.sequence)
    kind = _pick(KINDS[kept.kind], feed.language)
    what = _pick(MEETINGS.get(kept.what) or _clock(kept.what), feed.language)
    said = what if kept.kind is EntryKind.MEETING else f"{kind} {what}" if feed.language == "en" else f"{kind}：{what}"
    made.add("summary", f"{said} {kept.code}{_pick(PROVISIONAL, feed.language) if provisional else ''}")
    made.add("categories", [kind])
    made.add("status", "CANCELLED" if kept.gone_at is not None else "TENTATIVE" if provisional else "CONFIRMED")
    # A limit takes nobody's time; a meeting does.
    made.add("transp", "OPAQUE" if kept.kind is EntryKind.MEETING and kept.gone_at is None else "TRANSPARENT")
    if place:
        made.add("location", place)
    if public_url:
        made.add("url", f"{public_url}/{'affairs' if '/' in kept.what else 'cases'}/{kept.code}")
    return made


def _clock(what: str) -> Both:
    """Return what a limit counts for, in an affair with what kind it is."""
    name, _, clock = what.rpartition("/")
    kind = KINDS_OF_AFFAIRS.get(name)
    if kind is None:
        return clock_label(what)
    zh, en = said(kind.labels, "clocks", clock)
    return f"{kind.zh}·{zh}", f"{en} ({kind.en})"


def invitation(
    case: Case,
    meeting: Meeting,
    method: Method,
    *,
    network: Network,
    place: str,
    at: datetime,
    sequence: int | None = None,
    reader: str = "",
) -> bytes:
    """Return the invitation to a meeting, a change of it, or that it is called off, as iTIP. No name of a party, no story.

    `place` is where it is, in words; `at` is now; `reader` is the mail address that this copy goes to.
    `sequence` is the number of this message about the meeting: 0 asks first, each change one more; without it 0 for REQUEST and
    1 for CANCEL.
    """
    calendar = _calendar()
    calendar.add("method", method)
    called_off = method == "CANCEL"
    number = sequence if sequence is not None else int(called_off)
    made = _event(meeting_uid(case.code or case.id, case.chapter, meeting.id), meeting.at, meeting.at + LASTS, at, number)
    zh, en = MEETINGS["joint_meeting" if meeting.joint else "meeting"]
    made.add("summary", f"{zh} {case.code} {en}")
    if place:
        made.add("location", place)
    made.add("status", "CANCELLED" if called_off else "CONFIRMED")
    made.add("organizer", _address(network, case.centre or network.county_centre, {}))
    asked = {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE" if called_off else "TRUE", "CUTYPE": "GROUP"}
    for unit_id in invited(case, meeting):
        made.add("attendee", _address(network, unit_id, asked), encode=False)
    if reader:
        made.add("attendee", vCalAddress(f"mailto:{reader}", params={"PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"}), encode=False)
    if not called_off:
        made.add_component(_reminder())
    calendar.add_component(made)
    return bytes(calendar.to_ical())


def invited(case: Case, meeting: Meeting) -> tuple[str, ...]:
    """Return which units are asked to come: those called, the lead, the mediator's; each once."""
    also: Sequence[str | None] = (case.lead, case.mediator.unit if case.mediator is not None else None)
    return tuple(dict.fromkeys(unit for unit in (*meeting.units, *also) if unit is not None))


def _address(network: Network, unit_id: str, more: Mapping[str, str]) -> vCalAddress:
    unit = network.unit(unit_id)
    made = vCalAddress(f"mailto:{unit_id}@{NO_MAIL}")
    for name, value in (("CN", unit.name if unit is not None else unit_id), *more.items()):
        made.params[name] = vText(value)
    return made


def _calendar() -> Calendar:
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    zone, rule = Timezone(), TimezoneStandard()
    zone.add("tzid", ZONE)
    rule.add("dtstart", datetime(1991, 9, 15))  # noqa: DTZ001 - local by definition
    rule.add("tzoffsetfrom", OFFSET)
    rule.add("tzoffsetto", OFFSET)
    rule.add("tzname", "CST")
    zone.add_component(rule)
    made.add_component(zone)
    return made


def _event(uid: str, start: datetime, end: datetime, at: datetime, sequence: int) -> Event:
    zone, stamp = ZoneInfo(ZONE), at.astimezone(UTC).replace(microsecond=0)
    made = Event()
    made.add("uid", uid)
    made.add("dtstart", start.astimezone(zone))
    made.add("dtend", end.astimezone(zone))
    made.add("dtstamp", stamp)
    made.add("last-modified", stamp)
    made.add("sequence", sequence)
    return made


def _reminder() -> Alarm:
    made = Alarm()
    made.add("action", "DISPLAY")
    made.add("description", _pick(KINDS[EntryKind.MEETING], "zh"))
    made.add("trigger", -timedelta(hours=2))
    return made


def _pick(words: Both, language: str) -> str:
    return words[0] if language == "zh" else words[1]
