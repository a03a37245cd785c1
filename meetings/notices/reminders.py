"""Reminders: scheduled when a date is agreed, looked at again when they are due (spec: Time passing).

Nothing is ever un-scheduled: a reminder of a date that was moved or cancelled finds that out when its moment
comes, and notes why it was not sent.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from meetings.models import Meeting, Reminder
from meetings.models.reminder import ReminderKind, ReminderState
from meetings.notices import kinds
from meetings.notices.kinds import Notice
from meetings.notices.still_due import HOUR_BEFORE
from meetings.vocabulary import PARTIES, Role, Status
from notifications import nudge, outbox
from notifications.models import Notification

DAY_BEFORE, DAY_AFTER = timedelta(hours=24), timedelta(days=1)
BATCH = 500
PAUSE_IN_TROUBLE = timedelta(minutes=10)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rule:
    """When a reminder is due, until when it makes sense, and whether a date agreed later still gets it."""

    notice: Notice
    due_at: Callable[[Meeting], datetime]
    until: Callable[[Meeting], datetime]
    at_once_if_late: bool = False


RULES = {
    ReminderKind.DAY_BEFORE: Rule(
        kinds.REMINDER,
        due_at=lambda meeting: meeting.starts_at - DAY_BEFORE,
        until=lambda meeting: meeting.starts_at - HOUR_BEFORE,
    ),
    ReminderKind.LINK: Rule(
        kinds.LINK,
        due_at=lambda meeting: meeting.starts_at - HOUR_BEFORE,
        until=lambda meeting: meeting.starts_at,
        at_once_if_late=True,
    ),
    ReminderKind.PROGRESS: Rule(
        kinds.PROGRESS_REMINDER,
        due_at=lambda meeting: meeting.ends_at + DAY_AFTER,
        until=lambda meeting: meeting.closes_by_silence_at,
    ),
}


def schedule(meeting: Meeting, now: datetime) -> None:
    """Schedule the reminders of the date that was just agreed."""
    Reminder.objects.bulk_create([_reminder(kind, meeting, now) for kind in RULES])
    nudge.on_commit("meetings.jobs.send_reminders")


def send_due(now: datetime) -> int:
    """Settle the reminders that are due, a batch at a time, and return how many."""
    settled = 0
    while batch := _settle_batch(now):
        settled += batch
    return settled


def _reminder(kind: ReminderKind, meeting: Meeting, now: datetime) -> Reminder:
    rule = RULES[kind]
    too_late = rule.due_at(meeting) < now and not rule.at_once_if_late
    return Reminder(
        meeting=meeting,
        kind=kind,
        date_version=meeting.date_version,
        due_at=rule.due_at(meeting),
        state=ReminderState.TOO_LATE if too_late else ReminderState.WAITING,
        settled_at=now if too_late else None,
    )


def _settle_batch(now: datetime) -> int:
    """Claim due reminders with their meetings, so that no date changes meanwhile; settle them together."""
    with transaction.atomic():
        due = Reminder.objects.due(now).select_related(
            "meeting__student", "meeting__expert", "meeting__skill"
        )
        free = due.select_for_update(of=("self", "meeting"), no_key=True, skip_locked=True)
        reminders = list(free.prefetch_related("meeting__answers")[:BATCH])
        told: list[Notification] = []
        for reminder in reminders:
            told += _settle(reminder, now)
        Reminder.objects.bulk_update(reminders, ["state", "settled_at", "due_at"])
        outbox.tell(*told)
        return len(reminders)


def _settle(reminder: Reminder, now: datetime) -> list[Notification]:
    """Settle one reminder and return what is told; one in trouble holds up no other and comes later."""
    try:
        outcome = _outcome(reminder, now)
        told = _notifications(reminder, now) if outcome == ReminderState.SENT else []
    except Exception:
        log.exception("Reminder %s cannot be told.", reminder.pk)
        reminder.due_at = now + PAUSE_IN_TROUBLE
        return []
    reminder.state, reminder.settled_at = outcome, now
    return told


def _outcome(reminder: Reminder, now: datetime) -> ReminderState:
    """Look at the meeting as it is now: does this reminder still make sense?"""
    meeting = reminder.meeting
    if meeting.status == Status.CANCELLED:
        return ReminderState.CANCELLED
    if meeting.date_version != reminder.date_version:
        return ReminderState.MOVED
    if now >= RULES[ReminderKind(reminder.kind)].until(meeting):
        return ReminderState.MISSED
    if meeting.status != Status.AGREED or not _recipients(reminder):
        return ReminderState.OVER
    return ReminderState.SENT


def _recipients(reminder: Reminder) -> list[Role]:
    """Return who is reminded: both parties, or those that have not said yet how the meeting went."""
    if reminder.kind != ReminderKind.PROGRESS:
        return list(PARTIES)
    answered = {answer.role for answer in reminder.meeting.answers.all()}
    return [role for role in PARTIES if role not in answered]


def _notifications(reminder: Reminder, now: datetime) -> list[Notification]:
    meeting, kind = reminder.meeting, RULES[ReminderKind(reminder.kind)].notice.kind
    source = f"{meeting.reference}:v{reminder.date_version}"
    return [kinds.notification(meeting, role, kind, source, now, facts={}) for role in _recipients(reminder)]
