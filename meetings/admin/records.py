"""The operators' pages about what was recorded: to look at only."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.kit.pages import ViewOnlyAdmin
from meetings.admin.filters import LateFilter
from meetings.models import Answer, Event, Reminder, Review


@admin.register(Event)
class EventAdmin(ViewOnlyAdmin):
    """One line of a timeline."""

    list_display = ("at", "meeting", "kind", "role", "actor")
    list_filter = (LateFilter, "kind", "role", "at")
    list_select_related = ("meeting", "actor")
    numbers = ("meeting",)
    ordering = ("-pk",)


@admin.register(Answer)
class AnswerAdmin(ViewOnlyAdmin):
    """What a party said after the meeting, stars included."""

    list_display = ("at", "meeting", "role", "progress", "stars")
    list_filter = ("role", "progress", "stars")
    list_select_related = ("meeting",)
    numbers = ("meeting",)
    ordering = ("-pk",)


@admin.register(Review)
class ReviewAdmin(ViewOnlyAdmin):
    """A user's words about an expert."""

    list_display = ("edited_at", "student", "expert", "text")
    list_select_related = ("student", "expert")
    people = ("student", "expert")
    ordering = ("-pk",)


@admin.register(Reminder)
class ReminderAdmin(ViewOnlyAdmin):
    """A reminder, and why it was or was not sent; the e-mails it became are notifications."""

    list_display = ("due_at", "meeting", "kind", "date_version", "state", "settled_at")
    list_filter = ("state", "kind", "due_at")
    list_select_related = ("meeting",)
    numbers = ("meeting",)
    ordering = ("-pk",)


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
    people = ("user",)
    containing = ("object_repr", "change_message")
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
