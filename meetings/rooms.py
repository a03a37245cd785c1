"""Which room a meeting takes place in, and what the video platform is told about it.

Names are derived from the meeting and its date version with the site's secret, so that a moved meeting has
another room and nothing secret is stored.
"""

from datetime import datetime

from django.conf import settings
from django.utils.crypto import salted_hmac

from meetings import links
from meetings.models import Meeting
from meetings.video import platform
from meetings.video.base import Participant, Platform, Room, Stage
from meetings.vocabulary import Role

PLATFORM: Platform = platform(settings.VIDEO_PLATFORM, settings.VIDEO)


def entry_url(meeting: Meeting, role: Role, now: datetime) -> str:
    """Return the party's address on the video platform, for use at once."""
    return PLATFORM.entry_url(room(meeting), participant(meeting, role), now)


def stage(meeting: Meeting, role: Role, now: datetime) -> Stage | None:
    """Return what our own room page shows the party; None where the platform has pages of its own."""
    return PLATFORM.stage(room(meeting), participant(meeting, role), now)


def room(meeting: Meeting) -> Room:
    """Return the room of the date in force."""
    name = room_name(meeting.pk, meeting.date_version)
    return Room(name, meeting.skill.name, meeting.starts_at, meeting.ends_at)


def room_name(pk: int, date_version: int) -> str:
    """Name the room of one date version of a meeting, so that nobody can guess it."""
    return f"m-{pk}-{date_version}-{_secret(pk, date_version, 'room')}"


def participant(meeting: Meeting, role: Role) -> Participant:
    """Return a party as the platform knows them, in the room of the date in force."""
    return Participant(
        id=f"{role}-{_secret(meeting.pk, meeting.date_version, role)}",
        name=meeting.person(role).name,
        is_host=role is Role.EXPERT,
        page=links.room_page(meeting, role),
    )


def _secret(pk: int, date_version: int, purpose: str) -> str:
    return salted_hmac("meetings.rooms", f"{purpose}:{pk}:{date_version}", algorithm="sha256").hexdigest()[
        :32
    ]
