"""What the database itself refuses of meetings, whatever Python does."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from meetings.models import Answer, Event, Meeting
from meetings.vocabulary import Payment, Role, Status
from tests.meetings.scenarios import DAY, NOW, agreed, make_meeting, suggest, with_alternative

pytestmark = pytest.mark.django_db


def refused(sql: str, by: str) -> None:
    with pytest.raises(DatabaseError, match=by), transaction.atomic():
        connection.cursor().execute(sql)


ALTERING = [
    "UPDATE meetings_event SET kind = 'expired'",
    "UPDATE meetings_event SET role = 'clock'",
    "UPDATE meetings_event SET at = now() + interval '1 day'",
    "UPDATE meetings_event SET facts = '{}'",
    "UPDATE meetings_event SET actor_id = NULL",
    "UPDATE meetings_event SET date_version = 9",
    "UPDATE meetings_event SET meeting_id = 0, words = ''",
]


@pytest.mark.parametrize("sql", ALTERING)
def test_nothing_of_an_event_can_be_changed_but_its_words(sql: str) -> None:
    suggest()
    refused(sql, "Cannot update")


def test_an_event_cannot_be_deleted() -> None:
    suggest()
    refused("DELETE FROM meetings_event", "Cannot delete")


def test_the_words_of_an_event_can_be_erased_but_not_rewritten() -> None:
    suggest()
    assert Event.objects.update(words="") == Event.objects.count()
    refused("UPDATE meetings_event SET words = 'forged'", "Cannot update")


@pytest.mark.parametrize("sql", ["UPDATE meetings_answer SET stars = 1", "DELETE FROM meetings_answer"])
def test_an_answer_cannot_be_changed_or_deleted(sql: str) -> None:
    make_meeting(Status.HELD)
    assert Answer.objects.count() == 1
    refused(sql, "Cannot update or delete")


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("payment", Payment)
def test_status_and_payment_fit_each_other(status: Status, payment: Payment) -> None:
    allowed = {
        "awaiting": {"not_blocked", "blocked"},
        "agreed": {"blocked"},
        "rejected": {"not_blocked", "returned"},
        "cancelled": {"not_blocked", "returned", "reimbursed_cancellation"},
        "expired": {"not_blocked", "returned"},
        "under_review": {"blocked"},
        "held": {"reimbursed"},
        "not_held": {"reimbursed", "returned"},
    }
    meeting = make_meeting(status)
    if payment in allowed[status]:
        assert Meeting.objects.filter(pk=meeting.pk).update(payment=payment) == 1
        return
    with pytest.raises(IntegrityError, match="meetings_status_and_payment_agree"), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(payment=payment)


@pytest.mark.parametrize(
    ("road", "change", "name"),
    [
        (suggest, {"expert": "student"}, "meetings_two_different_people"),
        (suggest, {"ends_at": "starts_at"}, "meetings_end_after_start"),
        (suggest, {"approved_by_expert": True}, "meetings_awaiting_one_approval"),
        (suggest, {"approved_by_user": False}, "meetings_awaiting_one_approval"),
        (agreed, {"approved_by_user": False}, "meetings_agreed_by_both"),
        (agreed, {"agreed_at": None}, "meetings_agreed_by_both"),
        (suggest, {"alternative_by": "user"}, "meetings_alternative_only_agreed_or_rejected"),
        (agreed, {"alternative_by": "operator"}, "meetings_alternative_only_agreed_or_rejected"),
        (agreed, {"evaluation": "silence"}, "meetings_evaluated_from_something"),
        (agreed, {"share_percent": 101}, "meetings_percent_in_bounds"),
        (agreed, {"suggested_by": "clock"}, "meetings_suggested_by_party"),
    ],
)
def test_a_meeting_is_never_half_true(
    road: Callable[[], Meeting], change: dict[str, object], name: str
) -> None:
    meeting = road()
    change = {field: _looked_up(meeting, value) for field, value in change.items()}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(**change)


def test_an_awaiting_meeting_has_no_alternative_date() -> None:
    meeting = suggest()
    change = {"alternative_starts_at": meeting.starts_at + DAY, "alternative_by": "user"}
    with pytest.raises(IntegrityError, match="meetings_alternative_only"), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(**change)


def test_an_open_alternative_date_cannot_outlive_its_status() -> None:
    meeting = with_alternative(Role.USER)
    with pytest.raises(IntegrityError, match="meetings_alternative_only"), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(status="cancelled", payment="returned")


@pytest.mark.parametrize("role", ["user", "expert"])
def test_attendance_is_written_once_for_each_date(role: str) -> None:
    meeting = agreed()
    row = {"meeting": meeting, "kind": f"attended_by_{role}", "role": role, "at": NOW}
    Event.objects.create(**row, date_version=1)
    Event.objects.create(**row, date_version=2)
    with pytest.raises(IntegrityError, match="meetings_attendance_once_per_date"), transaction.atomic():
        Event.objects.create(**row, date_version=1)


def _looked_up(meeting: Meeting, value: object) -> object:
    return getattr(meeting, value) if value in ("student", "starts_at") else value
