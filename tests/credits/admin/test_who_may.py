"""Who is granted credits, and by whom: the same by each door."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from credits import batches, ledger
from tests.factories import PersonFactory
from tests.meetings.page_forms import form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    return PersonFactory.create(is_staff=True, is_superuser=True, second_factor=True, credits=100)


@pytest.fixture
def site(operator: User, client: Client) -> Client:
    client.force_login(operator)
    return client


def page(movement: str, person: User) -> str:
    return reverse(f"admin:credits_account_{movement}", args=[person.pk])


def test_a_blocked_person_is_granted_nothing_singly_as_in_a_batch(site: Client, operator: User) -> None:
    blocked = PersonFactory.create(is_active=False)
    (line,) = batches.judge(batches.read(f"{blocked.email}, 5, Gift"), sign=1, operator=operator).lines
    shown = site.get(page("grant", blocked)).text
    answer = site.post(page("grant", blocked), form_of(shown, amount="5", reason="Gift"))
    assert line.problem == "This account is blocked, so it is granted nothing."
    assert line.problem in answer.text
    assert ledger.balance(blocked).available == 0


def test_a_blocked_person_is_still_paid_out(site: Client) -> None:
    blocked = PersonFactory.create(is_active=False, credits=9)
    shown = site.get(page("payout", blocked)).text
    again = site.post(page("payout", blocked), form_of(shown, amount="5", reason="Transfer")).text
    site.post(page("payout", blocked), form_of(again, amount="5", reason="Transfer"))
    assert ledger.balance(blocked).available == 4


@pytest.mark.parametrize("movement", [ledger.grant, ledger.payout])
def test_the_ledger_moves_nothing_of_who_asks_for_it(movement: object, operator: User) -> None:
    with pytest.raises(ledger.OwnCredits):
        movement(operator, 5, reason="x", made_by=operator, key="test:own", now=timezone.now())  # type: ignore[operator]
    assert ledger.balance(operator).available == 100


@pytest.mark.parametrize("movement", ["grant", "payout"])
def test_an_operator_is_told_why_their_own_credits_are_not_moved(
    movement: str, site: Client, operator: User
) -> None:
    answer = site.get(page(movement, operator))
    assert answer.status_code == 403
    assert "Nobody moves credits of their own." in answer.text
    assert "does not have the right" not in answer.text
