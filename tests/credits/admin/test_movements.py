"""Granting credits and recording payouts, one by one."""

from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from credits import audit, ledger
from credits.models import Posting, PostingKind
from notifications.models import Notification
from tests.factories import PersonFactory
from tests.meetings.page_forms import form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    return PersonFactory.create(is_staff=True, is_superuser=True)


@pytest.fixture
def site(operator: User, client: Client) -> Client:
    client.force_login(operator)
    return client


@pytest.fixture
def person() -> User:
    return PersonFactory.create(credits=100)


def page(movement: str, person: User) -> str:
    return reverse(f"admin:credits_account_{movement}", args=[person.pk])


def typed(amount: object, reason: str = "Bank transfer 17", key: object = None) -> dict[str, object]:
    return {"amount": amount, "reason": reason, "key": key or uuid4()}


def available(person: User) -> int:
    return ledger.balance(person).available


def look(site: Client, movement: str, person: User, form: dict[str, object]) -> dict[str, str]:
    """Send the form once, and return it as the page with the second look carries it."""
    shown = site.post(page(movement, person), form)
    assert shown.status_code == 200
    return form_of(shown.text, amount=str(form["amount"]), reason=str(form["reason"]))


def test_the_page_says_what_it_does_and_what_there_is(site: Client, person: User) -> None:
    shown = site.get(page("grant", person)).text
    assert f"{person.name} gets new credits and is told so." in shown
    assert "Now available: 100 credits." in shown


def test_an_amount_is_looked_at_twice(site: Client, person: User) -> None:
    shown = site.post(page("grant", person), typed(40)).text
    assert f"{person.name} gets 40 credits." in shown
    assert "Available before: 100 credits. Available afterwards: 140 credits." in shown
    assert "Bank transfer 17" in shown
    assert 'value="Yes, grant 40 credits"' in shown
    assert available(person) == 100
    assert not LogEntry.objects.exists()


def test_a_grant_is_booked_with_reason_and_operator(site: Client, person: User, operator: User) -> None:
    answer = site.post(page("grant", person), look(site, "grant", person, typed(40)), follow=True)
    assert "was granted 40 credits and now has 140 available." in answer.text
    posting = Posting.objects.get(kind=PostingKind.GRANT, reason="Bank transfer 17")
    assert posting.made_by == operator
    assert posting.key.startswith("grant:")
    assert Notification.objects.filter(recipient=person, kind="credits_granted").count() == 2
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (operator, str(person.pk))
    assert entry.change_message == "Grant credits: 100 → 140. Note: Bank transfer 17"
    assert audit.differences() == []


def test_a_payout_leaves_the_books(site: Client, person: User) -> None:
    answer = site.post(page("payout", person), look(site, "payout", person, typed(70)), follow=True)
    assert "A payout of 70 credits is recorded" in answer.text
    assert "now has 30 available" in answer.text
    assert available(person) == 30
    assert LogEntry.objects.get().change_message.startswith("Record a payout: 100 → 30.")
    assert audit.differences() == []


@pytest.mark.parametrize("changed", ["the amount", "the reason", "the balance"])
def test_what_changes_between_the_two_looks_is_shown_anew(changed: str, site: Client, person: User) -> None:
    form = look(site, "grant", person, typed(40))
    if changed == "the balance":
        how = {"reason": "x", "made_by": None, "key": "test:meanwhile", "now": timezone.now()}
        ledger.payout(person, 30, **how)
    form |= {"the amount": {"amount": "400"}, "the reason": {"reason": "Another one"}}.get(changed, {})
    before = available(person)
    answer = site.post(page("grant", person), form)
    assert answer.status_code == 409
    assert "Nothing was booked, because the numbers have changed." in answer.text
    assert form["reason"] in answer.text
    after = before + int(form["amount"])
    assert f"Available before: {before} credits. Available afterwards: {after} credits." in answer.text
    assert available(person) == before
    again = form_of(answer.text, amount=form["amount"], reason=form["reason"])
    assert site.post(page("grant", person), again).status_code == 302
    assert available(person) == after


def test_a_payout_of_more_than_there_is_is_refused_with_the_number(site: Client, person: User) -> None:
    answer = site.post(page("payout", person), typed(107, reason="Too much"))
    assert "that is 7 credits more than" in answer.text
    assert "Too much" in answer.text
    assert 'value="107"' in answer.text
    assert available(person) == 100
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("amount", ["0", "-5", "1.5", "", "1000001", "ten"])
def test_only_positive_whole_bounded_amounts_are_booked(amount: str, site: Client, person: User) -> None:
    answer = site.post(page("grant", person), typed(amount))
    assert "Nothing was changed." in answer.text
    assert "Bank transfer 17" in answer.text
    assert available(person) == 100


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_is_required(reason: str, site: Client, person: User) -> None:
    assert "This field is required." in site.post(page("grant", person), typed(5, reason)).text
    assert available(person) == 100


@pytest.mark.parametrize("movement", ["grant", "payout"])
def test_a_repeated_request_books_and_logs_once(movement: str, site: Client, person: User) -> None:
    form = look(site, movement, person, typed(10))
    first = site.post(page(movement, person), form, follow=True)
    second = site.post(page(movement, person), form, follow=True)
    assert first.status_code == second.status_code == 200
    assert available(person) == {"grant": 110, "payout": 90}[movement]
    assert LogEntry.objects.count() == 1


def test_a_form_sent_again_with_another_amount_books_nothing_and_can_be_sent_anew(
    site: Client, person: User
) -> None:
    form = look(site, "grant", person, typed(10))
    site.post(page("grant", person), form)
    answer = site.post(page("grant", person), form | {"amount": "11"})
    assert "sent before with other numbers" in answer.text
    assert 'value="11"' in answer.text
    assert str(form["key"]) not in answer.text
    assert available(person) == 110


def test_a_get_request_changes_nothing(site: Client, person: User) -> None:
    site.get(page("grant", person), typed(10))
    assert available(person) == 100


def test_the_pages_of_person_and_accounts_lead_there(site: Client, person: User) -> None:
    for shown in (
        site.get(reverse("admin:accounts_user_change", args=[person.pk])).text,
        site.get(reverse("admin:credits_account_changelist")).text,
    ):
        assert page("grant", person) in shown
        assert page("payout", person) in shown
