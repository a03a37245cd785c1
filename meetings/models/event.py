"""The timeline of a meeting: added to, never edited."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.names import in_readers_language
from credits.models import Posting
from meetings.vocabulary import ATTENDANCE, EventKind, Role


class Event(models.Model):
    """One thing that happened to a meeting, with what was said and counted then.

    `words` are what a person typed, `facts` the numbers and instants of that moment and the names that the
    chosen reason had then, `posting` the entry in the books that the same action made.
    """

    meeting = models.ForeignKey(
        "meetings.Meeting", models.PROTECT, related_name="events", verbose_name=_("meeting")
    )
    kind = models.CharField(_("event"), max_length=40, choices=EventKind.choices)
    role = models.CharField(_("by"), max_length=10, choices=Role.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("person")
    )
    at = models.DateTimeField(_("at"))
    date_version = models.PositiveIntegerField(_("date version"))
    reason = models.ForeignKey(
        "meetings.Reason", models.PROTECT, null=True, related_name="+", verbose_name=_("reason")
    )
    words = models.TextField(_("words"), blank=True)
    facts = models.JSONField(_("details"), default=dict, encoder=DjangoJSONEncoder)
    posting = models.ForeignKey(
        Posting, models.PROTECT, null=True, related_name="+", verbose_name=_("posting")
    )

    class Meta:
        # Written under the lock of their meeting: their numbers are their order.
        ordering = ["pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["kind", "at"], name="meetings_events_by_kind"),
            BrinIndex(fields=["at"], name="meetings_events_by_time"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "kind", "date_version"],
                condition=Q(kind__in=list(ATTENDANCE.values())),
                name="meetings_attendance_once_per_date",
            ),
            models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="meetings_known_event"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="events_keep_all_but_words", exclude=["words"]),
            pgtrigger.Protect(
                name="words_are_only_erased",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__words__df=pgtrigger.F("new__words")) & ~pgtrigger.Q(new__words=""),
            ),
            pgtrigger.Protect(name="events_are_not_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def said(self) -> str:
        """Why it was done: the reason chosen, in the reader's language, or what was typed."""
        chosen = self.facts.get("reason")
        return in_readers_language(chosen) if chosen else self.words
