"""Tables of meetings and of what happened to them."""

from meetings.models.after import Answer, Review
from meetings.models.audit_run import AuditRun
from meetings.models.event import Event
from meetings.models.job_run import JobRun
from meetings.models.meeting import Meeting
from meetings.models.receipt import Receipt
from meetings.models.reminder import Reminder
from meetings.models.settings import Reason, Terms
from meetings.models.video import PresenceNote, VideoRoom

__all__ = [
    "Answer",
    "AuditRun",
    "Event",
    "JobRun",
    "Meeting",
    "PresenceNote",
    "Reason",
    "Receipt",
    "Reminder",
    "Review",
    "Terms",
    "VideoRoom",
]
