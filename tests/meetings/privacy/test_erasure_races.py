"""Leaving while something else happens (R27): in either order the books balance, nothing personal is left.

Each race that needs a lock has a negative control: without it a promise breaks.
"""

import random
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.jobs import forget_sessions
from accounts.models import User
from credits import ledger
from meetings import audit
from meetings.action import ActionRefused
from meetings.lifecycle import workflow
from meetings.lifecycle.drafts import draft
from meetings.models import Meeting
from meetings.privacy import erasure
from meetings.vocabulary import Action, Progress, Role
from tests.credits import books
from tests.factories import PASSWORD, PersonFactory, ServiceFactory
from tests.meetings.scenarios import DAY, act, after_end, agreed, closed_by_silence, make_meeting
from tests.threads import at_once, slowly

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 10


def leave(person: User) -> object:
    return erasure.delete_account(person, timezone.now())


def traces_of(person: User) -> list[str]:
    """Return where the person's mark still stands."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            search = f'SELECT count(*) FROM "{table}" AS row WHERE row::text ILIKE %s'  # noqa: S608 - our tables
            cursor.execute(search, [f"%{person.first_name}%"])
            if cursor.fetchone()[0]:
                found.append(table)
    return found if User.objects.get(pk=person.pk).is_deleted else []


def in_order(person: User) -> None:
    left = User.objects.get(pk=person.pk).is_deleted
    assert traces_of(person) == []
    assert not (left and ledger.balance(person).owned)
    assert not (left and erasure.obstacles(person, timezone.now()))
    books.assert_in_order()


def named(**how: object) -> User:
    mark = f"zebra{uuid4().hex}"
    person: User = PersonFactory.create(first_name=mark, email=f"{mark}@example.com", **how)
    return person


def while_a_meeting_is_settled() -> None:
    """The user pays all that they own; before that the meeting stands against leaving, then nothing."""
    now = timezone.now()
    meeting = agreed(now=now - 9 * DAY, student=named(credits=30), price=30, starts_in=3 * DAY)
    answer = {"progress": Progress.SMOOTH, "stars": 5}
    settle = partial(act, meeting, Action.RECORD, Role.USER, now=after_end(meeting), **answer)
    left, settled = at_once(partial(leave, meeting.student), settle)
    assert left is None or isinstance(left, erasure.CannotLeave), left
    assert isinstance(settled, Meeting), settled
    assert ledger.balance(meeting.expert).available == 24
    in_order(meeting.student)


def while_the_clock_settles() -> None:
    """The same, by the job after 168 hours."""
    now = timezone.now()
    meeting = agreed(now=now - 30 * DAY, student=named(credits=30), price=30)
    left, settled = at_once(
        partial(leave, meeting.student), lambda: workflow.apply_due_transitions(meeting.pk, now)
    )
    assert left is None, left
    assert settled in (True, False), settled
    assert ledger.balance(meeting.expert).available == 24
    in_order(meeting.student)


def while_somebody_suggests() -> None:
    """An expert leaves while a user suggests a meeting: one of the two is refused."""
    now, service = timezone.now(), ServiceFactory.create(price=0, expert__user=named())
    student = PersonFactory.create()
    meeting = draft(
        student=student,
        service=service,
        skill=service.expert.skills.get(),
        starts_at=now + DAY,
        role=Role.USER,
        now=now,
        note=service.expert.user.first_name,
    )
    suggest = partial(workflow.suggest, meeting, role=Role.USER, actor=student, now=now)
    left, suggested = at_once(partial(leave, service.expert.user), suggest)
    assert left is None or isinstance(left, erasure.CannotLeave), left
    assert isinstance(suggested, Meeting | ActionRefused), suggested
    assert (left is None) != isinstance(suggested, Meeting)
    in_order(service.expert.user)


def while_words_are_written() -> None:
    """A user writes about an expert who leaves: the words come before, and are erased, or are refused."""
    service = ServiceFactory.create(expert__user=named())
    meeting = make_meeting("held", now=timezone.now() - 30 * DAY, price=0, service=service)
    write = partial(
        act, meeting, Action.REVIEW, Role.USER, now=timezone.now(), review=meeting.expert.first_name
    )
    left, written = at_once(partial(leave, meeting.expert), write)
    assert left is None, left
    assert isinstance(written, Meeting | ActionRefused), written
    in_order(meeting.expert)


@transaction.atomic
def grant(person: User) -> int | None:
    """Grant credits as the operators' page does."""
    locked = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    how = {"made_by": None, "key": f"race:{person.pk}", "now": timezone.now()}
    return ledger.grant(locked, 5, reason=person.first_name, **how)


