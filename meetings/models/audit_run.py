"""When the books were checked, and what was found: added to, never edited."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditRunQuerySet(models.QuerySet["AuditRun"]):
    """The history of the audit."""

    def latest_run(self) -> "AuditRun | None":
        """Return the newest run."""
        return self.order_by("pk").last()

    def clean_since(self) -> datetime | None:
        """Return since when every check found the books right; None where the last one did not."""
        last_bad = self.exclude(differences=[]).order_by("pk").last()
        clean = self.filter(pk__gt=last_bad.pk) if last_bad else self
        first = clean.order_by("pk").first()
        return first.at if first else None


class AuditRun(models.Model):
    """One check of the books and of what meetings say about them, with a sentence for each difference."""

    at = models.DateTimeField(_("at"))
    differences = models.JSONField(_("differences"), default=list)

    objects = AuditRunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("check of the books")
        verbose_name_plural = _("checks of the books")
        # Seeing the figures of the whole site is a right of its own.
        permissions = [("view_figures", "Can view the figures of the last weeks")]
        triggers = [
            pgtrigger.Protect(name="audits_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
