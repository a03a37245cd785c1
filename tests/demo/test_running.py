from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from accounts.models import Expertise, ExpertProfile, ServiceKind, Skill, User
from credits.models import Posting
from demo import seed
from demo.people import PASSWORD, SHOWN, address
from meetings import audit, defaults, jobs
from meetings.lifecycle import workflow
from meetings.models import Event, Meeting, Reason, Review
from meetings.vocabulary import Action, Payment, Role, Status
from notifications.models import Notification

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def now(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[datetime]:
    """The demo, lived through once for all tests that only look at it."""
    moment = timezone.now()
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        seed.seed(moment)
        yield moment
        transaction.set_rollback(True)


def between_the_two() -> list[Meeting]:
    return list(
        Meeting.objects.between(
            User.objects.get(email="student@example.com"), User.objects.get(email="expert@example.com")
        )
    )


def open_to(role: Role, action: Action, now: datetime) -> list[Meeting]:
    """Return the meetings of the two shown accounts in which this action is open."""
    return [
        meeting
        for meeting in between_the_two()
        if action in [row.action for row in workflow.open_actions(meeting, role, now)]
    ]


def test_every_status_and_payment_status_is_there_for_the_two_accounts(now: datetime) -> None:
    assert {meeting.status for meeting in between_the_two()} == set(Status)
    assert {meeting.payment for meeting in between_the_two()} == set(Payment)


@pytest.mark.parametrize(
    ("role", "action"),
    [
        (Role.EXPERT, Action.CONFIRM),
        (Role.EXPERT, Action.COUNTER),
        (Role.EXPERT, Action.REJECT),
        (Role.EXPERT, Action.CANCEL_REQUEST),
        (Role.EXPERT, Action.RESCHEDULE),
        (Role.EXPERT, Action.SUGGEST_ANOTHER),
        (Role.EXPERT, Action.CONFIRM_ALTERNATIVE),
        (Role.EXPERT, Action.REJECT_ALTERNATIVE),
        (Role.EXPERT, Action.CANCEL_ALTERNATIVE),
        (Role.EXPERT, Action.CANCEL),
        (Role.EXPERT, Action.JOIN),
        (Role.EXPERT, Action.RECORD),
        (Role.USER, Action.CONFIRM),
        (Role.USER, Action.REJECT),
        (Role.USER, Action.CANCEL_REQUEST),
        (Role.USER, Action.RESCHEDULE),
        (Role.USER, Action.RESCHEDULE_REJECTED),
        (Role.USER, Action.CONFIRM_ALTERNATIVE),
        (Role.USER, Action.REVIVE),
        (Role.USER, Action.REJECT_ALTERNATIVE),
        (Role.USER, Action.CANCEL_ALTERNATIVE),
        (Role.USER, Action.CANCEL),
        (Role.USER, Action.CANCEL_LATE),
        (Role.USER, Action.JOIN),
        (Role.USER, Action.RECORD),
        (Role.USER, Action.REVIEW),
        (Role.OPERATOR, Action.CANCEL),
        (Role.OPERATOR, Action.FIND_HELD),
        (Role.OPERATOR, Action.FIND_USER_ABSENT),
        (Role.OPERATOR, Action.FIND_EXPERT_ABSENT),
        (Role.OPERATOR, Action.REVERSE),
    ],
)
def test_every_action_can_be_tried_at_once(role: Role, action: Action, now: datetime) -> None:
    assert open_to(role, action, now)


def test_one_meeting_is_agreed_in_thirty_hours(now: datetime) -> None:
    late = [meeting.starts_at - now for meeting in open_to(Role.USER, Action.CANCEL_LATE, now)]
    assert any(30 * HOUR <= ahead < 30.25 * HOUR for ahead in late)


def test_one_meeting_can_be_joined_now_and_starts_on_a_round_time(now: datetime) -> None:
    (meeting,) = open_to(Role.USER, Action.JOIN, now)
    assert 5 <= (meeting.starts_at - now).total_seconds() / 60 <= 12
    assert (meeting.starts_at.minute % 5, meeting.starts_at.second, meeting.starts_at.microsecond) == (
        0,
        0,
        0,
    )


def test_one_meeting_ended_yesterday_and_nobody_has_answered(now: datetime) -> None:
    both = set(open_to(Role.USER, Action.RECORD, now)) & set(open_to(Role.EXPERT, Action.RECORD, now))
    (meeting,) = both
    assert now - 48 * HOUR < meeting.ends_at < now


def test_nothing_is_left_for_the_clock_to_do(now: datetime) -> None:
    assert jobs.due(now) == []


def test_the_books_are_right(now: datetime) -> None:
    assert audit.differences() == []


def test_all_happened_in_the_past_and_in_order(now: datetime) -> None:
    for rows in (
        Event.objects.order_by("pk").values_list("at"),
        Posting.objects.order_by("pk").values_list("made_at"),
    ):
        moments = [moment for (moment,) in rows]
        assert moments == sorted(moments)
        assert moments[-1] < now


def test_the_catalogue_is_believable(now: datetime) -> None:
    assert Expertise.objects.count() == 4
    assert all(
        4 <= skills <= 6
        for skills in Expertise.objects.annotate(n=Count("skills")).values_list("n", flat=True)
    )
    assert ExpertProfile.objects.listed().count() == 10
    assert ExpertProfile.objects.filter(is_approved=False).count() == 1
    assert Review.objects.exclude(text="").count() >= 15
    assert list(Reason.objects.values_list("name", flat=True)) == [names.en for names in defaults.REASONS]
    assert {kind.name for kind in ServiceKind.objects.all()} == {names.en for names in defaults.SERVICE_KINDS}


@pytest.mark.parametrize("language", ["de", "cs", "sk"])
def test_nobody_reads_english_in_the_catalogue(now: datetime, language: str) -> None:
    for model in (Expertise, Skill, ServiceKind, Reason):
        assert not model.objects.filter(**{f"name_{language}": ""}).exists()
    assert not Expertise.objects.filter(**{f"description_{language}": ""}).exists()


def test_only_what_is_new_waits_behind_the_bell(now: datetime) -> None:
    student = User.objects.get(email="student@example.com")
    waiting = Notification.objects.filter(recipient=student).unread()
    assert 1 <= waiting.count() <= 10
    assert all(notification.created_at > now - 36 * HOUR for notification in waiting)


@pytest.mark.parametrize("name", SHOWN)
def test_the_accounts_can_sign_in(name: str, now: datetime) -> None:
    user = authenticate(None, email=address(name), password=PASSWORD)
    assert user is not None
    assert user.is_superuser is (name == "operator")


def test_a_blocked_persons_meeting_was_cancelled_by_the_operator(now: datetime) -> None:
    viktor = User.objects.get(email="viktor@example.com")
    assert not viktor.is_active
    assert [meeting.status for meeting in Meeting.objects.of(viktor)] == [Status.CANCELLED]
