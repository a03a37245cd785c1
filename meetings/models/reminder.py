"""What is to be reminded of, and what became of it: one row per kind, meeting and date version."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ReminderKind(models.TextChoices):
    """The three reminders (spec: Time passing)."""

    DAY_BEFORE = "day_before", _("Meeting reminder")
    LINK = "link", _("Meeting link")
    PROGRESS = "progress", _("Reminder to confirm the completion and evaluation of the meeting")


class ReminderState(models.TextChoices):
    """What became of a reminder; all but waiting is final."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    TOO_LATE = "too_late", _("Not sent: agreed too late for it")
    MOVED = "moved", _("Not sent: the meeting was moved")
    CANCELLED = "cancelled", _("Not sent: the meeting was cancelled")
    OVER = "over", _("Not sent: all was answered or evaluated")
    MISSED = "missed", _("Not sent: its moment had passed")


class ReminderQuerySet(models.QuerySet["Reminder"]):
    """Reminders, by what is to be done."""

    def due(self, now: datetime) -> "ReminderQuerySet":
        """Those whose moment has come."""
        return self.filter(state=ReminderState.WAITING, due_at__lte=now)


class Reminder(models.Model):
    """A reminder for one date of one meeting; whether it still holds is looked up when it is due."""

    meeting = models.ForeignKey(
        "meetings.Meeting", models.PROTECT, related_name="reminders", verbose_name=_("meeting")
    )
    kind = models.CharField(_("reminder"), max_length=12, choices=ReminderKind.choices)
    date_version = models.PositiveIntegerField(_("date version"))
    due_at = models.DateTimeField(_("due at"))
    state = models.CharField(_("state"), max_length=10, choices=ReminderState.choices)
    settled_at = models.DateTimeField(_("settled at"), null=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "kind", "date_version"], name="meetings_remind_once_per_date"
            ),
            models.CheckConstraint(
                condition=Q(state=ReminderState.WAITING, settled_at=None)
                | (~Q(state=ReminderState.WAITING) & Q(settled_at__isnull=False)),
                name="meetings_reminder_settled_or_waiting",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ReminderKind.values, state__in=ReminderState.values),
                name="meetings_known_reminder",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="meetings_reminders_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_state_display()}"
