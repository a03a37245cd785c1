"""A person's meetings as a calendar that programs fetch by a secret address, without signing in.

The address derives from the person and the instant at which it was made: another instant, another address,
and nothing secret is stored.
"""

from datetime import datetime, timedelta

from django.core import signing
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Event

from accounts.models import User
from meetings.models import Event as MeetingEvent
from meetings.models import Meeting
from meetings.models.meeting import MeetingQuerySet
from meetings.notices import ical
from meetings.vocabulary import Role, Status
from notifications.mails import on_site

SALT = "meetings.notices.calendar_feed"
KEPT, MOST = timedelta(days=90), 1000
REFRESHED = timedelta(hours=1)
# How each status stands in calendars; others do not. What took place, or should have, stays where it was.
STATES = {
    Status.AWAITING: "TENTATIVE",
    Status.AGREED: "CONFIRMED",
    Status.UNDER_REVIEW: "CONFIRMED",
    Status.HELD: "CONFIRMED",
    Status.NOT_HELD: "CONFIRMED",
    Status.CANCELLED: "CANCELLED",
}


class UnknownAddress(Exception):
    """An address that is nobody's, or nobody's any more."""


def address_of(person: User) -> str:
    """Return the whole address of the person's calendar, or "" where there is none."""
    made_at = person.calendar_address_at
    return on_site(reverse("meetings:feed", args=[_token(person.pk, made_at)])) if made_at else ""


def make_address(person: User, now: datetime) -> None:
    """Give the person a new address; the one before, if any, is nobody's from now on."""
    User.objects.filter(pk=person.pk).update(calendar_address_at=now)


def delete_address(person: User) -> None:
    """Leave the person without an address."""
    User.objects.filter(pk=person.pk).update(calendar_address_at=None)


def owner_of(token: str) -> User:
    """Return whose calendar is asked for. Raises UnknownAddress."""
    try:
        pk, made_at = _signer().unsign_object(token)
    except signing.BadSignature as error:
        raise UnknownAddress from error
    person = User.objects.filter(pk=pk, is_active=True).first()
    at = person.calendar_address_at if person else None
    if person is None or at is None or at.timestamp() != made_at:
        raise UnknownAddress
    return person


def contents(person: User, now: datetime) -> bytes:
    """Return the calendar: what is agreed, what is asked for, and what was cancelled before its time."""
    feed = ical.calendar_object("PUBLISH")
    feed.add("x-wr-calname", "Expertim")
    feed.add("name", "Expertim")
    feed.add("refresh-interval", REFRESHED, parameters={"VALUE": "DURATION"})
    feed.add("x-published-ttl", "PT1H")
    for meeting in _shown(person, now):
        for event in _entries(meeting, person, now):
            feed.add_component(event)
    return bytes(feed.to_ical())


def _signer() -> signing.Signer:
    return signing.Signer(salt=SALT, sep=".")


def _token(pk: int, made_at: datetime) -> str:
    return _signer().sign_object([pk, made_at.timestamp()])


def _shown(person: User, now: datetime) -> MeetingQuerySet:
    """Return the meetings of the calendar, those furthest in the past left out first."""
    last_change = MeetingEvent.objects.filter(meeting=OuterRef("pk")).order_by("-at").values("at")[:1]
    kept = Q(ends_at__gt=now - KEPT)
    to_come = Q(starts_at__gt=now)
    asked_for = Q(status=Status.AWAITING) | Q(alternative_starts_at__gt=now)
    took_place = [Status.AGREED, Status.UNDER_REVIEW, Status.HELD, Status.NOT_HELD]
    meetings = Meeting.objects.of(person).filter(
        kept & Q(status__in=took_place)
        | to_come & asked_for
        | to_come & Q(status=Status.CANCELLED, agreed_at__isnull=False)
    )
    rows = meetings.select_related("student", "expert", "skill").order_by("-starts_at", "-pk")
    return rows.annotate(changed_at=Subquery(last_change))[:MOST]


def _entries(meeting: Meeting, person: User, now: datetime) -> list[Event]:
    """Return the date in force and the open alternative, as far as they stand in calendars."""
    name = _name(meeting, person)
    entries = []
    if state := STATES.get(meeting.status_at(now)):
        words = _("%(meeting)s (awaiting approval)") if state == "TENTATIVE" else "%(meeting)s"
        entries.append(_entry(meeting, state, words % {"meeting": name}, meeting.starts_at))
    if meeting.alternative_starts_at and meeting.has_open_alternative(now):
        words = _("%(meeting)s (alternative date)") % {"meeting": name}
        entries.append(_entry(meeting, "TENTATIVE", words, meeting.alternative_starts_at, "-alternative"))
    return entries


def _entry(meeting: Meeting, state: str, name: str, starts_at: datetime, which: str = "") -> Event:
    changed_at = getattr(meeting, "changed_at", None) or meeting.suggested_at
    event = ical.entry(
        meeting.reference,
        which=which,
        sequence=meeting.revision,
        made_at=changed_at,
        starts_at=starts_at,
        minutes=meeting.minutes,
        summary=name,
    )
    event.add("status", state)
    event.add("last-modified", changed_at)
    return event


def _name(meeting: Meeting, person: User) -> str:
    role = Role.USER if meeting.student_id == person.pk else Role.EXPERT
    return ical.summary(meeting.skill.label, meeting.person(role.other).name)
