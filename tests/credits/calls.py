"""Calls of the ledger as for one meeting: 30 credits, 6 of them the platform's share."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from credits import ledger
from tests.meetings.snapshot import everything

NOW = timezone.now()
ABOUT = "meeting:1"


def block(person: User, amount: int = 30, **other: Any) -> int | None:
    return ledger.block(person, amount, **{"reference": ABOUT, "key": "block", "now": NOW} | other)


def release(person: User, amount: int = 30, **other: Any) -> int | None:
    return ledger.release(person, amount, **{"reference": ABOUT, "key": "release", "now": NOW} | other)


def charge(payer: User, payee: User, amount: int = 30, share: int = 6, **other: Any) -> int | None:
    how = {"payee": payee, "share": share, "reference": ABOUT, "key": "charge", "now": NOW} | other
    return ledger.charge(payer, amount, **how)


def refund(payer: User, payee: User, amount: int = 30, share: int = 6, **other: Any) -> ledger.Refund:
    how = {"payee": payee, "share": share, "reference": ABOUT, "key": "refund", "now": NOW} | other
    return ledger.refund(payer, amount, **how)


def bonus(person: User, amount: int = 10, **other: Any) -> int | None:
    return ledger.bonus(person, amount, **{"reference": ABOUT, "key": "bonus", "now": NOW} | other)


def grant(person: User, amount: int = 50, **other: Any) -> int | None:
    how = {"reason": "bought", "made_by": None, "key": "grant", "now": NOW} | other
    return ledger.grant(person, amount, **how)


def payout(person: User, amount: int = 40, **other: Any) -> int | None:
    how = {"reason": "invoice 7", "made_by": None, "key": "payout", "now": NOW} | other
    return ledger.payout(person, amount, **how)


def refused_without_a_trace(kind: type[Exception], call: Callable[[], object]) -> Exception:
    before = everything()
    with pytest.raises(kind) as refused, transaction.atomic():
        call()
    assert everything() == before
    return refused.value
