"""The page on which an operator reads what a decision does, writes the note, and makes it."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.admin_pages import AskForm, ModelAdmin, ask
from accounts.people import person_of
from meetings import workflow
from meetings.admin.decisions import DECISIONS
from meetings.models import Meeting, Receipt
from meetings.step import ActionRefused, Entry
from meetings.transitions import row_for
from meetings.vocabulary import Action, Role

PAGE = "admin:meetings_meeting_change"


class DecisionForm(AskForm):
    """Asks for the note. It carries the revision and the sentences that the operator was looking at."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)


def is_allowed(request: HttpRequest) -> bool:
    """Whether this operator may decide about meetings."""
    return request.user.has_perm("meetings.change_meeting")


def decide(page: ModelAdmin, request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Say what a decision does and ask for the note; on POST carry it out, once per form."""
    if not is_allowed(request):
        raise PermissionDenied
    if action not in DECISIONS:
        raise Http404
    meeting, decision = get_object_or_404(_meetings(), pk=pk), Action(action)
    if request.method == "POST":
        return _answer(page, request, meeting, decision, DecisionForm(request.POST))
    refusal = _why_not(meeting, decision)
    if refusal:
        messages.warning(request, refusal)
        return redirect(PAGE, pk)
    return _ask(page, request, meeting, decision, DecisionForm(initial=_looked_at(meeting, decision)))


def _answer(
    page: ModelAdmin, request: HttpRequest, meeting: Meeting, action: Action, form: DecisionForm
) -> HttpResponse:
    """Carry it out, or show the form again with what was typed and why nothing was done."""
    if not form.is_valid():
        return _ask(page, request, meeting, action, form)
    try:
        _carry_out(page, request, meeting.pk, action, form)
    except ActionRefused as refusal:
        form.renew(**_looked_at(meeting, action))
        form.add_error(None, refusal.words)
        return _ask(page, request, meeting, action, form)
    messages.success(request, _("Done: %(decision)s.") % {"decision": DECISIONS[action].button})
    return redirect(PAGE, meeting.pk)


@transaction.atomic
def _carry_out(page: ModelAdmin, request: HttpRequest, pk: int, action: Action, form: DecisionForm) -> None:
    # Locked, so that a repetition finds the receipt of the first request and is not logged again.
    meeting = _meetings().select_for_update(of=("self",), no_key=True).get(pk=pk)
    typed = form.cleaned_data
    is_new = not Receipt.objects.filter(key=typed["key"]).exists()
    if is_new and meeting.revision == typed["revision"] and typed["seen"] != _foretold(meeting, action):
        raise ActionRefused(
            _("Nothing was done, because the numbers have changed since you looked. These are the new ones.")
        )
    workflow.perform(
        meeting,
        action,
        role=Role.OPERATOR,
        actor=person_of(request),
        now=timezone.now(),
        entry=Entry(words=typed["reason"]),
        revision=typed["revision"],
        key=typed["key"],
    )
    if is_new:
        page.log_change(request, meeting, f"{DECISIONS[action].button}. {typed['reason']}")


def _ask(
    page: ModelAdmin, request: HttpRequest, meeting: Meeting, action: Action, form: DecisionForm
) -> HttpResponse:
    decision = DECISIONS[action]
    form.fields["reason"].help_text = str(decision.note)
    return ask(
        page,
        request,
        form,
        title=f"{meeting}: {decision.button}",
        sentences=decision.foretell(meeting),
        button=str(decision.button),
        back=reverse(PAGE, args=[meeting.pk]),
    )


def _why_not(meeting: Meeting, action: Action) -> str | None:
    row = row_for(action, Role.OPERATOR)
    return workflow.why_not(meeting, row, timezone.now()) if row else None


def _looked_at(meeting: Meeting, action: Action) -> dict[str, object]:
    return {"revision": meeting.revision, "seen": _foretold(meeting, action)}


def _foretold(meeting: Meeting, action: Action) -> str:
    return " ".join(DECISIONS[action].foretell(meeting))


def _meetings() -> "QuerySet[Meeting]":
    return Meeting.objects.select_related("student", "expert")
