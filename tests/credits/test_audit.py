import pytest
from django.db import connection
from django.utils import timezone

from credits import audit, ledger
from credits.models import Account, AccountKind, Posting, PostingKind
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def wallet() -> Account:
    """The wallet of somebody who was granted 100 credits and paid out 30."""
    person = PersonFactory.create(credits=100)
    ledger.payout(person, 30, reason="test", made_by=None, key="test:payout", now=timezone.now())
    return Account.objects.get(owner=person, kind=AccountKind.WALLET)


def tamper(statement: str, *values: object) -> None:
    """Write past every rule of the database, as nobody can without owning it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE credits_account DROP CONSTRAINT credits_balance_not_negative")
        cursor.execute("ALTER TABLE credits_transfer DROP CONSTRAINT credits_amount_positive")
        cursor.execute("ALTER TABLE credits_transfer DISABLE TRIGGER USER")
        cursor.execute(statement, values)


def test_books_in_order_have_no_differences(wallet: Account) -> None:
    assert audit.differences() == []
    assert audit.counts() == {"accounts": 3, "postings": 2, "transfers": 2}


def test_empty_books_have_no_differences() -> None:
    assert audit.differences() == []


def test_a_changed_balance_is_named(wallet: Account) -> None:
    tamper("UPDATE credits_account SET balance = 75 WHERE id = %s", wallet.pk)
    assert audit.differences() == [
        f"Account {wallet.pk} (wallet): the balance is 75, but its transfers add up to 70.",
        "All accounts together: 5 instead of 0.",
    ]


def test_a_changed_transfer_is_named(wallet: Account) -> None:
    tamper("UPDATE credits_transfer SET amount = 31 WHERE amount = 30")
    assert audit.differences() == [
        f"Account {wallet.pk} (wallet): the balance is 70, but its transfers add up to 69.",
        "All accounts together: 1 instead of 0.",
    ]


def test_a_deleted_transfer_is_named(wallet: Account) -> None:
    tamper("DELETE FROM credits_transfer WHERE amount = 30")
    payout = Posting.objects.get(kind=PostingKind.PAYOUT)
    assert audit.differences() == [
        f"Account {wallet.pk} (wallet): the balance is 70, but its transfers add up to 100.",
        "All accounts together: -30 instead of 0.",
        f"Posting {payout.pk} (test:payout): there is no transfer.",
    ]


def test_a_negative_balance_is_named(wallet: Account) -> None:
    tamper(
        "UPDATE credits_transfer SET amount = 130 WHERE amount = 30;"
        "UPDATE credits_account SET balance = -30 WHERE id = %s",
        wallet.pk,
    )
    assert audit.differences() == [f"Account {wallet.pk} (wallet): the balance -30 is negative."]


def test_a_transfer_of_nothing_is_named(wallet: Account) -> None:
    transfer = wallet.given.get()
    tamper(
        "UPDATE credits_transfer SET amount = 0 WHERE amount = 30;"
        "UPDATE credits_account SET balance = 100 WHERE id = %s",
        wallet.pk,
    )
    assert audit.differences() == [f"Transfer {transfer.pk}: the amount 0 is not positive."]
