"""Looking at what a form means before sending it: while typing with a script, by "Check first" without."""

import logging

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from redis import RedisError

from accounts.models import User
from accounts.people import person_of
from meetings.forms.preview import Preview

log = logging.getLogger(__name__)

# While typing, the script asks at most about three times a second.
AT_MOST_PER_MINUTE = 200


def is_sent(request: HttpRequest) -> bool:
    """Whether the form is sent to act; "Check first" only shows what it would do."""
    return request.method == "POST" and "check" not in request.POST


def show_preview(request: HttpRequest, preview: Preview) -> HttpResponse:
    """Return the part of the page that stands beside the form, as often as a person types but no oftener."""
    if _asks_too_often(person_of(request)):
        return render(request, "429.html", status=429)
    return render(request, "components/preview.html", {"preview": preview})


def _asks_too_often(person: User) -> bool:
    key = f"previews:{person.pk}"
    try:
        cache.add(key, 0, timeout=60)
        return cache.incr(key) > AT_MOST_PER_MINUTE
    except ValueError:  # the minute ended this moment
        return False
    except RedisError:  # nobody counts for a while
        log.warning("Previews are not counted: Redis cannot be reached.")
        return False
