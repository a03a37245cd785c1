"""Every limit one second before, at, and after: also across clock changes, and where midnight is skipped.

All of it is absolute time: the wall clocks of the two people never matter.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.times.formats import instants
from meetings import jobs
from meetings.action import ActionRefused, Step
from meetings.lifecycle import guards, workflow
from meetings.models import Meeting, Reminder, Terms
from meetings.notices import reminders
from meetings.video.access import JoinState, admission
from meetings.video.attendance import may_return
from meetings.views.list_rows import rows_for
from meetings.vocabulary import PARTIES, Action, Progress, Role, Status
from tests.factories import PersonFactory
from tests.meetings.scenarios import (
    BY_EXPERT,
    BY_USER,
    CREDITS,
    DAY,
    HOUR,
    NOW,
    act,
    agreed,
    countered,
    suggest,
    with_alternative,
)

pytestmark = pytest.mark.django_db

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
AROUND = (-SECOND, timedelta(0), SECOND)
WEEK = 168 * HOUR

Probe = Callable[[Meeting, datetime], bool]

# Where people live, and the instant at which the clocks there change.
PLACES = {
    "an ordinary week": ("Europe/Prague", datetime(2027, 6, 9, 10, 0, tzinfo=UTC)),
    "spring in Prague": ("Europe/Prague", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
    "autumn in Prague": ("Europe/Prague", datetime(2026, 10, 25, 1, 0, tzinfo=UTC)),
    "no midnight in Cairo": ("Africa/Cairo", datetime(2027, 4, 29, 22, 0, tzinfo=UTC)),
    "no midnight in Beirut": ("Asia/Beirut", datetime(2027, 3, 27, 22, 0, tzinfo=UTC)),
}


# --- What can be seen at a limit -----------------------------------------------------------------------


def can(action: Action, role: Role, **typed: object) -> Probe:
    """Return whether the action is carried out."""

    def probe(meeting: Meeting, now: datetime) -> bool:
        try:
            act(meeting, action, role, now=now, **typed)
        except ActionRefused:
            return False
        return True

    return probe


def is_sent(kind: str) -> Probe:
    """Return whether the first sweep, run now, sends this reminder."""

    def probe(meeting: Meeting, now: datetime) -> bool:
        reminders.send_due(now)
        return Reminder.objects.filter(meeting=meeting, kind=kind, state="sent").exists()

    return probe


def has_door(role: Role) -> Probe:
    return lambda meeting, now: admission(meeting, role, meeting.date_version, now).door is JoinState.OPEN


def is_swept_to(status: Status) -> Probe:
    """Return whether the job finds it due now and brings it to this status."""

    def probe(meeting: Meeting, now: datetime) -> bool:
        for pk in jobs.due(now):
            workflow.apply_due_transitions(pk, now)
        return Meeting.objects.get(pk=meeting.pk).status == status

    return probe


def has_lapsed(meeting: Meeting, now: datetime) -> bool:
    for pk in jobs.due(now):
        workflow.apply_due_transitions(pk, now)
    return Meeting.objects.get(pk=meeting.pk).alternative_starts_at is None


def joined(**how: object) -> Meeting:
    meeting = agreed(**how)
    return act(meeting, Action.JOIN, BY_USER, now=meeting.starts_at)


def moving(**how: object) -> Meeting:
    return with_alternative(BY_EXPERT, **how)


@dataclass(frozen=True)
class Limit:
    """An instant, so far from the start or the end; what is true a second before, at, and after it."""

    name: str
    anchor: str
    away: timedelta
    probe: Probe
    truth: tuple[bool, bool, bool]
    road: Callable[..., Meeting] = agreed
    late_hours: int = 48


BEGINS, CEASES = (False, True, True), (True, False, False)
CANCEL, RECORD = can(Action.CANCEL, BY_USER, words="ill"), {"progress": Progress.MY_FAULT}

LIMITS = [
    *(
        Limit(f"free until {hours} h", "starts_at", -hours * HOUR, CANCEL, (True, True, False), agreed, hours)
        for hours in (48, 24, 72, 1)
    ),
    Limit("day before", "starts_at", -24 * HOUR, is_sent("day_before"), BEGINS),
    Limit("day before, caught up", "starts_at", -60 * MINUTE, is_sent("day_before"), CEASES),
    Limit("link", "starts_at", -60 * MINUTE, is_sent("link"), BEGINS),
    Limit("link, caught up", "starts_at", 0 * HOUR, is_sent("link"), CEASES),
    Limit("door", "starts_at", -15 * MINUTE, has_door(BY_EXPERT), BEGINS),
    Limit("joining", "starts_at", -15 * MINUTE, can(Action.JOIN, BY_EXPERT), BEGINS),
    Limit("request", "starts_at", 0 * HOUR, is_swept_to(Status.EXPIRED), BEGINS, suggest),
    Limit("confirming", "starts_at", 0 * HOUR, can(Action.CONFIRM, BY_EXPERT), CEASES, suggest),
    Limit("alternative", "starts_at", 0 * HOUR, has_lapsed, BEGINS, moving),
    Limit("door, first time", "ends_at", 0 * HOUR, has_door(BY_EXPERT), CEASES),
    Limit("answering", "ends_at", 0 * HOUR, can(Action.RECORD, BY_EXPERT, **RECORD), BEGINS),
    Limit("door, again", "ends_at", 60 * MINUTE, has_door(BY_USER), CEASES, joined),
    Limit("progress", "ends_at", 24 * HOUR, is_sent("progress"), BEGINS),
    Limit("progress, caught up", "ends_at", WEEK, is_sent("progress"), CEASES),
    Limit("answering, last", "ends_at", WEEK, can(Action.RECORD, BY_EXPERT, **RECORD), CEASES),
    Limit("silence", "ends_at", WEEK, is_swept_to(Status.HELD), BEGINS),
]


def start_across(limit: Limit, change: datetime) -> datetime:
    """Return a start so that the clocks change half-way between the limit and what it is counted from."""
    start = change - limit.away / 2
    if not limit.away:
        start = change + 30 * MINUTE
    return start - HOUR if limit.anchor == "ends_at" else start


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_a_limit_is_exact_to_the_second(limit: Limit, place: str) -> None:
    zone, change = PLACES[place]
    start = start_across(limit, change)
    Terms.objects.create(late_hours=limit.late_hours)
    student = PersonFactory.create(credits=CREDITS, time_zone=zone)
    meeting = limit.road(student=student, now=start - 9 * DAY, starts_in=9 * DAY)
    User.objects.update(time_zone=zone)
    instant = getattr(meeting, limit.anchor) + limit.away
    seen = []
    for off in AROUND:
        with transaction.atomic():
            seen.append(limit.probe(Meeting.objects.get(pk=meeting.pk), instant + off))
            transaction.set_rollback(True)
    assert tuple(seen) == limit.truth


@pytest.mark.parametrize("place", list(PLACES)[1:])
@pytest.mark.parametrize("limit", [limit for limit in LIMITS if limit.away], ids=lambda limit: limit.name)
def test_the_clocks_change_in_between(limit: Limit, place: str) -> None:
    zone, change = PLACES[place]
    anchor = start_across(limit, change) + (HOUR if limit.anchor == "ends_at" else 0 * HOUR)
    there = [instant.astimezone(ZoneInfo(zone)).utcoffset() for instant in (anchor, anchor + limit.away)]
    assert there[0] != there[1]


@pytest.mark.parametrize(
    ("zone", "day"), [("Africa/Cairo", date(2027, 4, 30)), ("Asia/Beirut", date(2027, 3, 28))]
)
def test_these_days_have_no_midnight(zone: str, day: date) -> None:
    assert instants(day, time(0, 0), ZoneInfo(zone)) == []
    assert instants(day, time(1, 0), ZoneInfo(zone))[0] in [change for _zone, change in PLACES.values()]


# --- The same rule, asked of one meeting and of the database -------------------------------------------

ROADS = {
    "request of the user": lambda shift, **how: suggest(**how),
    "request of the expert": lambda shift, **how: suggest(by=BY_EXPERT, **how),
    "agreed": lambda shift, **how: agreed(**how),
    "moved by the user": lambda shift, **how: with_alternative(BY_USER, shift=shift, **how),
    "moved by the expert": lambda shift, **how: with_alternative(BY_EXPERT, shift=shift, **how),
    "countered": lambda shift, **how: countered(shift=shift, **how),
}


def limits_of(meeting: Meeting) -> list[datetime]:
    aways = [-48 * HOUR, -24 * HOUR, -60 * MINUTE, -15 * MINUTE, 0 * HOUR]
    since_end = [0 * HOUR, 60 * MINUTE, DAY, WEEK]
    alternative = meeting.alternative_starts_at
    return [
        *(meeting.starts_at + away for away in aways),
        *(meeting.ends_at + away for away in since_end),
        *([alternative, alternative + HOUR] if alternative else []),
    ]


def assert_twins_agree(meeting: Meeting, now: datetime) -> None:
    """Compare what a guard says of this meeting with what the database finds."""
    found, step = Meeting.objects.filter(pk=meeting.pk), Step(meeting, Role.CLOCK, now)
    expires = meeting.status == Status.AWAITING and guards.start_passed(step) is None
    assert found.expiring(now).exists() == expires
    assert (meeting.status_at(now) == Status.EXPIRED) == expires
    for status in Status:
        assert found.with_status(status, now).exists() == (meeting.status_at(now) == status), status
    lapses = guards.alternative_void(step) is None
    assert found.lapsing(now).exists() == lapses
    is_open = meeting.has_open_alternative(now)
    assert (lapses, is_open).count(True) == (meeting.alternative_starts_at is not None)
    closes = meeting.status == Status.AGREED and guards.silence_over(step) is None
    assert found.silent(now).exists() == closes
    for role in PARTIES:
        is_let_in = guards.doors_open(Step(meeting, role, now)) is None or may_return(meeting, role, now)
        door = admission(meeting, role, meeting.date_version, now).door
        assert (door is JoinState.OPEN) == (is_let_in and meeting.status == Status.AGREED), role
        person = meeting.person(role)
        (row,) = rows_for(found.for_rows(), person, now)
        assert found.waiting_for(person, now).exists() == (row.duty is not None), (role, row.duty)


@pytest.mark.parametrize("road", ROADS)
@settings(max_examples=3)  # others in each run
@given(
    lead=st.integers(1, 5 * 86_400),
    shift=st.integers(-4 * 86_400, 4 * 86_400).filter(bool),
    answers=st.sampled_from([(), (BY_USER,), (BY_EXPERT,)]),
    joins=st.sampled_from([(), (BY_USER,), (BY_EXPERT,), PARTIES]),
)
def test_guards_and_queries_agree_at_every_limit(
    road: str, lead: int, shift: int, answers: tuple[Role, ...], joins: tuple[Role, ...]
) -> None:
    shift = max(shift, 1 - lead)  # an alternative lies in the future
    with transaction.atomic():
        meeting = ROADS[road](shift=(shift or 1) * SECOND, starts_in=lead * SECOND)
        if road == "agreed":
            for role in joins:
                act(meeting, Action.JOIN, role, now=meeting.starts_at)
            for role in answers:
                act(meeting, Action.RECORD, role, now=meeting.ends_at, progress=Progress.OTHERS_FAULT)
        for limit in limits_of(meeting):
            for off in AROUND:
                fresh = Meeting.objects.get(pk=meeting.pk)
                assert_twins_agree(fresh, max(NOW, limit + off))
        transaction.set_rollback(True)
