"""Who was there: the record that joining leaves."""

from datetime import datetime, timedelta

from meetings.models import Event, Meeting
from meetings.vocabulary import ATTENDANCE, Role, Status

REJOIN_AFTER = timedelta(minutes=60)
TOOK_PLACE = (Status.AGREED, Status.UNDER_REVIEW, Status.HELD, Status.NOT_HELD)


def has_attended(meeting: Meeting, role: Role) -> bool:
    """Whether this party has joined the meeting at the date in force."""
    return Event.objects.filter(
        meeting=meeting, kind=ATTENDANCE[role], date_version=meeting.date_version
    ).exists()


def may_return(meeting: Meeting, role: Role, now: datetime) -> bool:
    """Whether a party that joined before is let in again: a meeting may run over by an hour."""
    in_time = meeting.joinable_from <= now < meeting.ends_at + REJOIN_AFTER
    return in_time and meeting.status in TOOK_PLACE and has_attended(meeting, role)
