"""A mail server that is down, refuses, is slow or forgets to answer; and mails that cannot be written."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import delivery, mails
from notifications.models import MailState, Notification
from tests.crashes import promises
from tests.crashes.due import mails_due
from tests.crashes.programs import await_that
from tests.mailserver import MailServer
from tests.meetings.scenarios import DAY, NOW

pytestmark = pytest.mark.django_db(transaction=True)

HELD_UP = timedelta(seconds=60)  # the longest that a round may take (reliability: K13)


class Clock:
    """A clock that stands still, or takes a step each time somebody looks."""

    def __init__(self, step: timedelta = timedelta(0)) -> None:
        self.now, self.step = NOW, step

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


def deliver(at: datetime = NOW) -> int:
    return delivery.deliver_due(lambda: at)


def fresh(row: Notification) -> Notification:
    return Notification.objects.get(pk=row.pk)


def is_failed(row: Notification) -> bool:
    return fresh(row).mail_state == MailState.FAILED


def ids(rows: list[Notification]) -> list[str]:
    return [mails.message_id(row) for row in rows]


def test_a_server_that_is_down_costs_nothing_and_gets_all_once_it_is_up(mail_server: MailServer) -> None:
    rows = mails_due(20, NOW)
    mail_server.down()
    for _minute in range(30):
        assert deliver() == 0
    assert Notification.objects.mail_due(NOW).filter(mail_attempts=0, mail_problem="").count() == 20
    mail_server.up()
    deliver()
    assert mail_server.message_ids() == ids(rows)
    promises.assert_every_mail_sent()
    assert not Notification.objects.filter(mail_attempts__gt=0).exists()


def goes_down_after(mail_server: MailServer, count: int) -> None:
    await_that(lambda: len(mail_server.accepted) >= count, "some mails arrive")
    mail_server.down()


def test_a_server_that_goes_down_in_the_middle_loses_nothing(mail_server: MailServer) -> None:
    rows = mails_due(60, NOW)
    mail_server.seconds_per_mail = 0.02
    going = Thread(target=goes_down_after, args=(mail_server, 5))
    going.start()
    deliver()
    going.join()
    some = len(mail_server.accepted)
    assert 0 < some < 60
    assert Notification.objects.filter(mail_state=MailState.WAITING, mail_attempts=0).count() >= 59 - some
    mail_server.up()
    deliver(NOW + delivery.PAUSES[0])
    promises.assert_every_mail_sent()
    assert set(mail_server.message_ids()) == set(ids(rows))
    promises.assert_mailed(mail_server, repeats=1)


def test_who_is_refused_is_tried_again_after_growing_pauses_and_then_given_up(
    mail_server: MailServer,
) -> None:
    rows = mails_due(20, NOW)
    bad = rows[0]
    mail_server.refused = {bad.recipient.email}
    wrong = [row for row in rows if row.recipient_id == bad.recipient_id]
    deliver()
    assert set(mail_server.message_ids()) == set(ids(rows)) - set(ids(wrong))

    at = NOW
    for attempt, pause in enumerate(delivery.PAUSES, start=1):
        row = fresh(bad)
        assert (row.mail_state, row.mail_attempts) == (MailState.WAITING, attempt)
        assert row.mail_due_at == at + pause
        assert "550" in row.mail_problem
        assert deliver(at + pause - timedelta(seconds=1)) == 0
        at += pause
        assert deliver(at) == len(wrong)
    row = fresh(bad)
    assert (row.mail_state, row.mail_settled_at, row.mail_due_at) == (MailState.FAILED, at, None)
    assert "No such person" in row.mail_problem
    assert mail_server.attempts[bad.recipient.email] == len(wrong) * (len(delivery.PAUSES) + 1)
    assert list(delivery.PAUSES) == sorted(set(delivery.PAUSES))


def test_what_was_given_up_can_be_sent_again_under_the_same_message_id(mail_server: MailServer) -> None:
    (row, *_others) = mails_due(2, NOW)
    mail_server.refused = {row.recipient.email}
    at = NOW
    for pause in (timedelta(0), *delivery.PAUSES):
        at += pause
        deliver(at)
    assert is_failed(row)
    mail_server.refused = set()
    assert deliver(at) == 0
    delivery.send_again(fresh(row), at)
    delivery.send_again(fresh(row), at)
    assert deliver(at) == 1
    assert mail_server.message_ids().count(mails.message_id(row)) == 1
    promises.assert_every_mail_sent()


def test_what_was_sent_is_not_sent_again(mail_server: MailServer) -> None:
    (row, *_others) = mails_due(2, NOW)
    deliver()
    delivery.send_again(fresh(row), NOW)
    assert deliver() == 0
    assert len(mail_server.accepted) == 2


def test_a_lost_answer_repeats_the_mail_under_the_same_message_id(mail_server: MailServer) -> None:
    rows = mails_due(10, NOW)
    mail_server.answers_to_lose = 1
    deliver()
    assert Notification.objects.filter(mail_state=MailState.WAITING).count() == 1
    deliver(NOW + delivery.PAUSES[0])
    promises.assert_every_mail_sent()
    assert promises.assert_mailed(mail_server, repeats=1) == 1
    assert mail_server.message_ids() == [*ids(rows), mails.message_id(rows[0])]


def test_a_slow_server_gets_all(mail_server: MailServer) -> None:
    rows = mails_due(10, NOW)
    mail_server.seconds_per_mail = 0.1
    deliver()
    assert mail_server.message_ids() == ids(rows)
    promises.assert_every_mail_sent()


def test_a_slow_server_does_not_hold_a_worker_for_long(mail_server: MailServer) -> None:
    mails_due(40, NOW)
    clock = Clock(step=timedelta(seconds=9))
    delivery.deliver_due(clock)
    assert clock.now - NOW <= HELD_UP + 2 * clock.step
    while delivery.deliver_due(clock):
        pass
    promises.assert_every_mail_sent()
    promises.assert_mailed(mail_server)


def test_a_server_that_answers_too_late_gets_all_once_it_is_quick_again(
    mail_server: MailServer, settings: Any
) -> None:
    """It may have kept what it was too slow to acknowledge: those come again, under their Message-ID."""
    rows = mails_due(4, NOW)
    settings.EMAIL_TIMEOUT, mail_server.seconds_per_mail = 0.2, 0.4
    deliver()
    assert Notification.objects.filter(mail_state=MailState.WAITING, mail_attempts=1).count() == 1
    settings.EMAIL_TIMEOUT, mail_server.seconds_per_mail = 10, 0
    deliver(NOW + delivery.PAUSES[0])
    promises.assert_every_mail_sent()
    promises.assert_mailed(mail_server, repeats=len(rows))


def test_with_nothing_due_a_round_costs_next_to_nothing(mail_server: MailServer) -> None:
    mails_due(2, NOW + DAY)
    with CaptureQueriesContext(connection) as queries:
        assert deliver(NOW) == 0
    assert len([query for query in queries if "SELECT" in query["sql"]]) <= 2


def no_facts(row: Notification) -> None:
    """Even whether it is moot cannot be told."""
    Notification.objects.filter(pk=row.pk).update(facts={})


def unknown_meeting(row: Notification) -> None:
    """It speaks of a meeting that is not there."""
    Notification.objects.filter(pk=row.pk).update(reference="meeting:0")


def broken_address(row: Notification) -> None:
    """Its recipient's address would add a header."""
    type(row.recipient).objects.filter(pk=row.recipient_id).update(email="a@example.com\nBcc: b@example.com")


BREAKAGES = (no_facts, unknown_meeting, broken_address)


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.__name__)
def test_a_mail_that_cannot_be_written_is_given_up_and_holds_up_no_other(
    mail_server: MailServer, breakage: Callable[[Notification], None]
) -> None:
    rows = mails_due(10, NOW)
    broken = rows[0]
    breakage(broken)
    deliver()
    hurt = [row for row in rows if row.recipient_id == broken.recipient_id]
    hurt = hurt if breakage is broken_address else [broken]
    for row in hurt:
        assert is_failed(row)
        assert fresh(row).mail_problem
    assert mail_server.message_ids() == [mails.message_id(row) for row in rows if row not in hurt]
