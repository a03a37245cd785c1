"""What the operators' pages have in common: pages that only show, and pages that ask before they act."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from accounts.admin.kit import history
from accounts.admin.kit.lists import QuickList
from accounts.admin.kit.times import WrittenTimes

if TYPE_CHECKING:  # generic only for the type checker
    PlainModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    PlainUserAdmin = auth_admin.UserAdmin[Any]
else:
    PlainModelAdmin, TabularInline, PlainUserAdmin = (
        admin.ModelAdmin,
        admin.TabularInline,
        auth_admin.UserAdmin,
    )


# What Django would ask Postgres by the reader's zone (docs/decisions/0011-zones.md).
LOCAL = frozenset(
    [
        "date",
        "year",
        "iso_year",
        "quarter",
        "month",
        "week",
        "week_day",
        "iso_week_day",
        "day",
        "time",
        "hour",
        "minute",
        "second",
    ]
)


class ModelAdmin(PlainModelAdmin):
    """Pages of a table. The history says of each field what it held before and what it holds now."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Take no filter from the address that cuts instants into local days, hours and the like."""
        return LOCAL.isdisjoint(lookup.split("__")[1:]) and super().lookup_allowed(lookup, value, request)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, dict[str, Any]]]:
        """Add the values to what Django writes."""
        message = super().construct_change_message(request, form, formsets, add)
        return history.with_values(message, form, formsets or [])


class UserAdmin(PlainUserAdmin, ModelAdmin):
    """Pages about people."""


class ShownOnly(WrittenTimes):
    """What nobody adds, changes or deletes here, superusers included."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody add."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody delete."""
        return False


class ViewOnlyAdmin(ShownOnly, QuickList, ModelAdmin):
    """Pages of a table that is written elsewhere, such as the books or a timeline."""


class AskForm(forms.Form):
    """Asks for a reason; its key makes a repeated request harmless."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea({"rows": 4, "class": "vLargeTextField"})
    )

    def renew(self, **values: object) -> None:
        """Make what was typed a new form, with these hidden values, because the old one is spent or stale."""
        fresh = {"key": uuid4(), **values}
        self.put(**fresh)

    def put(self, **values: object) -> None:
        """Let the form say this from now on, beside what was typed."""
        self.data = {**dict(self.data.items()), **{name: str(value) for name, value in values.items()}}


def ask(
    page: ModelAdmin,
    request: HttpRequest,
    form: AskForm,
    *,
    title: str,
    sentences: Sequence[str],
    button: str,
    back: str,
) -> TemplateResponse:
    """Show what is about to happen, and the form that makes it happen; `back` leads away from it."""
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": title,
        "sentences": sentences,
        "form": form,
        "button": button,
        "back": back,
    }
    status = 409 if form.errors else 200
    return TemplateResponse(request, "admin/ask.html", context, status=status)
