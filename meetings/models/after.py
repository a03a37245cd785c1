"""What the parties say after a meeting."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meetings.vocabulary import PARTIES, Progress, Role


class Answer(models.Model):
    """How one party says the meeting went; given once. Stars are for the operator's eyes only."""

    meeting = models.ForeignKey(
        "meetings.Meeting", models.PROTECT, related_name="answers", verbose_name=_("meeting")
    )
    role = models.CharField(_("party"), max_length=10, choices=Role.choices)
    progress = models.CharField(_("answer"), max_length=20, choices=Progress.choices)
    stars = models.PositiveSmallIntegerField(_("stars"), null=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "role"], name="meetings_one_answer_per_party"),
            models.CheckConstraint(condition=Q(role__in=PARTIES), name="meetings_only_parties_answer"),
            models.CheckConstraint(
                condition=Q(role="user", progress="smooth", stars__isnull=False, stars__range=(1, 5))
                | (~Q(role="user", progress="smooth") & Q(stars=None)),
                name="meetings_stars_from_contented_users",
            ),
        ]
        triggers = [pgtrigger.Protect(name="answers_stay", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.get_progress_display()


class Review(models.Model):
    """The one text of a user about an expert, for the expert's page; emptied, it still counts as written."""

    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews_written", verbose_name=_("user")
    )
    expert = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews_received", verbose_name=_("expert")
    )
    text = models.TextField(_("text"), blank=True, max_length=2000)
    written_at = models.DateTimeField(_("written at"))
    edited_at = models.DateTimeField(_("edited at"))

    class Meta:
        ordering = ["-edited_at"]
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.UniqueConstraint(fields=["student", "expert"], name="meetings_one_review_per_pair")
        ]

    def __str__(self) -> str:
        return self.text[:60]
