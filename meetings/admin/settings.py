"""The operators' pages about what holds for new meetings."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.kit.history import before_and_after
from accounts.admin.kit.names import NamedAdmin, name_fieldset
from accounts.admin.kit.pages import ModelAdmin
from accounts.admin.kit.times import WrittenList
from accounts.people import person_of
from meetings.models import Reason, Terms

VALUES = ("share_percent", "late_percent", "late_hours", "bonus")


@admin.register(Reason)
class ReasonAdmin(NamedAdmin):
    """A reason that people choose from; one that is used can only be switched off.

    Timelines and notifications keep the names that it had when it was chosen.
    """

    list_display = ("name", "is_active", "missing")
    list_filter = ("is_active",)
    ordering = ("pk",)
    fieldsets = (name_fieldset(), (None, {"fields": ("is_active",)}))


@admin.register(Terms)
class TermsAdmin(WrittenList, ModelAdmin):
    """The terms and their history: a change adds a row."""

    list_display = ("set_at", "set_by", *VALUES)
    list_select_related = ("set_by",)
    fieldsets = (
        (
            None,
            {
                "fields": VALUES,
                "description": _(
                    "New terms hold for meetings suggested from now on. Meetings already suggested keep "
                    "theirs. The bonus holds for all texts written from now on."
                ),
            },
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Terms | None = None) -> bool:
        """Keep history as it was."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Terms | None = None) -> bool:
        """Keep history as it was."""
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the terms of today."""
        current = Terms.objects.current()
        return {name: getattr(current, name) for name in VALUES}

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, dict[str, Any]]]:
        """Say what held before and what holds now."""
        new = form.instance
        old = Terms.objects.exclude(pk=new.pk).current()
        fields = [
            before_and_after(str(form.fields[name].label), getattr(old, name), getattr(new, name))
            for name in VALUES
        ]
        return [{"changed": {"fields": fields}}]

    def save_model(self, request: HttpRequest, obj: Terms, form: Any, change: bool) -> None:
        """Note who set them."""
        obj.set_by = person_of(request)
        super().save_model(request, obj, form, change)
