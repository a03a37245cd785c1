"""Who was there: the record that joining leaves."""

from datetime import datetime

from meetings.models import Meeting
from meetings.vocabulary import ATTENDANCE, CLOSES_AFTER, Role, Status

REJOIN_AFTER = CLOSES_AFTER
TOOK_PLACE = (Status.AGREED, Status.UNDER_REVIEW, Status.HELD, Status.NOT_HELD)


def has_attended(meeting: Meeting, role: Role) -> bool:
    """Whether this party has joined the meeting at the date in force."""
    joined = (ATTENDANCE[role], meeting.date_version)
    return any((event.kind, event.date_version) == joined for event in meeting.events.all())


def may_return(meeting: Meeting, role: Role, now: datetime) -> bool:
    """Whether a party that joined before is let in again: a meeting may run over by an hour."""
    in_time = meeting.joinable_from <= now < meeting.ends_at + REJOIN_AFTER
    return in_time and meeting.status in TOOK_PLACE and has_attended(meeting, role)
