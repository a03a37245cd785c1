"""The operators' pages about what was recorded: to look at only."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin_pages import ViewOnlyAdmin
from meetings.models import Answer, Event, Reminder, Review
from meetings.vocabulary import PARTIES, EventKind


class LateFilter(admin.SimpleListFilter):
    """Agreed meetings that were cancelled late, by whom."""

    title = _("cancelled late")
    parameter_name = "late"
    kinds = {"user": EventKind.CANCELLED_BY_USER, "expert": EventKind.CANCELLED_BY_EXPERT}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer both parties."""
        return [(role.value, role.label) for role in PARTIES]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Event]") -> "QuerySet[Event]":
        """Keep what is asked for."""
        kind = self.kinds.get(self.value() or "")
        return queryset.filter(kind=kind, facts__late=True) if kind else queryset


@admin.register(Event)
class EventAdmin(ViewOnlyAdmin):
    """One line of a timeline."""

    list_display = ("at", "meeting", "kind", "role", "actor")
    list_filter = (LateFilter, "kind", "role", "at")
    list_select_related = ("meeting", "actor")
    search_fields = ("=meeting__id", "words")
    ordering = ("-at", "-pk")


@admin.register(Answer)
class AnswerAdmin(ViewOnlyAdmin):
    """What a party said after the meeting, stars included."""

    list_display = ("at", "meeting", "role", "progress", "stars")
    list_filter = ("role", "progress", "stars")
    list_select_related = ("meeting",)
    search_fields = ("=meeting__id",)
    ordering = ("-at",)


@admin.register(Review)
class ReviewAdmin(ViewOnlyAdmin):
    """A user's words about an expert."""

    list_display = ("edited_at", "student", "expert", "text")
    list_select_related = ("student", "expert")
    search_fields = (
        *(
            f"{person}__{name}"
            for person in ("student", "expert")
            for name in ("first_name", "last_name", "email")
        ),
        "text",
    )


@admin.register(Reminder)
class ReminderAdmin(ViewOnlyAdmin):
    """A reminder, and why it was or was not sent; the e-mails it became are notifications."""

    list_display = ("due_at", "meeting", "kind", "date_version", "state", "settled_at")
    list_filter = ("state", "kind", "due_at")
    list_select_related = ("meeting",)
    search_fields = ("=meeting__id",)
    ordering = ("-due_at", "-pk")


@admin.register(LogEntry)
class HistoryAdmin(ViewOnlyAdmin):
    """What operators did: who, when, to what, why, before and after."""

    list_display = ("action_time", "user", "content_type", "object_repr", "words")
    list_filter = (
        "action_time",
        ("user", admin.RelatedOnlyFieldListFilter),
        ("content_type", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("user", "content_type")
    date_hierarchy = "action_time"
    search_fields = (
        "object_repr",
        "change_message",
        *(f"user__{name}" for name in ("first_name", "last_name", "email")),
    )
    ordering = ("-pk",)
    fields = ("action_time", "user", "content_type", "what", "words")
    readonly_fields = ("what", "words")

    @admin.display(description=_("what was done"))
    def words(self, entry: LogEntry) -> str:
        """Write it in the reader's language where Django wrote it, else in that of the operator."""
        return entry.get_change_message() or str(entry.get_action_flag_display())

    @admin.display(description=_("what it was done to"))
    def what(self, entry: LogEntry) -> SafeString | str:
        """Lead there, if it is there still."""
        page = entry.get_admin_url()
        return (
            format_html('<a href="{}">{}</a>', page, entry.object_repr or _("erased"))
            if page
            else entry.object_repr
        )
