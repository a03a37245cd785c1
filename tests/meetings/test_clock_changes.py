"""Hours are absolute: a night with a clock change is an hour shorter or longer, a limit is not."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from meetings import jobs
from meetings.action import ActionRefused
from meetings.models import Meeting
from meetings.vocabulary import Action, Progress, Role
from tests.meetings.scenarios import DAY, act, agreed, let_time_pass
from tests.meetings.snapshot import labels

pytestmark = pytest.mark.django_db

PRAGUE = ZoneInfo("Europe/Prague")
SECOND = timedelta(seconds=1)

# Noon after the night of each change; the day before, noon was 23 and 25 hours earlier.
SPRING = datetime(2027, 3, 28, 12, 0, tzinfo=PRAGUE)
AUTUMN = datetime(2027, 10, 31, 12, 0, tzinfo=PRAGUE)
CHANGES = [SPRING, AUTUMN]


def agreed_for(start: datetime) -> Meeting:
    now = start.astimezone(UTC) - 10 * DAY
    return agreed(now=now, starts_in=10 * DAY)


def refused(meeting: Meeting, action: Action, role: Role, now: datetime, **typed: object) -> bool:
    try:
        act(meeting, action, role, now=now, **typed)
    except ActionRefused:
        return True
    return False


def test_these_nights_change_the_clock() -> None:
    offsets = [(noon - timedelta(days=1)).utcoffset() != noon.utcoffset() for noon in CHANGES]
    assert offsets == [True, True]


@pytest.mark.parametrize("start", CHANGES)
@pytest.mark.parametrize(("off", "late"), [(-SECOND, False), (timedelta(0), False), (SECOND, True)])
def test_48_hours_are_48_hours(start: datetime, off: timedelta, late: bool) -> None:
    meeting = agreed_for(start)
    limit = start.astimezone(UTC) - timedelta(hours=48) + off
    assert refused(meeting, Action.CANCEL, Role.USER, limit, words="ill") == late


@pytest.mark.parametrize(("start", "free"), [(SPRING, False), (AUTUMN, True)])
def test_noon_two_days_before_is_not_the_limit(start: datetime, free: bool) -> None:
    """In spring it is only 47 hours before, in autumn 49."""
    noon = (start - timedelta(days=2)).astimezone(UTC)
    assert refused(agreed_for(start), Action.CANCEL, Role.USER, noon, words="ill") != free


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("off", "closed"), [(-SECOND, False), (timedelta(0), True)])
def test_168_hours_are_168_hours(change: datetime, off: timedelta, closed: bool) -> None:
    """The change falls into the week after the meeting."""
    meeting = agreed_for(change - timedelta(days=3))
    now = meeting.ends_at + timedelta(hours=168) + off
    assert (meeting.pk in jobs.due(now)) == closed
    assert labels(let_time_pass(meeting, now))[0] == ("Held" if closed else "Agreed")


@pytest.mark.parametrize("change", CHANGES)
def test_a_meeting_in_the_night_of_the_change_keeps_its_length(change: datetime) -> None:
    night = change.replace(hour=1, minute=30)
    meeting = agreed_for(night)
    assert meeting.ends_at - meeting.starts_at == timedelta(minutes=60)
    end = meeting.starts_at + timedelta(minutes=60)
    answer = {"progress": Progress.MY_FAULT}
    assert refused(meeting, Action.RECORD, Role.USER, end - SECOND, **answer)
    assert not refused(meeting, Action.RECORD, Role.USER, end, **answer)


@pytest.mark.parametrize("change", CHANGES)
def test_the_doors_open_15_minutes_before_across_the_change(change: datetime) -> None:
    switch = datetime(change.year, change.month, change.day, 1, 0, tzinfo=UTC)
    meeting = agreed_for(switch + timedelta(minutes=5))
    opening = switch - timedelta(minutes=10)
    assert refused(meeting, Action.JOIN, Role.USER, opening - SECOND)
    assert not refused(meeting, Action.JOIN, Role.USER, opening)


def test_both_hours_called_half_past_two_are_different_meetings() -> None:
    first = datetime(2027, 10, 31, 2, 30, tzinfo=PRAGUE, fold=0)
    second = first.replace(fold=1)
    meeting = agreed_for(first)
    after = act(
        meeting,
        Action.RESCHEDULE,
        Role.USER,
        now=first.astimezone(UTC) - DAY,
        starts_at=second.astimezone(UTC),
    )
    assert after.alternative_starts_at - after.starts_at == timedelta(hours=1)
