"""My account: what a person has, what is blocked for which meeting, and every movement."""

from datetime import timedelta

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.people import person_of
from credits import ledger
from credits.models import Movement
from credits.models.movement import KINDS

PAGE = 30
PERIODS = {30: _("Last 30 days"), 90: _("Last 90 days"), 365: _("Last 12 months")}


class MovementFilter(forms.Form):
    """Which movements to list; an address typed wrongly filters nothing."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *KINDS.items()])
    days = forms.TypedChoiceField(
        label=_("Period"), required=False, coerce=int, choices=[("", _("All time")), *PERIODS.items()]
    )
    reference = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def narrow(self, movements: "QuerySet[Movement]") -> "QuerySet[Movement]":
        """Return the movements that were asked for."""
        asked = self.cleaned_data if self.is_valid() else {}
        if asked.get("kind"):
            movements = movements.filter(posting__kind=asked["kind"])
        if asked.get("days"):
            since = timezone.now() - timedelta(days=asked["days"])
            movements = movements.filter(posting__made_at__gte=since)
        if asked.get("reference"):
            movements = movements.filter(posting__reference=asked["reference"])
        return movements


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Show the person's credits."""
    person = person_of(request)
    chosen = MovementFilter(request.GET)
    movements = Movement.objects.filter(owner=person).select_related("posting", "counterparty")
    page = Paginator(chosen.narrow(movements), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "credits/account.html",
        {
            "balance": ledger.balance(person),
            "blocks": ledger.open_blocks(person),
            "filter": chosen,
            "page": page,
        },
    )
