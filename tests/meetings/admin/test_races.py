"""The same form of an operator twice at the same moment: credits move once, and the history says it once."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from credits import ledger
from meetings.vocabulary import Action
from tests.credits import books
from tests.factories import PersonFactory
from tests.meetings.page_forms import form_of
from tests.meetings.scenarios import agreed
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 8


@pytest.fixture
def operator() -> User:
    return PersonFactory.create(is_staff=True, is_superuser=True)


def signed_in(operator: User) -> Client:
    client = Client()
    client.force_login(operator)
    return client


def looked_at(client: Client, page: str, **typed: str) -> dict[str, str]:
    """Send a form once, and return the one to confirm."""
    first = form_of(client.get(page).text, **typed)
    return form_of(client.post(page, first).text, **typed)


def twice_at_once(operator: User, page: str, form: dict[str, str]) -> None:
    clients = [signed_in(operator) for _ in range(2)]
    posts: list[Callable[[], Any]] = [partial(client.post, page, form) for client in clients]
    assert [answer.status_code for answer in at_once(*posts)] == [302, 302]


def test_goodwill_credits_are_granted_once(operator: User) -> None:
    for _round in range(ROUNDS):
        LogEntry.objects.all().delete()
        meeting = agreed(now=timezone.now())
        page = reverse("admin:meetings_meeting_decide", args=[meeting.pk, Action.CANCEL])
        typed = {"reason": "The room was down.", "for_user": "15", "for_expert": "5"}
        twice_at_once(operator, page, looked_at(signed_in(operator), page, **typed))
        assert ledger.balance(meeting.student).available == 115
        assert ledger.balance(meeting.expert).available == 5
        assert LogEntry.objects.count() == 3
    books.assert_in_order()


@pytest.mark.parametrize(("movement", "after"), [("grant", 140), ("payout", 60)])
def test_an_amount_is_booked_once(movement: str, after: int, operator: User) -> None:
    for _round in range(ROUNDS):
        LogEntry.objects.all().delete()
        person = PersonFactory.create(credits=100)
        page = reverse(f"admin:credits_account_{movement}", args=[person.pk])
        form = looked_at(signed_in(operator), page, amount="40", reason="Bank transfer 17")
        twice_at_once(operator, page, form)
        assert ledger.balance(person).available == after
        assert LogEntry.objects.count() == 1
    books.assert_in_order()


def test_a_batch_is_booked_once(operator: User) -> None:
    page = reverse("admin:credits_account_batch")
    for _round in range(ROUNDS):
        LogEntry.objects.all().delete()
        people = PersonFactory.create_batch(3)
        lines = "\n".join(f"{person.email},5,Prize {uuid4()}" for person in people)
        form = looked_at(signed_in(operator), page, movement="grant", lines=lines)
        twice_at_once(operator, page, form)
        assert [ledger.balance(person).available for person in people] == [5, 5, 5]
        assert LogEntry.objects.count() == 3
    books.assert_in_order()
