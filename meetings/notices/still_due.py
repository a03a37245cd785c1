"""Whether a reminder still makes sense at the moment its mail is sent, and where it leads."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from meetings import links
from meetings.models import Meeting, VideoRoom
from meetings.vocabulary import Action, Role, Status
from notifications.models import Notification

HOUR_BEFORE = timedelta(minutes=60)


def before_last_hour(notification: Notification, now: datetime) -> str:
    """Say why the reminder of the day before has become pointless: in the last hour the link is sent."""
    if now >= _meeting(notification).starts_at - HOUR_BEFORE:
        return _("The meeting is about to begin.")
    return before_start(notification, now)


def before_start(notification: Notification, now: datetime) -> str:
    """Say why a reminder before the start has become pointless, or nothing."""
    meeting = _meeting(notification)
    if meeting.status != Status.AGREED:
        return _("The meeting is “%(status)s”.") % {"status": meeting.get_status_display()}
    if meeting.date_version != notification.facts["date_version"]:
        return _("The meeting was moved.")
    return _("The meeting has begun.") if now >= meeting.starts_at else ""


def before_room_ready(notification: Notification, now: datetime) -> str:
    """Say why a word about a video room that is not ready has become pointless, or nothing."""
    meeting = _meeting(notification)
    if meeting.status != Status.AGREED:
        return _("The meeting is “%(status)s”.") % {"status": meeting.get_status_display()}
    if now >= meeting.ends_at:
        return _("The meeting has ended.")
    return before_room_in_order(notification, now)


def before_room_in_order(notification: Notification, now: datetime) -> str:
    """Say why a word to operators about a video room has become pointless, or nothing."""
    room = VideoRoom.objects.filter(pk=_number(notification)).first()
    return "" if room and room.trouble and not room.sealed_link else _("The room is in order.")


def before_evaluation(notification: Notification, now: datetime) -> str:
    """Say why a reminder to answer has become pointless, or nothing."""
    meeting = _meeting(notification)
    if meeting.status != Status.AGREED:
        return _("The meeting is “%(status)s”.") % {"status": meeting.get_status_display()}
    if now >= meeting.closes_by_silence_at:
        return _("The time for answering is over.")
    answered = meeting.answers.filter(role=notification.facts["role"]).exists()
    return _("The person has answered.") if answered else ""


def join_link(notification: Notification) -> str:
    """Return the recipient's personal link for the date that the notification speaks of."""
    facts = notification.facts
    return links.link_for(_number(notification), Role(facts["role"]), facts["date_version"])


def record_page(notification: Notification) -> str:
    """Return the page on which the recipient says how the meeting went."""
    return reverse("meetings:act", args=[_number(notification), Action.RECORD])


def own_link_page(notification: Notification) -> str:
    """Return the page on which the expert puts in a link."""
    return reverse("meetings:own_link", args=[_number(notification)])


def room_page(notification: Notification) -> str:
    """Return the operators' page of the video room that the notification speaks of."""
    return reverse("admin:meetings_videoroom_change", args=[_number(notification)])


def _meeting(notification: Notification) -> Meeting:
    return Meeting.objects.get(pk=_number(notification))


def _number(notification: Notification) -> int:
    return int(notification.reference.partition(":")[2])
