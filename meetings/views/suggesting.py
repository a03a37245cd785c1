"""Suggesting a meeting: a user to an expert, an expert to a user they know."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ExpertProfile, User
from accounts.people import person_of
from credits import ledger
from meetings.action import ActionRefused
from meetings.forms import preview
from meetings.forms.suggest import ExpertSuggestForm, SuggestForm, UserSuggestForm, first_skill, offer
from meetings.lifecycle import workflow
from meetings.lifecycle.checks import overlaps
from meetings.models import Meeting
from meetings.views.checking import is_sent, show_preview
from meetings.views.finding import own_meeting
from meetings.vocabulary import Role


@login_required
def suggest_to_expert(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a user suggest a meeting to a listed expert."""
    expert = get_object_or_404(ExpertProfile.objects.listed().select_related("user"), pk=pk)
    person = person_of(request)
    if expert.user == person:
        messages.warning(request, _("You cannot suggest a meeting to yourself."))
        return redirect(expert)
    form = _form_for_user(request, expert, request.POST or None)
    if is_sent(request) and form.is_valid():
        return _suggest(request, form, form.draft(person), back=expert.get_absolute_url())
    return _show(request, form, expert.user, back=expert.get_absolute_url())


@login_required
def preview_for_user(request: HttpRequest, pk: int) -> HttpResponse:
    """Say, while a user fills in the form, what it means; nothing is written."""
    expert = get_object_or_404(ExpertProfile.objects.listed().select_related("user"), pk=pk)
    form = _form_for_user(request, expert, request.GET)
    return show_preview(request, preview.of_suggestion(form, expert.user))


def suggest_to_user(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an expert suggest another meeting to the user of one of their meetings."""
    meeting = _own_as_expert(request, pk)
    form = _form_for_expert(request, meeting, request.POST or None)
    if is_sent(request) and form.is_valid():
        return _suggest(request, form, form.draft_for(meeting.student), back=meeting.get_absolute_url())
    return _show(request, form, meeting.student, back=meeting.get_absolute_url())


def preview_for_expert(request: HttpRequest, pk: int) -> HttpResponse:
    """Say, while an expert fills in the form, what it means; nothing is written."""
    meeting = _own_as_expert(request, pk)
    form = _form_for_expert(request, meeting, request.GET)
    return show_preview(request, preview.of_suggestion(form, meeting.student))


def _own_as_expert(request: HttpRequest, pk: int) -> Meeting:
    meeting, role = own_meeting(request, pk)
    if role is not Role.EXPERT:
        raise Http404
    return meeting


def _form_for_user(request: HttpRequest, expert: ExpertProfile, data: QueryDict | None) -> UserSuggestForm:
    person = person_of(request)
    wishes = _wishes(request, expert, person)
    return UserSuggestForm(data, person=person, expert=expert, now=timezone.now(), initial=wishes)


def _form_for_expert(request: HttpRequest, meeting: Meeting, data: QueryDict | None) -> ExpertSuggestForm:
    before = {
        "service": meeting.service,
        "skill": meeting.skill,
        "minutes": meeting.service.minutes,
        "price": meeting.service.price,
    }
    return ExpertSuggestForm(
        data, person=person_of(request), expert=meeting.service.expert, now=timezone.now(), initial=before
    )


def _suggest(request: HttpRequest, form: SuggestForm, meeting: Meeting, *, back: str) -> HttpResponse:
    """Make the suggestion and lead to it; where it is refused, say why in the form."""
    person, other = form.person, meeting.person(form.role.other)
    try:
        made = workflow.suggest(
            meeting, role=form.role, actor=person, now=form.now, key=form.cleaned_data["key"]
        )
    except ActionRefused as refusal:
        form.add_error(None, refusal.words)
        form.renew()
        return _show(request, form, other, back=back, missing_credits=refusal.missing_credits)
    messages.success(request, _("Your suggestion is sent. %(other)s answers next.") % {"other": other.name})
    if overlaps(made, person, form.now):
        messages.warning(request, _("You have another agreed meeting at the same time."))
    return redirect(made)


def _show(
    request: HttpRequest, form: SuggestForm, other: User, *, back: str, missing_credits: int = 0
) -> HttpResponse:
    context = {
        "form": form,
        "other": other,
        "back": back,
        "missing_credits": missing_credits,
        "preview": preview.of_suggestion(form, other),
        "preview_url": f"{request.path}preview/",
        "balance": ledger.balance(form.person) if form.role is Role.USER else None,
    }
    return render(request, "meetings/suggest.html", context)


def _wishes(request: HttpRequest, expert: ExpertProfile, person: User) -> dict[str, object]:
    """Return what the form begins with: the service that the person came from, a skill they want."""
    services = expert.services.filter(is_active=True)
    chosen = next((s for s in services if str(s.pk) == request.GET.get("service")), services.first())
    return {"service": offer(chosen) if chosen else None, "skill": first_skill(expert, person)}
