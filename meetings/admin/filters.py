"""What operators filter lists of meetings by. No filter doubles rows or reads a whole table."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin.kit.lists import LinkedFilter
from accounts.models import User
from meetings.models import Event, Meeting
from meetings.models.video import Trouble
from meetings.vocabulary import PARTIES, EventKind

WEEK = timedelta(days=7)
CANCELLED_BY = {"user": EventKind.CANCELLED_BY_USER, "expert": EventKind.CANCELLED_BY_EXPERT}


class StartFilter(admin.SimpleListFilter):
    """When meetings begin, seen from today by the operator's clock."""

    title = _("start")
    parameter_name = "start"
    # The instant of the meeting, from the row.
    path = "starts_at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer what lies around today."""
        return [
            ("today", _("Today")),
            ("next", _("The next 7 days")),
            ("past", _("The last 7 days")),
        ]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Keep what is asked for."""
        bounds = _around(timezone.localtime()).get(self.value() or "")
        return queryset.filter(**{f"{self.path}__range": bounds}) if bounds else queryset


class RoomStartFilter(StartFilter):
    """When the meetings of video rooms begin."""

    path = "meeting__starts_at"


class PriceFilter(admin.SimpleListFilter):
    """Free meetings and paid ones."""

    title = _("price")
    parameter_name = "price"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer both."""
        return [("free", _("Free")), ("paid", _("Paid"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Meeting]") -> "QuerySet[Meeting]":
        """Keep what is asked for."""
        kept = {"free": Q(price=0), "paid": Q(price__gt=0)}
        return queryset.filter(kept.get(self.value() or "", Q()))


class LateFilter(admin.SimpleListFilter):
    """Agreed meetings that were cancelled late, by whom."""

    title = _("cancelled late")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer both parties."""
        return [(role.value, role.label) for role in PARTIES]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Keep what is asked for."""
        kind = CANCELLED_BY.get(self.value() or "")
        return self.kept(queryset, Q(kind=kind, facts__late=True)) if kind else queryset

    def kept(self, queryset: "QuerySet[Any]", cancelled: Q) -> "QuerySet[Any]":
        """Keep such events."""
        return queryset.filter(cancelled)


class LateMeetingFilter(LateFilter):
    """The same of meetings, by their timelines."""

    def kept(self, queryset: "QuerySet[Any]", cancelled: Q) -> "QuerySet[Any]":
        """Keep meetings with such an event."""
        return queryset.filter(pk__in=Event.objects.filter(cancelled).values("meeting"))


class PersonFilter(LinkedFilter):
    """The meetings of one person, in either role."""

    title = _("person")
    parameter_name = "person"

    def linked(self, number: int) -> User | None:
        """Return the person."""
        return User.objects.filter(pk=number).first()

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Meeting]") -> "QuerySet[Meeting]":
        """Keep theirs."""
        value = self.value()
        return queryset.filter(Q(student=value) | Q(expert=value)) if value else queryset


class TroubleFilter(admin.SimpleListFilter):
    """Video rooms with which something is wrong, by who can help."""

    title = _("trouble")
    parameter_name = "trouble__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer all in trouble, and each sort of it."""
        return [("any", _("In trouble")), *Trouble.choices]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Keep what is asked for."""
        value = self.value()
        if not value:
            return queryset
        # Said twice, because the index knows only since when.
        troubled = queryset.filter(troubled_since__isnull=False)
        return troubled if value == "any" else troubled.filter(trouble=value)


def _around(now: datetime) -> dict[str, tuple[datetime, datetime]]:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "today": (today, today + timedelta(days=1)),
        "next": (now, now + WEEK),
        "past": (now - WEEK, now),
    }
