"""The dashboard, within the chosen Expertise, and the list of all one's meetings."""

from datetime import datetime

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.experts.completeness import missing_steps
from accounts.filters import Filter
from accounts.models import Expertise, User
from accounts.people import person_of
from meetings.models import Meeting
from meetings.models.meeting import MeetingQuerySet
from meetings.views.list_rows import Row, rows_for
from meetings.views.recommendations import experts_for
from meetings.vocabulary import PARTIES, Role, Status

SHORT_LIST, PAGE = 6, 30


class MeetingFilter(Filter):
    """Which of my meetings to list."""

    expertise = forms.ModelChoiceField(
        Expertise.objects.all(),
        label=_("Expertise"),
        required=False,
        to_field_name="slug",
        empty_label=_("All"),
    )
    status = forms.ChoiceField(
        label=_("Meeting status"), required=False, choices=[("", _("All")), *Status.choices]
    )
    role = forms.ChoiceField(
        label=_("My role"),
        required=False,
        choices=[("", _("Both")), *((role.value, role.label) for role in PARTIES)],
    )

    def narrow(self, person: User, now: datetime) -> MeetingQuerySet:
        """Return the person's meetings that were asked for."""
        asked = self.asked
        roles = {Role.USER: {"student": person}, Role.EXPERT: {"expert": person}}
        meetings = Meeting.objects.of(person)
        if asked.get("role"):
            meetings = meetings.filter(**roles[Role(asked["role"])])
        if asked.get("expertise"):
            meetings = meetings.filter(skill__expertise=asked["expertise"])
        if asked.get("status"):
            meetings = meetings.with_status(Status(asked["status"]), now)
        return meetings

    @property
    def expertise_chosen(self) -> Expertise | None:
        """The Expertise within which the person looks, or None for all."""
        return self.cleaned_data.get("expertise")


@login_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person first, then what is to come and what has been."""
    person, now = person_of(request), timezone.now()
    chosen = MeetingFilter({"expertise": request.GET.get("expertise", "")})
    mine = chosen.narrow(person, now)
    coming, past = mine.to_come(now), mine.taken_place(now)
    for_me = mine.waiting_for(person, now)
    for_others = mine.unsettled(now).filter(starts_at__gt=now).exclude(pk__in=for_me.values("pk"))
    context = {
        "expertises": Expertise.objects.all(),
        "chosen": chosen.expertise_chosen,
        "to_come": coming.count(),
        "taken_place": past.count(),
        "waiting": for_me.count(),
        "for_me": _rows(for_me, person, now),
        "for_others": _rows(for_others, person, now),
        "scheduled": _rows(coming, person, now),
        "held": rows_for(past.for_rows().order_by("-starts_at")[:SHORT_LIST], person, now),
        "experts": experts_for(person, chosen.expertise_chosen, now),
        "missing_steps": missing_steps(person),
    }
    return render(request, "meetings/dashboard.html", context)


def _rows(meetings: MeetingQuerySet, person: User, now: datetime) -> list[Row]:
    """Return the first of them as rows, the earliest start first."""
    return rows_for(meetings.for_rows().order_by("starts_at")[:SHORT_LIST], person, now)


@login_required
def meeting_list(request: HttpRequest) -> HttpResponse:
    """List all of the person's meetings, newest start first, by status and role."""
    person, now = person_of(request), timezone.now()
    chosen = MeetingFilter(request.GET)
    meetings = chosen.narrow(person, now).for_rows().order_by(F("starts_at").desc(), "-pk")
    page = Paginator(meetings, PAGE).get_page(request.GET.get("page"))
    context = {"filter": chosen, "page": page, "rows": rows_for(page.object_list, person, now)}
    context["has_any"] = bool(context["rows"]) or Meeting.objects.of(person).exists()
    return render(request, "meetings/meeting_list.html", context)
