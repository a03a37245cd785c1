"""Many workers at the same time, and people who act while a sweep runs.

Each promise has a negative control: without what keeps it, it breaks, else the test proves nothing.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from credits.notices import BONUS
from meetings.models import Meeting, Reminder
from meetings.models.reminder import ReminderKind, ReminderQuerySet, ReminderState
from meetings.notices import kinds as notices
from meetings.notices import reminders
from meetings.vocabulary import Action, Role
from notifications import delivery, mails, outbox
from notifications.kinds import Kind, all_kinds
from notifications.models import MailState, Notification, NotificationQuerySet
from tests.crashes import promises
from tests.crashes.due import mails_due, meetings_due, quiet_the_road
from tests.factories import PersonFactory
from tests.mailserver import MailServer
from tests.meetings.scenarios import DAY, HOUR, NOW, act, agreed, with_alternative
from tests.threads import at_once, slowly

pytestmark = pytest.mark.django_db(transaction=True)

USER, EXPERT = Role.USER, Role.EXPERT
WORKERS = 8
ROUNDS = 12
# More than a sweep takes at a time; a million was tried by hand.
BATCH_AND_MORE = 600
SECOND = timedelta(seconds=1)


def all_at_once(call: Callable[[], Any], times: int = WORKERS) -> list[Any]:
    """Make the same call in several threads; ours lends them its connection, for the pool has eight."""
    connection.close()
    return at_once(*[call] * times)


def deliver(at: datetime = NOW) -> int:
    return delivery.deliver_due(lambda: at)


def total(results: list[Any]) -> int:
    """Add up what each did; whoever failed says why."""
    for result in results:
        assert isinstance(result, int), result
    return sum(results)


def assert_breaks(promise: Callable[[], None], rounds: int = ROUNDS) -> None:
    with pytest.raises(AssertionError):  # noqa: PT012 - which round breaks it is left to chance
        for _round in range(rounds):
            promise()


# --- Deliverers -------------------------------------------------------------------------------------


def deliverers_send_each_mail_once(mail_server: MailServer, count: int) -> None:
    mails_due(count, NOW)
    mail_server.forget()
    assert total(all_at_once(deliver)) == count
    assert len(mail_server.accepted) == count
    assert set(Counter(mail_server.message_ids()).values()) == {1}
    promises.assert_every_mail_sent()


def test_eight_deliverers_send_each_mail_once(mail_server: MailServer) -> None:
    deliverers_send_each_mail_once(mail_server, 200)


def without_lock_on_mails(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(NotificationQuerySet, "select_for_update", lambda rows, **_how: rows, raising=False)


def test_without_the_lock_on_mails_some_are_sent_twice(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_lock_on_mails(monkeypatch)
    assert_breaks(partial(deliverers_send_each_mail_once, mail_server, 20))


@contextmanager
def held(rows: Any) -> Iterator[None]:
    """Another worker has these rows in hand."""
    has_them, is_done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            list(rows.select_for_update())
            has_them.set()
            is_done.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert has_them.wait(10)
        yield
    finally:
        is_done.set()
        holder.join()


def one_slow_mail_holds_up_no_other(mail_server: MailServer) -> None:
    """While one worker talks to the mail server about the oldest mail, another sends the rest."""
    (oldest, *_others) = mails_due(20, NOW)
    mail_server.forget()
    with held(Notification.objects.filter(pk=oldest.pk)), impatient():
        (sent,) = all_at_once(deliver, 1)
        assert sent == 19, sent


@contextmanager
def impatient() -> Iterator[None]:
    """Every connection gives up waiting for a lock after a moment."""
    _everywhere("SET lock_timeout = '300ms'")
    try:
        yield
    finally:
        _everywhere("RESET lock_timeout")


def _everywhere(setting: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER DATABASE {connection.ops.quote_name(connection.settings_dict['NAME'])} {setting}"
        )
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def waiting_for_locks(patch: pytest.MonkeyPatch, rows: type[Any]) -> None:
    """Lock, but wait for those that others have locked."""
    original = rows.select_for_update

    def patient(self: Any, **how: Any) -> Any:
        return original(self, **how | {"skip_locked": False})

    patch.setattr(rows, "select_for_update", patient, raising=False)


def test_one_slow_mail_holds_up_no_other(mail_server: MailServer) -> None:
    one_slow_mail_holds_up_no_other(mail_server)


def test_without_skip_locked_one_slow_mail_holds_up_all(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting_for_locks(monkeypatch, NotificationQuerySet)
    assert_breaks(partial(one_slow_mail_holds_up_no_other, mail_server), rounds=1)


# --- Sweeps -----------------------------------------------------------------------------------------


def sweeps_settle_each_reminder_once(count: int) -> None:
    meetings = meetings_due(count, NOW)
    assert total(all_at_once(lambda: reminders.send_due(NOW))) == count
    promises.assert_reminded_once(meetings)


def test_eight_sweeps_settle_each_reminder_once() -> None:
    sweeps_settle_each_reminder_once(BATCH_AND_MORE)


def test_eight_sweeps_share_the_work_in_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "BATCH", 10)
    sweeps_settle_each_reminder_once(150)


def without_lock_on_reminders(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ReminderQuerySet, "select_for_update", lambda rows, **_how: rows, raising=False)


def test_without_the_lock_on_reminders_some_are_settled_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    without_lock_on_reminders(monkeypatch)
    assert_breaks(partial(sweeps_settle_each_reminder_once, 20))


def one_busy_meeting_holds_up_no_other() -> None:
    """While somebody acts on one meeting, the reminders of the others are sent."""
    (busy, *others) = meetings_due(10, NOW)
    with held(Meeting.objects.filter(pk=busy.pk)), impatient():
        (settled,) = all_at_once(lambda: reminders.send_due(NOW), 1)
        assert settled == 9, settled
    promises.assert_reminded_once(others)
    assert reminders.send_due(NOW) == 1


def test_one_busy_meeting_holds_up_no_other() -> None:
    one_busy_meeting_holds_up_no_other()


def test_without_skip_locked_one_busy_meeting_holds_up_all(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting_for_locks(monkeypatch, ReminderQuerySet)
    assert_breaks(one_busy_meeting_holds_up_no_other, rounds=1)


# --- Telling ----------------------------------------------------------------------------------------


def what_is_told_many_times_is_written_once() -> None:
    """Eight workers that know nothing of each other tell the same thing."""
    person = PersonFactory.create()
    row = partial(outbox.notification, person, BONUS, source="posting:1", reference="account", now=NOW)
    results = all_at_once(lambda: outbox.tell(row()))
    assert results == [None] * WORKERS
    assert Notification.objects.filter(recipient=person).count() == 1


def test_what_is_told_many_times_is_written_once() -> None:
    what_is_told_many_times_is_written_once()


@contextmanager
def without_constraint(model: type[Any], name: str) -> Iterator[None]:
    """Take a constraint out of the database for a while; what broke it meanwhile is removed."""
    (constraint,) = (one for one in model._meta.constraints if one.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        Notification.objects.all().delete()
        Reminder.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)


def test_without_the_unique_key_it_is_written_many_times() -> None:
    with without_constraint(Notification, "notifications_told_once"):
        assert_breaks(what_is_told_many_times_is_written_once)


def careless_sweeps_tell_once() -> None:
    """Even sweeps that forget to lock tell once: the key is there for what the lock misses."""
    meetings = meetings_due(10, NOW)
    all_at_once(lambda: reminders.send_due(NOW))
    promises.assert_reminded_once(meetings)


def test_without_the_lock_the_unique_key_still_keeps_sweeps_from_telling_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_lock_on_reminders(monkeypatch)
    for _round in range(3):
        careless_sweeps_tell_once()


def test_without_the_lock_and_the_unique_key_sweeps_tell_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    without_lock_on_reminders(monkeypatch)
    with without_constraint(Notification, "notifications_told_once"):
        assert_breaks(careless_sweeps_tell_once)


def a_date_is_armed_once() -> None:
    meeting = agreed(price=0)
    results = all_at_once(partial(reminders.schedule, meeting, NOW))
    assert all(isinstance(result, IntegrityError) for result in results), results
    assert Reminder.objects.filter(meeting=meeting).count() == len(ReminderKind)


def test_a_date_is_armed_once() -> None:
    a_date_is_armed_once()


def test_without_the_key_of_reminders_a_date_is_armed_again() -> None:
    with without_constraint(Reminder, "meetings_remind_once_per_date"):
        assert_breaks(a_date_is_armed_once, rounds=1)


# --- People who act while a sweep runs (reliability: R17, R18) ------------------------------------------


def first_and_last(meeting: Meeting, kind: Kind) -> list[int]:
    """Return the numbers of what was told: who locks the meeting first writes first."""
    told = Notification.objects.filter(reference=meeting.reference, kind=kind.name)
    return sorted(told.values_list("pk", flat=True))


def assert_reminded_before(meeting: Meeting, state: ReminderState, kind: Kind) -> None:
    """Check that a reminder of the old date was written before the change was told, or not at all."""
    row = Reminder.objects.get(meeting=meeting, kind=ReminderKind.DAY_BEFORE, date_version=1)
    reminded = first_and_last(meeting, notices.REMINDER.kind)
    assert row.state in (ReminderState.SENT, state)
    assert len(reminded) == (2 if row.state == ReminderState.SENT else 0)
    (told, *_more) = first_and_last(meeting, kind)
    assert all(pk < told for pk in reminded)


def assert_nothing_pointless_is_mailed(meeting: Meeting, mail_server: MailServer, at: datetime) -> None:
    """Check that a reminder that was written in time, but not mailed, is mailed no more."""
    mail_server.forget()
    while deliver(at):
        pass
    rows = Notification.objects.filter(reference=meeting.reference, kind=notices.REMINDER.kind.name)
    old = [row for row in rows if row.facts["date_version"] == 1]
    assert {row.mail_state for row in old} <= {MailState.MOOT}
    assert all(row.mail_problem for row in old)
    assert not [mail for mail in mail_server.accepted if mail["Subject"] == "Meeting reminder"]


def cancelling_while_a_sweep_runs(mail_server: MailServer) -> None:
    meeting = agreed(price=0)
    quiet_the_road()
    at = meeting.starts_at - DAY
    connection.close()
    cancelled, swept = at_once(
        lambda: act(meeting, Action.CANCEL, EXPERT, now=at, words="I am ill"),
        lambda: reminders.send_due(at),
    )
    assert isinstance(cancelled, Meeting), cancelled
    assert isinstance(swept, int), swept
    reminders.send_due(at)
    assert_reminded_before(meeting, ReminderState.CANCELLED, notices.CANCELLED_BY_EXPERT.kind)
    assert_nothing_pointless_is_mailed(meeting, mail_server, at)


def moving_while_a_sweep_runs(mail_server: MailServer) -> None:
    meeting = with_alternative(EXPERT, price=0)
    quiet_the_road()
    at = meeting.starts_at - DAY
    connection.close()
    moved, swept = at_once(
        lambda: act(meeting, Action.CONFIRM_ALTERNATIVE, USER, now=at),
        lambda: reminders.send_due(at),
    )
    assert isinstance(moved, Meeting), moved
    assert isinstance(swept, int), swept
    reminders.send_due(at)
    assert_reminded_before(meeting, ReminderState.MOVED, notices.ALTERNATIVE_CONFIRMED_BY_USER.kind)
    assert_nothing_pointless_is_mailed(meeting, mail_server, at)
    assert reminders.send_due(at + DAY - SECOND) == 1  # the link for the old date: moved
    assert reminders.send_due(at + DAY) == 1
    promises.assert_told_once()
    new = Notification.objects.filter(source=f"{meeting.reference}:v2")
    assert Counter(new.values_list("kind", flat=True)) == {"meeting_reminder": 2}


RACES = (cancelling_while_a_sweep_runs, moving_while_a_sweep_runs)
Race = Callable[[MailServer], None]


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_no_reminder_is_written_or_mailed_after_the_change(race: Race, mail_server: MailServer) -> None:
    for _round in range(ROUNDS):
        race(mail_server)


def without_lock_on_meetings(patch: pytest.MonkeyPatch) -> None:
    """Lock the reminder, but not its meeting, and pause between looking and writing."""
    original = ReminderQuerySet.select_for_update
    patch.setattr(
        ReminderQuerySet,
        "select_for_update",
        lambda rows, **how: original(rows, **how | {"of": ("self",)}),
        raising=False,
    )
    patch.setattr(reminders, "_notifications", slowly(reminders._notifications, pause=0.1))


def without_looking_at_the_meeting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reminders, "_outcome", lambda _reminder, _now: ReminderState.SENT)


def without_looking_again_before_mailing(patch: pytest.MonkeyPatch) -> None:
    kinds = {name: replace(kind, moot=lambda _row, _now: "") for name, kind in all_kinds().items()}
    patch.setattr(mails, "all_kinds", lambda: kinds)


CARELESS = (without_lock_on_meetings, without_looking_at_the_meeting, without_looking_again_before_mailing)


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
@pytest.mark.parametrize("careless", CARELESS, ids=lambda careless: careless.__name__)
def test_without_it_pointless_reminders_are_written_or_mailed(
    race: Race,
    careless: Callable[[pytest.MonkeyPatch], None],
    mail_server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    careless(monkeypatch)
    assert_breaks(partial(race, mail_server), rounds=3 * ROUNDS)


def test_what_began_meanwhile_is_not_mailed(mail_server: MailServer) -> None:
    """The mail server was down until the meeting had begun."""
    rows = mails_due(4, NOW)
    starts_at = Meeting.objects.get(pk=rows[0].reference.partition(":")[2]).starts_at
    mail_server.down()
    deliver(starts_at - HOUR)
    mail_server.up()
    deliver(starts_at)
    assert set(Notification.objects.exclude(mail_state="none").values_list("mail_state", flat=True)) == {
        "moot"
    }
    assert mail_server.accepted == []
