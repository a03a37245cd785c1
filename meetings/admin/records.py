"""The operators' pages about what was recorded: to look at only."""

from django.contrib import admin

from accounts.admin_pages import ViewOnlyAdmin
from meetings.models import Answer, Event, Reminder, Review


@admin.register(Event)
class EventAdmin(ViewOnlyAdmin):
    """One line of a timeline."""

    list_display = ("at", "meeting", "kind", "role", "actor")
    list_filter = ("kind", "role", "at")
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