def while_credits_come() -> None:
    """An operator grants credits to somebody who leaves: they are granted, or the account is gone."""
    person = named()
    late = slowly(grant, random.choice((0, 0.1)))  # noqa: S311 - either may be first
    left, granted = at_once(partial(leave, person), partial(late, person))
    assert left is None or isinstance(left, erasure.CannotLeave), left
    assert isinstance(granted, int | ledger.AccountClosed), granted
    in_order(person)


def twice_at_once() -> None:
    person = named()
    assert at_once(partial(leave, person), partial(leave, person)) == [None, None]
    in_order(person)


def while_the_platform_gives_back() -> None:
    """An operator reverses an evaluation while the user, who owns nothing, leaves."""
    meeting = closed_by_silence(now=timezone.now() - 30 * DAY, student=named(credits=30), price=30)
    reverse = partial(
        act, meeting, Action.REVERSE, Role.OPERATOR, now=timezone.now(), words=meeting.student.first_name
    )
    left, reversed_ = at_once(partial(leave, meeting.student), reverse)
    assert left is None or isinstance(left, erasure.CannotLeave), left
    assert isinstance(reversed_, Meeting | ActionRefused), reversed_
    assert (left is None) != isinstance(reversed_, Meeting)
    in_order(meeting.student)


def while_the_person_signs_in() -> None:
    """Whoever signs in is a moment earlier, and signed out, or finds no account; nothing outlives the job."""
    person, site = named(), Client(HTTP_USER_AGENT="Mozilla")
    form = {"login": person.email, "password": PASSWORD}
    left, answer = at_once(partial(leave, person), lambda: site.post("/account/login/", form))
    assert left is None, left
    assert not isinstance(answer, Exception), answer
    forget_sessions()
    signed_out(person)
    in_order(person)


def signed_out(person: User) -> None:
    assert not UserSession.objects.filter(user=person).exists()
    assert User.objects.get(pk=person.pk).last_login is None
    assert not any(person.email in str(session.get_decoded()) for session in Session.objects.all())


RACES = (
    while_a_meeting_is_settled,
    while_the_clock_settles,
    while_somebody_suggests,
    while_words_are_written,
    while_credits_come,
    twice_at_once,
    while_the_platform_gives_back,
    while_the_person_signs_in,
)


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_every_promise_is_kept(race: Callable[[], None]) -> None:
    for _round in range(ROUNDS):
        race()
    assert audit.differences() == []


def test_who_signs_in_after_the_sessions_were_looked_through_is_signed_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Others take their time before they commit: the sign-in begins while the account is still there."""
    person, site, looked = named(), Client(), threading.Event()
    erase = erasure._erase

    def erase_and_wait(*how: Any) -> None:
        erase(*how)
        looked.set()
        time.sleep(0.5)

    def sign_in() -> Any:
        assert looked.wait(30)
        return site.post("/account/login/", {"login": person.email, "password": PASSWORD})

    monkeypatch.setattr(erasure, "_erase", erase_and_wait)
    left, answer = at_once(partial(leave, person), sign_in)
    assert left is None, left
    assert answer.status_code == 302, answer
    signed_out(person)
    assert site.get("/meetings/").url.startswith("/account/login/")


# --- Negative controls ---------------------------------------------------------------------------


def without_locks(patch: pytest.MonkeyPatch) -> None:
    """Look at the person and the meetings without locking them, while others take their time to change."""
    patch.setattr(erasure, "_lock", lambda person: User.objects.get(pk=person.pk))
    patch.setattr(workflow, "_change", slowly(workflow._change, 0.25))


NEED_LOCKS = (while_somebody_suggests, while_words_are_written, while_the_platform_gives_back)


@pytest.mark.parametrize("race", NEED_LOCKS, ids=lambda race: race.__name__)
def test_without_locks_a_promise_breaks(race: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)
    with pytest.raises(AssertionError):  # noqa: PT012 - which round breaks it is left to chance
        for _round in range(ROUNDS):
            race()


def test_without_closed_accounts_credits_come_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_only(person: User) -> None:
        if ledger.balance(person).owned:
            raise ledger.StillOwned(0)

    monkeypatch.setattr(ledger, "close", look_only)
    with pytest.raises(AssertionError):  # noqa: PT012
        for _round in range(ROUNDS):
            while_credits_come()
