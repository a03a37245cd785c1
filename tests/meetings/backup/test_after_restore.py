"""After a back-up was restored: who was erased is erased again, and nothing is sent or numbered twice."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.erasure_list import Erasure
from accounts.models import User
from credits import ledger
from meetings import audit
from meetings.backup import after_restore as restoring
from meetings.models import Meeting, Reminder, VideoRoom
from meetings.models.reminder import ReminderKind, ReminderState
from meetings.notices import reminders
from meetings.vocabulary import Status
from notifications import delivery
from notifications.models import MailState, Notification
from tests.factories import PASSWORD, PersonFactory
from tests.meetings.scenarios import DAY, HOUR, agreed, closed_by_silence, make_meeting

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _small_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sequences do not come back with the test's transaction."""
    monkeypatch.setattr(restoring, "GAP", 100)


def replay(tmp_path: Path, *listed: Erasure) -> str:
    """Replay a list of erasures and return what the command said."""
    (tmp_path / "list").write_text("".join(f"{one}\n" for one in listed))
    said = StringIO()
    call_command("replay_erasures", str(tmp_path / "list"), stdout=said)
    return said.getvalue()


def after_restore(tmp_path: Path, stopped_at: Any, *listed: Erasure) -> str:
    (tmp_path / "list").write_text("".join(f"{one}\n" for one in listed))
    said = StringIO()
    call_command(
        "after_restore",
        f"--stopped-at={stopped_at.isoformat()}",
        f"--erasures={tmp_path / 'list'}",
        stdout=said,
    )
    return said.getvalue()


# --- Erased again ---------------------------------------------------------------------------------------


def in_the_way() -> User:
    """Return a person who could not leave today: an open meeting of each sort, credits, and an office."""
    now = timezone.now()
    person: User = PersonFactory.create(
        credits=500, is_staff=True, is_superuser=True, date_joined=now - 90 * DAY
    )
    for status in (Status.AWAITING, Status.AGREED, Status.REJECTED):
        make_meeting(status, student=person, now=now)
    make_meeting(Status.UNDER_REVIEW, student=person, now=now - 6 * DAY)
    return person


def test_whatever_stands_against_it_is_cleared_and_said(tmp_path: Path) -> None:
    person, now = in_the_way(), timezone.now()
    said = replay(tmp_path, Erasure(person.pk, now))
    left = User.objects.get(pk=person.pk)
    assert (left.deleted_at, left.is_staff, left.is_superuser) == (now, False, False)
    assert ledger.balance(left).owned == 0
    cancelled = Meeting.objects.of(left).filter(status=Status.CANCELLED).values_list("pk", flat=True)
    assert len(cancelled) == 3
    numbers = ", ".join(map(str, sorted(cancelled)))
    assert said.splitlines() == [
        f"Person {person.pk} is erased again. Cancelled meetings: {numbers}. "
        "Booked as paid out: 500 credits.",
        "Erasures in the list: 1. Erased again: 1.",
    ]
    assert audit.differences() == []


def test_what_the_clock_has_decided_by_now_comes_first(tmp_path: Path) -> None:
    now = timezone.now()
    meeting = agreed(now=now - 30 * DAY, price=100)
    replay(tmp_path, Erasure(meeting.student_id, timezone.now()))
    assert Meeting.objects.get(pk=meeting.pk).status == Status.HELD
    assert User.objects.get(pk=meeting.student_id).is_deleted
    assert audit.differences() == []


def test_the_other_party_is_told_and_the_person_is_not(tmp_path: Path) -> None:
    meeting = agreed(now=timezone.now())
    Notification.objects.update(mail_state=MailState.NONE, mail_due_at=None)
    replay(tmp_path, Erasure(meeting.student_id, timezone.now()))
    told = Notification.objects.filter(kind="canceled_by_operator")
    assert [row.recipient_id for row in told] == [meeting.expert_id]
    assert not Notification.objects.filter(recipient=meeting.student_id).exists()


def test_again_changes_nothing(tmp_path: Path) -> None:
    person, now = in_the_way(), timezone.now()
    replay(tmp_path, Erasure(person.pk, now))
    before = list(User.objects.values())
    assert replay(tmp_path, Erasure(person.pk, now)) == "Erasures in the list: 1. Erased again: 0.\n"
    assert list(User.objects.values()) == before


def test_a_number_that_is_somebody_elses_by_now_is_left_alone(tmp_path: Path) -> None:
    """An older back-up gives the number of who joined later, and left, to the next who signs up."""
    at = timezone.now() - DAY
    person = PersonFactory.create(date_joined=at + SECOND)
    replay(tmp_path, Erasure(person.pk, at), Erasure(person.pk + 1, at))
    assert not User.objects.get(pk=person.pk).is_deleted


