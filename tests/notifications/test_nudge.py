"""Asking for jobs, on the real Redis: no job waits twice, and no wake-up is lost."""

import time
from collections.abc import Iterator

import pytest
from celery import current_app
from django.db import transaction

from notifications import nudge
from runner.addresses import free_port
from tests import mailserver, queues

MAILS = "notifications.jobs.deliver_mails"
ROOMS, WATCH = "meetings.jobs.prepare_rooms", "meetings.jobs.watch_rooms"


@pytest.fixture(autouse=True)
def _empty_queues() -> Iterator[None]:
    queues.forget()
    yield
    queues.forget()


def test_a_job_waits_once_however_often_it_is_asked_for() -> None:
    assert [nudge.ask_for(MAILS) for _time in range(20)] == [True] * 20
    assert queues.all_jobs() == {"celery": [], "mail": [MAILS], "video": []}


def test_a_job_that_has_begun_is_asked_for_anew() -> None:
    """What is committed while it runs may come too late for its look."""
    nudge.ask_for(MAILS)
    queues.take("mail")
    nudge.ask_for(MAILS)
    nudge.ask_for(MAILS)
    assert queues.jobs_in("mail") == [MAILS]


def test_jobs_of_one_queue_keep_their_places() -> None:
    for job in (ROOMS, WATCH, ROOMS, WATCH, ROOMS):
        nudge.ask_for(job)
    assert queues.jobs_in("video") == [ROOMS, WATCH]


def test_an_emptied_broker_hides_nothing() -> None:
    nudge.ask_for(MAILS)
    queues.forget()
    nudge.ask_for(MAILS)
    assert queues.jobs_in("mail") == [MAILS]


def test_a_nudge_never_expires() -> None:
    """As long as it waits nobody else asks, so it must not be thrown away."""
    nudge.ask_for(MAILS)
    with current_app.connection_for_read() as broker:
        message = broker.SimpleQueue("mail").get(timeout=1)
    assert message.headers["task"] == MAILS
    assert message.headers["expires"] is None


@pytest.mark.django_db(transaction=True)
def test_a_nudge_waits_for_the_commit() -> None:
    with transaction.atomic():
        nudge.on_commit(MAILS)
        nudge.on_commit(MAILS)
        assert queues.jobs_in("mail") == []
    assert queues.jobs_in("mail") == [MAILS]


def test_who_asks_does_not_wait_for_a_broker_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = f"redis://{mailserver.HOST}:{free_port()}/0"
    monkeypatch.setattr(current_app.conf, "broker_write_url", nowhere)
    started = time.monotonic()
    assert nudge.ask_for(MAILS) is False
    assert time.monotonic() - started < 2


def test_a_broker_that_is_lost_while_it_is_asked_is_away() -> None:
    """Beat would end of anything else; a key of another kind is the error that is made most easily."""
    with current_app.connection_for_read() as broker:
        broker.default_channel.client.set("mail", "no list")
    assert nudge.ask_for(MAILS) is False
