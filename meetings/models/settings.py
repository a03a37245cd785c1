"""What operators set: reasons to choose from, and the terms for new meetings."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models.names import Named


class Reason(Named):
    """A "Reason for rejecting the appointment", chosen from this list."""

    name = models.CharField(_("name in English"), max_length=120, unique=True)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("reason for rejecting")
        verbose_name_plural = _("reasons for rejecting")


class TermsQuerySet(models.QuerySet["Terms"]):
    """The history of the terms."""

    def current(self) -> "Terms":
        """Return the newest terms, or the product's own where an operator never set any."""
        return self.order_by("pk").last() or Terms()


class Terms(models.Model):
    """Terms copied to each new meeting. A change adds a row: meetings already suggested keep theirs."""

    share_percent = models.PositiveSmallIntegerField(
        _("platform's share in percent"), default=20, validators=[MaxValueValidator(100)]
    )
    late_percent = models.PositiveSmallIntegerField(
        _("charge for late cancelling in percent"), default=50, validators=[MaxValueValidator(100)]
    )
    late_hours = models.PositiveSmallIntegerField(
        _("cancelling is late when fewer hours are left than"), default=48
    )
    bonus = models.PositiveIntegerField(_("bonus for an evaluation in words, in credits"), default=10)
    set_at = models.DateTimeField(_("set at"), default=timezone.now, editable=False)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("set by"),
    )

    objects = TermsQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("terms")
        verbose_name_plural = _("terms")
        constraints = [
            models.CheckConstraint(
                condition=Q(share_percent__lte=100, late_percent__lte=100),
                name="meetings_terms_percent_in_bounds",
            )
        ]

    def __str__(self) -> str:
        return _("Terms set on %(day)s") % {"day": date_format(timezone.localtime(self.set_at))}
