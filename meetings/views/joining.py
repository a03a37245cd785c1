"""Personal links: from the mail or the page into the room."""

from datetime import datetime

from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.people import person_of
from meetings import links, rooms, workflow
from meetings.admission import Admission, Door, admission
from meetings.models import Meeting
from meetings.step import ActionRefused
from meetings.views.finding import own_meeting
from meetings.vocabulary import Action, Role

LEADS_OUT = {"form-action": [rooms.PLATFORM.origin]} if rooms.PLATFORM.origin else {}


@never_cache
@csp_update(LEADS_OUT)  # type: ignore[arg-type] # its types know no views with arguments
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Show whose meeting a personal link leads to and what it opens now; on POST let the party in."""
    now = timezone.now()
    meeting, role, date_version = _given_to(request, token)
    opened = admission(meeting, role, date_version, now)
    if request.method == "POST" and opened.door is Door.OPEN:
        return _enter(request, meeting, role, opened, now)
    context = {
        "meeting": meeting,
        "other": meeting.person(role.other),
        "door": opened.door,
        "link": links.link(meeting, role),
    }
    return render(request, "meetings/join.html", context)


@never_cache
def room(request: HttpRequest, token: str) -> HttpResponse:
    """Show the party our own room page, where the platform has one; else lead to the personal link."""
    now = timezone.now()
    meeting, role, date_version = _given_to(request, token)
    opened = admission(meeting, role, date_version, now)
    stage = rooms.stage(meeting, role, now) if opened.door is Door.OPEN and opened.is_recorded else None
    if stage is None:
        return redirect("meetings:join", token=token)
    context = {"meeting": meeting, "other": meeting.person(role.other), "facts": stage.facts}
    response = render(request, stage.template, context)
    if stage.connects_to:
        response._csp_update = {"connect-src": list(stage.connects_to)}  # type: ignore[attr-defined]
    return response


def _given_to(request: HttpRequest, token: str) -> tuple[Meeting, Role, int]:
    """Return what the link names, for the person it was given to; for anyone else it does not exist."""
    try:
        pk, role, date_version = links.read_link(token)
    except links.UnknownLink as error:
        raise Http404 from error
    meeting, own_role = own_meeting(request, pk)
    if own_role is not role:
        raise Http404
    return meeting, role, date_version


def _enter(
    request: HttpRequest, meeting: Meeting, role: Role, opened: Admission, now: datetime
) -> HttpResponse:
    """Record the participation, once, and lead to the platform."""
    if not opened.is_recorded:
        try:
            workflow.perform(meeting, Action.JOIN, role=role, actor=person_of(request), now=now)
        except ActionRefused:
            # Another tab was quicker, or the meeting changed this moment: look again.
            if not admission(meeting, role, meeting.date_version, now).is_recorded:
                return redirect(request.path)
    response = redirect(rooms.entry_url(meeting, role, now))
    # The platform must not learn the personal link. On the page itself this would spoil its own form.
    response["Referrer-Policy"] = "no-referrer"
    return response
