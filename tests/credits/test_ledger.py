"""Each function of the ledger: what it moves, and what it refuses."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from credits import ledger
from credits.ledger import Balance, NotEnoughCredits
from credits.models import AccountKind, Posting, Transfer
from notifications import wording
from notifications.models import Notification
from tests.credits import books
from tests.credits.calls import (
    ABOUT,
    NOW,
    block,
    bonus,
    charge,
    grant,
    payout,
    refund,
    refused_without_a_trace,
    release,
)
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


def test_a_new_person_has_nothing(payee: User) -> None:
    assert ledger.balance(payee) == Balance(available=0, blocked=0)


def test_owned_is_available_and_blocked() -> None:
    assert Balance(available=70, blocked=30).owned == 100


def test_blocking_lowers_what_is_available_not_what_is_owned(payer: User) -> None:
    block(payer)
    assert ledger.balance(payer) == Balance(70, 30)
    assert ledger.blocked_for(ABOUT) == 30
    assert [(held.reference, held.balance) for held in ledger.open_blocks(payer)] == [(ABOUT, 30)]


def test_releasing_gives_it_back(payer: User) -> None:
    block(payer)
    release(payer)
    assert ledger.balance(payer) == Balance(100, 0)
    assert list(ledger.open_blocks(payer)) == []


def test_charging_splits_the_block(payer: User, payee: User) -> None:
    block(payer)
    charge(payer, payee)
    assert (ledger.balance(payer), ledger.balance(payee)) == (Balance(70, 0), Balance(24, 0))
    assert books.share() == 6


def test_charging_a_part_releases_the_rest(payer: User, payee: User) -> None:
    block(payer, 15)
    posting = charge(payer, payee, 7, 1, released=8)
    assert (ledger.balance(payer), ledger.balance(payee)) == (Balance(93, 0), Balance(6, 0))
    assert books.share() == 1
    amounts = Transfer.objects.filter(posting_id=posting).order_by("pk").values_list("amount", flat=True)
    assert list(amounts) == [6, 1, 8]


def test_a_bonus_comes_from_the_bonuses(payee: User) -> None:
    bonus(payee)
    assert ledger.balance(payee) == Balance(10, 0)
    assert books.platform(AccountKind.BONUS) == -10


def test_a_grant_comes_from_the_issuance(payee: User) -> None:
    operator = PersonFactory.create(is_staff=True)
    posting = Posting.objects.get(pk=grant(payee, made_by=operator))
    assert ledger.balance(payee) == Balance(50, 0)
    assert books.platform(AccountKind.ISSUANCE) == -50
    assert (posting.reason, posting.made_by, posting.made_at) == ("bought", operator, NOW)


def test_a_payout_goes_out_of_the_books(payer: User) -> None:
    payout(payer)
    assert ledger.balance(payer) == Balance(60, 0)
    assert books.platform(AccountKind.PAYOUT) == 40


@pytest.mark.parametrize(
    ("left", "from_expert", "from_platform"), [(24, 24, 6), (50, 24, 6), (23, 23, 7), (0, 0, 30)]
)
def test_a_refund_takes_what_the_expert_has_and_the_rest_from_the_platform(
    payer: User, payee: User, left: int, from_expert: int, from_platform: int
) -> None:
    block(payer)
    charge(payer, payee)
    if left > 24:
        grant(payee, left - 24)
    elif left < 24:
        payout(payee, 24 - left)
    found = refund(payer, payee)
    assert (found.from_expert, found.from_platform) == (from_expert, from_platform)
    assert ledger.balance(payer) == Balance(100, 0)
    assert ledger.balance(payee) == Balance(left - from_expert, 0)
    assert books.share() == 6 - from_platform


@pytest.mark.parametrize("name", ["block", "release", "bonus", "grant", "payout"])
def test_nothing_is_no_movement(payer: User, name: str) -> None:
    functions = {"block": block, "release": release, "bonus": bonus, "grant": grant, "payout": payout}
    postings, told = Posting.objects.count(), Notification.objects.count()
    assert functions[name](payer, 0) is None
    assert (Posting.objects.count(), Notification.objects.count()) == (postings, told)


def test_charging_or_refunding_nothing_is_no_movement(payer: User, payee: User) -> None:
    assert charge(payer, payee, 0, 0) is None
    assert refund(payer, payee, 0, 0) == ledger.Refund(None, 0, 0)


SHORT = {
    "block": (lambda payer, _payee: block(payer, 101), 1),
    "block of another thing": (
        lambda payer, _payee: block(payer, 71, reference="meeting:2", key="two"),
        1,
    ),
    "payout": (lambda payer, _payee: payout(payer, 130), 60),
    "release": (lambda payer, _payee: release(payer, 31), 1),
    "charge": (lambda payer, payee: charge(payer, payee, 40, 8), 10),
    "charge with a rest": (lambda payer, payee: charge(payer, payee, 20, 4, released=11), 1),
}


@pytest.mark.parametrize("name", SHORT)
def test_what_is_not_there_is_refused_with_the_missing_number(payer: User, payee: User, name: str) -> None:
    call, missing = SHORT[name]
    if name != "block":
        block(payer)
    refused = refused_without_a_trace(NotEnoughCredits, lambda: call(payer, payee))
    assert isinstance(refused, NotEnoughCredits)
    assert refused.missing == missing


def test_all_there_is_can_be_blocked(payer: User) -> None:
    block(payer, 100)
    assert ledger.balance(payer) == Balance(0, 100)


@pytest.mark.parametrize("name", ["block", "release", "bonus", "grant", "payout"])
def test_a_negative_amount_is_refused(payer: User, name: str) -> None:
    functions = {"block": block, "release": release, "bonus": bonus, "grant": grant, "payout": payout}
    block(payer, 30, reference="meeting:2", key="other")
    refused_without_a_trace(
        (NotEnoughCredits, IntegrityError), lambda: functions[name](payer, -5, key="negative")
    )


@pytest.mark.parametrize(
    ("amount", "share", "released"), [(30, 31, 0), (30, -1, 0), (31, 6, -1), (-5, -5, 35)]
)
def test_a_charge_with_a_negative_part_is_refused(
    payer: User, payee: User, amount: int, share: int, released: int
) -> None:
    block(payer)
    refused_without_a_trace(
        (NotEnoughCredits, IntegrityError), lambda: charge(payer, payee, amount, share, released=released)
    )


def test_people_are_told_of_what_they_get(payer: User) -> None:
    Notification.objects.all().delete()
    bonus(payer)
    grant(payer)
    payout(payer)
    block(payer)
    release(payer)
    told = Notification.objects.order_by("pk")
    assert [(note.recipient, wording.title(note), note.facts) for note in told] == [
        (payer, "Bonus credits for verbal evaluation", {"amount_credits": 10}),
        (payer, "Credits granted", {"amount_credits": 50}),
        (payer, "Payout", {"amount_credits": 40}),
    ]


def test_a_posting_is_found_by_its_key(payer: User) -> None:
    posting = block(payer)
    found = ledger.find("block")
    assert found is not None
    assert (found.pk, found.kind, found.reference) == (posting, "block", ABOUT)
    assert ledger.find("no such key") is None


def test_postings_of_a_person_are_numbered_in_their_order(payer: User, payee: User) -> None:
    numbers = [block(payer), charge(payer, payee), grant(payer), payout(payer)]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("part", [lambda p: release(p, 29), lambda p: charge(p, PersonFactory.create(), 29)])
def test_a_block_ends_whole(part: Callable[[User], object]) -> None:
    person = PersonFactory.create(credits=100)
    block(person)
    with pytest.raises(ledger.BlockNotEmptied), transaction.atomic():
        part(person)
    assert (books.available(person), books.blocked(person)) == (70, 30)