@pytest.mark.parametrize(("file", "words"), [("", "There is no list"), ("/nowhere/list", "cannot be read")])
def test_without_a_list_it_fails(file: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("replay_erasures", file)


# --- Nothing twice ---------------------------------------------------------------------------------------


def test_what_was_sent_is_not_sent_again_and_what_was_waiting_is_held_back(tmp_path: Path) -> None:
    agreed(now=timezone.now())
    delivery.deliver_due(timezone.now)
    sent = len(mail.outbox)
    agreed(now=timezone.now())
    waiting = Notification.objects.filter(mail_state=MailState.WAITING).count()
    assert sent
    assert waiting
    said = after_restore(tmp_path, timezone.now())
    delivery.deliver_due(timezone.now)
    assert len(mail.outbox) == sent
    assert f"Mails held back: {waiting}." in said
    held = Notification.objects.filter(mail_state=MailState.FAILED)
    assert set(held.values_list("mail_problem", flat=True)) == {restoring.HELD_BACK}
    delivery.send_again(held[0], timezone.now())
    delivery.deliver_due(timezone.now)
    assert len(mail.outbox) == sent + 1


def test_mails_that_were_due_after_the_end_are_sent(tmp_path: Path) -> None:
    now = timezone.now()
    agreed(now=now)
    waiting = Notification.objects.filter(mail_state=MailState.WAITING).count()
    assert "Mails held back: 0." in after_restore(tmp_path, now - SECOND)
    delivery.deliver_due(timezone.now)
    assert len(mail.outbox) == waiting


@pytest.mark.parametrize(
    ("after_due", "state", "told"), [(HOUR, ReminderState.MISSED, 0), (-HOUR, ReminderState.SENT, 2)]
)
def test_a_reminder_that_the_lost_site_has_sent_is_missed(
    tmp_path: Path, after_due: timedelta, state: ReminderState, told: int
) -> None:
    """Due two hours ago; the site stopped an hour later, or an hour before."""
    now = timezone.now()
    meeting = agreed(now=now - 2 * DAY, starts_in=3 * DAY - 2 * HOUR)
    due_at = Reminder.objects.get(meeting=meeting, kind=ReminderKind.DAY_BEFORE).due_at
    after_restore(tmp_path, due_at + after_due)
    reminders.send_due(now)
    assert Reminder.objects.get(meeting=meeting, kind=ReminderKind.DAY_BEFORE).state == state
    assert Notification.objects.filter(kind="meeting_reminder").count() == told


def test_rooms_that_are_not_over_are_told_anew(tmp_path: Path) -> None:
    now = timezone.now()
    meeting, over = agreed(now=now), closed_by_silence(now=now - 30 * DAY)
    VideoRoom.objects.filter(meeting=meeting).update(made_version=1, due_at=now + DAY)
    VideoRoom.objects.filter(meeting=over).update(due_at=None)
    after_restore(tmp_path, now)
    assert VideoRoom.objects.get(meeting=meeting).due_at <= timezone.now()
    assert VideoRoom.objects.get(meeting=over).due_at is None


def test_no_number_is_given_out_twice(tmp_path: Path) -> None:
    before = [PersonFactory.create().pk, agreed(now=timezone.now()).pk, Notification.objects.latest("pk").pk]
    after_restore(tmp_path, timezone.now())
    after = [PersonFactory.create().pk, agreed(now=timezone.now()).pk, Notification.objects.latest("pk").pk]
    assert [later - earlier > restoring.GAP for earlier, later in zip(before, after, strict=True)] == [
        True
    ] * 3


def test_everybody_signs_in_anew(tmp_path: Path) -> None:
    person, site = PersonFactory.create(), Client()
    site.post("/account/login/", {"login": person.email, "password": PASSWORD})
    assert site.get("/meetings/").status_code == 200
    after_restore(tmp_path, timezone.now())
    assert site.get("/meetings/").status_code == 302
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


@pytest.mark.parametrize("typed", ["2026-11-30T08:15", "yesterday", "2999-01-01T00:00+00:00"])
def test_an_instant_that_is_none_is_refused(tmp_path: Path, typed: str) -> None:
    with pytest.raises(CommandError, match="--stopped-at"):
        call_command("after_restore", f"--stopped-at={typed}", "--no-erasures")


def test_books_that_do_not_balance_are_told(tmp_path: Path) -> None:
    meeting = agreed(now=timezone.now(), price=30)
    Meeting.objects.filter(pk=meeting.pk).update(price=31)
    with pytest.raises(CommandError, match="Differences: 1"):
        after_restore(tmp_path, timezone.now())
