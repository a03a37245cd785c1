"""What the clock decides: when it is due, once, and by the clock even where the job is late."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from credits import ledger
from meetings import jobs
from meetings.action import ActionRefused
from meetings.lifecycle import workflow
from meetings.models import Meeting
from meetings.vocabulary import Action, Role, Status
from tests.credits import books
from tests.meetings.scenarios import (
    DAY,
    HOUR,
    NOW,
    act,
    agreed,
    closed_by_silence,
    countered,
    let_time_pass,
    make_meeting,
    suggest,
    with_alternative,
)
from tests.meetings.snapshot import Trace, credits_of, everything, labels

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
AROUND = [-SECOND, timedelta(0), SECOND]
BEFORE, AT, AFTER = AROUND
USER, EXPERT = Role.USER, Role.EXPERT


@pytest.mark.parametrize(("off", "due"), [(BEFORE, False), (AT, True), (AFTER, True)])
@pytest.mark.parametrize(
    ("status", "limit", "after"),
    [
        (Status.AWAITING, "starts_at", ("Expired", "Returned")),
        (Status.AGREED, "closes_by_silence_at", ("Held", "Reimbursed")),
    ],
)
def test_what_the_clock_decides_is_due_at_its_limit(
    status: Status, limit: str, after: tuple[str, str], off: timedelta, due: bool
) -> None:
    meeting = make_meeting(status)
    now = getattr(meeting, limit) + off
    before = labels(meeting)
    assert (meeting.pk in jobs.due(now)) == due
    assert labels(let_time_pass(meeting, now)) == (after if due else before)


@pytest.mark.parametrize("by", [USER, EXPERT])
@pytest.mark.parametrize("price", [30, 0])
def test_an_unanswered_request_expires(by: Role, price: int) -> None:
    meeting = suggest(by=by, price=price)
    trace = Trace()
    after = let_time_pass(meeting, meeting.starts_at)
    assert labels(after) == ("Expired", "Returned" if by is USER else "Not blocked")
    assert trace.events() == ["Expired without approval"]
    assert trace.told(after) == [("user", "Meeting expired"), ("expert", "Meeting expired")]
    assert credits_of(after) == (100, 0, 0, 0)


@pytest.mark.parametrize("shift", [-DAY, DAY])
@pytest.mark.parametrize("off", AROUND)
@pytest.mark.parametrize("road", [with_alternative, countered])
def test_an_alternative_lapses_when_either_start_passes(road: Any, off: timedelta, shift: timedelta) -> None:
    meeting = road(shift=shift) if road is countered else road(EXPERT, shift=shift)
    first_start = meeting.starts_at + min(shift, timedelta(0))
    trace = Trace()
    status = labels(meeting)
    now = first_start + off
    after = let_time_pass(meeting, now)
    assert labels(after) == status
    if off == BEFORE:
        assert (trace.events(), after.alternative_by) == ([], "expert")
    else:
        assert trace.events() == ["Alternative date lapsed"]
        assert trace.told(after) == [
            ("user", "Alternative date lapsed"),
            ("expert", "Alternative date lapsed"),
        ]
        assert (after.alternative_starts_at, after.alternative_by) == (None, "")


def test_a_lapsed_alternative_cannot_be_confirmed_though_the_job_is_late() -> None:
    meeting = with_alternative(EXPERT, shift=-DAY)
    with pytest.raises(ActionRefused, match="There is no open alternative date any more"):
        act(meeting, Action.CONFIRM_ALTERNATIVE, USER, now=meeting.starts_at - DAY)


def test_after_a_lapse_another_date_can_be_suggested_though_the_job_is_late() -> None:
    meeting = with_alternative(EXPERT, shift=-DAY)
    now = meeting.starts_at - DAY
    trace = Trace()
    act(meeting, Action.RESCHEDULE, USER, now=now, starts_at=meeting.starts_at + DAY)
    assert trace.events() == [
        "Alternative date lapsed",
        "Alternative date selected by user",
        "Approved by user",
    ]


def test_a_request_past_its_start_is_expired_though_the_job_is_late() -> None:
    meeting = suggest()
    assert meeting.status_at(meeting.starts_at - SECOND) == Status.AWAITING
    assert meeting.status_at(meeting.starts_at) == Status.EXPIRED
    assert workflow.open_actions(meeting, EXPERT, meeting.starts_at) == []
    with pytest.raises(ActionRefused, match="This meeting is “Expired” now"):
        act(meeting, Action.CANCEL, Role.OPERATOR, now=meeting.starts_at, words="Too late")


def test_a_silent_meeting_is_evaluated_by_the_first_who_acts_though_the_job_is_late() -> None:
    meeting = agreed()
    trace = Trace()
    now = meeting.closes_by_silence_at + DAY
    act(meeting, Action.REVIEW, USER, now=now, review="Good.")
    assert labels(meeting) == ("Held", "Reimbursed")
    assert trace.events() == ["Meeting evaluated automatically", "Appointment reimbursed to expert"]


def test_time_passes_once_however_often_the_job_runs() -> None:
    meetings = [suggest(), with_alternative(USER), countered(), agreed()]
    end = max(meeting.closes_by_silence_at for meeting in meetings) + DAY
    for pk in jobs.due(end):
        workflow.apply_due_transitions(pk, end)
    before = everything()
    assert jobs.due(end) == []
    for meeting in meetings:
        workflow.apply_due_transitions(meeting.pk, end)
    assert everything() == before
    books.assert_in_order()


def test_an_agreed_meeting_with_an_old_alternative_lapses_and_is_evaluated_in_one_go() -> None:
    meeting = with_alternative(USER)
    trace = Trace()
    let_time_pass(meeting, meeting.closes_by_silence_at)
    assert trace.events() == [
        "Alternative date lapsed",
        "Meeting evaluated automatically",
        "Appointment reimbursed to expert",
    ]


def test_the_job_does_all_that_is_due_and_nothing_else() -> None:
    meetings = {status: make_meeting(status) for status in Status}
    moved = with_alternative(USER)
    later = {status: meeting.status for status, meeting in meetings.items()}
    with time_machine.travel(NOW + 5 * DAY + HOUR, tick=False):
        jobs.let_time_pass()
    now = {status: Meeting.objects.get(pk=meeting.pk).status for status, meeting in meetings.items()}
    assert now == later | {Status.AWAITING: Status.EXPIRED}
    assert Meeting.objects.get(pk=moved.pk).alternative_starts_at is None
    with time_machine.travel(NOW + 13 * DAY, tick=False):
        jobs.let_time_pass()
    now = {status: Meeting.objects.get(pk=meeting.pk).status for status, meeting in meetings.items()}
    assert now == later | {Status.AWAITING: Status.EXPIRED, Status.AGREED: Status.HELD}


def test_a_failing_meeting_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """The first one's block has vanished behind the workflow's back."""
    broken, sound = suggest(), suggest()
    ledger.release(broken.student, 30, reference=broken.reference, key="by hand", now=NOW)
    with time_machine.travel(sound.starts_at, tick=False):
        jobs.let_time_pass()
    assert labels(broken) == ("Awaiting approval", "Blocked")
    assert labels(sound) == ("Expired", "Returned")
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        f"Time could not pass for meeting {broken.pk}."
    ]


def test_the_most_overdue_are_taken_first() -> None:
    later, sooner = suggest(starts_in=2 * DAY), suggest(starts_in=DAY)
    assert jobs.due(NOW + 3 * DAY) == [sooner.pk, later.pk]


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.EXPIRED, Status.HELD, Status.NOT_HELD])
def test_nothing_ever_becomes_due_in_a_final_status(status: Status) -> None:
    make_meeting(status)
    assert jobs.due(NOW + 10_000 * DAY) == []


def test_nothing_is_due_after_a_silent_evaluation() -> None:
    closed_by_silence()
    assert jobs.due(NOW + 10_000 * DAY) == []
