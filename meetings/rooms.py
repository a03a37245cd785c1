"""Which room a meeting takes place in, and each party's own link to it.

Both are derived from the meeting and its date version with the site's secret: a moved meeting has another
room and other links, a mere counter-proposal changes neither, and nothing secret is stored.
"""

from datetime import datetime

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac

from meetings.models import Meeting
from meetings.video import platform
from meetings.video.base import Participant, Platform, Room
from meetings.vocabulary import PARTIES, Role

SALT = "meetings.rooms"

PLATFORM: Platform = platform(settings.VIDEO_PLATFORM, url=settings.JITSI_URL)


class UnknownLink(Exception):
    """A personal link that we never gave to anyone."""


def link(meeting: Meeting, role: Role) -> str:
    """Return the address of this party's personal link for the date in force."""
    return link_for(meeting.pk, role, meeting.date_version)


def link_for(pk: int, role: Role, date_version: int) -> str:
    """Return the address of a party's personal link for one date version of a meeting."""
    return reverse("meetings:join", args=[_token(pk, role, date_version)])


def read_link(token: str) -> tuple[int, Role, int]:
    """Return a link's meeting number, role and date version. Raises UnknownLink."""
    try:
        pk, role, date_version = signing.Signer(salt=SALT).unsign_object(token)
        return int(pk), PARTIES[role], int(date_version)
    except (signing.BadSignature, ValueError, TypeError, IndexError) as error:
        raise UnknownLink(token) from error


def entry_url(meeting: Meeting, role: Role, now: datetime) -> str:
    """Return the party's address on the video platform, for use at once."""
    person = meeting.person(role)
    participant = Participant(id=str(person.pk), name=person.name, is_host=role is Role.EXPERT)
    return PLATFORM.entry_url(room(meeting), participant, now)


def room(meeting: Meeting) -> Room:
    """Return the room of the date in force."""
    secret = salted_hmac(SALT, f"{meeting.pk}:{meeting.date_version}", algorithm="sha256").hexdigest()
    return Room(f"expertim-{secret[:32]}", meeting.starts_at, meeting.ends_at)


def _token(pk: int, role: Role, date_version: int) -> str:
    return signing.Signer(salt=SALT).sign_object([pk, PARTIES.index(role), date_version])
