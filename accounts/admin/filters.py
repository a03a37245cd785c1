"""What operators filter lists of people by. No filter doubles rows or reads a whole table."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Expertise, ExpertProfile


class RoleFilter(admin.SimpleListFilter):
    """Experts and operators."""

    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer both."""
        return [("expert", _("Expert")), ("operator", _("Operator"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Keep what is asked for."""
        is_expert = Exists(ExpertProfile.objects.filter(pk=OuterRef("pk")))
        kept = {"expert": Q(is_expert), "operator": Q(is_staff=True)}
        return queryset.filter(kept.get(self.value() or "", Q()))


class StateFilter(admin.SimpleListFilter):
    """Accounts that are closed, and those whose address nobody has confirmed."""

    title = _("account")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer all there is."""
        return [
            ("blocked", pgettext_lazy("a person", "Blocked")),
            ("deleted", _("Deleted")),
            ("unconfirmed", _("Address not confirmed")),
        ]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Keep what is asked for."""
        unconfirmed = EmailAddress.objects.filter(primary=True, verified=False).values("user")
        kept = {
            "blocked": Q(is_active=False, deleted_at=None),
            "deleted": Q(is_active=False, deleted_at__isnull=False),
            "unconfirmed": Q(is_active=True, pk__in=unconfirmed),
        }
        return queryset.filter(kept.get(self.value() or "", Q()))


class ExpertiseFilter(admin.SimpleListFilter):
    """Experts by what they know."""

    title = _("Expertise")
    parameter_name = "expertise"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the fields of the catalogue."""
        return [(str(one.pk), str(one)) for one in Expertise.objects.order_by("name")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Keep those who have chosen a skill of it."""
        value = self.value()
        if not value or not value.isdecimal():
            return queryset
        chosen = ExpertProfile.skills.through.objects.filter(
            expertprofile=OuterRef("pk"), skill__expertise=int(value)
        )
        return queryset.filter(Exists(chosen))
