"""Meetings for people's calendars (iCalendar): one UID throughout, a SEQUENCE that rises with each change."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from meetings.models import Meeting
from meetings.vocabulary import Role
from notifications.kinds import Invitation
from notifications.mails import in_one_line, on_site, site_host
from notifications.models import Notification
from notifications.references import page_of
from notifications.wording import fact


def request(notification: Notification) -> Invitation:
    """Return the invitation to the meeting, or its update: METHOD:REQUEST."""
    return _invitation(notification, "REQUEST", "CONFIRMED")


def cancel(notification: Notification) -> Invitation | None:
    """Return what takes the meeting out of calendars: METHOD:CANCEL; nothing where it never was in one."""
    if not notification.facts["in_calendars"]:
        return None
    return _invitation(notification, "CANCEL", "CANCELLED")


def download(meeting: Meeting, role: Role, now: datetime) -> bytes:
    """Return the agreed meeting as a file for a party's calendar; it has the UID of the mails."""
    calendar = calendar_object("PUBLISH")
    event = entry(
        meeting.reference,
        sequence=meeting.revision,
        made_at=now,
        starts_at=meeting.starts_at,
        minutes=meeting.minutes,
        summary=summary(meeting.skill.label, meeting.person(role.other).name),
    )
    event.add("status", "CONFIRMED")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def calendar_object(method: str) -> Calendar:
    """Return a calendar without entries."""
    calendar = Calendar()
    calendar.add("prodid", "-//Expertim//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def entry(
    reference: str,
    *,
    sequence: int,
    made_at: datetime,
    starts_at: datetime,
    minutes: int,
    summary: str,
    which: str = "",
) -> Event:
    """Return one date of a meeting as every calendar of ours shows it.

    Its UID is made from the reference, and from `which` for a date beside the one in force.
    """
    # In UTC, as people in two zones have it in their calendars, whatever zone it was typed in.
    starts_at = starts_at.astimezone(UTC)
    page = on_site(page_of(reference))
    event = Event()
    event.add("uid", f"{reference.replace(':', '-')}{which}@{site_host()}")
    event.add("sequence", sequence)
    event.add("dtstamp", made_at.astimezone(UTC))
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + timedelta(minutes=minutes))
    event.add("summary", summary)
    event.add("description", _("Your meeting on Expertim: %(page)s") % {"page": page})
    event.add("url", page)
    return event


def summary(skill: str, other: str) -> str:
    """Return what calendars call a meeting."""
    return in_one_line(_("%(skill)s with %(name)s") % {"skill": skill, "name": other})


def _invitation(notification: Notification, method: str, status: str) -> Invitation:
    calendar = calendar_object(method)
    calendar.add_component(_event(notification, status))
    return Invitation(method, calendar.to_ical())


def _event(notification: Notification, status: str) -> Event:
    facts = notification.facts
    event = entry(
        notification.reference,
        sequence=facts["sequence"],
        made_at=notification.created_at,
        starts_at=datetime.fromisoformat(facts["starts_at"]),
        minutes=facts["minutes"],
        summary=summary(fact(notification, "skill"), notification.about.name if notification.about else ""),
    )
    event.add("status", status)
    event["organizer"] = _address(settings.CALENDAR_ORGANIZER, "Expertim")
    event.add("attendee", _attendee(notification), encode=False)
    return event


def _attendee(notification: Notification) -> vCalAddress:
    """Name the recipient, who has agreed on our site: nobody waits for an answer from the calendar."""
    attendee = _address(notification.recipient.email, notification.recipient.name)
    attendee.params |= {"role": "REQ-PARTICIPANT", "partstat": "ACCEPTED", "rsvp": "FALSE"}
    return attendee


def _address(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    address.params["cn"] = vText(in_one_line(name))
    return address
