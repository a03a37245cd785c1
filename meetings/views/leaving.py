"""One's own account as a whole: taking a copy of one's data, deleting it."""

from collections.abc import Callable
from typing import TypeVar

from allauth.account.decorators import reauthentication_required
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature, Signer
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.people import person_of
from accounts.times import written
from meetings import export, leaving

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

# What takes everything out, or away, asks who is there, however long the session is open.
password_again: Callable[[View], View] = reauthentication_required(allow_get=True)
# Names in the form whose account it deletes: sent again, it finds that this is done.
WHOSE = Signer(salt="meetings.views.leaving")


@login_required
@password_again
def own_data(request: HttpRequest) -> HttpResponseBase:
    """Say what a copy of one's data holds; on POST make it."""
    if request.method != "POST":
        return render(request, "meetings/own_data.html", {"parts": export.PARTS})
    person, now = person_of(request), timezone.now()
    next_at = export.wait_until(person, now)
    if next_at:
        refusal = _("You have just taken a copy. You can take the next one from %(at)s.")
        context = {"parts": export.PARTS, "refusal": refusal % {"at": written(next_at)}}
        return render(request, "meetings/own_data.html", context, status=429)
    name = f"expertim-{timezone.localdate(now):%Y-%m-%d}.zip"
    return FileResponse(export.copy_of(person, now), as_attachment=True, filename=name)


def delete_account(request: HttpRequest) -> HttpResponse:
    """Say what goes and what stays; on POST delete the account and say goodbye."""
    if request.method == "POST" and _is_done(request):
        return redirect("meetings:deleted")
    return _delete(request)


def deleted(request: HttpRequest) -> HttpResponse:
    """Say goodbye."""
    return render(request, "meetings/deleted.html")


@login_required
@password_again
def _delete(request: HttpRequest) -> HttpResponse:
    person, now = person_of(request), timezone.now()
    if request.method != "POST":
        return _ask(request, leaving.obstacles(person, now))
    try:
        leaving.delete_account(person, now)
    except leaving.CannotLeave as refused:
        return _ask(request, refused.obstacles, status=409)
    logout(request)
    return redirect("meetings:deleted")


def _ask(request: HttpRequest, obstacles: list[leaving.Obstacle], status: int = 200) -> HttpResponse:
    context = {"obstacles": obstacles, "whose": WHOSE.sign(str(person_of(request).pk))}
    return render(request, "meetings/delete_account.html", context, status=status)


def _is_done(request: HttpRequest) -> bool:
    """Whether the account that this form is about is deleted already."""
    try:
        number = WHOSE.unsign(request.POST.get("whose", ""))
    except BadSignature:
        return False
    return User.objects.filter(pk=number, deleted_at__isnull=False).exists()
