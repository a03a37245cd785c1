"""Overlaps with other agreed meetings are told and must be acknowledged; they forbid nothing."""

from datetime import timedelta

import pytest

from accounts.models import User
from meetings.action import ActionRefused
from meetings.models import Meeting
from meetings.vocabulary import Action, Role, Status
from tests.factories import ExpertFactory, PersonFactory, ServiceFactory
from tests.meetings.scenarios import (
    DAY,
    HOUR,
    act,
    agreed,
    countered,
    make_meeting,
    suggest,
    with_alternative,
)
from tests.meetings.snapshot import everything

pytestmark = pytest.mark.django_db

WARNING = (
    "You already have another meeting at this time: Fri 27.11.2026 09:00 (UTC). "
    "If you want both, tick that you know it and confirm again."
)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def expert() -> User:
    """Return a person who is an expert and also books other experts."""
    return ExpertFactory.create(user=PersonFactory.create(credits=100)).user


def meeting_of(expert: User, *, shift: timedelta = timedelta(0), minutes: int = 60, **how: object) -> Meeting:
    """Suggest a meeting with the expert, some time off the usual one."""
    service = ServiceFactory.create(expert=expert.expert, minutes=minutes)
    return suggest(service=service, starts_in=5 * DAY + shift, minutes=minutes, **how)


def confirmed(meeting: Meeting) -> Meeting:
    return act(meeting, Action.CONFIRM, Role(meeting.suggested_by).other)


def refusal(meeting: Meeting, action: Action, role: Role) -> str | None:
    before = everything()
    try:
        act(meeting, action, role)
    except ActionRefused as refused:
        assert everything() == before
        return refused.words
    return None


@pytest.mark.parametrize(
    ("shift", "minutes", "warned"),
    [
        (timedelta(0), 60, True),
        (-HOUR, 60, False),
        (-HOUR + MINUTE, 60, True),
        (HOUR, 60, False),
        (HOUR - MINUTE, 60, True),
        (20 * MINUTE, 20, True),
        (-HOUR, 180, True),
        (DAY, 60, False),
    ],
)
def test_only_intersecting_times_overlap(expert: User, shift: timedelta, minutes: int, warned: bool) -> None:
    confirmed(meeting_of(expert))
    other = meeting_of(expert, shift=shift, minutes=minutes)
    assert refusal(other, Action.CONFIRM, Role.EXPERT) == (WARNING if warned else None)


def test_an_acknowledged_overlap_is_allowed(expert: User) -> None:
    confirmed(meeting_of(expert))
    second = act(meeting_of(expert), Action.CONFIRM, Role.EXPERT, overlap_acknowledged=True)
    assert second.status == Status.AGREED


def test_the_warning_names_every_overlapping_meeting(expert: User) -> None:
    confirmed(meeting_of(expert))
    act(meeting_of(expert, shift=30 * MINUTE), Action.CONFIRM, Role.EXPERT, overlap_acknowledged=True)
    words = refusal(meeting_of(expert, shift=15 * MINUTE), Action.CONFIRM, Role.EXPERT)
    assert words is not None
    assert "Fri 27.11.2026 09:00 (UTC), Fri 27.11.2026 09:30 (UTC)." in words


def test_a_meeting_in_the_other_role_overlaps_too(expert: User) -> None:
    agreed(student=expert)
    assert refusal(meeting_of(expert), Action.CONFIRM, Role.EXPERT) == WARNING


def test_the_user_is_warned_of_their_own_meetings() -> None:
    taken = agreed()
    offered = suggest(by=Role.EXPERT, student=taken.student)
    assert refusal(offered, Action.CONFIRM, Role.USER) == WARNING


def test_what_the_other_party_has_at_that_time_is_not_told(expert: User) -> None:
    request = meeting_of(expert)
    agreed(student=request.student)
    assert refusal(request, Action.CONFIRM, Role.EXPERT) is None


@pytest.mark.parametrize("status", [Status.AWAITING, Status.REJECTED, Status.CANCELLED])
def test_only_agreed_meetings_overlap(status: Status) -> None:
    other = make_meeting(status)
    request = suggest(service=other.service)
    assert refusal(request, Action.CONFIRM, Role.EXPERT) is None


def test_suggesting_asks_for_no_acknowledgement() -> None:
    taken = agreed()
    assert suggest(student=taken.student).status == Status.AWAITING


def test_an_alternative_is_compared_at_its_own_time(expert: User) -> None:
    """The date in force overlaps nothing; the alternative does."""
    confirmed(meeting_of(expert))
    moving = confirmed(meeting_of(expert, shift=2 * DAY))
    start = moving.starts_at - 2 * DAY
    act(moving, Action.RESCHEDULE, Role.USER, starts_at=start)
    assert refusal(moving, Action.CONFIRM_ALTERNATIVE, Role.EXPERT) == WARNING


def test_an_alternative_away_from_an_overlap_needs_no_acknowledgement(expert: User) -> None:
    confirmed(meeting_of(expert))
    moving = act(meeting_of(expert), Action.CONFIRM, Role.EXPERT, overlap_acknowledged=True)
    act(moving, Action.RESCHEDULE, Role.USER, starts_at=moving.starts_at + 2 * DAY)
    assert refusal(moving, Action.CONFIRM_ALTERNATIVE, Role.EXPERT) is None


def test_the_meeting_itself_is_no_overlap() -> None:
    moving = with_alternative(Role.USER, shift=30 * MINUTE)
    assert refusal(moving, Action.CONFIRM_ALTERNATIVE, Role.EXPERT) is None


def test_reviving_is_compared_at_the_alternative_time() -> None:
    revived = countered(shift=DAY)
    agreed(student=revived.student, starts_in=6 * DAY)
    words = refusal(revived, Action.REVIVE, Role.USER)
    assert words == WARNING.replace("Fri 27", "Sat 28")
    assert act(revived, Action.REVIVE, Role.USER, overlap_acknowledged=True).status == Status.AGREED


def test_a_meeting_that_was_cancelled_meanwhile_overlaps_no_more(expert: User) -> None:
    first = confirmed(meeting_of(expert))
    act(first, Action.CANCEL, Role.EXPERT, words="ill")
    assert refusal(meeting_of(expert), Action.CONFIRM, Role.EXPERT) is None
