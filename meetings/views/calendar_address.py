"""The secret address of one's calendar, and what calendar programs get there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.people import person_of
from accounts.times.formats import as_user
from meetings.notices import calendar_feed as feeds


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """Send the calendar to whoever knows its address, in the language of its owner."""
    try:
        owner = feeds.owner_of(token)
    except feeds.UnknownAddress as unknown:
        raise Http404 from unknown
    with as_user(owner):
        body = feeds.contents(owner, timezone.now())
    headers = {
        # Asked for again each time, so that an address that was given up is gone at once.
        "Cache-Control": "private, no-cache",
        "Content-Language": owner.reads,
        "Content-Disposition": 'inline; filename="expertim.ics"',
        "X-Robots-Tag": "noindex, nofollow",
    }
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


@login_required
def calendar_address(request: HttpRequest) -> HttpResponse:
    """Show one's address, and how calendar programs take it."""
    person = person_of(request)
    address = feeds.address_of(person)
    context = {
        "address": address,
        "webcal": f"webcal:{address.partition(':')[2]}",
        "made_at": person.calendar_address_at,
    }
    return render(request, "meetings/calendar_address.html", context)


@login_required
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """Make an address; the one before stops at once."""
    feeds.make_address(person_of(request), timezone.now())
    messages.success(request, _("This is your new address. An address that you had before no longer works."))
    return redirect("meetings:calendar_address")


@login_required
@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    """Give the address up; it stops at once."""
    feeds.delete_address(person_of(request))
    messages.success(request, _("Your address is deleted. Calendars that used it get nothing any more."))
    return redirect("meetings:calendar_address")
