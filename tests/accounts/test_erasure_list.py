"""The list of erasures: outside of the database, only added to, and without names."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from django.utils import timezone

from accounts import erasure_list
from accounts.erasure_list import Erasure
from accounts.jobs import list_erasures
from accounts.models import User
from accounts.toys import AT_START
from meetings.privacy import erasure
from tests.factories import PersonFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 30, 8, 15, tzinfo=UTC)


@pytest.fixture
def file(settings: Any, tmp_path: Path) -> Path:
    settings.ERASURES_FILE = str(tmp_path / "erasures")
    return tmp_path / "erasures"


def erased(**how: Any) -> User:
    person: User = PersonFactory.create(date_joined=AT - timedelta(days=1), **how)
    erasure.delete_account(person, AT)
    return person


def test_a_line_is_a_number_and_an_instant(file: Path) -> None:
    person = erased(first_name="zebrafisch")
    list_erasures()
    assert file.read_text() == f"{person.pk} 2026-11-30T08:15:00+00:00\n"


def test_it_is_added_to_and_says_nothing_twice(file: Path) -> None:
    first = erased()
    list_erasures()
    second = erased()
    list_erasures()
    list_erasures()
    assert erasure_list.read(file) == [Erasure(first.pk, AT), Erasure(second.pk, AT)]


def test_who_is_not_in_the_database_any_more_stays_in_the_list(file: Path) -> None:
    unknown = Erasure(7_000_000, AT)
    file.write_text(f"{unknown}\n")
    person = erased()
    list_erasures()
    assert erasure_list.read(file) == [Erasure(person.pk, AT), unknown]


def test_blocked_people_are_not_in_it(file: Path) -> None:
    PersonFactory.create(is_active=False)
    list_erasures()
    assert file.read_text() == ""


@pytest.mark.parametrize("length", range(1, len("7 2026-11-30T08:15:00+00:00\n")))
def test_a_line_that_was_cut_off_is_written_again(file: Path, length: int) -> None:
    person = erased()
    file.write_text(f"{Erasure(person.pk, AT)}\n"[:length])
    list_erasures()
    assert erasure_list.read(file) == [Erasure(person.pk, AT)]


def test_without_a_file_nothing_is_listed(settings: Any) -> None:
    assert settings.ERASURES_FILE == ""
    erased()
    list_erasures()


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_each_erasure_once(file: Path) -> None:
    people = [erased() for _ in range(20)]
    assert at_once(*[list_erasures] * 4) == [None] * 4
    assert len(file.read_text().splitlines()) == len(people)


def test_the_job_is_asked_for_once_the_account_is_gone(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as asked:
        erasure.delete_account(PersonFactory.create(), timezone.now())
    assert [call.args[0] for call in asked if call.args].count("accounts.jobs.list_erasures") == 1


@pytest.mark.parametrize(("demo", "path", "told"), [(False, "", 1), (False, "x", 0), (True, "", 0)])
def test_a_site_without_a_list_is_told_at_its_start(settings: Any, demo: bool, path: str, told: int) -> None:
    settings.DEMO, settings.ERASURES_FILE = demo, path
    warnings = [warning.id for warning in checks.run_checks(tags=[AT_START])]
    assert warnings.count("accounts.W003") == told
