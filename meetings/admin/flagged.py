"""The page on which an operator lets an evaluation by silence stand."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.admin.kit.history import in_history
from accounts.admin.kit.pages import AskForm, ModelAdmin, ask
from accounts.people import person_of
from meetings.action import ActionRefused
from meetings.admin import deciding, flags
from meetings.models import Meeting


def let_stand(page: ModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the note; on POST let an evaluation by silence stand, once per form."""
    meeting = get_object_or_404(Meeting, pk=pk)
    if not deciding.is_allowed(request, meeting):
        raise PermissionDenied
    if request.method != "POST" and not meeting.is_flagged:
        messages.warning(request, _("This evaluation does not wait to be looked at."))
        return redirect(deciding.PAGE, pk)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _stands(page, request, meeting, form):
        messages.success(request, _("Done: the evaluation stands."))
        return redirect(deciding.PAGE, pk)
    form.fields["reason"].help_text = _("Nobody is told; this note stays with the operators.")
    return ask(
        page,
        request,
        form,
        title=_("%(meeting)s: let the evaluation stand") % {"meeting": meeting},
        sentences=[
            _("The meeting stays “%(status)s”, and no credits move.")
            % {"status": meeting.get_status_display()},
            _("It leaves the list of evaluations by silence to look at. It can still be reversed later."),
        ],
        button=_("Let the evaluation stand"),
        back=reverse(deciding.PAGE, args=[pk]),
    )


@transaction.atomic
def _stands(page: ModelAdmin, request: HttpRequest, meeting: Meeting, form: AskForm) -> bool:
    """Let it stand and log it, or put into the form why not."""
    note, operator = form.cleaned_data["reason"], person_of(request)
    try:
        is_new = flags.dismiss_flag(
            meeting.pk, operator=operator, note=note, key=form.cleaned_data["key"], now=timezone.now()
        )
    except ActionRefused as refusal:
        form.renew()
        form.add_error(None, refusal.words)
        return False
    if is_new:
        before, after = _("to be looked at"), _("off the list")
        said = in_history(_("The evaluation by silence stands"), before=before, after=after, why=note)
        page.log_change(request, meeting, said)
    return True
