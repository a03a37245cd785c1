"""The list behind the bell."""

from datetime import date
from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F
from django.db.models.lookups import IsNull
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.people import person_of
from accounts.times.formats import written_date
from notifications import wording
from notifications.mail_choices import MailForm
from notifications.models import Notification

PAGE = 30


@login_required
def notification_list(request: HttpRequest) -> HttpResponse:
    """Show what the person was told, unread first."""
    own = Notification.objects.behind_bell(person_of(request)).select_related("about")
    unread_first = own.order_by(IsNull(F("read_at"), False), "-created_at", "-pk")
    page = Paginator(unread_first, PAGE).get_page(request.GET.get("page"))
    groups = [(_heading(*key), list(told)) for key, told in groupby(page, key=_group)]
    return render(request, "notifications/notification_list.html", {"page": page, "groups": groups})


@login_required
def open_notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read and lead to its object; whoever comes here from signing in finds the list."""
    if request.method != "POST":
        return redirect("notifications:list")
    notification = get_object_or_404(Notification.objects.behind_bell(person_of(request)), pk=pk)
    Notification.objects.filter(pk=pk, read_at=None).update(read_at=timezone.now())
    return redirect(wording.page(notification))


@login_required
def mark_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read and stay on the list."""
    mine = Notification.objects.behind_bell(person_of(request))
    if request.method == "POST":
        get_object_or_404(mine, pk=pk)
        mine.unread().filter(pk=pk).update(read_at=timezone.now())
    return redirect("notifications:list")


@login_required
def mark_all_read(request: HttpRequest) -> HttpResponse:
    """Mark all of the person's notifications as read; only looking marks nothing."""
    if request.method == "POST":
        mine = Notification.objects.behind_bell(person_of(request))
        mine.unread().update(read_at=timezone.now())
    return redirect("notifications:list")


@login_required
def mails(request: HttpRequest) -> HttpResponse:
    """Show and change which mails the person wants."""
    form = MailForm(person_of(request), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your choice of mails is saved."))
        return redirect("mails")
    return render(request, "notifications/mails.html", {"form": form})


def _group(notification: Notification) -> tuple[bool, date]:
    """Return by what the list is grouped: whether it is unread, and the day on the reader's calendar."""
    return notification.read_at is None, timezone.localtime(notification.created_at).date()


def _heading(is_unread: bool, day: date) -> str:
    """Write the heading of a group: "Today", "21.11.2026", and whether it is unread."""
    ago = (timezone.localdate() - day).days
    words = {0: _("Today"), 1: _("Yesterday")}.get(ago) or written_date(day)
    return _("%(day)s – unread") % {"day": words} if is_unread else words
