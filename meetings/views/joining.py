"""Personal links: from the mail or the page into the room."""

import logging
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.people import person_of
from meetings import links
from meetings.action import ActionRefused
from meetings.lifecycle import workflow
from meetings.models import Meeting
from meetings.video import outbox
from meetings.video.access import Admission, JoinState, admission
from meetings.video.platforms.base import Stage, VideoError
from meetings.views.finding import own_meeting
from meetings.vocabulary import Action, Role

log = logging.getLogger(__name__)


@never_cache
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Show whose meeting a personal link leads to and what it opens now; on POST let the party in."""
    now = timezone.now()
    meeting, role, date_version = _given_to(request, token)
    opened = admission(meeting, role, date_version, now)
    if request.method == "POST" and opened.door is JoinState.OPEN:
        return _enter(request, meeting, role, opened, now)
    return _show(request, meeting, role, opened.door)


@never_cache
def room(request: HttpRequest, token: str) -> HttpResponse:
    """Show the party our own room page, where the platform has one; else lead to the personal link."""
    now = timezone.now()
    meeting, role, date_version = _given_to(request, token)
    opened = admission(meeting, role, date_version, now)
    stage = _stage(meeting, role, now) if opened.is_recorded else None
    if opened.door is not JoinState.OPEN or stage is None:
        return redirect("meetings:join", token=token)
    context = {
        "meeting": meeting,
        "other": meeting.person(role.other),
        "facts": stage.facts,
        "link": links.link(meeting, role),
    }
    response = render(request, stage.template, context)
    return _allowing(response, "connect-src", *stage.connects_to)


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
    try:
        address = outbox.enter(meeting, role, timezone.now)
    except VideoError as error:
        log.warning("Nobody can enter the video room of meeting %s: %s", meeting.pk, error.words)
        fresh, _role = own_meeting(request, meeting.pk)
        door = admission(fresh, role, meeting.date_version, timezone.now()).door
        return _show(request, fresh, role, door, is_ready=False)
    response = redirect(address)
    # The platform must not learn the personal link. On the page itself this would spoil its own form.
    response["Referrer-Policy"] = "no-referrer"
    return response


def _show(
    request: HttpRequest, meeting: Meeting, role: Role, door: JoinState, *, is_ready: bool = True
) -> HttpResponse:
    """Show what the link opens; where the platform does not let us in, say so and offer to try again."""
    context = {
        "meeting": meeting,
        "other": meeting.person(role.other),
        "role": role,
        "door": door,
        "is_ready": is_ready,
        "link": links.link(meeting, role),
    }
    response = render(
        request, "meetings/join.html", context, status=503 if door is JoinState.OPEN and not is_ready else 200
    )
    return _allowing(response, "form-action", *_leads_to(meeting, door))


def _leads_to(meeting: Meeting, door: JoinState) -> tuple[str, ...]:
    """Return where joining may lead; nowhere, where that cannot be told: then joining says what is wrong.

    Links and platforms lead on to addresses that nobody knows beforehand (short links, other servers of a
    cluster, signing in), and browsers hold each hop against this page's policy.
    """
    try:
        origin = outbox.leads_to(meeting) if door is JoinState.OPEN else ""
    except VideoError:
        return ()
    return (origin, "https:") if origin else ()


def _stage(meeting: Meeting, role: Role, now: datetime) -> Stage | None:
    """Return what our own room page shows; None where there is none, or something is wrong."""
    try:
        return outbox.stage(meeting, role, now)
    except VideoError:
        return None


def _allowing(response: HttpResponse, directive: str, *origins: str) -> HttpResponse:
    """Let this page, beyond the site's security policy, reach these origins."""
    more = [origin for origin in origins if origin]
    if more:
        response._csp_update = {directive: more}  # type: ignore[attr-defined]
    return response
