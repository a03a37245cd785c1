"""Which room a meeting takes place in, and how the video platform knows its parties.

Names are derived from the meeting and its date version with the site's secret, so that a moved meeting has
another room and nothing secret is stored.
"""

from collections.abc import Mapping
from datetime import UTC
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.crypto import salted_hmac

from meetings import links
from meetings.models import Meeting
from meetings.video.platforms import platform
from meetings.video.platforms.base import NOTHING, Participant, Platform, Remembered, Room
from meetings.vocabulary import PARTIES, Role


class UnknownRoom(Exception):
    """A name that no room of ours has."""


def platform_named(name: str) -> Platform:
    """Return the platform of this name, set up as the settings say. Raises Misconfigured."""
    return _platform(name, tuple(settings.VIDEO.items()))


def room(
    meeting: Meeting, date_version: int, *, remembered: Remembered = NOTHING, may_exist: bool = True
) -> Room:
    """Return the room of one date version; of a former one only the name still means something."""
    name = room_name(meeting.pk, date_version)
    # In UTC, where an hour later is an hour later on every day of the year.
    starts_at, ends_at = meeting.starts_at.astimezone(UTC), meeting.ends_at.astimezone(UTC)
    return Room(name, _title(meeting), starts_at, ends_at, remembered, may_exist)


def room_name(pk: int, date_version: int) -> str:
    """Name the room of one date version of a meeting, so that nobody can guess it."""
    return f"m-{pk}-{date_version}-{_secret(pk, date_version, 'room')}"


def read_room_name(name: str) -> tuple[int, int]:
    """Return the meeting number and date version of a room's name. Raises UnknownRoom."""
    parts = name.split("-")
    numbers = [int(part) for part in parts[1:3] if part.isascii() and part.isdecimal() and len(part) < 19]
    if len(numbers) != 2 or name != room_name(*numbers):
        raise UnknownRoom(name)
    return numbers[0], numbers[1]


def participant(meeting: Meeting, role: Role) -> Participant:
    """Return a party as the platform knows them, in the room of the date in force."""
    return Participant(
        id=participant_id(meeting.pk, meeting.date_version, role),
        name=meeting.person(role).name,
        is_host=role is Role.EXPERT,
        page=links.room_page(meeting, role),
    )


def participant_id(pk: int, date_version: int, role: Role) -> str:
    """Name a party within the room of one date version, so that nobody can guess it."""
    return f"{role}-{_secret(pk, date_version, role)}"


def roles_in(pk: int, date_version: int) -> Mapping[str, Role]:
    """Return who is meant by each participant's id in this room."""
    return {participant_id(pk, date_version, role): role for role in PARTIES}


def _title(meeting: Meeting) -> str:
    """Return what both parties read in the room: in their language where they share one, else in English."""
    languages = {meeting.student.reads, meeting.expert.reads}
    with translation.override(languages.pop() if len(languages) == 1 else "en"):
        return meeting.skill.label


def _secret(pk: int, date_version: int, purpose: str) -> str:
    text = f"{purpose}:{pk}:{date_version}"
    made = salted_hmac("meetings.video.rooms", text, secret=_naming_key(), algorithm="sha256")
    return made.hexdigest()[:32]


def _naming_key() -> str:
    """Return the oldest key that is still known: with a new key beside it, rooms keep their names.

    Whoever comes to a meeting meets who is there already, whichever of the two came before the change.
    """
    return str([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS][-1])


@cache
def _platform(name: str, given: tuple[tuple[str, str], ...]) -> Platform:
    return platform(name, dict(given))
