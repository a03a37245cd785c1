"""What was told to whom: written in the transaction that causes it."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class NotificationQuerySet(models.QuerySet["Notification"]):
    """A person's notifications."""

    def unread(self) -> "NotificationQuerySet":
        """Those not yet marked read."""
        return self.filter(read_at=None)


class Notification(models.Model):
    """One thing told to one person.

    `source` names what caused it ("event:7"), `reference` what it leads to ("meeting:3"), `about` the other
    person it speaks of, and `facts` what else its words need. Words are made when it is read, in the
    recipient's language and zone.
    """

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notifications")
    kind = models.CharField(_("kind"), max_length=60)
    source = models.CharField(max_length=60)
    reference = models.CharField(max_length=60)
    about = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(_("told at"))
    read_at = models.DateTimeField(_("read at"), null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(fields=["kind", "recipient", "source"], name="notifications_told_once")
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="notifications_of_person"),
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="notifications_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient_id}"
