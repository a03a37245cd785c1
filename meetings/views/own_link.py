"""The expert's own link: where a meeting takes place instead of on the video platform."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.models import Meeting
from meetings.video import outbox
from meetings.video.encryption import Unreadable
from meetings.video.link_forms import LinkForm
from meetings.views.finding import own_meeting
from meetings.vocabulary import Role, Status


def own_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the expert for a link of their own; on POST keep it, encrypted."""
    meeting, role = own_meeting(request, pk)
    if role is not Role.EXPERT:
        raise Http404
    if not takes_link(meeting):
        messages.warning(request, _("Only an agreed meeting that has not ended takes a link."))
        return redirect(meeting)
    form = LinkForm(request.POST or None, initial={"link": _present_link(request, meeting)})
    if request.method == "POST" and form.is_valid():
        outbox.put_in_link(meeting, form.cleaned_data["link"], timezone.now())
        messages.success(request, _("Saved. The personal links of both of you stay the same."))
        return redirect(meeting)
    context = {"form": form, "meeting": meeting, "other": meeting.student}
    return render(request, "meetings/own_link.html", context, status=409 if form.errors else 200)


def _present_link(request: HttpRequest, meeting: Meeting) -> str:
    """Return the link that was put in; where it cannot be read any more, say so."""
    try:
        return outbox.own_link(outbox.room_of(meeting))
    except Unreadable:
        messages.warning(
            request, _("The link that was put in cannot be read any more. Please put it in again.")
        )
        return ""


def takes_link(meeting: Meeting) -> bool:
    """Whether it still matters where the meeting takes place."""
    return meeting.status == Status.AGREED and timezone.now() < meeting.ends_at
