"""The operators' pages about meetings: all that is known of them, and what is left to the operator."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.kit.pages import ShownOnly, TabularInline, ViewOnlyAdmin
from accounts.models import User
from credits import ledger
from meetings.admin import deciding, flagged
from meetings.admin.decisions import DECISIONS
from meetings.admin.disputes import Dispute, earlier_disputes
from meetings.admin.filters import LateMeetingFilter, PersonFilter, PriceFilter, StartFilter
from meetings.lifecycle import reviews, workflow
from meetings.models import Answer, Meeting, Reminder, VideoRoom
from meetings.notices.timeline import details
from meetings.video.presence import Attendance, Presence, attendance, presence
from meetings.vocabulary import Action, Role


class ReminderInline(ShownOnly, TabularInline):
    """The reminders of the meeting's dates, and what became of each."""

    model = Reminder
    fields = ("kind", "date_version", "due_at", "state", "settled_at")
    ordering = ("date_version", "due_at")


@admin.register(Meeting)
class MeetingAdmin(ViewOnlyAdmin):
    """A meeting with all that was recorded about it. Only `meetings.lifecycle.workflow` changes it."""

    change_form_template = "admin/meetings/meeting/change_form.html"
    view_on_site = False  # its page is for the two parties only
    list_display = ("number", "student", "expert", "status", "payment", "starts_at", "is_flagged")
    list_filter = (
        PersonFilter,
        StartFilter,
        "status",
        "payment",
        "is_flagged",
        PriceFilter,
        LateMeetingFilter,
    )
    list_select_related = ("student", "expert")
    people, numbers = ("student", "expert"), ("pk",)
    ordering = ("-starts_at", "-pk")
    sortable_by = ("number", "starts_at")
    readonly_fields = ("what_was_told", "video")
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
        """Add the pages that ask before a decision is carried out."""
        view = self.admin_site.admin_view
        decide, stand = partial(deciding.decide, self), partial(flagged.let_stand, self)
        return [
            path("<int:pk>/decide/<slug:action>/", view(decide), name="meetings_meeting_decide"),
            path("<int:pk>/let-stand/", view(stand), name="meetings_meeting_let_stand"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the meeting with its timeline, answers and attendance."""
        meeting = self.get_object(request, object_id)
        about = _about(meeting, deciding.is_allowed(request, meeting)) if meeting else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **about})


@dataclass(frozen=True, slots=True)
class Party:
    """What there is to know of one party before deciding."""

    role: Role
    person: User
    answer: Answer | None
    attendance: Attendance
    disputes: list[Dispute]


def _about(meeting: Meeting, may_decide: bool) -> dict[str, object]:
    """Return what the operator sees beside the meeting's own fields."""
    now = timezone.now()
    seen = presence(meeting, now)
    rows = workflow.open_actions(meeting, Role.OPERATOR, now) if may_decide else []
    rows.sort(key=lambda row: row.action is Action.CANCEL)  # stands last
    return {
        "decisions": [
            (row.action, DECISIONS[row.action].button, DECISIONS[row.action].foretell(meeting))
            for row in rows
        ],
        "may_let_stand": may_decide and meeting.is_flagged,
        "blocked": ledger.blocked_for(meeting.reference),
        "parties": _parties(meeting, seen),
        "timeline": [(event, details(event)) for event in meeting.events.select_related("actor")],
        "together": seen.together if seen else None,
        "review": reviews.text_of(meeting.student, meeting.expert),
    }


def _parties(meeting: Meeting, seen: Presence | None) -> list[Party]:
    answers = {answer.role: answer for answer in Answer.objects.filter(meeting=meeting)}
    return [
        Party(
            there.role,
            meeting.person(there.role),
            answers.get(there.role),
            there,
            earlier_disputes(meeting.person(there.role), besides=meeting),
        )
        for there in attendance(meeting, seen)
    ]
