"""Limits: one second before, at, and one second after."""

from datetime import timedelta
from typing import Any

import pytest

from meetings.action import ActionRefused
from meetings.models import Meeting, Terms
from meetings.video.attendance import may_return
from meetings.vocabulary import Action, Progress, Role
from tests.meetings.expected import ROWS, Row
from tests.meetings.scenarios import HOUR, act, agreed, join
from tests.meetings.snapshot import Trace, everything, labels

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
AROUND = [-SECOND, timedelta(0), SECOND]
BEFORE, AT, AFTER = AROUND
USER, EXPERT, CLOCK = Role.USER, Role.EXPERT, Role.CLOCK


def closed(meeting: Meeting, action: Action, role: Role, **how: Any) -> bool:
    """Return whether an action is refused, which must change nothing."""
    before = everything()
    try:
        act(meeting, action, role, **how)
    except ActionRefused:
        assert everything() == before
        return True
    return False


STARTED = [
    row
    for row in ROWS
    if row.role is not Role.OPERATOR
    and row.action is not Action.JOIN
    and row.at.__name__ == "on_the_same_day"
]


@pytest.mark.parametrize("off", [AT, AFTER])
@pytest.mark.parametrize("row", STARTED, ids=str)
def test_once_the_start_has_passed_nothing_can_be_answered_or_moved(row: Row, off: timedelta) -> None:
    meeting = row.before()
    typed = row.typed(meeting)
    assert closed(meeting, row.action, row.role, now=meeting.starts_at + off, **typed)


EASY = [row for row in STARTED if row.action not in (Action.CANCEL,)]


@pytest.mark.parametrize("row", EASY, ids=str)
def test_a_second_before_the_start_everything_still_can(row: Row) -> None:
    meeting = row.before()
    typed = row.typed(meeting)
    assert not closed(meeting, row.action, row.role, now=meeting.starts_at - SECOND, **typed)


@pytest.mark.parametrize("hours", [48, 24, 1, 0, 72])
@pytest.mark.parametrize(("off", "late"), [(BEFORE, False), (AT, False), (AFTER, True)])
def test_late_is_when_fewer_hours_are_left_than_agreed(hours: int, off: timedelta, late: bool) -> None:
    Terms.objects.create(late_hours=hours)
    meeting = agreed()
    now = meeting.starts_at - hours * HOUR + off
    started = now >= meeting.starts_at
    typed = {"words": "ill", "deduction_accepted": True}
    assert closed(meeting, Action.CANCEL, USER, now=now, **typed) == (late or started)
    if late or started:
        assert closed(meeting, Action.CANCEL_LATE, USER, now=now, **typed) == started
    else:
        assert labels(meeting) == ("Cancelled", "Returned")


@pytest.mark.parametrize(("off", "late"), [(AT, False), (AFTER, True)])
def test_an_expert_is_late_at_the_same_limit(off: timedelta, late: bool) -> None:
    meeting = agreed()
    trace = Trace()
    act(meeting, Action.CANCEL, EXPERT, now=meeting.starts_at - 48 * HOUR + off, words="ill")
    assert trace.new_events()[0].facts["late"] == late


@pytest.mark.parametrize("role", [USER, EXPERT])
@pytest.mark.parametrize(
    ("limit", "off", "shut"),
    [
        ("joinable_from", BEFORE, True),
        ("joinable_from", AT, False),
        ("joinable_from", AFTER, False),
        ("starts_at", AT, False),
        ("ends_at", BEFORE, False),
        ("ends_at", AT, True),
        ("ends_at", AFTER, True),
    ],
)
def test_the_doors_open_15_minutes_before_the_start_and_close_at_the_end(
    role: Role, limit: str, off: timedelta, shut: bool
) -> None:
    meeting = agreed()
    assert meeting.joinable_from == meeting.starts_at - timedelta(minutes=15)
    assert closed(meeting, Action.JOIN, role, now=getattr(meeting, limit) + off) == shut


@pytest.mark.parametrize(("off", "let_in"), [(BEFORE, True), (AT, False), (AFTER, False)])
def test_who_was_there_comes_back_until_an_hour_after_the_end(off: timedelta, let_in: bool) -> None:
    meeting = agreed()
    join(meeting, USER)
    now = meeting.ends_at + HOUR + off
    assert may_return(meeting, USER, now) == let_in
    assert may_return(meeting, EXPERT, now) is False


@pytest.mark.parametrize("progress", [Progress.SMOOTH, Progress.MY_FAULT])
def test_who_was_there_comes_back_though_the_meeting_is_evaluated(progress: Progress) -> None:
    meeting = agreed()
    join(meeting, EXPERT)
    stars = {"stars": 5} if progress is Progress.SMOOTH else {}
    after = act(meeting, Action.RECORD, USER, now=meeting.ends_at, progress=progress, **stars)
    assert may_return(after, EXPERT, meeting.ends_at + 59 * timedelta(minutes=1))


def test_nobody_comes_back_to_a_cancelled_meeting() -> None:
    meeting = agreed()
    early = meeting.starts_at - timedelta(minutes=10)
    act(meeting, Action.JOIN, USER, now=early)
    after = act(meeting, Action.CANCEL, EXPERT, now=early, words="ill")
    assert may_return(after, USER, early) is False


def test_attendance_is_recorded_once_for_each_party() -> None:
    meeting = agreed()
    join(meeting, USER, EXPERT)
    before = everything()
    for role in (USER, EXPERT):
        with pytest.raises(ActionRefused, match="Your participation is recorded already"):
            act(meeting, Action.JOIN, role, now=meeting.starts_at + SECOND)
    assert everything() == before


@pytest.mark.parametrize("role", [USER, EXPERT])
@pytest.mark.parametrize(
    ("limit", "off", "shut"),
    [
        ("ends_at", BEFORE, True),
        ("ends_at", AT, False),
        ("ends_at", AFTER, False),
        ("closes_by_silence_at", BEFORE, False),
        ("closes_by_silence_at", AT, True),
        ("closes_by_silence_at", AFTER, True),
    ],
)
def test_answers_are_taken_from_the_end_for_168_hours(
    role: Role, limit: str, off: timedelta, shut: bool
) -> None:
    meeting = agreed()
    assert meeting.closes_by_silence_at == meeting.ends_at + timedelta(hours=168)
    now = getattr(meeting, limit) + off
    assert closed(meeting, Action.RECORD, role, now=now, progress=Progress.MY_FAULT) == shut
