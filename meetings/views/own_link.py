"""The expert's own link: where a meeting takes place instead of on the video platform."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings import video_outbox
from meetings.link_forms import LinkForm
from meetings.models import Meeting
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
    room = video_outbox.room_of(meeting)
    form = LinkForm(request.POST or None, initial={"link": video_outbox.own_link(room)})
    if request.method == "POST" and form.is_valid():
        video_outbox.put_in_link(meeting, form.cleaned_data["link"])
        messages.success(request, _("Saved. The personal links of both of you stay the same."))
        return redirect(meeting)
    context = {"form": form, "meeting": meeting, "other": meeting.student}
    return render(request, "meetings/own_link.html", context, status=409 if form.errors else 200)


def takes_link(meeting: Meeting) -> bool:
    """Whether it still matters where the meeting takes place."""
    return meeting.status == Status.AGREED and timezone.now() < meeting.ends_at
