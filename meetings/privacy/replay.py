"""Erasing again whom a restored back-up has brought back, whatever stands against it.

When they were erased nothing did: meetings were over, credits were paid out or spent. The back-up is older:
what is open in it is cancelled, and what is owned is booked as paid out; the report says both, for operators
to compare with what was really paid.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.erasure_list import Erasure, person_of
from accounts.models import User
from credits import ledger
from meetings.action import Entry
from meetings.lifecycle import workflow
from meetings.models import Meeting
from meetings.privacy import erasure as leaving
from meetings.vocabulary import Action, Role, Status

# What an operator can still cancel; of rejected meetings nothing can come any more once a party has left.
OPEN = (Status.AWAITING, Status.AGREED, Status.UNDER_REVIEW)
# Read by the other party until the account is erased, moments later.
WORDS = Entry(words="The account of the other party was deleted.")


@dataclass(frozen=True, slots=True)
class ErasedAgain:
    """Who was erased again, the meetings that were cancelled for it, and the credits booked as paid out."""

    pk: int
    cancelled: list[int]
    paid_out: int

    def __str__(self) -> str:
        parts = [f"Person {self.pk} is erased again."]
        if self.cancelled:
            parts.append(f"Cancelled meetings: {', '.join(map(str, self.cancelled))}.")
        if self.paid_out:
            parts.append(f"Booked as paid out: {self.paid_out} credits.")
        return " ".join(parts)


def replay(erasures: Iterable[Erasure], now: datetime) -> Iterator[ErasedAgain]:
    """Erase each person of the list who is not erased in this database, each in one transaction."""
    for erasure in erasures:
        person = person_of(erasure)
        if person is not None:
            yield _erase_again(person, erasure.at, now)


@transaction.atomic
def _erase_again(person: User, at: datetime, now: datetime) -> ErasedAgain:
    leaving.let_time_pass(person, now)
    cancelled = [_cancel(meeting, now) for meeting in _open_meetings(person)]
    owned = ledger.balance(person).owned
    key = f"erased-again:{person.pk}"
    ledger.payout(person, owned, reason="Erased again after a restore", made_by=None, key=key, now=now)
    leaving.erase_again(person, at)
    return ErasedAgain(person.pk, cancelled, owned)


def _open_meetings(person: User) -> list[Meeting]:
    return list(Meeting.objects.of(person).filter(status__in=OPEN).order_by("pk"))


def _cancel(meeting: Meeting, now: datetime) -> int:
    workflow.perform(meeting, Action.CANCEL, role=Role.OPERATOR, now=now, entry=WORDS)
    return meeting.pk
