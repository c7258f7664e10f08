"""What a feed tells after what it has told: numbers rise where something changed; what has gone is cancelled, then forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.feed import Entry, EntryKind, Kept
from rules.feeds.changes import CANCELLED, merged

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def entry(uid: str, hour: int = 0, *, off: bool = False, place: str = "") -> Entry:
    start = NOW + timedelta(hours=hour)
    end = start + timedelta(hours=1)
    return Entry(uid=uid, kind=EntryKind.MEETING, code="C-1", what="meeting", start=start, end=end, off=off, place=place)


def told(kept: tuple[Kept, ...]) -> list[tuple[str, int, bool]]:
    return [(one.uid, one.sequence, one.gone_at is not None) for one in kept]


def test_an_entry_comes_changes_goes_and_is_forgotten() -> None:
    first = merged((), [entry("a"), entry("b")], NOW)
    assert told(first) == [("a", 0, False), ("b", 0, False)]
    assert merged(first, [entry("b"), entry("a")], NOW + timedelta(days=1)) == first
    moved = merged(first, [entry("a", 5), entry("b")], NOW + timedelta(hours=1))
    assert told(moved) == [("a", 1, False), ("b", 0, False)]
    assert (moved[0].changed_at, moved[1].changed_at) == (NOW + timedelta(hours=1), NOW)
    elsewhere = merged(moved, [entry("a", 5, place="调解室"), entry("b")], NOW)
    assert told(elsewhere)[0] == ("a", 2, False)
    assert "调解室" not in elsewhere[0].model_dump_json()
    gone = merged(moved, [entry("b", off=True)], NOW + timedelta(hours=2))
    assert told(gone) == [("a", 2, True), ("b", 1, True)]
    assert merged(gone, [entry("b", off=True)], NOW + timedelta(days=3)) == gone
    assert told(merged(gone, [entry("a", 5)], NOW + timedelta(days=3))) == [("a", 3, False), ("b", 1, True)]
    assert merged(gone, [], NOW + timedelta(hours=2) + CANCELLED) == ()


SEEN = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.booleans()), max_size=3, unique_by=lambda one: one[0])


@given(st.lists(SEEN, max_size=12))
def test_numbers_never_fall_while_an_entry_is_remembered(fetches: list[list[tuple[str, int, bool]]]) -> None:
    kept: tuple[Kept, ...] = ()
    for number, seen in enumerate(fetches):
        after = merged(kept, [entry(uid, hour, off=off) for uid, hour, off in seen], NOW + timedelta(days=number))
        before = {one.uid: one for one in kept}
        for one in after:
            old = before.get(one.uid)
            assert old is None or one.sequence >= old.sequence
            assert old is None or (one == old) is (one.sequence == old.sequence)
        kept = after
