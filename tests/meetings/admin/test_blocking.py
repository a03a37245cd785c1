from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from credits import ledger
from meetings import audit
from meetings.admin import blocking
from meetings.models import Event, Meeting
from meetings.vocabulary import EventKind, Payment, Status
from notifications.models import Notification
from tests.factories import PersonFactory, ServiceFactory
from tests.meetings.scenarios import BY_EXPERT, CREDITS, NOW, agreed, make_meeting, rejected, suggest

pytestmark = pytest.mark.django_db

WHY = "Asked for meetings elsewhere."


@pytest.fixture
def operator() -> User:
    return PersonFactory.create(is_staff=True)


def state(meeting: Meeting) -> tuple[str, str]:
    found = Meeting.objects.get(pk=meeting.pk)
    return found.status, found.payment


def test_blocking_a_user_closes_the_account_and_cancels_what_has_not_begun(operator: User) -> None:
    student = PersonFactory.create(credits=CREDITS)
    asked, fixed = suggest(student=student), agreed(student=student, starts_in=timedelta(days=8))
    cancelled = blocking.block_person(student, operator=operator, reason=WHY, now=NOW)
    student.refresh_from_db()
    assert not student.is_active
    assert [meeting.pk for meeting in cancelled] == [asked.pk, fixed.pk]
    assert state(asked) == state(fixed) == (Status.CANCELLED, Payment.RETURNED)
    assert ledger.balance(student) == ledger.Balance(CREDITS, 0)
    assert audit.differences() == []


def test_blocking_an_expert_gives_every_user_the_credits_back(operator: User) -> None:
    service = ServiceFactory.create()
    meetings = [agreed(service=service, starts_in=timedelta(days=days)) for days in (3, 4)]
    blocking.block_person(service.expert.user, operator=operator, reason=WHY, now=NOW)
    assert [state(meeting) for meeting in meetings] == [(Status.CANCELLED, Payment.RETURNED)] * 2
    assert not service.expert.is_listed


def test_the_reason_and_the_operator_stand_in_the_timeline_and_both_are_told(operator: User) -> None:
    meeting = agreed()
    blocking.block_person(meeting.student, operator=operator, reason=WHY, now=NOW)
    event = Event.objects.get(meeting=meeting, kind=EventKind.CANCELLED_BY_OPERATOR)
    assert (event.actor, event.words) == (operator, WHY)
    told = Notification.objects.filter(kind="canceled_by_operator").values_list("recipient", flat=True)
    assert set(told) == {meeting.student_id, meeting.expert_id}


@pytest.mark.parametrize(
    "status", [Status.UNDER_REVIEW, Status.HELD, Status.NOT_HELD, Status.EXPIRED, Status.REJECTED]
)
def test_what_is_over_or_under_review_stays(status: Status, operator: User) -> None:
    meeting = make_meeting(status)
    before = state(meeting)
    assert blocking.block_person(meeting.student, operator=operator, reason=WHY, now=NOW) == []
    assert state(meeting) == before


def test_a_meeting_that_has_begun_stays(operator: User) -> None:
    meeting = agreed()
    assert blocking.to_cancel(meeting.student, meeting.starts_at) == []
    blocking.block_person(meeting.student, operator=operator, reason=WHY, now=meeting.starts_at)
    assert state(meeting) == (Status.AGREED, Payment.BLOCKED)


def test_a_request_of_the_expert_is_cancelled_without_credits(operator: User) -> None:
    meeting = suggest(by=BY_EXPERT)
    blocking.block_person(meeting.expert, operator=operator, reason=WHY, now=NOW)
    assert state(meeting) == (Status.CANCELLED, Payment.NOT_BLOCKED)


def test_blocking_again_cancels_nothing_more(operator: User) -> None:
    meeting = agreed()
    blocking.block_person(meeting.student, operator=operator, reason=WHY, now=NOW)
    assert blocking.block_person(meeting.student, operator=operator, reason=WHY, now=NOW) == []
    assert Event.objects.filter(meeting=meeting, kind=EventKind.CANCELLED_BY_OPERATOR).count() == 1


def test_one_meeting_that_cannot_be_cancelled_holds_up_no_other(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = PersonFactory.create(credits=CREDITS)
    gone = rejected(student=student)  # rejected between looking and cancelling
    fixed = agreed(student=student, starts_in=timedelta(days=8))
    monkeypatch.setattr(blocking, "to_cancel", lambda _person, _now: [gone, fixed])
    assert blocking.block_person(student, operator=operator, reason=WHY, now=NOW) == [fixed]
    assert state(fixed) == (Status.CANCELLED, Payment.RETURNED)
    assert state(gone) == (Status.REJECTED, Payment.RETURNED)


def test_unblocking_opens_the_account_and_revives_nothing(operator: User) -> None:
    meeting = agreed(now=timezone.now())
    blocking.block_person(meeting.student, operator=operator, reason=WHY, now=timezone.now())
    blocking.unblock_person(meeting.student)
    meeting.student.refresh_from_db()
    assert meeting.student.is_active
    assert state(meeting) == (Status.CANCELLED, Payment.RETURNED)
