"""New and alternative dates: what they change, and which are refused."""

from datetime import timedelta
from typing import Any

import pytest

from meetings.action import ActionRefused
from meetings.models import Meeting
from meetings.vocabulary import Action, Role, Status
from tests.factories import ReasonFactory
from tests.meetings.scenarios import (
    DAY,
    HOUR,
    NOW,
    act,
    agreed,
    countered,
    make_meeting,
    rejected,
    suggest,
    with_alternative,
)
from tests.meetings.snapshot import Trace, everything

pytestmark = pytest.mark.django_db

ONE_OPEN = "There is an open alternative date already. Reject or cancel it first, then suggest another."
NONE_OPEN = "There is no open alternative date any more. The meeting page shows what holds now."


def dates_of(meeting: Meeting) -> tuple[Any, ...]:
    fresh = Meeting.objects.get(pk=meeting.pk)
    return fresh.starts_at, fresh.ends_at, fresh.alternative_starts_at, fresh.alternative_by


def refused(meeting: Meeting, action: Action, role: Role, **typed: Any) -> str:
    """Return the sentence of a refusal, which must change nothing."""
    before = everything()
    with pytest.raises(ActionRefused) as refusal:
        act(meeting, action, role, **typed)
    assert everything() == before
    return refusal.value.words


@pytest.mark.parametrize("role", [Role.USER, Role.EXPERT])
def test_the_date_in_force_stays_until_the_alternative_is_confirmed(role: Role) -> None:
    meeting = agreed()
    start = meeting.starts_at + 3 * DAY
    moved = act(meeting, Action.RESCHEDULE, role, starts_at=start)
    assert dates_of(moved) == (meeting.starts_at, meeting.ends_at, start, role)
    assert moved.date_version == meeting.date_version
    confirmed = act(moved, Action.CONFIRM_ALTERNATIVE, role.other)
    assert dates_of(confirmed) == (start, start + HOUR, None, "")
    assert confirmed.date_version == meeting.date_version + 1


def test_an_alternative_earlier_than_the_date_in_force_can_be_confirmed() -> None:
    meeting = with_alternative(Role.EXPERT, shift=-3 * DAY)
    act(meeting, Action.CONFIRM_ALTERNATIVE, Role.USER)
    assert dates_of(meeting) == (NOW + 2 * DAY, NOW + 2 * DAY + HOUR, None, "")


def test_rescheduling_a_rejected_meeting_changes_the_date_at_once() -> None:
    meeting = rejected()
    start = meeting.starts_at + 3 * DAY
    moved = act(meeting, Action.RESCHEDULE_REJECTED, Role.USER, starts_at=start)
    assert dates_of(moved) == (start, start + HOUR, None, "")
    assert (moved.approved_by_user, moved.approved_by_expert) == (True, False)
    assert moved.date_version == meeting.date_version + 1


def test_rescheduling_what_the_user_rejected_makes_it_the_users_request() -> None:
    """The expert suggested it and the user said no: now it is the expert's turn."""
    meeting = rejected(by=Role.EXPERT)
    moved = act(meeting, Action.RESCHEDULE_REJECTED, Role.USER, starts_at=meeting.starts_at + DAY)
    assert (moved.approved_by_user, moved.approved_by_expert) == (True, False)
    assert act(moved, Action.CONFIRM, Role.EXPERT).status == Status.AGREED


def test_suggesting_another_date_leaves_a_rejected_meeting_rejected() -> None:
    meeting = rejected()
    start = meeting.starts_at + 3 * DAY
    moved = act(meeting, Action.SUGGEST_ANOTHER, Role.EXPERT, starts_at=start)
    assert moved.status == Status.REJECTED
    assert dates_of(moved) == (meeting.starts_at, meeting.ends_at, start, Role.EXPERT)


def test_countering_rejects_and_suggests_in_one() -> None:
    meeting = suggest()
    start = meeting.starts_at + 3 * DAY
    after = act(meeting, Action.COUNTER, Role.EXPERT, starts_at=start, reason=ReasonFactory.create())
    assert after.status == Status.REJECTED
    assert dates_of(after) == (meeting.starts_at, meeting.ends_at, start, Role.EXPERT)
    assert after.revision == meeting.revision + 1


def test_the_user_cannot_counter_what_the_expert_suggested() -> None:
    meeting = suggest(by=Role.EXPERT)
    typed = {"starts_at": meeting.starts_at + DAY, "reason": ReasonFactory.create()}
    assert refused(meeting, Action.COUNTER, Role.USER, **typed) == (
        "This is not for you to do in this meeting."
    )


@pytest.mark.parametrize("shift", [-DAY, DAY])
@pytest.mark.parametrize("road", [with_alternative, countered])
def test_an_answer_is_asked_for_by_the_earlier_of_the_two_starts(road: Any, shift: timedelta) -> None:
    trace = Trace()
    meeting = road(shift=shift) if road is countered else road(Role.EXPERT, shift=shift)
    told = trace.notifications()[-1]
    earlier = min(meeting.starts_at, meeting.starts_at + shift)
    assert told.facts["answer_by_at"] == earlier.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("maker", [Role.USER, Role.EXPERT])
@pytest.mark.parametrize("second", [Role.USER, Role.EXPERT])
def test_a_second_open_alternative_is_refused(maker: Role, second: Role) -> None:
    meeting = with_alternative(maker)
    typed = {"starts_at": meeting.starts_at + 9 * DAY}
    assert refused(meeting, Action.RESCHEDULE, second, **typed) == ONE_OPEN


