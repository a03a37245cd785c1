from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Expertise, ExpertProfile, ServiceKind, Skill, User
from credits.models import Posting
from meetings import audit, defaults, jobs, workflow
from meetings.demo import seed
from meetings.demo.people import PASSWORD, PEOPLE, SHOWN, address
from meetings.models import Event, Meeting, Reason, Review
from meetings.vocabulary import Action, Payment, Role, Status
from notifications.models import Notification
from tests.factories import PersonFactory

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


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # clocks go back in Europe
        datetime(2027, 3, 27, 23, 59, 59, tzinfo=UTC),  # and forward
        datetime(2026, 12, 31, 12, 0, tzinfo=UTC),
    ],
)
@pytest.mark.django_db
def test_the_demo_can_be_made_at_any_hour(moment: datetime) -> None:
    seed.seed(moment)
    agreed = Meeting.objects.filter(status=Status.AGREED)
    for meeting in agreed:
        assert meeting.starts_at.minute % 5 == 0
        for person in (meeting.student, meeting.expert):
            others = Meeting.objects.of(person).overlapping(meeting.starts_at, meeting.ends_at)
            assert list(others) == [meeting]
    assert jobs.due(moment) == []


@pytest.mark.django_db
def test_a_second_time_changes_nothing() -> None:
    first, second = StringIO(), StringIO()
    call_command("seed_demo", stdout=first)
    before = (User.objects.count(), Event.objects.count(), Posting.objects.count())
    call_command("seed_demo", stdout=second)
    assert (User.objects.count(), Event.objects.count(), Posting.objects.count()) == before
    assert all(address(name) in first.getvalue() for name in SHOWN)
    assert "is there already" in second.getvalue()


@pytest.mark.django_db
def test_a_database_with_other_people_is_not_touched() -> None:
    PersonFactory.create()
    with pytest.raises(CommandError, match="other people"):
        call_command("seed_demo")
    assert User.objects.count() == 1
    assert not Expertise.objects.exists()


@pytest.mark.django_db
def test_defaults_fill_only_empty_tables() -> None:
    Reason.objects.create(name="Our own reason")
    assert defaults.fill() == len(defaults.SERVICE_KINDS)
    assert defaults.fill() == 0
    assert Reason.objects.count() == 1


@pytest.mark.django_db
def test_prepare_takes_every_step_and_can_be_repeated(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = tmp_path
    for people in (len(PEOPLE), len(PEOPLE)):
        out = StringIO()
        call_command("prepare", "--demo", stdout=out)
        steps = [line.partition(":")[0] for line in out.getvalue().splitlines()]
        assert steps == [
            "tables",
            "default catalogue",
            "operators' roles",
            "jobs",
            "demo data",
            "static files",
        ]
        assert User.objects.count() == people
    assert (tmp_path / "admin" / "css" / "base.css").exists()


@pytest.mark.django_db
def test_prepare_without_demo_fills_only_the_catalogue(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = tmp_path
    call_command("prepare", stdout=StringIO())
    assert not User.objects.exists()
    assert ServiceKind.objects.count() == len(defaults.SERVICE_KINDS)
