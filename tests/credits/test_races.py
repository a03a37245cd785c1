"""Races of the ledger itself, without the locks of meetings and people around it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from credits import ledger
from credits.ledger import Balance, NotEnoughCredits
from tests.credits import books
from tests.factories import PersonFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()
ROUNDS, CONTROL_ROUNDS = 25, 25
number = count()


def in_a_transaction(call: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with transaction.atomic():
            return call()

    return run


def block(person: User, amount: int, reference: str, key: str | None = None) -> Callable[[], Any]:
    key = key or f"{reference}:block"
    return in_a_transaction(lambda: ledger.block(person, amount, reference=reference, key=key, now=NOW))


def charge(payer: User, payee: User, reference: str) -> Callable[[], Any]:
    """Charge 20 of 30: wallets of both people move."""
    how = {"payee": payee, "share": 6, "released": 10, "reference": reference, "now": NOW}
    return in_a_transaction(lambda: ledger.charge(payer, 20, key=f"{reference}:charge", **how))


def release(person: User, reference: str) -> Callable[[], Any]:
    key = f"{reference}:release"
    return in_a_transaction(lambda: ledger.release(person, 30, reference=reference, key=key, now=NOW))


def new_reference() -> str:
    return f"race:{next(number)}"


def assert_one_winner(results: list[Any]) -> None:
    losers = [result for result in results if isinstance(result, Exception)]
    assert len(losers) == 1, results
    assert isinstance(losers[0], NotEnoughCredits), losers


def two_blocks_with_credits_for_one() -> None:
    person = PersonFactory.create(credits=30)
    assert_one_winner(at_once(block(person, 30, new_reference()), block(person, 30, new_reference())))
    assert ledger.balance(person) == Balance(0, 30)


def charged_and_released_at_once() -> None:
    payer, payee, reference = PersonFactory.create(credits=30), PersonFactory.create(), new_reference()
    block(payer, 30, reference)()
    assert_one_winner(at_once(charge(payer, payee, reference), release(payer, reference)))
    owned = ledger.balance(payer), ledger.balance(payee)
    assert owned in ((Balance(10, 0), Balance(14, 0)), (Balance(30, 0), Balance(0, 0)))


def one_key_twice() -> None:
    person, reference = PersonFactory.create(credits=100), new_reference()
    one, two = at_once(block(person, 30, reference), block(person, 30, reference))
    assert isinstance(one, int), one
    assert one == two
    assert ledger.balance(person) == Balance(70, 30)


def one_reference_for_the_first_time() -> None:
    """Two blocks under one new reference make its account once."""
    person, reference = PersonFactory.create(credits=100), new_reference()
    results = at_once(
        block(person, 30, reference, f"{reference}:1"), block(person, 20, reference, f"{reference}:2")
    )
    assert all(isinstance(result, int) for result in results), results
    assert ledger.balance(person) == Balance(50, 50)


def crosswise() -> None:
    """A is charged for B while B is charged for A, and each blocks something new."""
    one, two = PersonFactory.create_batch(2, credits=60)
    first, second = new_reference(), new_reference()
    block(one, 30, first)()
    block(two, 30, second)()
    results = at_once(
        charge(one, two, first),
        charge(two, one, second),
        block(one, 20, new_reference()),
        block(two, 20, new_reference()),
    )
    assert all(isinstance(result, int) for result in results), results
    assert {ledger.balance(one), ledger.balance(two)} == {Balance(34, 20)}


RACES = (
    two_blocks_with_credits_for_one,
    charged_and_released_at_once,
    one_key_twice,
    one_reference_for_the_first_time,
    crosswise,
)


@pytest.mark.parametrize("race", RACES)
def test_every_promise_is_kept(race: Callable[[], None]) -> None:
    for _round in range(ROUNDS):
        race()
    books.assert_in_order()


# --- Negative controls ---------------------------------------------------------------------------

LOCK = """PERFORM 1 FROM credits_account
        WHERE id = ANY (p_sources || p_targets) AND balance IS NOT NULL
        ORDER BY id FOR UPDATE;"""
AS_THEY_COME = """FOR i IN 1 .. array_length(p_sources, 1) LOOP
        PERFORM 1 FROM credits_account WHERE id = p_targets[i] AND balance IS NOT NULL FOR UPDATE;
        PERFORM pg_sleep(0.05);
        PERFORM 1 FROM credits_account WHERE id = p_sources[i] AND balance IS NOT NULL FOR UPDATE;
    END LOOP;"""
BOOK = "INSERT INTO credits_transfer"


@contextmanager
def rewritten(old: str, new: str) -> Iterator[None]:
    """Let the database function be another one for a while."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('credits_post'::regproc)")
        original = cursor.fetchone()[0]
    assert old in original
    slow = original.replace(old, new).replace(BOOK, f"PERFORM pg_sleep(0.02); {BOOK}")
    try:
        connection.cursor().execute(slow)
        yield
    finally:
        connection.cursor().execute(original)


CONTROLS = [
    (two_blocks_with_credits_for_one, LOCK, ""),
    (charged_and_released_at_once, LOCK, ""),
    (one_key_twice, "ON CONFLICT (key) DO NOTHING ", ""),
    (crosswise, LOCK, AS_THEY_COME),
]


@pytest.mark.parametrize(("race", "lock", "instead"), CONTROLS)
def test_without_its_lock_a_promise_breaks(race: Callable[[], None], lock: str, instead: str) -> None:
    with rewritten(lock, instead), pytest.raises(AssertionError):  # noqa: PT012 - some round breaks it
        for _round in range(CONTROL_ROUNDS):
            race()


def test_refunds_crosswise_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The payee's wallet is looked at before the posting: it must be locked in the common order."""
    people = PersonFactory.create_batch(2, credits=60)
    post = ledger._post

    def paused(*args: Any, **kwargs: Any) -> int | None:
        time.sleep(0.05)
        return post(*args, **kwargs)

    def refund(payer: User, payee: User) -> Callable[[], Any]:
        key = f"refund:{payer.pk}"
        how = {"payee": payee, "share": 6, "reference": "race", "key": key, "now": NOW}
        return in_a_transaction(lambda: ledger.refund(payer, 30, **how))

    monkeypatch.setattr(ledger, "_post", paused)
    results = at_once(refund(*people), refund(*reversed(people)))
    assert [type(result) for result in results] == [ledger.Refund, ledger.Refund], results
