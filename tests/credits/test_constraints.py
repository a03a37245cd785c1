"""What the database itself refuses, whatever Python does."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from credits import ledger
from credits.models import Account, AccountKind, Posting, Transfer
from meetings.models import Meeting
from tests.factories import PersonFactory
from tests.meetings.scenarios import suggest

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def person() -> User:
    """Return a person with 70 credits available and 30 blocked."""
    return suggest().student


def refused(sql: str, by: str) -> None:
    with pytest.raises(DatabaseError, match=by), transaction.atomic():
        connection.cursor().execute(sql)


ALTERING = [
    "UPDATE credits_transfer SET amount = amount + 1",
    "UPDATE credits_transfer SET source_id = target_id",
    "UPDATE credits_transfer SET posting_id = posting_id",
    "DELETE FROM credits_transfer",
    "UPDATE credits_posting SET key = key || '!'",
    "UPDATE credits_posting SET reason = reason || '!'",
    "UPDATE credits_posting SET made_at = now()",
    "DELETE FROM credits_posting",
]


@pytest.mark.parametrize("sql", ALTERING)
def test_the_books_are_only_added_to(person: User, sql: str) -> None:
    refused(sql, "Cannot (update|delete)")


def test_the_reason_of_a_posting_can_be_erased(person: User) -> None:
    assert Posting.objects.update(reason="") == Posting.objects.count()


def test_a_closed_account_takes_no_credits(person: User) -> None:
    refused(
        "UPDATE credits_account SET is_closed = true WHERE balance > 0", "credits_closed_accounts_are_empty"
    )


def test_a_transfer_cannot_be_saved_again_or_deleted(person: User) -> None:
    transfer = Transfer.objects.first()
    for change in (transfer.save, transfer.delete):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            change()


BELOW_ZERO = [
    "UPDATE credits_account SET balance = -1 WHERE kind = 'wallet'",
    "UPDATE credits_account SET balance = balance - 31 WHERE kind = 'block'",
]


@pytest.mark.parametrize("sql", BELOW_ZERO)
def test_nothing_a_person_has_falls_below_zero(person: User, sql: str) -> None:
    refused(sql, "credits_balance_not_negative")


def two_accounts() -> tuple[Account, Account, Posting]:
    wallet, block = Account.objects.filter(kind__in=["wallet", "block"]).order_by("pk")[:2]
    return wallet, block, Posting.objects.first()


@pytest.mark.parametrize("amount", [0, -1])
def test_a_transfer_has_a_positive_amount(person: User, amount: int) -> None:
    source, target, posting = two_accounts()
    with pytest.raises(IntegrityError, match="amount"), transaction.atomic():
        Transfer.objects.create(posting=posting, source=source, target=target, amount=amount)


def test_a_transfer_goes_from_one_account_to_another(person: User) -> None:
    source, _target, posting = two_accounts()
    with pytest.raises(IntegrityError, match="credits_two_different_accounts"), transaction.atomic():
        Transfer.objects.create(posting=posting, source=source, target=source, amount=1)


def test_a_person_has_one_wallet(person: User) -> None:
    with pytest.raises(IntegrityError, match="credits_one_wallet_per_person"), transaction.atomic():
        Account.objects.create(kind=AccountKind.WALLET, owner=person, balance=0)


def test_a_meeting_has_one_block(person: User) -> None:
    meeting = Meeting.objects.get(student=person)
    for owner in (person, meeting.expert):
        with pytest.raises(IntegrityError, match="credits_one_block_per_reference"), transaction.atomic():
            Account.objects.create(
                kind=AccountKind.BLOCK, owner=owner, reference=meeting.reference, balance=0
            )


@pytest.mark.parametrize("kind", ["share", "issuance", "bonus", "payout"])
def test_the_platform_has_one_account_of_each_kind(kind: str) -> None:
    Account.objects.get_or_create(kind=kind, owner=None)
    with pytest.raises(IntegrityError, match="credits_one_platform_account_per_kind"), transaction.atomic():
        Account.objects.create(kind=kind)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"kind": "wallet", "balance": 0}, "credits_people_have_owner_and_balance"),
        ({"kind": "share", "balance": 0}, "credits_people_have_owner_and_balance"),
        ({"kind": "block", "balance": 0, "owner": True}, "credits_only_blocks_have_a_reference"),
        ({"kind": "wallet", "balance": 0, "owner": True, "reference": "x"}, "credits_only_blocks_have_a_ref"),
        ({"kind": "treasure"}, "credits_(known_account_kind|people_have)"),
    ],
    ids=str,
)
def test_an_account_is_what_its_kind_says(fields: dict[str, object], name: str) -> None:
    if fields.get("owner"):
        fields = fields | {"owner": PersonFactory.create()}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Account.objects.create(**fields)


def test_a_key_is_used_once(person: User) -> None:
    key = Posting.objects.first().key
    with pytest.raises(IntegrityError, match="key"), transaction.atomic():
        Posting.objects.create(key=key, kind="grant", made_at=NOW)


def test_people_with_credits_are_not_deleted(person: User) -> None:
    refused("DELETE FROM accounts_user; SET CONSTRAINTS ALL IMMEDIATE", "foreign key")
    assert ledger.balance(person).owned == 100
