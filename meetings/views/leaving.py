"""One's own account as a whole: taking a copy of one's data, deleting it."""

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature, Signer
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.auth.forms import ReauthenticateForm
from accounts.models import User
from accounts.people import person_of
from accounts.times.formats import written
from meetings.privacy import archive, erasure

# Names in the form whose account it deletes: sent again, it finds that this is done.
WHOSE = Signer(salt="meetings.views.leaving")


@login_required
def own_data(request: HttpRequest) -> HttpResponseBase:
    """Say what a copy of one's data holds; on POST make it."""
    person, now = person_of(request), timezone.now()
    form = _password(request)
    context = {"parts": archive.PARTS, "form": form}
    if not form.is_valid():
        return render(request, "meetings/own_data.html", context)
    next_at = archive.wait_until(person, now)
    if next_at:
        refusal = _("You have just taken a copy. You can take the next one from %(at)s.")
        context["refusal"] = refusal % {"at": written(next_at)}
        return render(request, "meetings/own_data.html", context, status=429)
    name = f"expertim-{timezone.localdate(now):%Y-%m-%d}.zip"
    return FileResponse(archive.copy_of(person, now), as_attachment=True, filename=name)


def delete_account(request: HttpRequest) -> HttpResponse:
    """Say what goes and what stays; on POST delete the account and say goodbye."""
    if request.method == "POST" and _is_done(request):
        return redirect("meetings:deleted")
    return _delete(request)


def deleted(request: HttpRequest) -> HttpResponse:
    """Say goodbye."""
    return render(request, "meetings/deleted.html")


@login_required
def _delete(request: HttpRequest) -> HttpResponse:
    person, now = person_of(request), timezone.now()
    form = _password(request)
    if not form.is_valid():
        return _ask(request, form, erasure.obstacles(person, now))
    try:
        erasure.delete_account(person, now)
    except erasure.CannotLeave as refused:
        return _ask(request, form, refused.obstacles, status=409)
    logout(request)
    return redirect("meetings:deleted")


def _password(request: HttpRequest) -> ReauthenticateForm:
    """Return the form that asks who is there, however short ago that was asked; wrong answers are limited."""
    return ReauthenticateForm(request.POST if request.method == "POST" else None, user=person_of(request))


def _ask(
    request: HttpRequest, form: ReauthenticateForm, obstacles: list[erasure.Obstacle], status: int = 200
) -> HttpResponse:
    context = {"form": form, "obstacles": obstacles, "whose": WHOSE.sign(str(person_of(request).pk))}
    return render(request, "meetings/delete_account.html", context, status=status)


def _is_done(request: HttpRequest) -> bool:
    """Whether the account that this form is about is deleted already."""
    try:
        number = WHOSE.unsign(request.POST.get("whose", ""))
    except BadSignature:
        return False
    return User.objects.filter(pk=number, deleted_at__isnull=False).exists()