@pytest.mark.parametrize(
    ("action", "role"), [(Action.RESCHEDULE_REJECTED, Role.USER), (Action.SUGGEST_ANOTHER, Role.EXPERT)]
)
def test_a_rejected_meeting_with_an_open_alternative_takes_no_other_date(action: Action, role: Role) -> None:
    meeting = countered()
    assert refused(meeting, action, role, starts_at=meeting.starts_at + 9 * DAY) == ONE_OPEN


@pytest.mark.parametrize("maker", [Role.USER, Role.EXPERT])
def test_a_party_answers_only_the_others_alternative(maker: Role) -> None:
    meeting = with_alternative(maker)
    own = "You suggested this alternative date yourself. The other party has to answer; you can cancel it."
    others = "This alternative date was suggested by the other party. You can confirm or reject it."
    assert refused(meeting, Action.CONFIRM_ALTERNATIVE, maker) == own
    assert refused(meeting, Action.REJECT_ALTERNATIVE, maker, reason=ReasonFactory.create()) == own
    assert refused(meeting, Action.CANCEL_ALTERNATIVE, maker.other) == others


@pytest.mark.parametrize(
    "action", [Action.CONFIRM_ALTERNATIVE, Action.REJECT_ALTERNATIVE, Action.CANCEL_ALTERNATIVE]
)
@pytest.mark.parametrize("role", [Role.USER, Role.EXPERT])
def test_where_no_alternative_is_open_there_is_nothing_to_answer(action: Action, role: Role) -> None:
    assert refused(agreed(), action, role, reason=ReasonFactory.create()) == NONE_OPEN


def test_after_an_alternative_is_dropped_another_can_be_suggested() -> None:
    meeting = with_alternative(Role.USER)
    act(meeting, Action.CANCEL_ALTERNATIVE, Role.USER)
    start = meeting.starts_at + 9 * DAY
    act(meeting, Action.RESCHEDULE, Role.EXPERT, starts_at=start)
    assert dates_of(meeting)[2:] == (start, Role.EXPERT)


NEW_DATES = [
    (Action.RESCHEDULE, Role.USER, Status.AGREED),
    (Action.RESCHEDULE, Role.EXPERT, Status.AGREED),
    (Action.RESCHEDULE_REJECTED, Role.USER, Status.REJECTED),
    (Action.SUGGEST_ANOTHER, Role.EXPERT, Status.REJECTED),
    (Action.COUNTER, Role.EXPERT, Status.AWAITING),
]
PAST = "This time has passed. Please choose a start in the future."
FAR = "This is more than two years away. Please choose an earlier date."


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (None, "Please choose a date and a time."),
        (NOW + 5 * DAY, "This is the date that the meeting has already. Please choose another one."),
        (NOW, PAST),
        (NOW - DAY, PAST),
        (NOW + 730 * DAY + timedelta(seconds=1), FAR),
    ],
)
@pytest.mark.parametrize(("action", "role", "status"), NEW_DATES)
def test_a_new_date_is_another_one_in_the_next_two_years(
    action: Action, role: Role, status: Status, start: Any, words: str
) -> None:
    meeting = make_meeting(status, starts_in=5 * DAY)
    reason = ReasonFactory.create()
    assert refused(meeting, action, role, starts_at=start, reason=reason) == words


@pytest.mark.parametrize(("action", "role", "status"), NEW_DATES)
def test_the_last_day_of_those_two_years_is_allowed(action: Action, role: Role, status: Status) -> None:
    meeting = make_meeting(status)
    after = act(meeting, action, role, starts_at=NOW + 730 * DAY, reason=ReasonFactory.create())
    assert after.revision == meeting.revision + 1


NEEDED = [
    (Action.REJECT, Role.EXPERT, suggest, "Please choose a reason from the list."),
    (Action.COUNTER, Role.EXPERT, suggest, "Please choose a reason from the list."),
    (Action.CANCEL, Role.USER, agreed, "Please write the reason in a few words."),
    (Action.CANCEL, Role.EXPERT, agreed, "Please write the reason in a few words."),
    (Action.CANCEL, Role.OPERATOR, agreed, "Please write the reason in a few words."),
    (Action.REJECT_ALTERNATIVE, Role.EXPERT, with_alternative, "Please choose a reason from the list."),
]


@pytest.mark.parametrize(("action", "role", "road", "words"), NEEDED)
def test_a_missing_reason_is_asked_for(action: Action, role: Role, road: Any, words: str) -> None:
    meeting = road(Role.USER) if road is with_alternative else road()
    assert refused(meeting, action, role, starts_at=meeting.starts_at + DAY, words="  ") == words


def test_the_deduction_must_be_confirmed_with_its_numbers() -> None:
    meeting = agreed(price=15)
    now = meeting.starts_at - DAY
    assert refused(meeting, Action.CANCEL_LATE, Role.USER, now=now, words="ill") == (
        "Please confirm that 7 of 15 credits will be deducted."
    )


def test_a_new_date_arms_attendance_again() -> None:
    meeting = with_alternative(Role.EXPERT)
    act(meeting, Action.JOIN, Role.USER, now=meeting.starts_at - timedelta(minutes=10))
    act(meeting, Action.CONFIRM_ALTERNATIVE, Role.USER, now=meeting.starts_at - timedelta(minutes=5))
    moved = Meeting.objects.get(pk=meeting.pk)
    act(moved, Action.JOIN, Role.USER, now=moved.starts_at)
    versions = [event.date_version for event in moved.events.filter(kind="attended_by_user")]
    assert versions == [1, 2]
