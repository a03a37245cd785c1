"""Meetings for people's calendars (iCalendar): one UID throughout, a SEQUENCE that rises with each change."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from notifications.kinds import Invitation
from notifications.models import Notification
from notifications.references import page_of


def request(notification: Notification) -> Invitation:
    """Return the invitation to the meeting, or its update: METHOD:REQUEST."""
    return _invitation(notification, "REQUEST", "CONFIRMED")


def cancel(notification: Notification) -> Invitation | None:
    """Return what takes the meeting out of calendars: METHOD:CANCEL; nothing where it never was in one."""
    if not notification.facts["in_calendars"]:
        return None
    return _invitation(notification, "CANCEL", "CANCELLED")


def _invitation(notification: Notification, method: str, status: str) -> Invitation:
    calendar = Calendar()
    calendar.add("prodid", "-//Expertim//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(_event(notification, status))
    return Invitation(method, calendar.to_ical())


def _event(notification: Notification, status: str) -> Event:
    facts = notification.facts
    starts_at = datetime.fromisoformat(facts["starts_at"])
    other = notification.about.name if notification.about else ""
    event = Event()
    event.add("uid", f"{notification.reference.replace(':', '-')}@{_host()}")
    event.add("sequence", facts["sequence"])
    event.add("dtstamp", notification.created_at)
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + timedelta(minutes=facts["minutes"]))
    event.add("summary", _("%(skill)s with %(name)s") % {"skill": facts["skill"], "name": other})
    event.add("url", settings.SITE_URL.rstrip("/") + page_of(notification.reference))
    event.add("status", status)
    event["organizer"] = _address(settings.CALENDAR_ORGANIZER, "Expertim")
    event.add("attendee", _address(notification.recipient.email, notification.recipient.name), encode=False)
    return event


def _address(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    address.params["cn"] = vText(name)
    return address


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"
