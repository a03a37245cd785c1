"""Keys: a repeated call changes nothing and finds the first posting; another use of its key is refused."""

from typing import Any

import pytest

from accounts.models import User
from credits.ledger import KeyUsedOtherwise
from tests.credits.calls import block, bonus, charge, grant, payout, refund, refused_without_a_trace, release
from tests.meetings.snapshot import everything

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("spent", [0, 5, 24])
def test_a_refund_repeated_tells_what_the_first_one_did(payer: User, payee: User, spent: int) -> None:
    block(payer)
    charge(payer, payee)
    payout(payee, spent)
    first = refund(payer, payee)
    grant(payee, 1000)
    before = everything()
    assert refund(payer, payee) == first
    assert everything() == before


REPEATED = {
    "block": lambda payer, _payee: block(payer),
    "grant": lambda payer, _payee: grant(payer),
    "bonus": lambda payer, _payee: bonus(payer),
    "payout": lambda payer, _payee: payout(payer),
    "release": lambda payer, _payee: release(payer),
    "charge": charge,
}
OTHER_CONTENTS = {
    "another amount": lambda payer, _payee: grant(payer, 51),
    "another person": lambda _payer, payee: grant(payee),
    "another function": lambda payer, _payee: bonus(payer, 50, key="grant"),
    "another reference": lambda payer, _payee: block(payer, reference="meeting:2"),
    "another split": lambda payer, payee: charge(payer, payee, share=5),
    "another rest": lambda payer, payee: charge(payer, payee, 20, 6, released=10),
}


@pytest.mark.parametrize("name", REPEATED)
def test_a_repeated_key_returns_the_first_posting_and_moves_nothing(
    payer: User, payee: User, name: str
) -> None:
    if name in ("release", "charge"):
        block(payer)
    first = REPEATED[name](payer, payee)
    before = everything()
    assert REPEATED[name](payer, payee) == first
    assert everything() == before


@pytest.mark.parametrize("name", ["release", "block"])
def test_a_repeated_key_is_found_though_the_credits_are_gone(payer: User, payee: User, name: str) -> None:
    first = block(payer, 100) if name == "block" else (block(payer, 100), release(payer, 100))[1]
    if name == "release":
        payout(payer, 100)
    before = everything()
    assert (block(payer, 100) if name == "block" else release(payer, 100)) == first
    assert everything() == before


@pytest.mark.parametrize("name", OTHER_CONTENTS)
def test_a_key_with_other_contents_is_refused(payer: User, payee: User, name: str) -> None:
    grant(payer)
    block(payer)
    charge(payer, payee)
    refused_without_a_trace(KeyUsedOtherwise, lambda: OTHER_CONTENTS[name](payer, payee))


@pytest.mark.parametrize("other", [{"amount": 15}, {"reference": "meeting:2"}], ids=str)
def test_the_key_of_a_refund_with_other_contents_is_refused(
    payer: User, payee: User, other: dict[str, Any]
) -> None:
    block(payer)
    charge(payer, payee)
    refund(payer, payee)
    refused_without_a_trace(KeyUsedOtherwise, lambda: refund(payer, payee, **other))


def test_the_key_of_a_refund_for_other_people_is_refused(payer: User, payee: User) -> None:
    block(payer)
    charge(payer, payee)
    refund(payer, payee)
    refused_without_a_trace(KeyUsedOtherwise, lambda: refund(payee, payer))


def test_the_key_of_something_else_is_no_refund(payer: User, payee: User) -> None:
    block(payer)
    charge(payer, payee)
    refused_without_a_trace(KeyUsedOtherwise, lambda: refund(payer, payee, key="charge"))
