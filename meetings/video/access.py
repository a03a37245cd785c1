"""What a personal link opens now, for the party it was given to (spec: Personal links)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from meetings.models import Meeting
from meetings.video.attendance import TOOK_PLACE, has_attended, may_return
from meetings.vocabulary import Role


class JoinState(StrEnum):
    """The state of the door that a link leads to."""

    OPEN = "open"
    EARLY = "early"
    ENDED = "ended"
    MOVED = "moved"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Admission:
    """What a link opens: a door, and whether entering it is to be recorded."""

    door: JoinState
    is_recorded: bool = False


def admission(meeting: Meeting, role: Role, date_version: int, now: datetime) -> Admission:
    """Return what the party's link for this date version opens now."""
    if meeting.status not in TOOK_PLACE:
        return Admission(JoinState.CANCELLED)
    if date_version != meeting.date_version:
        return Admission(JoinState.MOVED)
    if now < meeting.joinable_from:
        return Admission(JoinState.EARLY)
    if now < meeting.ends_at or may_return(meeting, role, now):
        return Admission(JoinState.OPEN, is_recorded=has_attended(meeting, role))
    return Admission(JoinState.ENDED)
