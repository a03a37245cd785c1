"""A notification as an e-mail: text and HTML, in the recipient's language, zone and date format."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from accounts.times import seen_by
from notifications import wording
from notifications.kinds import all_kinds
from notifications.models import Notification


def mail_for(notification: Notification) -> EmailMultiAlternatives:
    """Return the mail; made again, it has the same Message-ID."""
    with seen_by(notification.recipient):
        return _mail(notification)


def message_id(notification: Notification) -> str:
    """Return the name of the mail of this notification, the same at every attempt."""
    return f"<notification-{notification.pk}@{urlsplit(settings.SITE_URL).hostname}>"


def _mail(notification: Notification) -> EmailMultiAlternatives:
    words = {
        "recipient": notification.recipient,
        "title": wording.title(notification),
        "text": wording.text(notification),
        "button": wording.button(notification),
        "url": settings.SITE_URL.rstrip("/") + wording.page(notification),
    }
    mail = EmailMultiAlternatives(
        subject=" ".join(words["title"].split()),
        body=render_to_string("notifications/mail.txt", words),
        to=[notification.recipient.email],
        headers={"Message-ID": message_id(notification), "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string("notifications/mail.html", words), "text/html")
    _attach_invitation(mail, notification)
    return mail


def _attach_invitation(mail: EmailMultiAlternatives, notification: Notification) -> None:
    """Add the calendar object, where the kind carries one, so that calendars recognise it by its METHOD."""
    make = all_kinds()[notification.kind].invitation
    invitation = make(notification) if make else None
    if invitation:
        contents = invitation.contents.decode()
        mail.attach_alternative(contents, f"text/calendar; method={invitation.method}")
