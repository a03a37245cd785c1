"""A person's statement as operators read it."""

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from credits import ledger
from meetings.models import Meeting
from tests.factories import PersonFactory
from tests.meetings.scenarios import agreed

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    person: User = PersonFactory.create(is_staff=True, first_name="Olga", last_name="Operator")
    person.user_permissions.set(
        Permission.objects.filter(codename__in=["view_posting", "view_user", "view_account"])
    )
    return person


@pytest.fixture
def site(operator: User, client: Client) -> Client:
    client.force_login(operator)
    return client


@pytest.fixture
def meeting(operator: User) -> Meeting:
    """An agreed meeting of somebody who was granted 100 credits today and paid 10 of them half a year ago."""
    meeting = agreed()
    how = {"made_by": operator, "key": "test:payout", "now": timezone.now() - timedelta(days=180)}
    ledger.payout(meeting.student, 10, reason="=Bank transfer", **how)
    return meeting


def page(person: User, what: str = "statement") -> str:
    return reverse(f"admin:credits_account_{what}", args=[person.pk])


def test_it_says_what_there_is_what_is_blocked_and_every_movement(site: Client, meeting: Meeting) -> None:
    shown = site.get(page(meeting.student)).text
    assert "Available: 60 credits. Blocked for meetings: 30 credits. Owned in all: 90 credits." in shown
    assert f"?q=meeting%3A{meeting.pk}" in shown or f"?q=meeting:{meeting.pk}" in shown
    for words in ("=Bank transfer", "Olga Operator", "Payout", "−10", "Credits granted", "+100"):
        assert words in shown


def test_a_period_narrows_it(site: Client, meeting: Meeting) -> None:
    shown = site.get(page(meeting.student), {"days": 30}).text
    assert "Credits granted</td>" in shown
    assert "=Bank transfer" not in shown


def test_the_file_says_who_made_it_and_holds_no_formula(site: Client, meeting: Meeting) -> None:
    answer = site.get(page(meeting.student, "statement_csv"))
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [(row["Movement"], row["Amount"], row["Reason"], row["Made by"]) for row in rows] == [
        ("Payout", "-10", "'=Bank transfer", "Olga Operator"),
        ("Credits granted", "100", "test", ""),
    ]
    narrow = site.get(page(meeting.student, "statement_csv"), {"days": 30}).getvalue().decode()
    assert "Bank transfer" not in narrow


def test_the_persons_own_file_names_no_operator(client: Client, meeting: Meeting) -> None:
    client.force_login(meeting.student)
    own = b"".join(client.get(reverse("credits:movements_csv")).streaming_content).decode()  # type: ignore[attr-defined]
    assert "Olga" not in own
    assert "Made by" not in own


def test_it_wants_the_right_to_look_at_postings(client: Client, meeting: Meeting) -> None:
    client.force_login(PersonFactory.create(is_staff=True))
    for what in ("statement", "statement_csv"):
        assert client.get(page(meeting.student, what)).status_code == 403


def test_the_page_of_the_person_leads_there(site: Client, meeting: Meeting) -> None:
    shown = site.get(reverse("admin:accounts_user_change", args=[meeting.student_id])).text
    assert page(meeting.student) in shown


def test_it_asks_as_often_for_many_movements_as_for_few(
    site: Client, meeting: Meeting, operator: User, django_assert_max_num_queries: object
) -> None:
    for number in range(20):
        how = {"made_by": operator, "key": f"test:{number}", "now": timezone.now()}
        ledger.grant(meeting.student, 1, reason="x", **how)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        site.get(page(meeting.student))
