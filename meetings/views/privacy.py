"""What is kept of people, why, for how long, and who sees it: with the figures that the code goes by."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.auth import sessions
from meetings.lifecycle import idempotency
from notifications import account_mails

# Who learns a person's name when they join a meeting, by the platform of the settings.
VIDEO = {
    "practice": gettext_lazy("Nobody: meetings take place in a practice room of this site."),
    "manual": gettext_lazy(
        "Meetings take place where the expert's own link leads; we hand nothing to that service."
    ),
    "jitsi": gettext_lazy("The Jitsi server %(host)s: it is told your name and shows it to the other party."),
    "jaas": gettext_lazy(
        "The service Jitsi as a Service (8x8): it is told your name and shows it to the other party."
    ),
    "bigbluebutton": gettext_lazy(
        "The BigBlueButton server %(host)s: it is told your name and shows it to the other party."
    ),
    "zoom": gettext_lazy("Zoom: it is told your name and shows it to the other party."),
    "janus": gettext_lazy("Nobody else: the video server is our own."),
}
ADDRESSES = {"jitsi": "JITSI_URL", "bigbluebutton": "BBB_URL"}


def privacy(request: HttpRequest) -> HttpResponse:
    """Show it, to anybody."""
    context = {
        "video": _video(settings.VIDEO_PLATFORM),
        "session_days": settings.SESSION_COOKIE_AGE // 86_400,
        "unfinished_days": sessions.UNFINISHED_KEPT.days,
        "account_mail_days": account_mails.KEPT.days,
        "language_days": settings.LANGUAGE_COOKIE_AGE // 86_400,
        "receipt_days": idempotency.KEPT.days,
    }
    return render(request, "meetings/privacy.html", context)


def _video(platform: str) -> str:
    words = VIDEO.get(platform, gettext_lazy("The video service of this site is told your name."))
    address = settings.VIDEO.get(ADDRESSES.get(platform, ""), "")
    return str(words) % {"host": urlsplit(address).hostname or _("of this site")}
