"""Moments around the reminders of a meeting."""

from datetime import datetime, timedelta

from meetings.models import Meeting
from meetings.vocabulary import Action
from tests.meetings.scenarios import BY_EXPERT, BY_USER, act

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


REMINDER, LINK = "Meeting reminder", "Meeting link"


PROGRESS = "Reminder to confirm the completion and evaluation of the meeting"


def moved_to(meeting: Meeting, starts_at: datetime, *, now: datetime) -> Meeting:
    """Let the expert suggest another date and the user confirm it, both at once."""
    act(meeting, Action.RESCHEDULE, BY_EXPERT, now=now, starts_at=starts_at)
    return act(meeting, Action.CONFIRM_ALTERNATIVE, BY_USER, now=now)
