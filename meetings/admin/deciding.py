"""The page on which an operator reads what a decision does, writes the note, and makes it."""

from datetime import datetime
from typing import Any
from uuid import UUID

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

from accounts.admin.kit.history import in_history
from accounts.admin.kit.pages import AskForm, ModelAdmin, ask
from accounts.people import person_of
from credits import ledger
from meetings.action import ActionRefused, Entry
from meetings.admin import goodwill
from meetings.admin.decisions import DECISIONS
from meetings.admin.goodwill import Goodwill
from meetings.lifecycle import workflow
from meetings.lifecycle.transitions import row_for
from meetings.models import Meeting, Receipt
from meetings.notices.timeline import details
from meetings.vocabulary import Action, Role

PAGE = "admin:meetings_meeting_change"


class DecisionForm(AskForm):
    """Asks for the note. It carries the revision and the sentences that the operator was looking at."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)


def is_allowed(request: HttpRequest, meeting: Meeting) -> bool:
    """Whether this operator may decide about a meeting; nobody judges their own."""
    is_strange = meeting.role_of(person_of(request)) is None
    return is_strange and request.user.has_perm("meetings.change_meeting")


def decide(page: ModelAdmin, request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Say what a decision does and ask for the note; on POST carry it out, once per form."""
    meeting = get_object_or_404(_meetings(), pk=pk)
    if not is_allowed(request, meeting):
        raise PermissionDenied
    if action not in DECISIONS:
        raise Http404
    decision = Action(action)
    if request.method == "POST":
        return _answer(page, request, meeting, decision, _form(request, decision, request.POST))
    refusal = _why_not(meeting, decision)
    if refusal:
        messages.warning(request, refusal)
        return redirect(PAGE, pk)
    form = _form(request, decision, initial=_looked_at(meeting, decision, {}))
    return _ask(page, request, meeting, decision, form)


def _form(request: HttpRequest, action: Action, data: Any = None, **how: Any) -> DecisionForm:
    form = DecisionForm(data, **how)
    if goodwill.is_offered(request, action):
        goodwill.add_fields(form)
    form.fields["reason"].help_text = str(DECISIONS[action].note)
    return form


def _answer(
    page: ModelAdmin, request: HttpRequest, meeting: Meeting, action: Action, form: DecisionForm
) -> HttpResponse:
    """Carry it out, or show the form again with what was typed and why nothing was done."""
    if not form.is_valid():
        return _ask(page, request, meeting, action, form, goodwill.typed(form))
    try:
        _carry_out(page, request, meeting.pk, action, form)
    except ActionRefused as refusal:
        form.renew(**_looked_at(meeting, action, goodwill.typed(form)))
        form.add_error(None, refusal.words)
        return _ask(page, request, meeting, action, form, goodwill.typed(form))
    messages.success(request, _("Done: %(decision)s.") % {"decision": DECISIONS[action].button})
    return redirect(PAGE, meeting.pk)


@transaction.atomic
def _carry_out(page: ModelAdmin, request: HttpRequest, pk: int, action: Action, form: DecisionForm) -> None:
    # Locked, so that a repetition finds the receipt of the first request and is not logged again.
    meeting = _meetings().select_for_update(of=("self",), no_key=True).get(pk=pk)
    typed, gifts, now = form.cleaned_data, goodwill.typed(form), timezone.now()
    key, before = goodwill.own_key(typed["key"], gifts), _state(meeting)
    is_new = not Receipt.objects.filter(key=key).exists()
    if is_new and meeting.revision == typed["revision"]:
        _compare(typed["seen"], meeting, action, gifts)
    done = workflow.perform(
        meeting,
        action,
        role=Role.OPERATOR,
        actor=person_of(request),
        now=now,
        entry=Entry(words=typed["reason"]),
        revision=typed["revision"],
        key=key,
    )
    if not is_new:
        return
    said = in_history(
        str(DECISIONS[action].button), before=before, after=_outcome(done, now), why=typed["reason"]
    )
    page.log_change(request, meeting, said)
    _be_generous(page, request, done, gifts, key=key, reason=typed["reason"], now=now)


def _compare(seen: str, meeting: Meeting, action: Action, gifts: Goodwill) -> None:
    """Refuse what the operator has not read in these words."""
    if seen == _foretold(meeting, action, gifts):
        return
    if gifts and seen == _foretold(meeting, action, {}):
        raise ActionRefused(
            _("Nothing was done yet. Please read once more what will happen, then press the button again.")
        )
    raise ActionRefused(
        _("Nothing was done, because the numbers have changed since you looked. These are the new ones.")
    )


def _be_generous(
    page: ModelAdmin,
    request: HttpRequest,
    meeting: Meeting,
    gifts: Goodwill,
    *,
    key: UUID,
    reason: str,
    now: datetime,
) -> None:
    """Grant the goodwill credits, and log each with its person.

    The log names the meeting, whose own history holds the reason: it may speak of the other party.
    """
    available = {role: ledger.balance(meeting.person(role)).available for role in gifts}
    goodwill.grant(meeting, gifts, key=key, reason=reason, operator=person_of(request), now=now)
    for role, amount in gifts.items():
        before, after = available[role], available[role] + amount
        said = in_history(_("Goodwill credits"), before=before, after=after, why=meeting.reference)
        page.log_change(request, meeting.person(role), said)


def _ask(
    page: ModelAdmin,
    request: HttpRequest,
    meeting: Meeting,
    action: Action,
    form: DecisionForm,
    gifts: Goodwill | None = None,
) -> HttpResponse:
    decision = DECISIONS[action]
    return ask(
        page,
        request,
        form,
        title=f"{meeting}: {decision.button}",
        sentences=_sentences(meeting, action, gifts or {}),
        button=str(decision.button),
        back=reverse(PAGE, args=[meeting.pk]),
    )


def _why_not(meeting: Meeting, action: Action) -> str | None:
    row = row_for(action, Role.OPERATOR)
    return workflow.why_not(meeting, row, timezone.now()) if row else None


def _looked_at(meeting: Meeting, action: Action, gifts: Goodwill) -> dict[str, object]:
    return {"revision": meeting.revision, "seen": _foretold(meeting, action, gifts)}


def _foretold(meeting: Meeting, action: Action, gifts: Goodwill) -> str:
    return " ".join(_sentences(meeting, action, gifts))


def _sentences(meeting: Meeting, action: Action, gifts: Goodwill) -> list[str]:
    return [*DECISIONS[action].foretell(meeting), *goodwill.foretell(meeting, gifts)]


def _state(meeting: Meeting) -> str:
    return f"{meeting.get_status_display()}, {meeting.get_payment_display()}"


def _outcome(meeting: Meeting, now: datetime) -> str:
    """Return how the meeting is after a decision, and which credits moved."""
    moved = [details(event) for event in meeting.events.filter(at=now, posting__isnull=False)]
    return "; ".join(filter(None, [_state(meeting), *moved[-1:]]))


def _meetings() -> "QuerySet[Meeting]":
    return Meeting.objects.select_related("student", "expert")
