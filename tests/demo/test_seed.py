"""Making the demo: at any hour, once, and only where nobody else is."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import Expertise, ServiceKind, User
from credits.models import Posting
from demo import seed
from demo.people import PEOPLE, SHOWN, address
from meetings import defaults, jobs
from meetings.models import Event, Meeting, Reason
from meetings.vocabulary import Status
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db
# Beat closes its connection to the database, which no transaction of a test would survive.
BY_ITSELF = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # clocks go back in Europe
        datetime(2027, 3, 27, 23, 59, 59, tzinfo=UTC),  # and forward
        datetime(2026, 12, 31, 12, 0, tzinfo=UTC),
    ],
)
def test_the_demo_can_be_made_at_any_hour(moment: datetime) -> None:
    seed.seed(moment)
    agreed = Meeting.objects.filter(status=Status.AGREED)
    for meeting in agreed:
        assert meeting.starts_at.minute % 5 == 0
        for person in (meeting.student, meeting.expert):
            others = Meeting.objects.of(person).overlapping(meeting.starts_at, meeting.ends_at)
            assert list(others) == [meeting]
    assert jobs.due(moment) == []


def test_a_second_time_changes_nothing() -> None:
    first, second = StringIO(), StringIO()
    call_command("seed_demo", stdout=first)
    before = (User.objects.count(), Event.objects.count(), Posting.objects.count())
    call_command("seed_demo", stdout=second)
    assert (User.objects.count(), Event.objects.count(), Posting.objects.count()) == before
    assert all(address(name) in first.getvalue() for name in SHOWN)
    assert "is there already" in second.getvalue()


def test_a_database_with_other_people_is_not_touched() -> None:
    PersonFactory.create()
    with pytest.raises(CommandError, match="other people"):
        call_command("seed_demo")
    assert User.objects.count() == 1
    assert not Expertise.objects.exists()


def test_defaults_fill_only_empty_tables() -> None:
    Reason.objects.create(name="Our own reason")
    assert defaults.fill() == len(defaults.SERVICE_KINDS)
    assert defaults.fill() == 0
    assert Reason.objects.count() == 1


@BY_ITSELF
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
            "list of erasures",
            "demo data",
            "static files",
        ]
        assert User.objects.count() == people
    assert (tmp_path / "admin" / "css" / "base.css").exists()


@BY_ITSELF
def test_prepare_without_demo_fills_only_the_catalogue(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = tmp_path
    call_command("prepare", stdout=StringIO())
    assert not User.objects.exists()
    assert ServiceKind.objects.count() == len(defaults.SERVICE_KINDS)
