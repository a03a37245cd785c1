"""The operators' pages about meetings: all that is known of them, and what is left to the operator."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin_pages import ShownOnly, TabularInline, ViewOnlyAdmin
from credits import ledger
from meetings import reviews, workflow
from meetings.admin import deciding
from meetings.admin.decisions import DECISIONS
from meetings.models import Answer, Event, Meeting, Reminder, VideoRoom
from meetings.presence import attendance, presence
from meetings.timeline import DETAILS
from meetings.vocabulary import EventKind, Role

PEOPLE = [
    f"{person}__{name}" for person in ("student", "expert") for name in ("first_name", "last_name", "email")
]


class ReminderInline(ShownOnly, TabularInline):
    """The reminders of the meeting's dates, and what became of each."""

    model = Reminder
    fields = ("kind", "date_version", "due_at", "state", "settled_at")
    ordering = ("date_version", "due_at")


@admin.register(Meeting)
class MeetingAdmin(ViewOnlyAdmin):
    """A meeting with all that was recorded about it. Only `meetings.workflow` changes it."""

    change_form_template = "admin/meetings/meeting/change_form.html"
    view_on_site = False  # its page is for the two parties only
    list_display = ("number", "student", "expert", "status", "payment", "starts_at", "is_flagged")
    list_filter = ("status", "payment", "is_flagged", "starts_at")
    list_select_related = ("student", "expert")
    search_fields = (
        "=id",
        *(
            f"{person}__{name}"
            for person in ("student", "expert")
            for name in ("first_name", "last_name", "email")
        ),
    )
    ordering = ("-starts_at", "-pk")
    readonly_fields = ("blocked_credits", "what_was_told", "video")
    inlines = (ReminderInline,)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "status",
                    "payment",
                    "evaluation",
                    "is_flagged",
                    "blocked_credits",
                    "what_was_told",
                    "video",
                )
            },
        ),
        (gettext_lazy("People"), {"fields": ("student", "expert", "suggested_by", "suggested_at", "note")}),
        (
            gettext_lazy("Dates"),
            {
                "fields": (
                    ("starts_at", "ends_at"),
                    ("alternative_starts_at", "alternative_by"),
                    ("approved_by_user", "approved_by_expert", "agreed_at"),
                    ("date_version", "revision"),
                )
            },
        ),
        (
            gettext_lazy("Terms"),
            {
                "fields": (
                    ("service", "skill"),
                    ("price", "share_percent"),
                    ("late_percent", "late_hours"),
                )
            },
        ),
    )

    @admin.display(description=gettext_lazy("number"), ordering="pk")
    def number(self, meeting: Meeting) -> str:
        """Name the meeting."""
        return str(meeting)

    @admin.display(description=gettext_lazy("credits blocked for it"))
    def blocked_credits(self, meeting: Meeting) -> int:
        """Look into the books."""
        return ledger.blocked_for(meeting.reference)

    @admin.display(description=gettext_lazy("notifications"))
    def what_was_told(self, meeting: Meeting) -> str:
        """Lead to what both parties were told about it, with the state of the e-mails."""
        told = reverse("admin:notifications_notification_changelist")
        return format_html('<a href="{}?reference={}">{}</a>', told, meeting.reference, _("What was told"))

    @admin.display(description=gettext_lazy("video room"))
    def video(self, meeting: Meeting) -> str:
        """Lead to the room, with its trouble if there is one."""
        room = VideoRoom.objects.filter(meeting=meeting).first()
        if room is None:
            return _("none")
        page = reverse("admin:meetings_videoroom_change", args=[room.pk])
        return format_html('<a href="{}">{}</a>', page, room.get_trouble_display() or _("in order"))

    def get_urls(self) -> list[URLPattern]:
        """Add the page that asks before a decision is carried out."""
        decide = path(
            "<int:pk>/decide/<slug:action>/",
            self.admin_site.admin_view(partial(deciding.decide, self)),
            name="meetings_meeting_decide",
        )
        return [decide, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the meeting with its timeline, answers and attendance."""
        meeting = self.get_object(request, object_id)
        about = _about(meeting, deciding.is_allowed(request)) if meeting else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **about})


def _about(meeting: Meeting, may_decide: bool) -> dict[str, object]:
    """Return what the operator sees beside the meeting's own fields."""
    events = list(meeting.events.select_related("actor"))
    seen = presence(meeting, timezone.now())
    rows = workflow.open_actions(meeting, Role.OPERATOR, timezone.now()) if may_decide else []
    return {
        "decisions": [(row.action, DECISIONS[row.action].button) for row in rows],
        "timeline": [(event, _details(event)) for event in events],
        "answers": Answer.objects.filter(meeting=meeting).order_by("at"),
        "attendance": attendance(meeting, seen),
        "together": seen.together if seen else None,
        "review": reviews.text_of(meeting.student, meeting.expert),
    }


def _details(event: Event) -> str:
    detail = DETAILS.get(EventKind(event.kind))
    return detail(event.facts) if detail else ""
