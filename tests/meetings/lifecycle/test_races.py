"""Races on a real Postgres: whatever two people do at the same moment, every promise is kept.

Each race has a negative control: the same race without its lock breaks a promise, else it is no proof.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from meetings.lifecycle import idempotency, workflow
from meetings.models import Meeting, Receipt
from tests.credits import books
from tests.meetings.races import (
    DUELS,
    RACES,
    answer_at_the_last_second,
    one_purse_two_suggestions,
    paying_each_other,
    the_same_form_twice,
    the_same_suggestion_twice,
    two_overlapping_requests,
)
from tests.threads import slowly

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20
CONTROL_ROUNDS = 20

Race = Callable[[], None]


def name(race: Race) -> str:
    return getattr(race, "__name__", None) or str(race)


@pytest.mark.parametrize("race", RACES, ids=name)
def test_every_promise_is_kept(race: Race) -> None:
    for _round in range(ROUNDS):
        race()
    books.assert_in_order()


# --- Negative controls ---------------------------------------------------------------------------


def without_meeting_lock(patch: pytest.MonkeyPatch) -> None:
    """Look at the meeting and its people without locking either, and pause before changing anything."""

    def look(pk: int) -> Meeting:
        return Meeting.objects.select_related("service__expert", "skill", "student", "expert").get(pk=pk)

    patch.setattr(workflow, "_lock", look)
    patch.setattr(workflow, "_lock_people", lambda _meeting: None)
    patch.setattr(workflow, "_change", slowly(workflow._change))


def without_people_lock(patch: pytest.MonkeyPatch) -> None:
    """Lock the meeting, but not its two people."""
    patch.setattr(workflow, "_lock_people", lambda _meeting: None)
    patch.setattr(workflow, "_change", slowly(workflow._change))


def without_order(patch: pytest.MonkeyPatch) -> None:
    """Lock the user first and then the expert, as one might think is natural."""

    def lock(meeting: Meeting) -> None:
        for pk in (meeting.student_id, meeting.expert_id):
            User.objects.select_for_update(no_key=True).get(pk=pk)
            time.sleep(0.05)

    patch.setattr(workflow, "_lock_people", lock)


def without_receipts(patch: pytest.MonkeyPatch) -> None:
    """Look whether the form was sent before, and remember it only afterwards."""

    def look(key: Any, actor: User, contents: str, *, now: Any) -> Receipt:
        receipt = Receipt.objects.filter(key=key).first()
        time.sleep(0.02)
        return receipt or Receipt(key=key, actor=actor, digest="", made_at=now)

    def record(receipt: Receipt, meeting: Meeting) -> None:
        receipt.meeting = meeting
        Receipt.objects.bulk_create([receipt], ignore_conflicts=True)

    patch.setattr(idempotency, "reserve", look)
    patch.setattr(idempotency, "record", record)


@contextmanager
def unlocked_ledger() -> Iterator[None]:
    """Let the database function look without a lock, and pause before it books."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('credits_post'::regproc)")
        original = cursor.fetchone()[0]
    careless = original.replace("FOR UPDATE", "").replace(
        "INSERT INTO credits_transfer", "PERFORM pg_sleep(0.02);\n    INSERT INTO credits_transfer"
    )
    assert careless != original
    try:
        connection.cursor().execute(careless)
        yield
    finally:
        connection.cursor().execute(original)


def assert_breaks(race: Race) -> None:
    with pytest.raises(AssertionError):  # noqa: PT012 - which round breaks it is left to chance
        for _round in range(CONTROL_ROUNDS):
            race()


@pytest.mark.parametrize("race", [*DUELS, answer_at_the_last_second], ids=name)
def test_without_the_lock_on_the_meeting_a_promise_breaks(
    race: Race, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_meeting_lock(monkeypatch)
    assert_breaks(race)


def test_without_the_lock_on_people_two_overlapping_requests_are_confirmed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_people_lock(monkeypatch)
    assert_breaks(two_overlapping_requests)


def test_without_locks_on_people_and_wallets_the_same_credits_are_blocked_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_people_lock(monkeypatch)
    with unlocked_ledger():
        assert_breaks(one_purse_two_suggestions)


@pytest.mark.parametrize("race", [the_same_suggestion_twice, the_same_form_twice], ids=name)
def test_without_receipts_a_double_click_acts_twice(race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    without_receipts(monkeypatch)
    assert_breaks(race)


def test_without_one_order_of_locks_two_people_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    without_order(monkeypatch)
    assert_breaks(paying_each_other)
