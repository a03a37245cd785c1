"""People change their minds while a worker tells the video platform: nobody waits in a circle.

Actions lock the meeting, its people, then its room. Whoever talks to the platform locks the room alone.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import User
from meetings.models import Meeting, VideoRoom
from meetings.privacy import erasure
from meetings.video import outbox, rooms
from meetings.video.platforms import PLATFORMS
from meetings.vocabulary import Action
from tests import statements
from tests.factories import PersonFactory, ServiceFactory
from tests.meetings.scenarios import BY_USER, NOW, act, agreed
from tests.meetings.video.platforms.standin import StandIn
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS, CONTROL_ROUNDS = 40, 300
LONGEST_PAUSE = 0.035
LONG_ENOUGH_TO_WAIT = 0.5
DEADLOCK = "40P01"

deadlocks: list[str] = []


@pytest.fixture(autouse=True)
def platform(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    standin = StandIn()
    monkeypatch.setitem(PLATFORMS, "standin", lambda _given: standin)  # type: ignore[misc]
    settings.VIDEO_PLATFORM = "standin"
    rooms._platform.cache_clear()
    deadlocks.clear()
    yield standin
    rooms._platform.cache_clear()


def test_cancelling_right_after_a_confirmation_never_deadlocks() -> None:
    assert change_minds(ROUNDS) == []


def test_with_a_lock_on_the_joined_meeting_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_still_held", lock_room_and_meeting)
    with statements.unwatched():
        assert change_minds(CONTROL_ROUNDS, until_one=True)


def test_leaving_waits_for_the_room_before_it_holds_the_person() -> None:
    """The worker locks a room, then tells its people: who leaves must not be held meanwhile."""
    meeting = free_meeting()
    act(meeting, Action.CANCEL, BY_USER, words="ill")
    person, is_held = meeting.student, threading.Event()

    @transaction.atomic
    def work() -> None:
        VideoRoom.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
        is_held.set()
        time.sleep(LONG_ENOUGH_TO_WAIT)
        with connection.cursor() as cursor:  # what Postgres does for a notification's recipient
            cursor.execute("SELECT FROM accounts_user WHERE id = %s FOR KEY SHARE", [person.pk])

    def leave() -> None:
        is_held.wait(timeout=5)
        erasure.delete_account(person, NOW)

    assert at_once(work, leave) == [None, None]
    assert User.objects.get(pk=person.pk).is_deleted


def change_minds(rounds: int, *, until_one: bool = False) -> list[str]:
    """Confirm and cancel meetings beside a worker that is at it at once; return the deadlocks."""
    done, woken, clock = threading.Event(), threading.Event(), _clock()

    def work() -> None:
        with noting_deadlocks():
            while not done.is_set():
                woken.wait(timeout=1)
                woken.clear()
                outbox.work_off(clock)

    def meet() -> None:
        try:
            with noting_deadlocks():
                for _round in range(rounds):
                    confirm_and_cancel(clock, woken)
                    if until_one and deadlocks:
                        break
        finally:
            done.set()
            woken.set()

    at_once(meet, work)
    return list(deadlocks)


def free_meeting(now: datetime = NOW) -> Meeting:
    service = ServiceFactory.create(price=0)
    return agreed(student=PersonFactory.create(), service=service, price=0, now=now)


def confirm_and_cancel(clock: Callable[[], datetime], woken: threading.Event) -> None:
    meeting = free_meeting(clock())
    woken.set()
    time.sleep(random.uniform(0, LONGEST_PAUSE))  # noqa: S311 - who is first is left to chance
    try:
        act(meeting, Action.CANCEL, BY_USER, now=clock(), words="ill")
    except OperationalError:
        if not deadlocks:
            raise


def lock_room_and_meeting(claim: outbox.Claim) -> VideoRoom | None:
    """Lock as it was: in the order of meetings, whose rows were joined and locked behind the room's."""
    rows = VideoRoom.objects.select_for_update().order_by("meeting__starts_at", "meeting__pk")
    return rows.filter(pk=claim.meeting.pk, busy_until=claim.until).first()


def _clock() -> Callable[[], datetime]:
    """Return a clock that begins at NOW and goes on: each claim of a room ends at another instant."""
    began = time.monotonic()
    return lambda: NOW + timedelta(seconds=time.monotonic() - began)


@contextmanager
def noting_deadlocks() -> Iterator[None]:
    """Note each deadlock of this thread, also where the code goes on after it."""

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        try:
            return execute(sql, params, many, context)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") == DEADLOCK:
                deadlocks.append(sql)
            raise

    with connection.execute_wrapper(note):
        yield
