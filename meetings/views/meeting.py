"""The meeting's page, and one page for each action on it."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.people import person_of
from credits import ledger
from meetings import links
from meetings.action import ActionRefused
from meetings.explain.action import consequences
from meetings.explain.inaction import prospect
from meetings.forms import preview
from meetings.forms.action import ActionForm
from meetings.lifecycle import workflow
from meetings.lifecycle.transitions import Transition, row_for
from meetings.models import Meeting
from meetings.notices import ical
from meetings.notices.timeline import timeline
from meetings.video import outbox
from meetings.video.access import JoinState, admission
from meetings.video.attendance import TOOK_PLACE
from meetings.video.presence import attendance, presence
from meetings.views.checking import is_sent, show_preview
from meetings.views.finding import NOT_BY_FORM, action_row, own_meeting
from meetings.views.own_link import takes_link
from meetings.vocabulary import Action, Role, Status

# What the other party answered stays hidden until then (spec: After the meeting).
ANSWERS_SHOWN = (Status.UNDER_REVIEW, Status.HELD, Status.NOT_HELD)
NOT_FINAL = (Status.AWAITING, Status.AGREED, Status.REJECTED)


def meeting_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a meeting to one of its parties, with what they can do now."""
    meeting, role = own_meeting(request, pk)
    return render(request, "meetings/meeting_detail.html", _about(meeting, role))


def calendar_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an agreed meeting as a file for one's calendar."""
    meeting, role = own_meeting(request, pk)
    if meeting.status != Status.AGREED:
        words = _("Only an agreed meeting can be put into a calendar; this one is “%(status)s”.")
        messages.warning(request, words % {"status": meeting.status_at(timezone.now()).label})
        return redirect(meeting)
    body = ical.download(meeting, role, timezone.now())
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    response["Content-Disposition"] = f'attachment; filename="expertim-meeting-{meeting.pk}.ics"'
    return response


def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Say what an action does and ask what it needs; on POST carry it out."""
    meeting, role = own_meeting(request, pk)
    row = action_row(action, role)
    now = timezone.now()
    person = person_of(request)
    if request.method != "POST":
        return _ask(request, row, ActionForm(row, meeting, now=now, person=person))
    form = ActionForm(row, meeting, now=now, person=person, data=request.POST)
    if not is_sent(request):
        return _show(request, form)
    if not form.is_valid():
        closed = workflow.why_not(meeting, row, now)
        return _refuse(request, form, ActionRefused(closed)) if closed else _show(request, form)
    try:
        done = workflow.perform(
            meeting,
            row.action,
            role=role,
            actor=person,
            now=now,
            entry=form.entry(),
            revision=form.cleaned_data["revision"],
            key=form.cleaned_data["key"],
        )
    except ActionRefused as refusal:
        return _refuse(request, form, refusal)
    messages.success(request, _what_was_done(row, done, role))
    return redirect(meeting)


def preview_action(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Say, while a new date is typed, what it means; nothing is written."""
    meeting, role = own_meeting(request, pk)
    row = action_row(action, role)
    form = ActionForm(row, meeting, now=timezone.now(), person=person_of(request), data=request.GET)
    shown = preview.of_action(form)
    if shown is None:
        raise Http404
    return show_preview(request, shown)


def _what_was_done(row: Transition, meeting: Meeting, role: Role) -> str:
    return str(row.done) % {"other": meeting.person(role.other).name, "status": meeting.get_status_display()}


def _ask(request: HttpRequest, row: Transition, form: ActionForm) -> HttpResponse:
    """Show the form of an action that is open; otherwise say why it is not."""
    refusal = workflow.why_not(form.meeting, row, form.now)
    if refusal is None:
        return _show(request, form)
    instead = _open_instead(form.meeting, row, form)
    if instead:
        return redirect("meetings:act", form.meeting.pk, instead.action)
    messages.warning(request, refusal)
    return redirect(form.meeting)


def _refuse(request: HttpRequest, form: ActionForm, refusal: ActionRefused) -> HttpResponse:
    """Show the meeting as it is now, what was typed, and why nothing was done.

    Where the action is still open, or another under the same button, its form comes back filled in.
    """
    meeting, role = own_meeting(request, form.meeting.pk)
    row = form.row
    if workflow.why_not(meeting, row, form.now) is not None:
        row = _open_instead(meeting, row, form) or row
    again = ActionForm(row, meeting, now=form.now, person=person_of(request), data=form.data)
    if workflow.why_not(meeting, row, form.now) is None:
        again.renew()
        again.full_clean()
        again.add_error(None, refusal.words)
        return _show(request, again, status=409, missing_credits=refusal.missing_credits)
    context = _about(meeting, role) | {"refusal": refusal.words, "typed": form.data.get("words", "")}
    return render(request, "meetings/meeting_detail.html", context, status=409)


def _open_instead(meeting: Meeting, row: Transition, form: ActionForm) -> Transition | None:
    """Return the row under the same button that is open where this one is closed."""
    instead = row_for(row.instead, row.by) if row.instead else None
    return instead if instead and workflow.why_not(meeting, instead, form.now) is None else None


def _show(
    request: HttpRequest, form: ActionForm, status: int = 200, missing_credits: int = 0
) -> HttpResponse:
    row, meeting = form.row, form.meeting
    context = {
        "form": form,
        "meeting": meeting,
        "action": row.action,
        "other": meeting.person(row.by.other),
        "consequences": consequences(meeting, row.action, row.by, form.now),
        "missing_credits": missing_credits,
        "preview": preview.of_action(form),
        "preview_url": reverse("meetings:preview", args=[meeting.pk, row.action]),
        **(_who_was_there(meeting, form.now) if row.action is Action.RECORD else {}),
    }
    return render(request, "meetings/action.html", context, status=status)


def _about(meeting: Meeting, role: Role) -> dict[str, object]:
    """Return what the meeting's page shows to this party."""
    now = timezone.now()
    door = admission(meeting, role, meeting.date_version, now).door
    shows_door = meeting.status == Status.AGREED or door is JoinState.OPEN
    rows = workflow.open_actions(meeting, role, now)
    return {
        "meeting": meeting,
        "role": role,
        "other": meeting.person(role.other),
        "status": meeting.status_at(now),
        "actions": [row.action for row in rows if row.action not in NOT_BY_FORM],
        "door": door if shows_door else None,
        "link": links.link(meeting, role),
        "open_alternative": meeting.has_open_alternative(now),
        "answer_by": meeting.answer_by,
        "blocked": ledger.blocked_for(meeting.reference),
        "timeline": timeline(meeting),
        "answers": meeting.answers.order_by("at") if meeting.status in ANSWERS_SHOWN else [],
        "prospect": prospect(meeting, role, now),
        "is_open": meeting.status_at(now) in NOT_FINAL,
        "may_suggest": role is Role.EXPERT and not meeting.student.is_deleted,
        "may_put_in_link": role is Role.EXPERT and takes_link(meeting),
        "has_own_link": bool(outbox.room_of(meeting).sealed_link),
        **_who_was_there(meeting, now),
    }


def _who_was_there(meeting: Meeting, now: datetime) -> dict[str, object]:
    """Return what both parties see of each other's coming, from the opening of the door on."""
    if meeting.status not in TOOK_PLACE or now < meeting.joinable_from:
        return {}
    seen = presence(meeting, now)
    return {"attendance": attendance(meeting, seen), "together": seen.together if seen else None}
