"""Each party's own link to a meeting, derived from the meeting and its date version with the site's secret.

A moved meeting has other links, a mere counter-proposal changes none, and nothing secret is stored.
"""

from django.core import signing
from django.urls import reverse

from meetings.models import Meeting
from meetings.vocabulary import PARTIES, Role

SALT = "meetings.video.rooms"


class UnknownLink(Exception):
    """A personal link that we never gave to anyone."""


def link(meeting: Meeting, role: Role) -> str:
    """Return the address of this party's personal link for the date in force."""
    return link_for(meeting.pk, role, meeting.date_version)


def link_for(pk: int, role: Role, date_version: int) -> str:
    """Return the address of a party's personal link for one date version of a meeting."""
    return reverse("meetings:join", args=[_token(pk, role, date_version)])


def room_page(meeting: Meeting, role: Role) -> str:
    """Return the address of this party's room page, where the platform lives in our own pages."""
    return reverse("meetings:room", args=[_token(meeting.pk, role, meeting.date_version)])


def read_link(token: str) -> tuple[int, Role, int]:
    """Return a link's meeting number, role and date version. Raises UnknownLink."""
    try:
        pk, role, date_version = signing.Signer(salt=SALT).unsign_object(token)
        return int(pk), PARTIES[role], int(date_version)
    except (signing.BadSignature, ValueError, TypeError, IndexError) as error:
        raise UnknownLink(token) from error


def _token(pk: int, role: Role, date_version: int) -> str:
    return signing.Signer(salt=SALT).sign_object([pk, PARTIES.index(role), date_version])
