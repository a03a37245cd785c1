"""Where video platforms report who came and who went."""

import base64
import binascii
import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from meetings.video import presence
from meetings.video.platforms import janus as adapter
from meetings.video.platforms.base import Garbled

log = logging.getLogger(__name__)


@csrf_exempt  # no browser of a person: it says who it is with each request
@require_POST
def janus(request: HttpRequest) -> HttpResponse:
    """Note what our Janus server reports; the password is that of its event handler."""
    password = settings.VIDEO["JANUS_EVENTS_PASSWORD"]
    if not password or not constant_time_compare(_password(request), password):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Basic"})
    try:
        sightings = adapter.read_events(request.body)
    except Garbled as error:
        log.warning("Reports of Janus: %s", error.words)
        return HttpResponse(status=400)
    presence.note(sightings)
    return HttpResponse(status=204)


def _password(request: HttpRequest) -> str:
    """Return the password of the Basic authentication, or nothing."""
    scheme, _blank, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        _user, _colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    return password if scheme.lower() == "basic" else ""
