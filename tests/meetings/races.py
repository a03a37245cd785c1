"""Two people at the same moment: each race is run once and says what was promised and not kept."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.db import transaction

from accounts.models import User
from credits import ledger
from meetings.action import ActionRefused
from meetings.lifecycle import workflow
from meetings.lifecycle.drafts import draft
from meetings.models import Event, Meeting
from meetings.vocabulary import Action, Progress, Role, Status
from notifications.models import Notification
from tests.factories import PersonFactory, ServiceFactory
from tests.meetings.expected import (
    Typed,
    a_day_before,
    agreed_by_expert,
    date,
    moved_by_expert,
    nothing,
    reason,
    words,
    words_and_deduction,
)
from tests.meetings.scenarios import DAY, NOW, act, agreed, closed_by_silence, countered, suggest
from tests.threads import at_once

USER, EXPERT, OPERATOR = Role.USER, Role.EXPERT, Role.OPERATOR
SECOND = timedelta(seconds=1)

Move = tuple[Action, Role, Callable[[Meeting], Typed]]


def assert_one_winner(results: list[Any], *, missing_credits: int = 0) -> None:
    """Check that one call succeeded and the other was refused in a sentence, for the right reason."""
    losers = [result for result in results if isinstance(result, Exception)]
    assert len(losers) == len(results) - 1, results
    for loser in losers:
        assert isinstance(loser, ActionRefused), loser
        assert loser.missing_credits == missing_credits, loser


def assert_block_fits(meeting: Meeting) -> None:
    fresh = Meeting.objects.get(pk=meeting.pk)
    expected = fresh.price if fresh.payment == "blocked" else 0
    assert ledger.blocked_for(fresh.reference) == expected, fresh.status


@dataclass(frozen=True)
class Duel:
    """Two moves of which only one can win."""

    road: Callable[[], Meeting]
    one: Move
    two: Move
    at: Callable[[Meeting], Any] = lambda _meeting: NOW

    def __str__(self) -> str:
        return " x ".join(f"{action} by {role}" for action, role, _typed in (self.one, self.two))

    def __call__(self) -> None:
        meeting = self.road()
        revision, now = meeting.revision, self.at(meeting)
        events, told = self._traces(meeting)
        results = at_once(*(self._call(meeting, move, now) for move in (self.one, self.two)))
        assert_one_winner(results)
        winner = next(result for result in results if isinstance(result, Meeting))
        assert winner.revision <= revision + 1
        assert_block_fits(meeting)
        new_events, new_told = self._traces(meeting)
        assert new_events - events <= 3
        assert new_told - told <= 2

    @staticmethod
    def _call(meeting: Meeting, move: Move, now: Any) -> Callable[[], Meeting]:
        action, role, ask = move
        typed = ask(meeting)
        return lambda: act(meeting, action, role, now=now, **typed)

    @staticmethod
    def _traces(meeting: Meeting) -> tuple[int, int]:
        told = Notification.objects.filter(reference=meeting.reference).count()
        return Event.objects.filter(meeting=meeting).count(), told


def the_end(meeting: Meeting) -> Any:
    return meeting.ends_at


def much_later(meeting: Meeting) -> Any:
    return meeting.closes_by_silence_at + DAY


def smooth(_meeting: Meeting) -> Typed:
    return {"progress": Progress.SMOOTH, "stars": 5}


def others_fault(_meeting: Meeting) -> Typed:
    return {"progress": Progress.OTHERS_FAULT}


DUELS = (
    Duel(suggest, (Action.CONFIRM, EXPERT, nothing), (Action.CANCEL_REQUEST, USER, nothing)),
    Duel(suggest, (Action.CONFIRM, EXPERT, nothing), (Action.CONFIRM, EXPERT, nothing)),
    Duel(suggest, (Action.CONFIRM, EXPERT, nothing), (Action.REJECT, EXPERT, reason)),
    Duel(agreed, (Action.CANCEL, USER, words), (Action.CANCEL, EXPERT, words)),
    Duel(
        agreed,
        (Action.CANCEL_LATE, USER, words_and_deduction),
        (Action.CANCEL, EXPERT, words),
        at=a_day_before,
    ),
    Duel(agreed_by_expert, (Action.CANCEL, OPERATOR, words), (Action.CANCEL, EXPERT, words)),
    Duel(agreed, (Action.RESCHEDULE, USER, date), (Action.RESCHEDULE, EXPERT, date)),
    Duel(
        moved_by_expert,
        (Action.CONFIRM_ALTERNATIVE, USER, nothing),
        (Action.CANCEL_ALTERNATIVE, EXPERT, nothing),
    ),
    Duel(countered, (Action.REVIVE, USER, nothing), (Action.CANCEL_ALTERNATIVE, EXPERT, nothing)),
    Duel(agreed, (Action.RECORD, USER, smooth), (Action.RECORD, USER, others_fault), at=the_end),
    Duel(
        closed_by_silence,
        (Action.REVERSE, OPERATOR, words),
        (Action.REVERSE, OPERATOR, words),
        at=much_later,
    ),
)


def answer_at_the_last_second() -> None:
    """A user answers just before 168 hours are over while the clock evaluates: evaluated once."""
    meeting = agreed()
    now = meeting.closes_by_silence_at
    answered, _caught_up = at_once(
        lambda: act(meeting, Action.RECORD, USER, now=now - SECOND, **smooth(meeting)),
        lambda: workflow.apply_due_transitions(meeting.pk, now),
    )
    assert isinstance(answered, Meeting | ActionRefused), answered
    assert Event.objects.filter(meeting=meeting, kind="evaluated_automatically").count() == 1
    assert Notification.objects.filter(reference=meeting.reference, kind="evaluated_held").count() == 2
    assert Meeting.objects.get(pk=meeting.pk).status == Status.HELD
    assert_block_fits(meeting)
    assert ledger.balance(meeting.expert).available == 24


def one_purse_two_suggestions() -> None:
    """A user with credits for one meeting suggests two: one of them is refused."""
    student = PersonFactory.create(credits=30)
    services = ServiceFactory.create_batch(2, price=30)
    results = at_once(*(partial(suggest, student=student, service=service) for service in services))
    assert_one_winner(results, missing_credits=30)
    assert ledger.balance(student) == ledger.Balance(0, 30)


def two_overlapping_requests() -> None:
    """An expert confirms two requests for the same hour at once: one waits for an acknowledgement."""
    service = ServiceFactory.create()
    requests = [suggest(service=service) for _number in range(2)]
    results = at_once(*(partial(act, asked, Action.CONFIRM, EXPERT) for asked in requests))
    assert_one_winner(results)
    assert Meeting.objects.filter(service=service, status=Status.AGREED).count() == 1


def the_same_suggestion_twice() -> None:
    """A double click on a suggestion: one meeting, and both answers show it."""
    student, service, key = PersonFactory.create(credits=100), ServiceFactory.create(price=30), uuid4()
    how = {"starts_at": NOW + DAY, "skill": service.expert.skills.get(), "role": USER, "now": NOW}

    def send() -> Meeting:
        drafted = draft(student=student, service=service, **how)
        return workflow.suggest(drafted, role=USER, actor=student, now=NOW, key=key)

    one, two = at_once(send, send)
    assert isinstance(one, Meeting), one
    assert one == two
    assert Meeting.objects.filter(student=student).count() == 1
    assert ledger.balance(student) == ledger.Balance(70, 30)


def the_same_form_twice() -> None:
    """A double click on an action: it is taken once, and both answers show what it did."""
    meeting, key = agreed(), uuid4()
    how = {"role": USER, "actor": meeting.student, "now": NOW, "revision": meeting.revision, "key": key}

    def send() -> Meeting:
        start = meeting.starts_at + DAY
        return workflow.perform(meeting, Action.RESCHEDULE, entry=workflow.Entry(starts_at=start), **how)

    one, two = at_once(send, send)
    assert isinstance(one, Meeting), one
    assert isinstance(two, Meeting), two
    assert one.revision == two.revision
    assert Event.objects.filter(meeting=meeting, kind="alternative_by_user").count() == 1


def paying_each_other(held_up_by: int | None = None) -> None:
    """Two people are user and expert of each other, and both meetings are paid at once.

    Perhaps one of the two is held up for a moment by something else: then both payments queue.
    """
    here, there = ServiceFactory.create_batch(2, price=30)
    for service in (here, there):
        _grant(service)
    to_there = agreed(student=here.expert.user, service=there)
    to_here = agreed(student=there.expert.user, service=here, starts_in=6 * DAY)
    pay = partial(act, action=Action.RECORD, role=USER, now=to_here.ends_at, **smooth(to_here))
    payments = [partial(pay, to_there), partial(pay, to_here)]
    if held_up_by is not None:
        payments.append(partial(_hold_up, (here, there)[held_up_by].expert.user))
    results = at_once(*payments)
    assert all(isinstance(result, Meeting) for result in results[:2]), results
    for service in (here, there):
        assert ledger.balance(service.expert.user) == ledger.Balance(94, 0)


def _hold_up(person: User) -> None:
    """Keep a person locked until whoever comes meanwhile has had time to queue."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        time.sleep(0.06)


def _grant(service: Any) -> None:
    person = service.expert.user
    with transaction.atomic():
        ledger.grant(person, 100, reason="test", made_by=None, key=f"race:{person.pk}", now=NOW)


def paying_each_other_behind_the_first() -> None:
    paying_each_other(held_up_by=0)


def paying_each_other_behind_the_second() -> None:
    paying_each_other(held_up_by=1)


RACES = (
    *DUELS,
    answer_at_the_last_second,
    one_purse_two_suggestions,
    two_overlapping_requests,
    the_same_suggestion_twice,
    the_same_form_twice,
    paying_each_other,
    paying_each_other_behind_the_first,
    paying_each_other_behind_the_second,
)
