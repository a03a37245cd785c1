"""A notification as an e-mail: text and HTML, in the recipient's language, zone and date format."""

import re
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_noop

from accounts.times.formats import as_user
from accounts.times.zones import in_words
from notifications import mail_choices, wording
from notifications.kinds import all_kinds
from notifications.models import Notification

# Control characters, and those that turn the direction of all that follows them in the line.
UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


class Moot(Exception):
    """A mail has become pointless; the words say why."""


def write(notification: Notification, now: datetime) -> EmailMultiAlternatives:
    """Return the mail of a notification. Raises Moot."""
    problem = _why_not(notification, now)
    if problem:
        raise Moot(problem)
    return mail_for(notification)


def mail_for(notification: Notification) -> EmailMultiAlternatives:
    """Return the mail; made again, it has the same Message-ID."""
    with as_user(notification.recipient):
        return _mail(notification)


def message_id(notification: Notification) -> str:
    """Return the name of the mail of this notification, the same at every attempt."""
    return f"<notification-{notification.pk}@{site_host()}>"


def site_host() -> str:
    """Return the name of our site, for what must be unique in the world."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def on_site(page: str) -> str:
    """Return the whole address of one of our pages."""
    return f"{settings.SITE_URL.rstrip('/')}{page}"


def in_one_line(words: str) -> str:
    """Return what people typed without line breaks and the like, so that it forges no lines of ours."""
    return " ".join(UNFIT.sub(" ", words).split())


def in_our_design(address: str, words: dict[str, str], *, headers: dict[str, str]) -> EmailMultiAlternatives:
    """Return a mail to an address, as text and as HTML.

    `words` are its `title`, `text`, `button` and `url`; where known the reader's `name` and `zone`, and where
    `choices` among such mails are made.
    """
    mail = EmailMultiAlternatives(
        subject=words["title"],
        body=render_to_string("notifications/mail.txt", words),
        to=[address],
        headers={"Auto-Submitted": "auto-generated", **headers},
    )
    mail.attach_alternative(render_to_string("notifications/mail.html", words), "text/html")
    return mail


def _why_not(notification: Notification, now: datetime) -> str:
    """Return why this mail is not to be sent any more, or nothing."""
    kind = all_kinds().get(notification.kind)
    if kind is None:  # an older version told it
        return gettext_noop("Such mails are no longer sent.")
    if notification.recipient.is_deleted:
        return gettext_noop("The recipient has deleted the account.")
    if not mail_choices.is_wanted(notification.recipient, kind):
        return gettext_noop("The recipient does not want these mails.")
    return kind.moot(notification, now)


def _mail(notification: Notification) -> EmailMultiAlternatives:
    kind = all_kinds()[notification.kind]
    words = {
        "name": in_one_line(notification.recipient.first_name),
        "zone": in_words(notification.recipient.time_zone),
        "title": in_one_line(wording.title(notification)),
        "text": in_one_line(wording.text(notification)),
        "button": wording.button(notification),
        "url": on_site(wording.page(notification)),
        "choices": on_site(reverse("mails")) if kind.is_optional else "",
    }
    mail = in_our_design(
        notification.recipient.email, words, headers=_headers(notification, words["choices"])
    )
    _attach_invitation(mail, notification)
    return mail


def _headers(notification: Notification, choices: str) -> dict[str, str]:
    """Return what mail programs read; the page named for unsubscribing asks, opening it changes nothing."""
    headers = {"Message-ID": message_id(notification)}
    return headers | {"List-Unsubscribe": f"<{choices}>"} if choices else headers


def _attach_invitation(mail: EmailMultiAlternatives, notification: Notification) -> None:
    """Add the calendar object, where the kind carries one.

    Twice: as a part that calendars recognise by its METHOD, and as a file to open for programs that show
    such parts to nobody. Its UID makes both the same entry.
    """
    make = all_kinds()[notification.kind].invitation
    invitation = make(notification) if make else None
    if invitation:
        mail.attach_alternative(invitation.contents.decode(), f"text/calendar; method={invitation.method}")
        mail.attach("invite.ics", invitation.contents, "application/ics")
